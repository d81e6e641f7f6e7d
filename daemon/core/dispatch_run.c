/* The way of an attempt: its start made durable, then run, then its end made durable. */
#include "daemon/core/dispatch_run.h"

#include "shared/fault.h"
#include "shared/log.h"

#define AGAIN_US 1000000 /* after the store failed */
#define TIMEOUT_REASON SLICE("timeout")

static void send(struct dispatch_run *run, struct command *command)
{
    command->next = NULL;
    if (run->out_first == NULL)
        run->out_first = command;
    else
        run->out_last->next = command;
    run->out_last = command;
}

static void release(struct flight *flight)
{
    struct dispatch_pool *pool = flight->owner;
    struct dispatch_run *run = pool->run;
    struct waiting waiting = flight->waiting;
    bool again = flight->again;

    pool->n_flights--;
    dispatch_flights_remove(&run->flights, flight);
    if (again)
        run->waits(run->self, &waiting);
}

static void tell_stored(const struct flight *flight)
{
    const struct dispatch_pool *pool = flight->owner;
    const struct command *command = &flight->command;
    const struct attempt_stored stored = {.order = flight->attempt.order,
                                          .err = command->result,
                                          .why = &command->why,
                                          .status = command->end.status,
                                          .next_attempt_at = command->end.next_attempt_at};

    if (pool->handler.ops->stored != NULL)
        pool->handler.ops->stored(pool->handler.self, &stored);
}

static void end_done(struct command *command)
{
    struct flight *flight = command->owner;
    struct dispatch_pool *pool = flight->owner;
    bool goes_on = command->result != OK && command->end.op != LEASE_NOT;

    if (goes_on) { /* its worker hears of it, and may end its lease again */
        flight->stage = FLIGHT_RUNNING;
        flight->busy = true;
        pool->n_busy++;
    }
    tell_stored(flight);
    if (goes_on)
        return;
    if (command->result == ERR_INTERNAL || command->result == ERR_DAMAGED)
        log_error("cannot store the end of an attempt: %s", command->why.text);
    flight->stored = true;
    if (!flight->busy)
        release(flight);
}

static void post_end(struct flight *flight, const struct attempt_end *end)
{
    const struct dispatch_pool *pool = flight->owner;
    struct dispatch_run *run = pool->run;

    dispatch_flights_untime(&run->flights, flight);
    dispatch_flights_end(flight, end);
    flight->command.done = end_done;
    send(run, &flight->command);
}

void dispatch_run_ended(void *self, const struct attempt_end *end)
{
    struct dispatch_run *run = self;
    struct flight *flight = dispatch_flights_find(&run->flights, end->order);
    struct dispatch_pool *pool = flight != NULL ? flight->owner : NULL;

    if (flight == NULL || !flight->busy)
        return;
    fault_point("attempt_ended");
    flight->busy = false;
    pool->n_busy--;
    if (flight->stage == FLIGHT_RUNNING)
        post_end(flight, end);
    else if (flight->stored) /* timed out; this end comes late */
        release(flight);
}

static void run_it(struct dispatch_run *run, struct dispatch_pool *pool, struct flight *flight)
{
    const struct handler *handler = &pool->handler;

    flight->stage = FLIGHT_RUNNING;
    if (run->stopping) {
        const struct attempt_end end = {.outcome = OUTCOME_GIVEN_BACK, .retry_after_us = -1};

        post_end(flight, &end);
        return;
    }
    flight->busy = true;
    pool->n_busy++;
    if (!handler->ops->own_time)
        dispatch_flights_time(&run->flights, flight,
                              clock_mono(run->clock) + pool->settings.timeout_us);
    handler->ops->start(handler->self, &flight->attempt);
    flight->attempt.whole = NULL; /* the commit's, which goes */
    if (flight->busy && flight->cancelled)
        handler->ops->cancel(handler->self, flight->attempt.order);
}

static void start_done(struct command *command)
{
    struct flight *flight = command->owner;
    struct dispatch_pool *pool = flight->owner;
    struct dispatch_run *run = pool->run;
    bool damaged = command->result == ERR_DAMAGED;
    bool wrong = damaged || command->result == ERR_WRONG_STATE || command->result == ERR_NOT_FOUND;

    pool->n_starting--;
    run->n_slow -= pool->handler.ops->starts_max > 0;
    if (command->result == OK) {
        flight->attempt = command->start.attempt;
        run_it(run, pool, flight);
        return;
    }
    if (damaged)
        run->damaged(run->self, command->why.text);
    /* Not waiting any more, or for nothing: a hint that was wrong. The store failed: it does wait,
       for later. */
    flight->again = flight->again || flight->twice || !wrong;
    if (!wrong)
        run->not_before = clock_mono(run->clock) + AGAIN_US;
    release(flight);
}

void dispatch_run_start(struct dispatch_run *run, struct dispatch_pool *pool,
                        const struct waiting *waiting)
{
    const struct handler_ops *ops = pool->handler.ops;
    struct flight *flight = dispatch_flights_add(&run->flights, waiting);

    flight->owner = pool;
    flight->command = (struct command){.kind = COMMAND_START,
                                       .can_wait = ops->wants == NULL,
                                       .start = {.order = waiting->id,
                                                 .in_pool = true,
                                                 .pool = pool->number,
                                                 .whole = ops->needs_order},
                                       .done = start_done,
                                       .owner = flight};
    pool->n_flights++;
    pool->n_starting++;
    run->n_slow += ops->starts_max > 0;
    send(run, &flight->command);
}

void dispatch_run_late(struct dispatch_run *run)
{
    const struct attempt_end end = {
        .outcome = OUTCOME_FAILED, .reason = TIMEOUT_REASON, .retry_after_us = -1};
    int64_t now = clock_mono(run->clock);
    struct flight *flight = run->flights.first;

    for (; flight != NULL && flight->deadline <= now; flight = run->flights.first) {
        const struct dispatch_pool *pool = flight->owner;
        int64_t order = flight->attempt.order;

        post_end(flight, &end);
        pool->handler.ops->cancel(pool->handler.self, order);
    }
}

void dispatch_run_cancel(struct flight *flight)
{
    const struct dispatch_pool *pool = flight->owner;

    flight->cancelled = true;
    if (flight->busy && flight->stage == FLIGHT_RUNNING)
        pool->handler.ops->cancel(pool->handler.self, flight->attempt.order);
}

void dispatch_run_look_failed(void *self)
{
    struct dispatch_run *run = self;

    run->not_before = clock_mono(run->clock) + AGAIN_US;
}
