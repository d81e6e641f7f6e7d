/* Which dead letters a replay means: a filter that the store keeps with it, or a list of orders. */
#pragma once

#include "daemon/api/op_handler.h"

/* Dead letters by their `n`; rising once the walk is over. */
struct dead_numbers {
    struct arena *arena;
    int64_t *at;
    size_t n, cap;
};

#define REPLAY_UPTO_NONE (-1) /* `upto` of a replay that no dead letter belongs to */

/* Where to look, and for what; all borrowed. */
struct replay_choice {
    struct store_reader *reader;
    const struct dead_query *query;
    int64_t now_us;
    struct arena *arena; /* what is found lives here */
};

struct replay_pick {
    struct slice filter_text; /* where the filter language can say it; empty: all */
    struct dead_numbers ns;   /* else, oldest first */
    int64_t matched;
    int64_t upto; /* the newest dead letter that belongs to it; REPLAY_UPTO_NONE: none does */
};

/*
 * Turns the query into a pick. `from`, `to`, `search` and values with a `*` of their own have no
 * words in the filter language: those dead letters are picked one by one now.
 *
 * errors   ERR_TOO_LARGE when more than PREVIEW_ORDERS_MAX would have to be picked so; the store's
 * thread   a reader's
 */
enum err replay_pick_make(const struct replay_choice *choice, struct replay_pick *out,
                          struct why *why);

/* What a dry run finds; the groups most frequent first. */
struct replay_groups {
    struct store_preview preview;
    struct reason_group *groups;
    size_t n;
    struct dead_numbers ns;
};

/* One more, met on a walk from the newest back. False: there are too many. */
bool dead_numbers_add(struct dead_numbers *numbers, int64_t n);
/* After the walk: the oldest first. */
void dead_numbers_reverse(struct dead_numbers *numbers);

/* A dry run of a list of ids (the choice's query is not looked at). Thread: a reader's. */
enum err replay_pick_preview(const struct replay_choice *choice, const struct id_list *ids,
                             struct replay_groups *out, struct why *why);
