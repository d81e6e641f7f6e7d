/* Marking rows: one, a range, all that match. */
#include "tui/model/model.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_window.h"

static void full(struct model *m)
{
    model_say(m, SAY_PROBLEM, "at most %d orders can be marked: filter first", MARKS_MAX);
}

static void mark_one(struct model *m, struct list *list)
{
    const struct row *row = list_selected(list);

    if (row == NULL)
        return;
    if (marks_has(&list->marks, &row->uid))
        marks_remove(&list->marks, &row->uid);
    else if (!marks_add(&list->marks, &row->uid))
        full(m);
    window_move(list, 1, model_visible(m, list));
    page_want(m, list);
}

static void mark_between(struct model *m, struct list *list, size_t from, size_t to)
{
    if (from > to) {
        size_t swap = from;

        from = to;
        to = swap;
    }
    for (size_t i = from; i <= to && i < list->n; i++) {
        if (!marks_add(&list->marks, &list->rows[i]->uid)) {
            full(m);
            return;
        }
    }
}

static void mark_range(struct model *m, struct list *list)
{
    const struct row *row = list_selected(list);
    size_t from = 0;

    if (row == NULL)
        return;
    if (!list->ranging) {
        list->ranging = true;
        list->range_from = row->uid;
        model_say(m, SAY_NOTE, "move, then v again marks the range; Esc leaves it");
        return;
    }
    list->ranging = false;
    from = window_find(list, &list->range_from);
    if (from == list->n) {
        model_say(m, SAY_PROBLEM, "the range is longer than can be seen at once: filter, then *");
        return;
    }
    mark_between(m, list, from, list->selected);
    model_say(m, SAY_NOTE, "%zu marked", list->marks.n);
}

static void ask_next(struct model *m, struct list *list, struct slice cursor)
{
    struct request request;

    page_query(list, &request);
    *page_of(list, &request) = (struct page){.limit = PAGE_MAX, .cursor = cursor};
    list->gathering = ask_send(m, (struct ask){.kind = ASK_GATHER, .a = list->kind}, &request);
}

static void mark_all(struct model *m, struct list *list)
{
    if (list->matched == LIST_MATCHED_MANY || list->matched > MARKS_MAX) {
        model_say(m, SAY_PROBLEM, "more than 10,000 match: filter first");
        return;
    }
    if (list->gathering != 0)
        return;
    marks_clear(&list->marks);
    list->ranging = false;
    ask_next(m, list, (struct slice){NULL, 0});
}

void marking_clear(struct model *m, struct list *list)
{
    if (list->marks.n > 0)
        model_say(m, SAY_NOTE, "nothing is marked any more");
    marks_clear(&list->marks);
    list->ranging = false;
}

void marking_action(struct model *m, struct list *list, enum action action)
{
    if (list->gathering != 0) {
        ask_forget(m, list->gathering);
        list->gathering = 0;
    }
    if (action == ACTION_MARK)
        mark_one(m, list);
    else if (action == ACTION_MARK_RANGE)
        mark_range(m, list);
    else if (action == ACTION_MARK_ALL)
        mark_all(m, list);
    else if (action == ACTION_UNMARK)
        marking_clear(m, list);
}

/* Marks the ids of a page. False: no more can be marked. */
static bool mark_page(struct list *list, struct mp_reader *rows, uint32_t n)
{
    for (; n > 0 && !mp_failed(rows); n--) {
        struct slice row = mp_raw(rows);
        struct mp_reader r;
        struct uuid uid;

        if (!wire_reply_find(row.p, row.n, "order_id", &r))
            continue;
        uid = wire_get_uuid(&r);
        if (!mp_failed(&r) && !marks_add(&list->marks, &uid))
            return false;
    }
    return true;
}

void marking_answer(struct model *m, const struct answer *answer)
{
    struct list *list = &m->lists[answer->ask.a];
    char cursor[LIST_CURSOR_MAX];
    struct mp_reader rows;
    uint32_t n = 0;

    list->gathering = 0;
    if (answer->none || answer->code != OK ||
        !answer_list(answer, list->kind == LIST_ORDERS ? "orders" : "failed", &rows, &n)) {
        marks_clear(&list->marks); /* some of them would pass for all */
        model_say(m, SAY_PROBLEM, "not marked: %s", answer_problem(answer));
        return;
    }
    if (!mark_page(list, &rows, n)) {
        marks_clear(&list->marks);
        full(m);
        return;
    }
    if (answer_cursor(answer, cursor, sizeof cursor) && cursor[0] != '\0') {
        model_say(m, SAY_NOTE, "marking: %zu so far", list->marks.n);
        ask_next(m, list, slice_of(cursor));
        return;
    }
    model_say(m, SAY_NOTE, "all %zu that match are marked", list->marks.n);
}
