/*
 * The part of store.h that is about steps: their numbers, what they hand on, and the pools in which
 * orders wait for an attempt.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/limits.h"
#include "shared/order.h"

struct store;
struct store_reader;

/*
 * Steps by number: the number is stored and never changes its meaning; `fulfil` has 0. Adding one
 * is a transaction of its own, beside the writer's, for which it waits, and none to add one that is
 * known. No order may be at a step that is not known.
 *
 * errors   of adding: ERR_INVALID when STEPS_EVER_MAX are known already; ERR_READ_ONLY
 * thread   adding: one at a time, be it the writer's or not, but not within a transaction; reading:
 *          any
 */
enum err store_add_step(struct store *store, struct slice name, uint32_t *number, struct why *why);
uint32_t store_steps(const struct store *store); /* how many are known */
struct slice store_step_name(const struct store *store, uint32_t number);
/* STEPS_EVER_MAX: it is not known. */
uint32_t store_step_number(const struct store *store, struct slice name);

/* What waits for one handler: the attempts, or the undos, of one step. */
#define STORE_POOL(step_number, undo) ((uint16_t)(2 * (step_number) + ((undo) ? 1 : 0)))
#define STORE_POOLS_MAX (2 * STEPS_EVER_MAX)

/*
 * What a done step of an order hands on (never absent), in place of an earlier one. Gone with the
 * order; of the last step it is the order's own `result`. The order's sums change: it is to be
 * changed next. What was done before a replay from the start is kept, for it may have to be undone,
 * but is not among the `results` of an order that has not come to that step again.
 */
enum err store_add_result(struct store *store, struct order *order, const struct pair *result,
                          struct why *why);

/* A waiting order, as dispatch sees it. */
struct waiting {
    int64_t id;
    int64_t due_at;
    uint8_t priority;
    uint16_t pool; /* STORE_POOL */
};
/*
 * Orders of a pool waiting for an attempt. `ready`: those due by `now_us`, best first (priority,
 * due_at, id); else those due later, soonest first. At most `max`; n < max: there are no more.
 */
struct store_waiting_ask {
    bool ready;
    int64_t now_us;
    size_t max;
    struct waiting *out;
    size_t n; /* out */
    uint16_t pool;
};
enum err store_waiting(struct store_reader *reader, struct store_waiting_ask *ask, struct why *why);

/* due_at of the QUEUED order that has waited longest among those due; 0: none. */
enum err store_oldest_queued(struct store_reader *reader, int64_t now_us, int64_t *due_at,
                             struct why *why);
/* The same of one pool, where UNDOING ones count as well. */
enum err store_oldest_waiting(struct store_reader *reader, uint16_t pool, int64_t now_us,
                              int64_t *due_at, struct why *why);
/* How many dead letters are in the DLQ, by the step they failed at: `out` has STEPS_EVER_MAX. */
enum err store_dead_by_step(struct store_reader *reader, int64_t *out, struct why *why);
