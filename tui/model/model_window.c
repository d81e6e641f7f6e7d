/* The window of a list: rows come and go at its edges, the cursor stays on its order. */
#include "tui/model/model_window.h"

#include <stdlib.h>
#include <string.h>

/* Moves `n` of the list's pointers within it. */
static void shift(struct row **to, struct row *const *from, size_t n)
{
    memmove(to, from, n * sizeof(void *));
}

bool window_both_ways(const struct list *list)
{
    return list->kind == LIST_ORDERS && list->sort != SORT_UPDATED;
}

enum list_sort window_opposite(enum list_sort sort)
{
    return sort == SORT_OLDEST ? SORT_NEWEST : SORT_OLDEST;
}

size_t window_find(const struct list *list, const struct uuid *uid)
{
    for (size_t i = 0; i < list->n; i++) {
        if (uuid_compare(&list->rows[i]->uid, uid) == 0)
            return i;
    }
    return list->n;
}

static void open_edge(struct list *list, enum list_side side)
{
    list->edges[side].end = false;
    list->edges[side].cursor[0] = '\0';
}

static void drop_last(struct list *list)
{
    free(list->rows[--list->n]);
    open_edge(list, LIST_DOWN);
}

/* Remembers where a page began, for a list that cannot be read backwards. */
static void push_anchor(struct list *list, const struct uuid *uid)
{
    if (list->n_anchors == list->cap_anchors) {
        size_t cap = list->cap_anchors == 0 ? 64 : list->cap_anchors * 2;
        struct uuid *anchors = realloc(list->anchors, cap * sizeof *anchors);

        if (anchors == NULL)
            abort();
        list->anchors = anchors;
        list->cap_anchors = cap;
    }
    list->anchors[list->n_anchors++] = *uid;
}

static void drop_first(struct list *list, size_t n)
{
    if (n == 0)
        return;
    if (!window_both_ways(list))
        push_anchor(list, &list->rows[n - 1]->uid);
    for (size_t i = 0; i < n; i++)
        free(list->rows[i]);
    list->n -= n;
    shift(list->rows, list->rows + n, list->n);
    list->top = list->top > n ? list->top - n : 0;
    list->selected = list->selected > n ? list->selected - n : 0;
    open_edge(list, LIST_UP);
}

static void open_gap(struct list *list, size_t at, size_t n)
{
    shift(list->rows + at + n, list->rows + at, list->n - at);
    list->n += n;
}

void window_insert(struct list *list, size_t at, struct row *row)
{
    bool held = list_held(list);

    if (list->n == LIST_ROWS_MAX)
        drop_last(list);
    if (at > list->n)
        at = list->n;
    open_gap(list, at, 1);
    list->rows[at] = row;
    if (list->n == 1 || !held)
        return;
    if (at <= list->selected)
        list->selected++;
    if (at <= list->top)
        list->top++;
}

void window_remove(struct list *list, size_t at)
{
    free(list->rows[at]);
    list->n--;
    shift(list->rows + at, list->rows + at + 1, list->n - at);
    if (at < list->selected)
        list->selected--;
    if (at < list->top)
        list->top--;
    if (list->selected >= list->n)
        list->selected = list->n > 0 ? list->n - 1 : 0;
    if (list->top > list->selected)
        list->top = list->selected;
}

void window_to_front(struct list *list, size_t at)
{
    struct row *row = list->rows[at];

    shift(list->rows + 1, list->rows, at);
    list->rows[0] = row;
}

static size_t fitting(struct row **rows, size_t n)
{
    while (n > LIST_ROWS_MAX)
        free(rows[--n]);
    return n;
}

void window_append(struct list *list, struct row **rows, size_t n)
{
    n = fitting(rows, n);
    if (list->n + n > LIST_ROWS_MAX)
        drop_first(list, list->n + n - LIST_ROWS_MAX);
    shift(list->rows + list->n, rows, n);
    list->n += n;
}

void window_prepend(struct list *list, struct row **rows, size_t n)
{
    bool was_empty = list->n == 0;

    n = fitting(rows, n);
    while (list->n + n > LIST_ROWS_MAX)
        drop_last(list);
    open_gap(list, 0, n);
    shift(list->rows, rows, n);
    if (was_empty)
        return;
    list->top += n;
    list->selected += n;
    if (list->selected >= list->n)
        list->selected = list->n - 1;
    if (list->top > list->selected)
        list->top = list->selected;
}

static void drop_rows(struct list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->rows[i]);
    list->n = list->top = list->selected = 0;
    open_edge(list, LIST_UP);
    open_edge(list, LIST_DOWN);
}

void window_clear_to(struct list *list, size_t at)
{
    if (at > 0 && at <= list->n && !window_both_ways(list))
        push_anchor(list, &list->rows[at - 1]->uid);
    drop_rows(list);
}

void window_clear(struct list *list)
{
    drop_rows(list);
    free(list->anchors);
    list->anchors = NULL;
    list->n_anchors = list->cap_anchors = 0;
}

static size_t moved(size_t from, int64_t by, size_t last)
{
    if (by < 0)
        return (size_t)-by < from ? from - (size_t)-by : 0;
    return (size_t)by < last - from ? from + (size_t)by : last;
}

void window_show_selected(struct list *list, size_t visible)
{
    size_t last_top = list->n > visible ? list->n - visible : 0;

    if (list->selected >= list->n)
        list->selected = list->n > 0 ? list->n - 1 : 0;
    if (list->selected >= list->top + visible)
        list->top = list->selected + 1 - visible;
    if (list->top > last_top && list->edges[LIST_DOWN].end)
        list->top = last_top;
    if (list->top > list->selected)
        list->top = list->selected;
}

void window_move(struct list *list, int64_t by, size_t visible)
{
    if (list->n == 0)
        return;
    list->selected = moved(list->selected, by, list->n - 1);
    window_show_selected(list, visible);
}

void window_page(struct list *list, int64_t by, size_t visible)
{
    if (list->n == 0)
        return;
    list->top = moved(list->top, by, list->n - 1);
    window_move(list, by, visible);
}
