/* Pages of the lists, as they come. */
#include "tui/model/model_page.h"

#include <stdlib.h>

#include "shared/wire_order.h"
#include "tui/model/model.h"
#include "tui/model/model_live.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"
#include "tui/model/model_window.h"

#define AGAIN_US 1000000
#define SEEK_MAX_ROWS MATCHED_MAX

/* Rows as they came, to be taken by the window. */
struct rows {
    size_t n;
    struct row *at[PAGE_MAX];
};

static struct row *read_order(struct mp_reader *r)
{
    struct arena arena = {0};
    struct order order = {0};
    struct row *row = NULL;

    wire_order_read(r, &arena, &order);
    row = row_of_order(&order);
    arena_done(&arena);
    return row;
}

static struct row *read_dead(struct mp_reader *r)
{
    struct dead_letter dead = {0};

    wire_dead_read(r, &dead);
    return row_of_dead(&dead);
}

static bool read_rows(const struct answer *answer, const struct list *list, struct rows *out)
{
    bool orders = list->kind == LIST_ORDERS;
    struct mp_reader r;
    uint32_t n = 0;

    out->n = 0;
    if (!answer_list(answer, orders ? "orders" : "failed", &r, &n))
        return false;
    while (out->n < n && out->n < PAGE_MAX && !mp_failed(&r))
        out->at[out->n++] = orders ? read_order(&r) : read_dead(&r);
    if (mp_failed(&r)) {
        while (out->n > 0)
            free(out->at[--out->n]);
        return false;
    }
    return true;
}

static void turn(struct rows *rows)
{
    for (size_t i = 0, j = rows->n; i + 1 < j; i++) {
        struct row *row = rows->at[i];

        rows->at[i] = rows->at[--j];
        rows->at[j] = row;
    }
}

/* Leaves out what the window has: an event was quicker than the page. */
static void leave_known(const struct list *list, struct rows *rows)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->n; i++) {
        if (window_find(list, &rows->at[i]->uid) < list->n)
            free(rows->at[i]);
        else
            rows->at[kept++] = rows->at[i];
    }
    rows->n = kept;
}

static void set_edge(const struct answer *answer, struct list_edge *edge)
{
    if (!answer_cursor(answer, edge->cursor, sizeof edge->cursor))
        edge->cursor[0] = '\0'; /* goes on behind the outermost row */
    else
        edge->end = edge->cursor[0] == '\0';
}

static void select_kept(struct model *m, struct list *list)
{
    size_t at = list->has_keep ? window_find(list, &list->keep) : list->n;

    if (at < list->n)
        list->selected = at;
    list->has_keep = false;
    window_show_selected(list, model_visible(m, list));
}

static void whole(struct model *m, struct list *list, const struct answer *answer,
                  struct rows *rows)
{
    enum page_way way = (enum page_way)answer->ask.b;

    if (way == PAGE_HERE)
        window_clear_to(list, list->top);
    else
        window_clear(list);
    if (way == PAGE_LAST)
        turn(rows);
    window_append(list, rows->at, rows->n);
    set_edge(answer, &list->edges[way == PAGE_LAST ? LIST_UP : LIST_DOWN]);
    if (way == PAGE_LAST) {
        list->edges[LIST_DOWN].end = true;
        list->selected = list->n > 0 ? list->n - 1 : 0;
    }
    if (way == PAGE_TOP) {
        list->edges[LIST_UP].end = true;
        list->n_new = 0;
        list->new_some = false;
    }
    list->matched = answer_matched(answer);
    list->loaded = true;
    list->reloading = false;
    list->refused[0] = '\0';
    select_kept(m, list);
}

static void stop_seeking(struct model *m, struct list *list, bool far)
{
    list->seek_last = false;
    if (far)
        model_say(m, SAY_PROBLEM, "the last row is over %d rows away: filter first", SEEK_MAX_ROWS);
}

static void next(struct model *m, struct list *list, const struct answer *answer, struct rows *rows)
{
    leave_known(list, rows);
    window_append(list, rows->at, rows->n);
    set_edge(answer, &list->edges[LIST_DOWN]);
    if (!list->seek_last)
        return;
    list->sought += (int64_t)rows->n;
    list->selected = list->n > 0 ? list->n - 1 : 0;
    window_show_selected(list, model_visible(m, list));
    if (list->edges[LIST_DOWN].end || list->sought >= SEEK_MAX_ROWS)
        stop_seeking(m, list, !list->edges[LIST_DOWN].end);
}

static void before(struct list *list, const struct answer *answer, struct rows *rows)
{
    turn(rows);
    leave_known(list, rows);
    set_edge(answer, &list->edges[LIST_UP]);
    window_prepend(list, rows->at, rows->n);
}

/* From an anchor: the rows before the window's first. Are they not all there, the page replaces
   the window, so that it never has a gap. */
static void before_anchor(struct model *m, struct list *list, struct rows *rows)
{
    size_t n = 0;

    while (n < rows->n && list->n > 0 && uuid_compare(&rows->at[n]->uid, &list->rows[0]->uid) != 0)
        n++;
    if (n == rows->n) {
        while (rows->n > 0)
            free(rows->at[--rows->n]);
        page_top(m, list);
        return;
    }
    while (rows->n > n)
        free(rows->at[--rows->n]);
    if (list->n_anchors > 0)
        list->n_anchors--;
    list->edges[LIST_UP].end = list->n_anchors == 0;
    leave_known(list, rows);
    window_prepend(list, rows->at, rows->n);
}

/* No rows. Without an answer it is tried again; a place that has gone is left for another. */
static void failed(struct model *m, struct list *list, const struct answer *answer)
{
    enum page_way way = (enum page_way)answer->ask.b;

    list->reloading = false;
    list->seek_last = false;
    if (!list->loaded || (!answer->none && way == PAGE_TOP))
        row_text(list->refused, sizeof list->refused, slice_of(answer_problem(answer)));
    if (answer->none || answer->code == ERR_BUSY) {
        list->quiet_until = m->mono_us + AGAIN_US;
        if (way <= PAGE_LAST)
            list->reload_at = list->quiet_until;
    } else if (way == PAGE_HERE) {
        list->top = list->selected = 0;
        page_top(m, list);
    } else if (way != PAGE_TOP) {
        page_here(m, list);
    } else {
        model_say(m, SAY_PROBLEM, "%s", answer_problem(answer));
    }
}

static void unreadable(struct model *m, struct list *list)
{
    list->reloading = false;
    list->quiet_until = m->mono_us + AGAIN_US;
    model_say(m, SAY_PROBLEM, "the daemon's reply cannot be read");
}

void page_answer(struct model *m, const struct answer *answer)
{
    struct list *list = &m->lists[answer->ask.a];
    enum page_way way = (enum page_way)answer->ask.b;
    struct rows *rows = NULL;

    list->edges[way == PAGE_UP ? LIST_UP : LIST_DOWN].asking = 0;
    if (answer->none || answer->code != OK) {
        failed(m, list, answer);
        return;
    }
    rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        abort();
    if (!read_rows(answer, list, rows))
        unreadable(m, list);
    else if (way <= PAGE_LAST)
        whole(m, list, answer, rows);
    else if (way == PAGE_DOWN)
        next(m, list, answer, rows);
    else if (window_both_ways(list))
        before(list, answer, rows);
    else
        before_anchor(m, list, rows);
    if (list->top == 0 && list->edges[LIST_UP].end)
        list->n_new = 0;
    free(rows);
    live_replay(m, list, way > PAGE_LAST);
    page_want(m, list);
}
