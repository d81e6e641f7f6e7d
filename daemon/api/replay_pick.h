/* Which dead letters a replay means: a filter that the store keeps with it, or a list of orders. */
#pragma once

#include "daemon/api/op_handler.h"

#define REPLAY_PICK_MAX 10000 /* orders of a replay that no filter text can name */
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
    const struct uuid *uids;  /* else, oldest first */
    size_t n_uids;
    int64_t matched;
    int64_t upto; /* the newest dead letter that belongs to it; REPLAY_UPTO_NONE: none does */
};

/*
 * Turns the query into a pick. `from`, `to`, `search` and values with a `*` of their own have no
 * words in the filter language: those dead letters are picked one by one now.
 *
 * errors   ERR_TOO_LARGE when more than REPLAY_PICK_MAX would have to be picked so; the store's
 * thread   a reader's
 */
enum err replay_pick_make(const struct replay_choice *choice, struct replay_pick *out,
                          struct why *why);

/* What a dry run finds; the groups most frequent first. */
struct replay_groups {
    struct store_preview preview;
    struct reason_group *groups;
    size_t n;
};

/* A dry run of a list of ids (the choice's query is not looked at). Thread: a reader's. */
enum err replay_pick_preview(const struct replay_choice *choice, const struct id_list *ids,
                             struct replay_groups *out, struct why *why);
