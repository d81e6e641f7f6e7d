/* Attempts under way, from the command to start one until its end is durable: found by order. */
#pragma once

#include "daemon/core/command.h"

enum flight_stage {
    FLIGHT_STARTING, /* its PROCESSING is not durable yet */
    FLIGHT_RUNNING,  /* the handler has it */
    FLIGHT_ENDING    /* its end is not durable yet, or the handler still holds on to it */
};

struct flight {
    struct flight *chained;     /* by hash, or in the pool */
    struct flight *prev, *next; /* by deadline, while `timed` */
    bool timed;
    enum flight_stage stage;
    bool busy;      /* the handler has not said yet that it ended */
    bool stored;    /* its end is dealt with */
    bool cancelled; /* a cancel of its order was noted */
    bool twice;     /* it came again while its start was on the way, which may be too early a one */
    bool again;     /* its order waits for the next attempt, as in `waiting` */
    struct waiting waiting;
    uint16_t pool;    /* which started it; `waiting` may be another's by now */
    int64_t deadline; /* by clock_mono */
    struct attempt attempt;
    struct command command; /* its start, then its end */
    char *texts;            /* the end's reason and result */
    void *owner;
};

#define FLIGHT_BUCKETS 4096

struct dispatch_flights {
    struct flight *buckets[FLIGHT_BUCKETS];
    struct flight *pool; /* to be used again */
    size_t n, n_pool;
    struct flight *first, *last; /* by deadline, soonest first */
};

/* Its order came again while its start is on the way: if that is refused, it waits like this. */
void dispatch_flights_twice(struct flight *flight, const struct waiting *waiting);
struct flight *dispatch_flights_find(const struct dispatch_flights *flights, int64_t order);
/* A new one, STARTING, all zero but what it is of `waiting`. */
struct flight *dispatch_flights_add(struct dispatch_flights *flights,
                                    const struct waiting *waiting);
void dispatch_flights_remove(struct dispatch_flights *flights, struct flight *flight);
void dispatch_flights_done(struct dispatch_flights *flights); /* frees all, those under way too */

void dispatch_flights_time(struct dispatch_flights *flights, struct flight *flight,
                           int64_t deadline);
void dispatch_flights_untime(struct dispatch_flights *flights, struct flight *flight);

/* It is ENDING: makes its command the end of the attempt (all but `done`), with copies of the
   texts, for a handler's live for its call only. */
void dispatch_flights_end(struct flight *flight, const struct attempt_end *end);
