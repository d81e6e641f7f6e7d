/* Moving in what is up: a list, groups, replays, the tail, an order, the help. */
#include "tui/model/model.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_window.h"

#define DETAIL_FIELDS 40 /* lines of an order beside its lists, at most */

/* How far an action moves in rows, a page having `visible`; 0: it is no such action. */
static int64_t rows_of(enum action action, size_t visible)
{
    int64_t page = (int64_t)visible, half = page > 1 ? page / 2 : 1;

    const struct {
        enum action action;
        int64_t by;
    } moves[] = {
        {ACTION_DOWN, 1},         {ACTION_UP, -1},
        {ACTION_PAGE_DOWN, page}, {ACTION_PAGE_UP, -page},
        {ACTION_HALF_DOWN, half}, {ACTION_HALF_UP, -half},
        {ACTION_LAST, INT32_MAX}, {ACTION_FIRST, -INT32_MAX},
    };

    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (moves[i].action == action)
            return moves[i].by;
    }
    return 0;
}

static void first(struct model *m, struct list *list)
{
    bool there = list->edges[LIST_UP].end && !list->new_some && list->n_new == 0;

    if (!there) {
        page_top(m, list);
        return;
    }
    list->top = list->selected = 0;
    if (list->marks.n > 0 || list->ranging)
        return;
    for (size_t i = list->n; i > 0; i--) { /* what was kept for the eye's sake may go */
        if (list->rows[i - 1]->gone)
            window_remove(list, i - 1);
    }
}

static void move_list(struct model *m, struct list *list, enum action action)
{
    size_t visible = model_visible(m, list);
    int64_t by = rows_of(action, visible);

    if (action == ACTION_FIRST) {
        first(m, list);
    } else if (action == ACTION_LAST) {
        window_move(list, INT32_MAX, visible);
        page_last(m, list);
    } else if (by == 1 || by == -1) {
        window_move(list, by, visible);
    } else {
        window_page(list, by, visible);
    }
    if (list->top == 0 && list->edges[LIST_UP].end)
        list->n_new = 0;
    page_want(m, list);
}

/* Where nothing is fetched: a cursor in `n` rows. */
static void move_in(size_t *selected, size_t *top, size_t n, int64_t by, size_t visible)
{
    int64_t to = (int64_t)*selected + by;

    if (n == 0)
        return;
    *selected = (size_t)(to < 0 ? 0 : to >= (int64_t)n ? (int64_t)n - 1 : to);
    if (*selected < *top)
        *top = *selected;
    if (*selected >= *top + visible)
        *top = *selected + 1 - visible;
}

/* How many lines there are the view knows: so the end is where it says, and counted from there. */
static void move_detail(struct model *m, enum action action, int64_t by)
{
    struct detail *detail = &m->detail;
    int64_t lines = (int64_t)(detail->n_entries + detail->order.n_items + detail->order.n_metadata +
                              detail->order.n_results) +
                    DETAIL_FIELDS;
    int64_t to = (int64_t)detail->top + (detail->from_end ? -by : by);

    if (action == ACTION_FIRST || action == ACTION_LAST) {
        detail->from_end = action == ACTION_LAST;
        to = 0;
    }
    detail->top = (size_t)(to < 0 ? 0 : to > lines ? lines : to);
}

static void move_tail(struct model *m, int64_t by, size_t visible)
{
    struct tail *tail = &m->tail;

    move_in(&tail->selected, &tail->top, tail->n_shown, by, visible);
    if (tail->top == 0 && tail->selected == 0)
        tail_fresh(m);
}

void act_move(struct model *m, enum action action)
{
    struct list *list = model_list(m);
    size_t visible = model_visible(m, list);
    int64_t by = rows_of(action, visible);
    size_t top = 0;

    if (model_screen(m) == SCREEN_HELP)
        help_act(m, action);
    else if (by == 0)
        return;
    else if (model_screen(m) == SCREEN_DETAIL || m->pane == PANE_DETAIL)
        move_detail(m, action, by);
    else if (list != NULL && list->kind == LIST_FAILED && m->groups.on &&
             model_base(m) == SCREEN_FAILED)
        move_in(&m->groups.selected, &m->groups.top, m->groups.n, by, visible);
    else if (list != NULL)
        move_list(m, list, action);
    else if (model_base(m) == SCREEN_OVERVIEW)
        move_in(&m->alarms.selected, &top, m->alarms.n, by, m->alarms.n);
    else if (model_base(m) == SCREEN_REPLAYS)
        move_in(&m->replays.selected, &m->replays.top, m->replays.n, by, visible);
    else if (model_base(m) == SCREEN_EVENTS)
        move_tail(m, by, visible);
}
