/* The way of an attempt: its start made durable, then run, then its end made durable. */
#pragma once

#include "daemon/core/dispatch_flights.h"
#include "daemon/core/dispatch_pool.h"

/* What the ways of all attempts share. */
struct dispatch_run {
    const struct clock *clock;
    struct dispatch_flights flights;
    size_t n_slow; /* starts on their way to handlers with a bound for them */
    struct command *out_first, *out_last; /* for the engine, at the end of the pass */
    bool stopping;
    int64_t not_before; /* by clock_mono: no starts and no looks until then, for the store failed */
    /* An attempt is over whose order waits for another. */
    void (*waits)(void *self, const struct waiting *waiting);
    void (*damaged)(void *self, const char *why); /* an attempt of such an order was not begun */
    void *self;
};

/* An attempt of a pool begins: none of its order may be under way. */
void dispatch_run_start(struct dispatch_run *run, struct dispatch_pool *pool,
                        const struct waiting *waiting);

/* A handler's listener; `self` is the struct dispatch_run. */
void dispatch_run_ended(void *self, const struct attempt_end *end);

/* A cancel of its order was noted. */
void dispatch_run_cancel(struct flight *flight);

/* Ends what takes longer than its pool's timeout. */
void dispatch_run_late(struct dispatch_run *run);

/* The store could not be asked: not so soon again. `self` is the struct dispatch_run. */
void dispatch_run_look_failed(void *self);
