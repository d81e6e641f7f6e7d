/* The failed orders: events fold into the window, and the groups by reason. */
#include "tui/model/model_failed.h"

#include <stdlib.h>
#include <string.h>

#include "shared/steps.h"
#include "shared/wire_order.h"
#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_filter.h"
#include "tui/model/model_live.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"
#include "tui/model/model_window.h"

#define GROUPS_AGAIN_US 1000000

static void came(struct model *m, struct list *list, const struct event *event)
{
    struct row *row = row_of_event(event, LIST_FAILED);
    const struct list *orders = &m->lists[LIST_ORDERS];
    size_t in_orders = window_find(orders, &event->uid);
    enum verdict verdict = row_verdict(row, &list->filter.filter, m->wall_us);

    if (in_orders < orders->n)
        row->replays = orders->rows[in_orders]->replays;
    if (verdict != VERDICT_YES) {
        if (verdict == VERDICT_MAYBE)
            live_maybe(m, list);
        free(row);
        return;
    }
    live_count(list, 1);
    if (list_held(list) || !list->edges[LIST_UP].end) {
        live_wait_above(list);
        free(row);
        return;
    }
    window_insert(list, 0, row);
}

static void went(struct model *m, struct list *list, size_t at)
{
    if (at < list->n) {
        marks_remove(&list->marks, &list->rows[at]->uid);
        window_remove(list, at);
        live_count(list, -1);
        page_want(m, list);
        return;
    }
    if (list->filter.filter.n == 0)
        live_count(list, -1);
    else
        live_maybe(m, list);
}

void model_failed_event(struct model *m, const struct event *event, bool known_only)
{
    struct list *list = &m->lists[LIST_FAILED];
    size_t at = window_find(list, &event->uid);
    bool in = event->entry == ENTRY_DEAD_LETTERED;
    bool out = (event->from == STATUS_FAILED && event->to != STATUS_FAILED) ||
               event->entry == ENTRY_DISCARDED;

    if (event->entry == ENTRY_AMENDED && at < list->n)
        row_move_on(list->rows[at], event);
    if (!in && !out)
        return;
    groups_soon(m);
    if (out && (at < list->n || !known_only) &&
        !(at < list->n && list->rows[at]->failed_at > event->at))
        went(m, list, at);
    else if (in && at == list->n && !known_only)
        came(m, list, event);
}

/* Groups ----------------------------------------------------------------------------------------
 */

const struct group_line *groups_selected(const struct groups *groups)
{
    return groups->on && groups->selected < groups->n ? &groups->lines[groups->selected] : NULL;
}

bool groups_by_step(const struct groups *groups)
{
    for (size_t i = 0; i < groups->n; i++) {
        if (groups->lines[i].step[0] != '\0' &&
            !slice_eq(slice_of(groups->lines[i].step), STEP_DEFAULT))
            return true;
    }
    return false;
}

/* Where one side does not tell the step, it is any. */
static bool same_group(const struct group_line *line, const char *step, const char *group)
{
    return strcmp(line->group, group) == 0 &&
           (line->step[0] == '\0' || step[0] == '\0' || strcmp(line->step, step) == 0);
}

int64_t groups_like(const struct groups *groups, const struct row *row)
{
    for (size_t i = 0; i < groups->n; i++) {
        if (same_group(&groups->lines[i], row->step, row->group))
            return groups->lines[i].count;
    }
    return -1;
}

void groups_toggle(struct model *m)
{
    m->groups.on = !m->groups.on;
    m->lists[LIST_FAILED].ranging = false;
    model_save(m);
}

void group_step_term(const struct groups *groups, const struct group_line *line, struct buf *out)
{
    if (!groups_by_step(groups) || line->step[0] == '\0')
        return;
    buf_add_text(out, "step:");
    filterline_quote(out, slice_of(line->step));
}

void groups_open(struct model *m)
{
    const struct group_line *line = groups_selected(&m->groups);
    struct list *list = &m->lists[LIST_FAILED];
    struct buf text;

    buf_init(&text, INPUT_MAX_BYTES);
    group_step_term(&m->groups, line, &text);
    buf_add_text(&text, text.len > 0 ? " group:" : "group:");
    filterline_quote(&text, slice_of(line->group));
    m->groups.on = false;
    if (filterline_set(&list->filter, slice_of(buf_text(&text))))
        list_apply(m, list);
    buf_done(&text);
}

void groups_soon(struct model *m)
{
    if (m->groups.ask_at == 0)
        m->groups.ask_at = m->mono_us + GROUPS_AGAIN_US;
}

void groups_ask(struct model *m)
{
    struct request request = {.op = OP_FAILED_SUMMARY, .failed_summary = {.limit = PAGE_MAX}};

    m->groups.ask_at = 0;
    if (m->groups.asking == 0)
        m->groups.asking = ask_send(m, (struct ask){.kind = ASK_GROUPS}, &request);
    else
        groups_soon(m);
}

static void read_line(struct mp_reader *r, struct group_line *line)
{
    struct reason_group group = {0};

    wire_group_read(r, &group);
    line->count = group.count;
    line->oldest_at = group.oldest_at;
    line->newest_at = group.newest_at;
    ROW_TEXT(line->step, group.step);
    ROW_TEXT(line->group, group.group);
    ROW_TEXT(line->reason, group.failure_reason);
}

/* The cursor stays on its group. */
static void select_again(struct groups *groups, const struct group_line *kept)
{
    for (size_t i = 0; i < groups->n; i++) {
        if (same_group(&groups->lines[i], kept->step, kept->group)) {
            groups->selected = i;
            return;
        }
    }
    if (groups->selected >= groups->n)
        groups->selected = groups->n > 0 ? groups->n - 1 : 0;
}

void groups_answer(struct model *m, const struct answer *answer)
{
    struct groups *groups = &m->groups;
    struct group_line kept = {0};
    struct mp_reader r;
    uint32_t n = 0;

    groups->asking = 0;
    if (answer->none)
        groups_soon(m);
    if (answer->none || answer->code != OK || !answer_list(answer, "reasons", &r, &n))
        return;
    if (groups->selected < groups->n)
        kept = groups->lines[groups->selected];
    if (groups->lines == NULL)
        groups->lines = calloc(GROUPS_MAX, sizeof *groups->lines);
    if (groups->lines == NULL)
        abort();
    groups->n = 0;
    while (groups->n < n && groups->n < GROUPS_MAX && !mp_failed(&r))
        read_line(&r, &groups->lines[groups->n++]);
    if (mp_failed(&r))
        groups->n = 0;
    groups->more = wire_reply_find(answer->bytes.p, answer->bytes.n, "next_cursor", &r) &&
                   mp_peek(&r) == MP_STR;
    groups->loaded = true;
    select_again(groups, &kept);
}

void groups_done(struct groups *groups)
{
    free(groups->lines);
    groups->lines = NULL;
    groups->n = 0;
}
