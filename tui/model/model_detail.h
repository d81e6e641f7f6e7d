/* One order with all that it went through: the selected one, the followed one, or the one opened.
 */
#pragma once

#include "shared/order.h"
#include "shared/err.h"

#define DETAIL_ENTRIES_MAX 2000

struct detail {
    bool wanted; /* `uid` is meant to be shown */
    bool following;
    struct uuid uid;
    bool have;                  /* `order` is known, for `uid` */
    bool have_entries;          /* `entries` too */
    bool more;                  /* over DETAIL_ENTRIES_MAX entries */
    char refused[WHY_TEXT_MAX]; /* why it is not known; "" */
    struct order order;         /* whole; in the arena */
    struct entry *entries;      /* oldest first */
    size_t n_entries;
    size_t top;    /* the first line on the screen, when open */
    bool from_end; /* `top` is counted back from the last screenful */

    /* inside */
    struct arena order_arena, entries_arena, coming_arena;
    struct entry *coming;
    size_t n_coming;
    uint64_t asking_order, asking_entries;
    int64_t ask_at; /* mono; 0: not due */
};

/* The entry's step in time after the one before it in µs; 0 for the first. */
int64_t detail_gap(const struct detail *detail, size_t i);
