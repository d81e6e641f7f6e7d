/* The best of the waiting orders, bounded. */
#include "daemon/core/dispatch_window.h"

#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_due(const void *x, const void *y)
{
    const struct waiting *a = x;
    const struct waiting *b = y;
    int order = compare(a->due_at, b->due_at);

    return order != 0 ? order : compare(a->id, b->id);
}

static int by_priority(const void *x, const void *y)
{
    const struct waiting *a = x;
    const struct waiting *b = y;
    int order = compare(a->priority, b->priority);

    return order != 0 ? order : by_due(x, y);
}

static bool better(const struct dispatch_window *window, const struct waiting *a,
                   const struct waiting *b)
{
    return (window->by_due ? by_due(a, b) : by_priority(a, b)) < 0;
}

static void sort(const struct dispatch_window *window, struct waiting *items, size_t n)
{
    if (n > 0)
        qsort(items, n, sizeof(*items), window->by_due ? by_due : by_priority);
}

struct dispatch_window *dispatch_window_new(bool soonest)
{
    struct dispatch_window *window = need(calloc(1, sizeof(*window)));

    window->by_due = soonest;
    return window;
}

void dispatch_window_free(struct dispatch_window *window)
{
    free(window);
}

static void rise(struct dispatch_window *window, size_t i)
{
    struct waiting *heap = window->heap;
    struct waiting item = heap[i];

    while (i > 0 && better(window, &item, &heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = item;
}

static void sink(struct dispatch_window *window, size_t i)
{
    struct waiting item = window->heap[i];
    size_t child = 2 * i + 1;

    while (child < window->n) {
        if (child + 1 < window->n && better(window, &window->heap[child + 1], &window->heap[child]))
            child++;
        if (!better(window, &window->heap[child], &item))
            break;
        window->heap[i] = window->heap[child];
        i = child;
        child = 2 * i + 1;
    }
    window->heap[i] = item;
}

static void set_bound(struct dispatch_window *window, const struct waiting *bound)
{
    if (!window->more || better(window, bound, &window->bound))
        window->bound = *bound;
    window->more = true;
}

/* The worse half goes: the store has it. A sorted array is a heap. */
static void halve(struct dispatch_window *window)
{
    sort(window, window->heap, window->n);
    window->n /= 2;
    set_bound(window, &window->heap[window->n]);
}

void dispatch_window_push(struct dispatch_window *window, const struct waiting *item)
{
    if (window->filling && window->n_fresh < DISPATCH_WINDOW_MAX)
        window->fresh[window->n_fresh++] = *item;
    else if (window->filling)
        window->lost = true;
    if (window->n == DISPATCH_WINDOW_MAX)
        halve(window);
    if (window->more && better(window, &window->bound, item))
        return;
    window->heap[window->n++] = *item;
    rise(window, window->n - 1);
}

const struct waiting *dispatch_window_top(const struct dispatch_window *window)
{
    return window->n > 0 ? &window->heap[0] : NULL;
}

struct waiting dispatch_window_pop(struct dispatch_window *window)
{
    struct waiting top = window->heap[0];

    window->heap[0] = window->heap[--window->n];
    if (window->n > 0)
        sink(window, 0);
    return top;
}

bool dispatch_window_wants(const struct dispatch_window *window)
{
    return window->stale || (window->more && window->n < DISPATCH_WINDOW_LOW);
}

void dispatch_window_fill_begin(struct dispatch_window *window)
{
    window->filling = true;
    window->n_fresh = 0;
    window->lost = false;
    window->stale = false;
}

void dispatch_window_fill_end(struct dispatch_window *window, const struct waiting *items, size_t n,
                              bool full)
{
    if (n > 0)
        memcpy(window->heap, items, n * sizeof(*items));
    window->n = n;
    window->filling = false;
    window->more = false;
    window->stale = window->lost;
    if (full && n > 0)
        set_bound(window, &items[n - 1]);
    sort(window, window->heap, window->n);
    /* What is in both comes twice: the second is refused, or found to be under way. */
    for (size_t i = 0; i < window->n_fresh; i++)
        dispatch_window_push(window, &window->fresh[i]);
}

void dispatch_window_fill_fail(struct dispatch_window *window)
{
    window->filling = false;
    window->stale = true;
}
