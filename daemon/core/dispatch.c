/*
 * Starts what is due, bounds how many run, ends what takes too long.
 *
 *   commits, store ──> later ──due──> ready ──> STARTING ──durable──> RUNNING ──> ENDING ──durable
 *                      (windows: hints only)    (flights)
 *
 * Windows, bounds and handlers are the pools'; all else is here, once. All that a pass of the loop
 * brings up, starts and ends, goes to the engine as one chain at the end of the pass.
 */
#include "daemon/core/dispatch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "daemon/core/dispatch_idle.h"
#include "daemon/core/dispatch_pool.h"
#include "daemon/core/dispatch_run.h"
#include "shared/log.h"
#include "shared/need.h"

struct dispatch {
    struct dispatch_parts parts;
    struct dispatch_pool *pools[STORE_POOLS_MAX]; /* in the order in which they were added */
    struct dispatch_pool *by_number[STORE_POOLS_MAX];
    size_t n_pools, turn; /* turn: which may start first in this pass */
    struct dispatch_run run;
    bool begun;
    int64_t timer_at;
    struct loop_source *timer, *pass;
    struct dispatch_idle *idle; /* those who wait until nothing is in flight */
};

static int64_t mono(const struct dispatch *d)
{
    return clock_mono(d->parts.clock);
}

/* An order waits. Every step that the store knows of has its pools. */
static void waits(void *self, const struct waiting *waiting)
{
    const struct dispatch *d = self;
    const struct dispatch_pool *pool = d->by_number[waiting->pool];

    if (pool != NULL)
        dispatch_look_add(pool->look, waiting);
    else
        log_debug("order number %" PRId64 " waits where nobody starts it", waiting->id);
}

static void damaged(void *self, const char *why)
{
    const struct dispatch *d = self;

    if (d->parts.damaged != NULL)
        d->parts.damaged(d->parts.self, why);
    else
        log_error("%s", why);
}

/* ---- the end of each pass ---- */

static bool may_start(const struct dispatch *d)
{
    struct control_state control = control_get(d->parts.control);

    return d->begun && !d->run.stopping && !control.paused && !control.draining &&
           mono(d) >= d->run.not_before;
}

static size_t room_of(const struct dispatch *d, const struct dispatch_pool *pool)
{
    size_t most = pool->handler.ops->starts_max;
    size_t room = most > 0 && d->run.n_slow >= most ? 0 : dispatch_pool_room(pool);

    return most > 0 && room > most - d->run.n_slow ? most - d->run.n_slow : room;
}

static void start_what_is_due(struct dispatch *d, struct dispatch_pool *pool)
{
    const struct handler *handler = &pool->handler;
    struct waiting waiting;
    size_t room = 0;
    size_t n = 0;

    dispatch_look_move_due(pool->look);
    pool->rate_waits = false;
    room = room_of(d, pool);
    while (n < room && dispatch_pool_next(pool, &waiting)) {
        struct flight *flight = dispatch_flights_find(&d->run.flights, waiting.id);

        if (flight == NULL) {
            dispatch_rate_take(&pool->rate, mono(d));
            dispatch_run_start(&d->run, pool, &waiting);
            n++;
        } else if (flight->pool != pool->number) { /* it is seen to when that one is over */
            flight->waiting = waiting;
            flight->again = true;
        } else if (flight->stage == FLIGHT_STARTING) { /* by an older hint, perhaps */
            dispatch_flights_twice(flight, &waiting);
        }
    }
    if (n > 0 && handler->ops->promised != NULL)
        handler->ops->promised(handler->self, n);
    dispatch_pool_fill(pool);
}

static void set_timer(struct dispatch *d, bool starting)
{
    int64_t at = d->run.flights.first != NULL ? d->run.flights.first->deadline : INT64_MAX;

    for (size_t i = 0; starting && i < d->n_pools; i++) {
        int64_t due = dispatch_pool_due(d->pools[i]);

        at = due < at ? due : at;
    }
    if (d->begun && mono(d) < d->run.not_before && d->run.not_before < at)
        at = d->run.not_before;
    if (at != d->timer_at)
        loop_timer_set(d->timer, at);
    d->timer_at = at;
}

static void on_time(void *self)
{
    struct dispatch *d = self;

    d->timer_at = INT64_MAX; /* it is off now; what is due is seen to at the end of the pass */
}

/* What is scarce, such as a worker that serves them all, goes to each pool in its turn. */
static void start_in_turn(struct dispatch *d)
{
    for (size_t i = 0; i < d->n_pools; i++)
        start_what_is_due(d, d->pools[(d->turn + i) % d->n_pools]);
    d->turn = d->turn + 1 < d->n_pools ? d->turn + 1 : 0;
}

static void end_pass(void *self)
{
    struct dispatch *d = self;
    bool starting = may_start(d);
    struct why why = {0};

    dispatch_run_late(&d->run);
    for (size_t i = 0; i < d->n_pools; i++) {
        const struct dispatch_pool *pool = d->pools[i];

        if (pool->handler.ops->passed != NULL)
            pool->handler.ops->passed(pool->handler.self, pool->n_starting,
                                      starting && dispatch_look_under_way(pool->look));
    }
    if (starting)
        start_in_turn(d);
    if (d->run.out_first != NULL &&
        engine_post_anyway(d->parts.engine, d->run.out_first, &why) != OK)
        log_debug("attempts are left to recovery: %s", why.text);
    d->run.out_first = d->run.out_last = NULL;
    set_timer(d, starting);
    if (d->run.flights.n == 0)
        dispatch_idle_tell(&d->idle);
}

/* ---- what others say ---- */

enum err dispatch_open(struct dispatch **out, const struct dispatch_parts *parts, struct why *why)
{
    struct dispatch *d = need(calloc(1, sizeof(*d)));

    d->parts = *parts;
    d->run.clock = parts->clock;
    d->run.waits = waits;
    d->run.damaged = damaged;
    d->run.self = d;
    d->timer_at = INT64_MAX;
    if (loop_add_timer(parts->loop, on_time, d, &d->timer) != OK ||
        loop_add_pass(parts->loop, end_pass, d, &d->pass) != OK) {
        dispatch_close(d);
        return err_set(why, ERR_INTERNAL, "cannot make the timer of attempts");
    }
    *out = d;
    return OK;
}

void dispatch_close(struct dispatch *d)
{
    if (d == NULL)
        return;
    loop_source_free(d->timer);
    loop_source_free(d->pass);
    dispatch_idle_done(&d->idle);
    dispatch_flights_done(&d->run.flights);
    for (size_t i = 0; i < d->n_pools; i++)
        dispatch_pool_free(d->pools[i]);
    free(d);
}

struct handler_listener dispatch_handler_listener(struct dispatch *d)
{
    return (struct handler_listener){.ended = dispatch_run_ended, .self = &d->run};
}

void dispatch_add_pool(struct dispatch *d, uint16_t pool, const struct dispatch_settings *settings,
                       struct handler handler)
{
    const struct dispatch_pool_parts parts = {.readers = d->parts.readers,
                                              .clock = d->parts.clock,
                                              .flights = &d->run.flights,
                                              .run = &d->run,
                                              .look_failed = dispatch_run_look_failed};

    d->by_number[pool] = d->pools[d->n_pools++] = dispatch_pool_new(&parts, pool, handler);
    dispatch_set(d, pool, settings);
}

void dispatch_set(struct dispatch *d, uint16_t pool, const struct dispatch_settings *settings)
{
    dispatch_pool_set(d->by_number[pool], settings);
}

void dispatch_begin(struct dispatch *d)
{
    d->begun = true;
    dispatch_control_changed(d);
}

void dispatch_committed(struct dispatch *d, const struct commit *commit)
{
    for (size_t i = 0; i < commit->n_waiting && !d->run.stopping; i++) {
        const struct waiting *waiting = &commit->waiting[i];
        struct flight *flight = dispatch_flights_find(&d->run.flights, waiting->id);

        if (flight == NULL) {
            waits(d, waiting);
        } else { /* once its end is dealt with: this commit may well be that */
            flight->waiting = *waiting;
            flight->again = true;
        }
    }
    for (size_t i = 0; i < commit->n_cancelling; i++) {
        struct flight *flight = dispatch_flights_find(&d->run.flights, commit->cancelling[i]);

        if (flight != NULL)
            dispatch_run_cancel(flight);
    }
}

void dispatch_control_changed(struct dispatch *d)
{
    bool look = may_start(d);

    /* Starts refused while it was paused left the windows. */
    for (size_t i = 0; i < d->n_pools; i++) {
        d->pools[i]->ready->stale = d->pools[i]->later->stale = true;
        if (look)
            dispatch_look_begin(d->pools[i]->look);
    }
}

size_t dispatch_in_flight(const struct dispatch *d)
{
    return d->run.flights.n;
}

void dispatch_when_idle(struct dispatch *d, void (*idle)(void *self), void *self)
{
    if (d->run.flights.n == 0)
        idle(self);
    else
        dispatch_idle_add(&d->idle, idle, self);
}

void dispatch_stop(struct dispatch *d, void (*idle)(void *self), void *self)
{
    d->run.stopping = true;
    for (size_t i = 0; i < d->n_pools; i++)
        d->pools[i]->handler.ops->stop(d->pools[i]->handler.self);
    d->timer_at = 0; /* whoever calls this: a pass must come that sends what was given back */
    loop_timer_set(d->timer, 0);
    dispatch_when_idle(d, idle, self);
}
