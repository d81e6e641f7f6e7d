/*
 * Starts what is due, bounds how many run, ends what takes too long.
 *
 *   commits, store ──> later ──due──> ready ──> STARTING ──durable──> RUNNING ──> ENDING ──durable
 *                      (windows: hints only)    (flights)
 *
 * All that a pass of the loop brings up, starts and ends, goes to the engine as one chain at the
 * end of the pass.
 */
#include "daemon/core/dispatch.h"

#include <stdlib.h>

#include "daemon/core/dispatch_idle.h"
#include "daemon/core/dispatch_look.h"
#include "daemon/core/dispatch_rate.h"
#include "shared/log.h"

#define STARTING_MAX 1024 /* starts on their way to be durable */
#define ENDING_MAX 1024   /* and ends, beyond what runs */
#define AGAIN_US 1000000  /* after the store failed */
#define TIMEOUT_REASON SLICE("timeout")

struct dispatch {
    struct dispatch_parts parts;
    struct dispatch_settings settings;
    struct handler handler;
    struct dispatch_window *ready, *later;
    struct dispatch_flights flights;
    struct dispatch_look *look;
    struct dispatch_rate rate;
    size_t n_starting, n_busy;
    struct command *out_first, *out_last; /* for the engine, at the end of the pass */
    bool begun;
    bool stopping;
    int64_t not_before; /* by clock_mono: no starts and no looks until then */
    int64_t timer_at;
    struct loop_source *timer, *pass;
    struct dispatch_idle *idle; /* those who wait until nothing is in flight */
};

static int64_t mono(const struct dispatch *d)
{
    return clock_mono(d->parts.clock);
}

static void look_failed(void *self)
{
    struct dispatch *d = self;

    d->not_before = mono(d) + AGAIN_US;
}

/* ---- the way of an attempt ---- */

static void send(struct dispatch *d, struct command *command)
{
    command->next = NULL;
    if (d->out_first == NULL)
        d->out_first = command;
    else
        d->out_last->next = command;
    d->out_last = command;
}

static void release(struct flight *flight)
{
    struct dispatch *d = flight->owner;
    struct waiting waiting = flight->waiting;
    bool again = flight->again;

    dispatch_flights_remove(&d->flights, flight);
    if (again)
        dispatch_look_add(d->look, &waiting);
}

static void tell_stored(const struct flight *flight)
{
    struct dispatch *d = flight->owner;
    const struct command *command = &flight->command;
    const struct attempt_stored stored = {.order = flight->attempt.order,
                                          .err = command->result,
                                          .why = &command->why,
                                          .status = command->end.status,
                                          .next_attempt_at = command->end.next_attempt_at};

    if (d->handler.ops->stored != NULL)
        d->handler.ops->stored(d->handler.self, &stored);
}

static void end_done(struct command *command)
{
    struct flight *flight = command->owner;
    struct dispatch *d = flight->owner;
    bool goes_on = command->result != OK && command->end.op != LEASE_NOT;

    if (goes_on) { /* its worker hears of it, and may end its lease again */
        flight->stage = FLIGHT_RUNNING;
        flight->busy = true;
        d->n_busy++;
    }
    tell_stored(flight);
    if (goes_on)
        return;
    if (command->result == ERR_INTERNAL)
        log_error("cannot store the end of an attempt: %s", command->why.text);
    flight->stored = true;
    if (!flight->busy)
        release(flight);
}

static void post_end(struct flight *flight, const struct attempt_end *end)
{
    struct dispatch *d = flight->owner;

    dispatch_flights_untime(&d->flights, flight);
    dispatch_flights_end(flight, end);
    flight->command.done = end_done;
    send(d, &flight->command);
}

static void ended(void *self, const struct attempt_end *end)
{
    struct dispatch *d = self;
    struct flight *flight = dispatch_flights_find(&d->flights, end->order);

    if (flight == NULL || !flight->busy)
        return;
    flight->busy = false;
    d->n_busy--;
    if (flight->stage == FLIGHT_RUNNING)
        post_end(flight, end);
    else if (flight->stored) /* timed out; this end comes late */
        release(flight);
}

static void run(struct dispatch *d, struct flight *flight)
{
    flight->stage = FLIGHT_RUNNING;
    if (d->stopping) {
        const struct attempt_end end = {.outcome = OUTCOME_GIVEN_BACK, .retry_after_us = -1};

        post_end(flight, &end);
        return;
    }
    flight->busy = true;
    d->n_busy++;
    if (!d->handler.ops->own_time)
        dispatch_flights_time(&d->flights, flight, mono(d) + d->settings.timeout_us);
    d->handler.ops->start(d->handler.self, &flight->attempt);
    flight->attempt.whole = NULL; /* the commit's, which goes */
    if (flight->busy && flight->cancelled)
        d->handler.ops->cancel(d->handler.self, flight->attempt.order);
}

static void start_done(struct command *command)
{
    struct flight *flight = command->owner;
    struct dispatch *d = flight->owner;

    d->n_starting--;
    if (command->result == OK) {
        flight->attempt = command->start.attempt;
        run(d, flight);
        return;
    }
    /* Not waiting any more: a hint that was wrong. The store failed: it does wait, for later. */
    flight->again =
        flight->again || (command->result != ERR_WRONG_STATE && command->result != ERR_NOT_FOUND);
    if (command->result != ERR_WRONG_STATE && command->result != ERR_NOT_FOUND)
        d->not_before = mono(d) + AGAIN_US;
    release(flight);
}

static void start(struct dispatch *d, const struct waiting *waiting)
{
    struct flight *flight = dispatch_flights_add(&d->flights, waiting);

    flight->owner = d;
    flight->command =
        (struct command){.kind = COMMAND_START,
                         .can_wait = d->handler.ops->wants == NULL,
                         .start = {.order = waiting->id, .whole = d->handler.ops->needs_order},
                         .done = start_done,
                         .owner = flight};
    d->n_starting++;
    send(d, &flight->command);
}

/* ---- the end of each pass ---- */

static bool may_start(const struct dispatch *d)
{
    struct control_state control = control_get(d->parts.control);

    return d->begun && !d->stopping && !control.paused && !control.draining &&
           d->handler.ops != NULL && mono(d) >= d->not_before;
}

static bool has_room(const struct dispatch *d)
{
    size_t most = d->settings.concurrency;

    if (d->handler.ops->starts_max > 0 && d->n_starting >= d->handler.ops->starts_max)
        return false;
    if (d->handler.ops->wants != NULL) /* somebody waits for them: they are the bound */
        return d->n_starting < STARTING_MAX &&
               d->n_starting < d->handler.ops->wants(d->handler.self);
    if (d->handler.ops->instant(d->handler.self))
        return d->n_starting < STARTING_MAX && d->flights.n < STARTING_MAX + ENDING_MAX;
    return d->n_starting < STARTING_MAX && d->n_starting + d->n_busy < most &&
           d->flights.n < most + ENDING_MAX;
}

static void start_what_is_due(struct dispatch *d)
{
    dispatch_look_move_due(d->look);
    while (dispatch_window_top(d->ready) != NULL && has_room(d) &&
           dispatch_rate_allows(&d->rate, mono(d))) {
        struct waiting waiting = dispatch_window_pop(d->ready);

        if (dispatch_flights_find(&d->flights, waiting.id) != NULL)
            continue;
        dispatch_rate_take(&d->rate, mono(d));
        start(d, &waiting);
    }
    if (dispatch_window_wants(d->ready) || dispatch_window_wants(d->later))
        dispatch_look_begin(d->look);
}

static void end_what_is_late(struct dispatch *d)
{
    const struct attempt_end end = {
        .outcome = OUTCOME_FAILED, .reason = TIMEOUT_REASON, .retry_after_us = -1};
    int64_t now = mono(d);
    struct flight *flight = d->flights.first;

    for (; flight != NULL && flight->deadline <= now; flight = d->flights.first) {
        int64_t order = flight->attempt.order;

        post_end(flight, &end);
        d->handler.ops->cancel(d->handler.self, order);
    }
}

/* When what is due may start: INT64_MAX where it is not the rate that it waits for. */
static int64_t rate_at(struct dispatch *d)
{
    int64_t now = mono(d);

    if (dispatch_window_top(d->ready) == NULL || !has_room(d) ||
        dispatch_rate_allows(&d->rate, now))
        return INT64_MAX;
    return dispatch_rate_again(&d->rate, now);
}

static void set_timer(struct dispatch *d, bool starting)
{
    const struct waiting *top = dispatch_window_top(d->later);
    int64_t at = d->flights.first != NULL ? d->flights.first->deadline : INT64_MAX;

    if (starting && top != NULL && top->due_at - d->parts.clock->anchor_us < at)
        at = top->due_at - d->parts.clock->anchor_us;
    if (starting && rate_at(d) < at)
        at = rate_at(d);
    if (d->begun && mono(d) < d->not_before && d->not_before < at)
        at = d->not_before;
    if (at != d->timer_at)
        loop_timer_set(d->timer, at);
    d->timer_at = at;
}

static void on_time(void *self)
{
    struct dispatch *d = self;

    d->timer_at = INT64_MAX; /* it is off now; what is due is seen to at the end of the pass */
}

static void end_pass(void *self)
{
    struct dispatch *d = self;
    bool starting = may_start(d);
    struct why why = {0};

    end_what_is_late(d);
    if (d->handler.ops != NULL && d->handler.ops->passed != NULL)
        d->handler.ops->passed(d->handler.self, d->n_starting,
                               starting && dispatch_look_under_way(d->look));
    if (starting)
        start_what_is_due(d);
    if (d->out_first != NULL && engine_post_anyway(d->parts.engine, d->out_first, &why) != OK)
        log_debug("attempts are left to recovery: %s", why.text);
    d->out_first = d->out_last = NULL;
    set_timer(d, starting);
    if (d->flights.n == 0)
        dispatch_idle_tell(&d->idle);
}

/* ---- what others say ---- */

enum err dispatch_open(struct dispatch **out, const struct dispatch_parts *parts,
                       const struct dispatch_settings *settings, struct why *why)
{
    struct dispatch *d = calloc(1, sizeof(*d));
    struct dispatch_look_parts look = {.readers = parts->readers, .clock = parts->clock};

    if (d == NULL)
        abort();
    d->parts = *parts;
    dispatch_set(d, settings);
    d->ready = dispatch_window_new(false);
    d->later = dispatch_window_new(true);
    d->timer_at = INT64_MAX;
    look.flights = &d->flights;
    look.ready = d->ready;
    look.later = d->later;
    look.failed = look_failed;
    look.self = d;
    d->look = dispatch_look_new(&look);
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
    dispatch_flights_done(&d->flights);
    dispatch_look_free(d->look);
    dispatch_window_free(d->ready);
    dispatch_window_free(d->later);
    free(d);
}

void dispatch_set_handler(struct dispatch *d, struct handler handler)
{
    d->handler = handler;
}

struct handler_listener dispatch_handler_listener(struct dispatch *d)
{
    return (struct handler_listener){.ended = ended, .self = d};
}

void dispatch_set(struct dispatch *d, const struct dispatch_settings *settings)
{
    d->settings = *settings;
    dispatch_rate_set(&d->rate, settings->max_rate);
}

void dispatch_begin(struct dispatch *d)
{
    d->begun = true;
    dispatch_control_changed(d);
}

void dispatch_committed(struct dispatch *d, const struct commit *commit)
{
    for (size_t i = 0; i < commit->n_waiting && !d->stopping; i++) {
        const struct waiting *waiting = &commit->waiting[i];
        struct flight *flight = dispatch_flights_find(&d->flights, waiting->id);

        if (flight == NULL) {
            dispatch_look_add(d->look, waiting);
        } else { /* once its end is dealt with: this commit may well be that */
            flight->waiting = *waiting;
            flight->again = true;
        }
    }
    for (size_t i = 0; i < commit->n_cancelling; i++) {
        struct flight *flight = dispatch_flights_find(&d->flights, commit->cancelling[i]);

        if (flight == NULL)
            continue;
        flight->cancelled = true;
        if (flight->busy && flight->stage == FLIGHT_RUNNING)
            d->handler.ops->cancel(d->handler.self, commit->cancelling[i]);
    }
}

void dispatch_control_changed(struct dispatch *d)
{
    /* Starts refused while it was paused left the windows. */
    d->ready->stale = d->later->stale = true;
    if (may_start(d))
        dispatch_look_begin(d->look);
}

size_t dispatch_in_flight(const struct dispatch *d)
{
    return d->flights.n;
}

void dispatch_when_idle(struct dispatch *d, void (*idle)(void *self), void *self)
{
    if (d->flights.n == 0)
        idle(self);
    else
        dispatch_idle_add(&d->idle, idle, self);
}

void dispatch_stop(struct dispatch *d, void (*idle)(void *self), void *self)
{
    d->stopping = true;
    if (d->handler.ops != NULL)
        d->handler.ops->stop(d->handler.self);
    d->timer_at = 0; /* whoever calls this: a pass must come that sends what was given back */
    loop_timer_set(d->timer, 0);
    dispatch_when_idle(d, idle, self);
}
