/*
 * The best of the waiting orders, bounded: what does not fit stays in the store alone, and the
 * window knows that there is more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/store/store.h"

#define DISPATCH_WINDOW_MAX 4096
#define DISPATCH_WINDOW_LOW 1024 /* filled up again when it holds fewer, and there is more */

struct dispatch_window {
    bool by_due; /* best: soonest; else by priority, then due, then number */
    size_t n;
    struct waiting heap[DISPATCH_WINDOW_MAX];
    bool more;            /* the store holds some that are not here: none better than `bound` */
    struct waiting bound; /* what is worse than it is not taken */
    bool stale;           /* must be filled anew, however full */

    /* while it is being filled: what came since, for the store's answer may be older */
    bool filling;
    size_t n_fresh;
    struct waiting fresh[DISPATCH_WINDOW_MAX];
    bool lost; /* more came than that */
};

struct dispatch_window *dispatch_window_new(bool soonest);
void dispatch_window_free(struct dispatch_window *window); /* takes NULL */

void dispatch_window_push(struct dispatch_window *window, const struct waiting *item);
/* The best; NULL when there is none. Good until the window changes. */
const struct waiting *dispatch_window_top(const struct dispatch_window *window);
struct waiting dispatch_window_pop(struct dispatch_window *window); /* not of an empty one */

bool dispatch_window_wants(const struct dispatch_window *window);

/* Filling: begun, then ended by what the store said (`full`: it has more), or given up. */
void dispatch_window_fill_begin(struct dispatch_window *window);
void dispatch_window_fill_end(struct dispatch_window *window, const struct waiting *items, size_t n,
                              bool full);
void dispatch_window_fill_fail(struct dispatch_window *window);
