/* The handler `worker`: attempts leased to programs outside. */
#include "daemon/handler/handler_worker.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/handler/worker_asks.h"
#include "daemon/handler/worker_leases.h"
#include "shared/need.h"

/* What is leased of one step: its own handler, as dispatch sees it. */
struct worker_pool {
    struct worker *worker;
    size_t number; /* among the worker's */
    char step[STEP_NAME_MAX + 1];
    int64_t lease_us;
};

struct worker {
    struct loop_source *timer;
    const struct clock *clock;
    struct handler_listener listener;
    struct worker_leases *leases;
    struct worker_asks asks; /* who waits for leases */
    struct worker_pool pools[WORKER_POOLS_MAX];
    int64_t timer_at;
    bool stopping;
};

static int64_t mono(const struct worker *w)
{
    return clock_mono(w->clock);
}

static void set_timer(struct worker *w)
{
    const struct worker_lease *lease = worker_leases_soonest(w->leases);
    int64_t at = w->asks.wait_until;

    if (lease != NULL && lease->ends_at < at)
        at = lease->ends_at;
    if (at != w->timer_at)
        loop_timer_set(w->timer, at);
    w->timer_at = at;
}

/* ---- giving ---- */

static void give(struct worker_ask *ask, const struct worker_lease *lease)
{
    struct worker_given *given = &ask->given[ask->n++];

    *given = (struct worker_given){.attempt = lease->attempt, .expires_at = lease->expires_at};
    memcpy(given->token, lease->token, sizeof(given->token));
}

/* The same worker and key: the same leases, as far as they still hold. */
static void give_again(const struct worker *w, struct worker_ask *ask)
{
    struct worker_lease *lease = worker_leases_round(w->leases, ask);

    for (; lease != NULL && ask->n < ask->max; lease = lease->next) {
        if (lease->op != LEASE_NOT)
            continue;
        lease->holders++;
        give(ask, lease);
    }
}

static void prolong(struct worker *w, struct worker_lease *lease)
{
    lease->expires_at = clock_wall(w->clock) + lease->lasts_us;
    worker_leases_time(w->leases, lease, mono(w) + lease->lasts_us);
}

/* ---- ends ---- */

/* The lease is no more; the attempt ends so. */
static void end_lease(struct worker *w, struct worker_lease *lease, enum outcome outcome)
{
    struct attempt_end end = {
        .order = lease->attempt.order, .outcome = outcome, .retry_after_us = -1};

    if (outcome == OUTCOME_FAILED)
        end.reason = SLICE(WORKER_EXPIRED_REASON);
    worker_leases_remove(w->leases, lease);
    w->listener.ended(w->listener.self, &end);
}

static void expire(struct worker *w)
{
    int64_t now = mono(w);
    struct worker_lease *lease = worker_leases_soonest(w->leases);

    for (; lease != NULL && lease->ends_at <= now; lease = worker_leases_soonest(w->leases))
        end_lease(w, lease, OUTCOME_FAILED);
}

static void on_time(void *self)
{
    struct worker *w = self;

    w->timer_at = INT64_MAX; /* it is off now */
    expire(w);
    set_timer(w); /* whose wait is over is answered at the end of the pass */
}

/* ---- what every handler is ---- */

static void start(void *self, const struct attempt *attempt)
{
    const struct worker_pool *pool = self;
    struct worker *w = pool->worker;
    struct worker_ask *ask = w->stopping ? NULL : worker_asks_next(&w->asks, pool->number);
    struct worker_lease *lease = NULL;

    if (ask == NULL) { /* whoever asked for it has gone meanwhile */
        const struct attempt_end end = {
            .order = attempt->order, .outcome = OUTCOME_GIVEN_BACK, .retry_after_us = -1};

        w->listener.ended(w->listener.self, &end);
        return;
    }
    lease = worker_leases_add(w->leases, attempt, ask);
    lease->lasts_us = ask->lease_us > 0 ? ask->lease_us : pool->lease_us;
    if (lease->lasts_us > LEASE_MAX_US)
        lease->lasts_us = LEASE_MAX_US;
    prolong(w, lease);
    w->asks.n_served += ask->n == 0;
    give(ask, lease);
    set_timer(w);
}

static void cancel(void *self, int64_t order)
{
    const struct worker_pool *pool = self;
    struct worker *w = pool->worker;
    struct worker_lease *lease = worker_leases_of(w->leases, order);

    if (lease != NULL)
        lease->cancel = true;
}

static void stop(void *self)
{
    const struct worker_pool *pool = self;
    struct worker *w = pool->worker;
    struct worker_lease *lease = NULL;

    w->stopping = true;
    while (w->asks.first != NULL) {
        w->asks.n_served -= w->asks.first->n > 0;
        w->asks.first->n = 0; /* they would lose them at once */
        worker_asks_answer(&w->asks, w->asks.first);
    }
    for (lease = worker_leases_any(w->leases); lease != NULL; lease = worker_leases_any(w->leases))
        end_lease(w, lease, OUTCOME_GIVEN_BACK);
    set_timer(w);
}

static bool instant(const void *self)
{
    (void)self;
    return false;
}

static size_t wants(void *self)
{
    const struct worker_pool *pool = self;
    struct worker *w = pool->worker;

    return worker_asks_wants(&w->asks, pool->number, LEASES_MAX - worker_leases_count(w->leases));
}

static void promised(void *self, size_t more)
{
    const struct worker_pool *pool = self;

    worker_asks_promised(&pool->worker->asks, pool->number, more);
}

static void passed(void *self, size_t starting, bool looking)
{
    const struct worker_pool *pool = self;

    if (worker_asks_passed(&pool->worker->asks, pool->number, starting, looking))
        set_timer(pool->worker);
}

/* ---- a lease's end, as its worker asks for it ---- */

static void tell(struct worker_end *end, const struct attempt_stored *stored)
{
    while (end != NULL) {
        struct worker_end *next = end->next;

        end->err = stored->err;
        if (stored->err != OK)
            end->why = *stored->why;
        end->status = stored->status;
        end->next_attempt_at = stored->next_attempt_at;
        end->done(end);
        end = next;
    }
}

/* Refused: the worker still has its lease, and may end it again. */
static void take_up_again(struct worker *w, struct worker_lease *lease)
{
    lease->op = LEASE_NOT;
    worker_leases_time(w->leases, lease, lease->ends_at);
    if (w->stopping)
        end_lease(w, lease, OUTCOME_GIVEN_BACK);
    set_timer(w);
}

static void stored(void *self, const struct attempt_stored *stored)
{
    const struct worker_pool *pool = self;
    struct worker *w = pool->worker;
    struct worker_lease *lease = worker_leases_of(w->leases, stored->order);
    struct worker_end *ends = lease != NULL ? lease->ends : NULL;

    if (lease == NULL || lease->op == LEASE_NOT)
        return;
    if (stored->err == OK) {
        worker_leases_remove(w->leases, lease);
        tell(ends, stored);
    } else {
        lease->ends = NULL;
        tell(ends, stored);
        take_up_again(w, lease);
    }
}

static enum err lost(struct why *why)
{
    return err_set(why, ERR_LEASE_LOST, "the lease expired, was ended or never was");
}

/* A lease that is held, even by a late timer. */
static struct worker_lease *held(struct worker *w, const struct worker_claim *claim)
{
    struct worker_lease *lease = worker_leases_find(w->leases, claim);

    if (lease == NULL || lease->op != LEASE_NOT || lease->ends_at > mono(w))
        return lease;
    end_lease(w, lease, OUTCOME_FAILED);
    set_timer(w);
    return NULL;
}

enum err handler_worker_end(struct worker *w, struct worker_end *end)
{
    static const enum outcome failed[2] = {OUTCOME_FAILED, OUTCOME_FAILED_FOR_GOOD};
    struct worker_lease *lease = held(w, &end->claim);
    struct attempt_end attempt = {.outcome = OUTCOME_FULFILLED,
                                  .reason = end->reason,
                                  .result = end->result,
                                  .retry_after_us = end->retry_after_us,
                                  .by = end->by,
                                  .op = end->op,
                                  .lease = end->claim.token};

    if (lease == NULL || (lease->op != LEASE_NOT && lease->op != end->op))
        return lost(&end->why);
    end->next = lease->ends;
    lease->ends = end;
    if (lease->op != LEASE_NOT)
        return OK;
    lease->op = end->op;
    worker_leases_untime(w->leases, lease);
    attempt.order = lease->attempt.order;
    if (end->op == LEASE_FAILED)
        attempt.outcome = failed[end->permanent ? 1 : 0];
    w->listener.ended(w->listener.self, &attempt);
    return OK;
}

enum err handler_worker_heartbeat(struct worker *w, const struct worker_claim *claim,
                                  int64_t *expires_at, bool *cancel_noted)
{
    struct worker_lease *lease = held(w, claim);

    if (lease == NULL || lease->op != LEASE_NOT)
        return ERR_LEASE_LOST;
    prolong(w, lease);
    set_timer(w);
    *expires_at = lease->expires_at;
    *cancel_noted = lease->cancel;
    return OK;
}

/* ---- asking ---- */

enum err handler_worker_ask(struct worker *w, struct worker_ask *ask, struct why *why)
{
    enum err e = OK;

    ask->n = 0;
    if (ask->key.p != NULL)
        give_again(w, ask);
    if (ask->n > 0 || w->stopping) {
        ask->answer(ask);
        return OK;
    }
    e = worker_asks_put(&w->asks, ask, why);
    set_timer(w);
    return e;
}

void handler_worker_return(struct worker *w, const struct worker_given *given)
{
    const struct worker_claim claim = {.uid = given->attempt.uid, .token = slice_of(given->token)};
    struct worker_lease *lease = worker_leases_find(w->leases, &claim);

    if (lease == NULL || lease->op != LEASE_NOT || --lease->holders > 0)
        return;
    end_lease(w, lease, OUTCOME_GIVEN_BACK);
    set_timer(w);
}

/* ---- coming and going ---- */

/* A pool goes with its worker. */
static void pool_free(void *self)
{
    (void)self;
}

static const struct handler_ops ops = {
    .name = "worker",
    .start = start,
    .cancel = cancel,
    .stop = stop,
    .instant = instant,
    .wants = wants,
    .promised = promised,
    .passed = passed,
    .stored = stored,
    .own_time = true,
    .free = pool_free,
};

enum err handler_worker_new(const struct worker_parts *parts, struct worker **out, struct why *why)
{
    struct worker *w = need(calloc(1, sizeof(*w)));

    w->clock = parts->clock;
    w->listener = parts->listener;
    w->asks.clock = parts->clock;
    w->timer_at = w->asks.wait_until = INT64_MAX;
    w->leases = worker_leases_new();
    if (loop_add_timer(parts->loop, on_time, w, &w->timer) != OK) {
        worker_leases_free(w->leases);
        free(w);
        return err_set(why, ERR_INTERNAL, "cannot make the timer of leases");
    }
    *out = w;
    return OK;
}

void handler_worker_free(struct worker *w)
{
    if (w == NULL)
        return;
    while (w->asks.first != NULL)
        worker_asks_answer(&w->asks, w->asks.first);
    worker_leases_free(w->leases);
    loop_source_free(w->timer);
    free(w);
}

struct handler handler_worker_pool(struct worker *w, const struct worker_step *step)
{
    size_t number = w->asks.coming.n++;
    struct worker_pool *pool = &w->pools[number];

    *pool = (struct worker_pool){.worker = w, .number = number, .lease_us = step->lease_us};
    memcpy(pool->step, step->name.p, step->name.n);
    return (struct handler){&ops, pool};
}

void handler_worker_set(struct handler *handler, int64_t lease_us)
{
    ((struct worker_pool *)handler->self)->lease_us = lease_us;
}

uint32_t handler_worker_serves(const struct worker *w, struct slice step)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < w->asks.coming.n; i++) {
        if (step.p == NULL || slice_eq(slice_of(w->pools[i].step), step))
            bits |= 1U << i;
    }
    return bits;
}
