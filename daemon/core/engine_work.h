/* A transaction in the making: its state, and how a decision about an order is put down in it. */
#pragma once

#include <stdatomic.h>

#include "daemon/core/command.h"
#include "daemon/core/engine_cache.h"
#include "daemon/core/workflow.h"
#include "shared/clock.h"

#define ENGINE_ACTOR SLICE("dofsd")
#define ENGINE_TALLIES_MAX 16

/* What a rollback takes back. */
struct engine_state {
    struct store_totals totals;
    const struct workflow_settings *settings;
    bool draining;
};

enum engine_end { ENGINE_END_FULFILLED, ENGINE_END_FAILED, ENGINE_END_CANCELLED };
#define ENGINE_ENDS_MAX 256

/* A replay whose orders ended, and when it was last told of. */
struct engine_tally {
    int64_t replay;
    bool known;                    /* that it is, or is not, */
    bool watched;                  /* one of which every end counts */
    size_t n_ends;                 /* not yet stored */
    uint8_t ends[ENGINE_ENDS_MAX]; /* enum engine_end */
    int64_t told_at;               /* by clock_mono */
};

/* A commit with what it owns, on its way to the loop's thread. */
struct engine_handed {
    struct engine_handed *next;
    struct commit commit;
    struct event *events;
    struct waiting *waiting;
    int64_t *cancelling;
    size_t weight;   /* of its commands, in the inbox's measure */
    bool committed;  /* false: the commands were refused, there is nothing to tell */
    bool read_only;  /* the store could not be written this time; `text` says why */
    enum err failed; /* not OK: the store can no longer be written; `text` says why */
    char text[WHY_TEXT_MAX];
};

/* Thread: the writer's, but for max_backlog. */
struct engine_work {
    struct store *store;
    const struct clock *clock;
    struct engine_cache *cache;
    struct rng rng;
    struct uuid_maker uuids;
    _Atomic int64_t max_backlog;
    struct engine_state state;
    struct engine_state saved; /* as it was before the transaction */
    struct engine_tally tallies[ENGINE_TALLIES_MAX];
    struct buf text; /* scratch */
    bool counted;    /* the totals have changed in this transaction */

    /* the commit in the making; lists are the arena's or malloc's */
    struct arena arena;
    struct event *events;
    size_t n_events, cap_events;
    struct waiting *waiting;
    size_t n_waiting, cap_waiting;
    int64_t *cancelling;
    size_t n_cancelling, cap_cancelling;
};

void engine_work_init(struct engine_work *work, struct store *store, const struct clock *clock,
                      const struct workflow_settings *workflow);
void engine_work_done(struct engine_work *work);

/* Is it the store that failed, so that the transaction must be rolled back? */
bool engine_work_fatal(enum err e);

enum err engine_work_begin(struct engine_work *work, struct why *why);
/* Stores totals and events, commits, and moves what there is to tell into *out. On an error the
   transaction is rolled back. */
enum err engine_work_commit(struct engine_work *work, struct engine_handed *out, struct why *why);
/* The same at the start, when there is nobody to tell yet. */
enum err engine_work_commit_alone(struct engine_work *work, struct why *why);
void engine_work_free_handed(struct engine_handed *handed); /* on the heap; takes NULL */
void engine_work_rollback(struct engine_work *work);

/* What decisions are made with, now, on behalf of an actor. */
struct workflow_now engine_work_now(struct engine_work *work, struct slice by);

/* Where it waits: STORE_POOL of the step it is at. */
uint16_t engine_work_pool(const struct engine_work *work, const struct order *order);

/* An order as it stands, without its lists. ERR_NOT_FOUND; ERR_DAMAGED: it is to be left alone. */
enum err engine_work_get(struct engine_work *work, int64_t id, struct order *out, struct why *why);
enum err engine_work_find(struct engine_work *work, const struct uuid *uid, struct order *out,
                          struct why *why);

/* Puts down what was decided: order, history, dead letter, event, totals. Fills order->seq. */
enum err engine_work_apply(struct engine_work *work, struct order *order, struct decision *decision,
                           struct why *why);

/* A new event with its seq and time; `at` is wall time. Good until the next one. */
struct event *engine_work_event(struct engine_work *work, int64_t at);
