/* Carries out the start and the end of attempts, and ends those that a crash cut short. */
#include "daemon/core/engine_attempts.h"

#include <string.h>

#include "shared/limits.h"
#include "shared/log.h"
#include "shared/steps.h"

#define RECOVER_AT_ONCE 500

/* What the order's step handed on: of an undo it is what is to be undone. */
static struct slice own_result(const struct order *order)
{
    for (size_t i = 0; i < order->n_results; i++) {
        if (slice_eq(order->results[i].key, order->step))
            return order->results[i].value;
    }
    return (struct slice){NULL, 0};
}

/*
 * The order, and where it is asked for with all its lists: these before anything is changed, so
 * that one that does not hold is refused and nothing more. The arena goes with the commit.
 */
static enum err load(struct engine_work *work, const struct command *command, struct order *order,
                     struct order **whole, struct why *why)
{
    const struct store_load_ask ask = {command->start.order, ORDER_WHOLE, &work->arena, order};
    enum err e = OK;

    if (!command->start.whole)
        return engine_work_get(work, command->start.order, order, why);
    e = store_load(work->store, &ask, why);
    if (e != OK)
        return e;
    *whole = arena_alloc(&work->arena, sizeof(**whole));
    **whole = *order;
    order->result = (struct slice){NULL, 0};
    return OK;
}

/* As it stands now, with the lists that it was loaded with. */
static void renew_whole(struct order *whole, const struct order *order)
{
    struct order loaded = *whole;

    *whole = *order;
    whole->trail = (struct slice){NULL, 0}; /* the store's */
    whole->items = loaded.items;
    whole->n_items = loaded.n_items;
    whole->metadata = loaded.metadata;
    whole->n_metadata = loaded.n_metadata;
    whole->results = loaded.results;
    whole->n_results = loaded.n_results;
    whole->result = order_undoes(order) ? own_result(whole) : loaded.result;
}

/* Steps draw independently of each other; the first one's is the order's. */
static uint64_t draw_of(const struct order *order, bool undo)
{
    size_t i = steps_find(order->steps, order->step);

    if (i == STEP_NONE || (i == 0 && !undo))
        return order->draw;
    return rng_mix(order->draw, i, undo);
}

static struct attempt attempt_of(const struct order *order, const struct order *whole)
{
    struct attempt attempt = {
        .order = order->id,
        .number = order->attempts,
        .replays = order->replays,
        .uid = order->uid,
        .undo = order_undoes(order),
        .whole = whole,
    };

    attempt.draw = draw_of(order, attempt.undo);
    if (order->step.n > 0 && order->step.n <= STEP_NAME_MAX)
        memcpy(attempt.step, order->step.p, order->step.n);
    return attempt;
}

enum err engine_attempts_start(struct engine_work *work, struct command *command, struct why *why)
{
    struct workflow_now now = engine_work_now(work, ENGINE_ACTOR);
    struct order *whole = NULL;
    struct order order = {0};
    struct decision decision;
    enum err e = OK;

    if (work->state.totals.paused || work->state.draining)
        return err_set(why, ERR_WRONG_STATE, "paused or draining: no attempt starts");
    e = load(work, command, &order, &whole, why);
    if (e == OK && command->start.in_pool && engine_work_pool(work, &order) != command->start.pool)
        e = err_set(why, ERR_WRONG_STATE, "it is at another step by now");
    if (e == OK)
        e = workflow_start(&now, &order, &decision, why);
    if (e == OK)
        e = engine_work_apply(work, &order, &decision, why);
    if (e != OK)
        return e;
    if (whole != NULL)
        renew_whole(whole, &order);
    command->start.attempt = attempt_of(&order, whole);
    return OK;
}

/* What a handler says, as text that can be stored: bytes that are no UTF-8 are made visible. */
static struct slice clean(struct engine_work *work, struct slice text)
{
    if (text.p == NULL || utf8_valid(text))
        return text;
    buf_clear(&work->text);
    text_escape(&work->text, text);
    return slice_copy(&work->arena, (struct slice){buf_text(&work->text), work->text.len});
}

/* The same request again is to get the same answer, as long as the order lives. */
static enum err keep_lease(struct engine_work *work, const struct command *command,
                           const struct order *order, struct why *why)
{
    const struct lease_end end = {.token = command->end.lease,
                                  .op = command->end.op,
                                  .status = order->status,
                                  .next_attempt_at = order->next_attempt_at};

    return store_add_lease(work->store, order->id, &end, why);
}

enum err engine_attempts_end(struct engine_work *work, struct command *command, struct why *why)
{
    struct workflow_now now = engine_work_now(work, ENGINE_ACTOR);
    struct attempt_end end = {.order = command->end.order,
                              .outcome = command->end.outcome,
                              .reason = clean(work, command->end.reason),
                              .result = clean(work, command->end.result),
                              .retry_after_us = command->end.retry_after_us};
    struct order order = {0};
    struct decision decision;
    enum err e = OK;

    if (command->by.p != NULL)
        now.by = command->by;
    e = engine_work_get(work, command->end.order, &order, why);
    if (e == OK)
        e = workflow_end(&now, &order, &end, &decision, why);
    if (e == OK)
        e = engine_work_apply(work, &order, &decision, why);
    if (e == OK && command->end.op != LEASE_NOT)
        e = keep_lease(work, command, &order, why);
    command->end.status = order.status;
    command->end.next_attempt_at = order.next_attempt_at;
    return e;
}

static enum err recover_one(struct engine_work *work, int64_t id, struct why *why)
{
    struct workflow_now now = engine_work_now(work, ENGINE_ACTOR);
    struct order order;
    struct decision decision;
    enum err e = engine_work_get(work, id, &order, why);

    if (e == ERR_DAMAGED) { /* it stays as it is, and the others go on */
        log_error("not recovered: %s", why->text);
        return OK;
    }
    if (e == OK)
        e = workflow_recover(&now, &order, &decision, why);
    return e == OK ? engine_work_apply(work, &order, &decision, why) : e;
}

/* One transaction. Its events are recorded, but there is nobody yet to be told. */
static enum err recover_some(struct engine_work *work, const int64_t *ids, size_t n,
                             struct why *why)
{
    enum err e = engine_work_begin(work, why);

    if (e != OK)
        return e;
    for (size_t i = 0; i < n && e == OK; i++)
        e = recover_one(work, ids[i], why);
    if (e != OK) {
        engine_work_rollback(work);
        return e;
    }
    return engine_work_commit_alone(work, why);
}

enum err engine_attempts_recover(struct engine_work *work, struct why *why)
{
    int64_t ids[RECOVER_AT_ONCE];
    struct store_ids running = {ids, RECOVER_AT_ONCE, RECOVER_AT_ONCE};
    int64_t after = 0;
    size_t all = 0;

    while (running.n == RECOVER_AT_ONCE) {
        enum err e = store_running(work->store, after, &running, why);

        if (e == OK && running.n > 0)
            e = recover_some(work, ids, running.n, why);
        if (e != OK)
            return e;
        all += running.n;
        after = running.n > 0 ? ids[running.n - 1] : after;
    }
    if (all > 0)
        log_notice("recovered %zu orders whose attempt was cut short", all);
    return OK;
}
