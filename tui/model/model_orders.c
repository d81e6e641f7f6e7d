/* The orders, live: events fold into the window, actions sort and filter it. */
#include "tui/model/model_orders.h"

#include <stdlib.h>

#include "tui/model/model.h"
#include "tui/model/model_live.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"
#include "tui/model/model_window.h"

/* Takes the row. The newest come first, and ids rise; two that came at once may have changed
   places on their way. */
static void place_newest(struct list *list, struct row *row)
{
    size_t at = 0;

    if (list_held(list) || !list->edges[LIST_UP].end) {
        live_wait_above(list);
        free(row);
        return;
    }
    while (at < list->n && uuid_compare(&list->rows[at]->uid, &row->uid) > 0)
        at++;
    window_insert(list, at, row);
}

static void place_updated(struct list *list, struct row *row)
{
    if (list_held(list) || !list->edges[LIST_UP].end) {
        live_wait_above(list);
        free(row);
        return;
    }
    window_insert(list, 0, row);
}

/* Takes the row. */
static void place(struct model *m, struct list *list, struct row *row)
{
    switch (list->sort) {
    case SORT_NEWEST:
        place_newest(list, row);
        break;
    case SORT_UPDATED:
        place_updated(list, row);
        break;
    case SORT_OLDEST:
        list->edges[LIST_DOWN].end = false;
        list->edges[LIST_DOWN].cursor[0] = '\0';
        free(row);
        page_want(m, list);
        break;
    }
}

static void in_window(struct model *m, struct list *list, size_t at, const struct event *event)
{
    struct row *row = list->rows[at];

    if (event->seq <= row->seq)
        return;
    row_move_on(row, event);
    row_next_step(row, event, slice_of(m->info.steps));
    if (row_verdict(row, &list->filter.filter, m->wall_us) == VERDICT_NO) {
        if (!row->gone)
            live_count(list, -1);
        row->gone = true;
        if (!list_held(list))
            window_remove(list, at);
        return;
    }
    if (row->gone)
        live_count(list, 1);
    row->gone = false;
    if (event->entry == ENTRY_AMENDED && !list_held(list)) /* not all of it is in the event */
        page_soon(m, list);
    if (list->sort == SORT_UPDATED && !list_held(list))
        window_to_front(list, at);
}

static void not_in_window(struct model *m, struct list *list, const struct event *event)
{
    struct row *row = row_of_event(event, LIST_ORDERS);
    enum verdict verdict = VERDICT_NO;
    bool came = event->from == STATUS_NONE;

    row_next_step(row, event, slice_of(m->info.steps));
    verdict = row_verdict(row, &list->filter.filter, m->wall_us);
    if (verdict == VERDICT_YES && (came || list->sort == SORT_UPDATED) &&
        !(filter_moves(&list->filter.filter) && !came)) {
        if (came)
            live_count(list, 1);
        place(m, list, row);
        return;
    }
    free(row);
    if (verdict == VERDICT_NO && !filter_moves(&list->filter.filter))
        return;
    if (came ? verdict != VERDICT_NO : filter_moves(&list->filter.filter))
        live_maybe(m, list);
}

void model_orders_event(struct model *m, const struct event *event, bool known_only)
{
    struct list *list = &m->lists[LIST_ORDERS];
    size_t at = window_find(list, &event->uid);

    if (at < list->n)
        in_window(m, list, at, event);
    else if (!known_only)
        not_in_window(m, list, event);
}

void list_apply(struct model *m, struct list *list)
{
    list->matched = LIST_MATCHED_UNKNOWN;
    list->loaded = false;
    list->top = list->selected = 0;
    list->ranging = false;
    if (m->link.state == LINK_LIVE || m->link.state == LINK_STALE)
        page_top(m, list);
}

void orders_action(struct model *m, enum action action)
{
    struct list *list = &m->lists[LIST_ORDERS];

    if (action != ACTION_SORT)
        return;
    list->sort = list->sort == SORT_UPDATED ? SORT_NEWEST : (enum list_sort)(list->sort + 1);
    list_apply(m, list);
    model_save(m);
}
