/* What waits for one handler, the attempts or the undos of one step, and how much of it may run. */
#pragma once

#include "daemon/core/dispatch.h"
#include "daemon/core/dispatch_look.h"
#include "daemon/core/dispatch_rate.h"

struct dispatch_run;

struct dispatch_pool {
    struct dispatch_run *run;
    uint16_t number; /* STORE_POOL */
    struct dispatch_settings settings;
    struct handler handler;
    const struct clock *clock;
    struct dispatch_window *ready, *later;
    struct dispatch_look *look;
    struct dispatch_rate rate;
    bool rate_waits; /* something is due that the rate does not allow yet */
    size_t n_flights, n_starting, n_busy;
};

/* What it stands on; borrowed. */
struct dispatch_pool_parts {
    struct readers *readers;
    const struct clock *clock;
    const struct dispatch_flights *flights;
    struct dispatch_run *run;
    void (*look_failed)(void *run);
};

/* Thread, of all: the loop's. */
struct dispatch_pool *dispatch_pool_new(const struct dispatch_pool_parts *parts, uint16_t number,
                                        struct handler handler);
void dispatch_pool_free(struct dispatch_pool *pool); /* takes NULL */
void dispatch_pool_set(struct dispatch_pool *pool, const struct dispatch_settings *settings);

/* How many more may start in this pass, whatever the rate. */
size_t dispatch_pool_room(const struct dispatch_pool *pool);

/* What is to start next, if the rate allows one now; false: nothing. */
bool dispatch_pool_next(struct dispatch_pool *pool, struct waiting *out);

/* Fills up the windows that have run low, from the store. */
void dispatch_pool_fill(struct dispatch_pool *pool);

/* When the next of what may not start yet may, by clock_mono; INT64_MAX: nobody knows. */
int64_t dispatch_pool_due(const struct dispatch_pool *pool);
