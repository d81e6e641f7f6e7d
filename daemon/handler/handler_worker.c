/* The handler `worker`: attempts leased to programs outside. */
#include "daemon/handler/handler_worker.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/handler/worker_asks.h"
#include "daemon/handler/worker_leases.h"

struct worker {
    struct loop_source *timer;
    const struct clock *clock;
    struct handler_listener listener;
    struct worker_settings settings;
    struct worker_leases *leases;
    struct worker_asks asks; /* who waits for leases */
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
    struct worker *w = self;
    struct worker_ask *ask = w->stopping ? NULL : worker_asks_next(&w->asks);
    struct worker_lease *lease = NULL;

    if (ask == NULL) { /* whoever asked for it has gone meanwhile */
        const struct attempt_end end = {
            .order = attempt->order, .outcome = OUTCOME_GIVEN_BACK, .retry_after_us = -1};

        w->listener.ended(w->listener.self, &end);
        return;
    }
    lease = worker_leases_add(w->leases, attempt, ask);
    lease->lasts_us = ask->lease_us > 0 ? ask->lease_us : w->settings.lease_us;
    if (lease->lasts_us > LEASE_MAX_US)
        lease->lasts_us = LEASE_MAX_US;
    prolong(w, lease);
    w->asks.n_served += ask->n == 0;
    give(ask, lease);
    set_timer(w);
}

static void cancel(void *self, int64_t order)
{
    struct worker *w = self;
    struct worker_lease *lease = worker_leases_of(w->leases, order);

    if (lease != NULL)
        lease->cancel = true;
}

static void stop(void *self)
{
    struct worker *w = self;
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
    struct worker *w = self;

    return worker_asks_wants(&w->asks, LEASES_MAX - worker_leases_count(w->leases));
}

static void passed(void *self, size_t starting, bool looking)
{
    struct worker *w = self;

    worker_asks_passed(&w->asks, starting, looking);
    set_timer(w);
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
    struct worker *w = self;
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

enum err handler_worker_end(struct handler *handler, struct worker_end *end)
{
    static const enum outcome failed[2] = {OUTCOME_FAILED, OUTCOME_FAILED_FOR_GOOD};
    struct worker *w = handler->self;
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

enum err handler_worker_heartbeat(struct handler *handler, const struct worker_claim *claim,
                                  int64_t *expires_at, bool *cancel_noted)
{
    struct worker *w = handler->self;
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

enum err handler_worker_ask(struct handler *handler, struct worker_ask *ask, struct why *why)
{
    struct worker *w = handler->self;

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

void handler_worker_return(struct handler *handler, const struct worker_given *given)
{
    struct worker *w = handler->self;
    const struct worker_claim claim = {.uid = given->attempt.uid, .token = slice_of(given->token)};
    struct worker_lease *lease = worker_leases_find(w->leases, &claim);

    if (lease == NULL || lease->op != LEASE_NOT || --lease->holders > 0)
        return;
    end_lease(w, lease, OUTCOME_GIVEN_BACK);
    set_timer(w);
}

/* ---- coming and going ---- */

static void worker_free(void *self)
{
    struct worker *w = self;

    while (w->asks.first != NULL)
        worker_asks_answer(&w->asks, w->asks.first);
    worker_leases_free(w->leases);
    loop_source_free(w->timer);
    free(w);
}

static const struct handler_ops ops = {
    .name = "worker",
    .start = start,
    .cancel = cancel,
    .stop = stop,
    .instant = instant,
    .wants = wants,
    .passed = passed,
    .stored = stored,
    .own_time = true,
    .free = worker_free,
};

enum err handler_worker_new(const struct worker_parts *parts,
                            const struct worker_settings *settings, struct handler *out,
                            struct why *why)
{
    struct worker *w = calloc(1, sizeof(*w));

    if (w == NULL)
        abort();
    w->clock = parts->clock;
    w->listener = parts->listener;
    w->settings = *settings;
    w->asks.clock = parts->clock;
    w->timer_at = w->asks.wait_until = INT64_MAX;
    w->leases = worker_leases_new();
    if (loop_add_timer(parts->loop, on_time, w, &w->timer) != OK) {
        worker_leases_free(w->leases);
        free(w);
        return err_set(why, ERR_INTERNAL, "cannot make the timer of leases");
    }
    *out = (struct handler){&ops, w};
    return OK;
}

void handler_worker_set(struct handler *handler, const struct worker_settings *settings)
{
    struct worker *w = handler->self;

    w->settings = *settings;
}
