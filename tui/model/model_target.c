/* Which orders a change means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/units.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"
#include "tui/model/model_window.h"

static void take_ids(struct target *target, const struct uuid *ids, size_t n)
{
    target->ids = calloc(n, sizeof *ids);
    if (target->ids == NULL)
        abort();
    memcpy(target->ids, ids, n * sizeof *ids);
    target->n = n;
}

static const char *customer_of(const struct model *m, const struct uuid *uid)
{
    for (unsigned kind = 0; kind < LIST_KINDS; kind++) {
        const struct list *list = &m->lists[kind];
        size_t at = window_find(list, uid);

        if (at < list->n)
            return list->rows[at]->customer;
    }
    return "";
}

static void name_one(const struct model *m, struct dialog *dialog)
{
    const struct uuid *uid = &dialog->target.ids[0];
    const char *customer = customer_of(m, uid);
    char id[UUID_TEXT_LEN + 1];
    char text[sizeof dialog->what * 4];

    uuid_format(uid, id);
    (void)snprintf(text, sizeof text, "%s%s%s", id, customer[0] != '\0' ? " of " : "", customer);
    ROW_TEXT(dialog->what, slice_of(text));
}

static void take_group(const struct model *m, struct dialog *dialog, const struct group_line *line)
{
    char text[sizeof line->group + sizeof line->step + 32];
    struct buf term;

    dialog->target.by_query = true;
    ROW_TEXT(dialog->target.group, slice_of(line->group));
    buf_init(&term, INPUT_MAX_BYTES);
    group_step_term(&m->groups, line, &term);
    ROW_TEXT(dialog->target.filter, slice_of(buf_text(&term)));
    (void)snprintf(text, sizeof text, "the group%s%s: %s", term.len > 0 ? " at " : "",
                   term.len > 0 ? line->step : "", line->group);
    ROW_TEXT(dialog->what, slice_of(text));
    buf_done(&term);
}

void target_one(const struct model *m, const struct uuid *uid, struct dialog *dialog)
{
    take_ids(&dialog->target, uid, 1);
    dialog->count = 1;
    name_one(m, dialog);
}

bool target_here(const struct model *m, enum action action, struct dialog *dialog)
{
    const struct list *list = model_list_of(m);
    bool here = m->depth == 1 && m->pane != PANE_DETAIL && list != NULL;
    const struct group_line *group =
        here && model_base(m) == SCREEN_FAILED ? groups_selected(&m->groups) : NULL;
    struct uuid uid;

    dialog->count = -1;
    if (action == ACTION_CANCEL && model_screen(m) == SCREEN_REPLAYS) {
        take_ids(&dialog->target, &replays_selected(&m->replays)->uid, 1);
    } else if (here && list->marks.n > 0) {
        take_ids(&dialog->target, list->marks.ids, list->marks.n);
    } else if (group != NULL) {
        take_group(m, dialog, group);
        return true;
    } else if (detail_uid(m, &uid)) {
        take_ids(&dialog->target, &uid, 1);
    } else {
        return false;
    }
    dialog->count = (int64_t)dialog->target.n;
    if (dialog->target.n == 1)
        name_one(m, dialog);
    else
        ROW_TEXT(dialog->what, SLICE("the marked orders"));
    return true;
}

static bool take_rate(struct model *m, struct slice word, struct dialog *dialog)
{
    double rate = 0;
    struct slice number = {word.p + 5, word.n - 5};

    if (!text_number(number, &rate) || rate <= 0 || rate > RATE_MAX) {
        model_say(m, SAY_PROBLEM, "a rate is orders per second, such as rate:5");
        return false;
    }
    input_set(&dialog->rate, number);
    return true;
}

/* Quotes keep blanks in a term: only whole words that are ours are taken out. */
static bool take_words(struct model *m, struct slice words, struct dialog *dialog,
                       struct buf *filter)
{
    while (words.p != NULL && words.n > 0) {
        struct slice word = slice_cut(&words, ' ');

        if (slice_starts(word, SLICE("rate:"))) {
            if (!take_rate(m, word, dialog))
                return false;
        } else if (slice_is(word, "all")) {
            dialog->target.all = true;
        } else if (word.n > 0) {
            if (filter->len > 0)
                buf_add_byte(filter, ' ');
            buf_add(filter, word.p, word.n);
        }
    }
    return true;
}

bool target_by_words(struct model *m, struct slice words, struct dialog *dialog)
{
    struct target *target = &dialog->target;
    struct arena arena = {0};
    struct filter parsed;
    struct buf filter;
    struct why why = {0};
    bool good = false;

    buf_init(&filter, INPUT_MAX_BYTES);
    dialog->count = -1;
    if (!take_words(m, words, dialog, &filter))
        goto done;
    ROW_TEXT(target->filter, slice_of(buf_text(&filter)));
    target->by_query = target->all || target->filter[0] != '\0';
    if (target->all && target->filter[0] != '\0')
        model_say(m, SAY_PROBLEM, "a filter or all, not both");
    else if (filter_parse(slice_of(target->filter), &arena, &parsed, &why) != OK)
        model_say(m, SAY_PROBLEM, "%s", why.text);
    else
        good = true;
    ROW_TEXT(dialog->what, target->all ? SLICE("all failed orders") : slice_of(target->filter));
done:
    arena_done(&arena);
    buf_done(&filter);
    return good;
}
