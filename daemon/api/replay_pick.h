/* Which dead letters a replay means: a filter that the store keeps with it, or a list of orders. */
#pragma once

#include "daemon/api/op_handler.h"

#define REPLAY_PICK_MAX 10000 /* orders of a replay that no filter text can name */

struct replay_pick {
    struct slice filter_text; /* where the filter language can say it; empty: all */
    const struct uuid *uids;  /* else, oldest first */
    size_t n_uids;
    int64_t matched;
    int64_t upto; /* the newest dead letter that belongs to it */
};

/*
 * Turns the query into a pick. `from`, `to`, `search` and values with a `*` of their own have no
 * words in the filter language: those dead letters are picked one by one now.
 *
 * errors   ERR_TOO_LARGE when more than REPLAY_PICK_MAX would have to be picked so; the store's
 * thread   a reader's; what is in the pick lives in `arena`
 */
enum err replay_pick_make(struct store_reader *reader, const struct dead_query *query,
                          int64_t now_us, struct arena *arena, struct replay_pick *out,
                          struct why *why);

/*
 * What a dry run of a list of ids finds: groups as store_preview_dead hands them out, most frequent
 * first. `ids` is sorted in place.
 */
struct replay_groups {
    struct store_preview preview;
    struct reason_group *groups;
    size_t n, cap;
};
enum err replay_pick_preview(struct store_reader *reader, const struct id_list *ids,
                             struct arena *arena, struct replay_groups *out, struct why *why);
