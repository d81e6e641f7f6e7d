/* How an attempt is started, stopped and reported: what every handler is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/limits.h"
#include "shared/order.h"

enum outcome {
    OUTCOME_FULFILLED,
    OUTCOME_FAILED,          /* try again */
    OUTCOME_FAILED_FOR_GOOD, /* do not */
    OUTCOME_GIVEN_BACK       /* stopped in an orderly way: the attempt does not count */
};

/* One attempt at a step of an order, or at its undo. */
struct attempt {
    int64_t order;    /* running number */
    uint32_t number;  /* from 1, in this replay round */
    uint32_t replays; /* replay rounds before this one */
    uint64_t draw;    /* of the order, its replay round and the step */
    struct uuid uid;
    bool undo;
    char step[STEP_NAME_MAX + 1];
    const struct order *whole; /* with its lists, for the call of start, where the handler needs it;
                                  else NULL. In an undo `result` is the step's own */
};

/* How an attempt ended. Slices are borrowed for the call. */
struct attempt_end {
    int64_t order;
    enum outcome outcome;
    struct slice reason;
    struct slice result;
    int64_t retry_after_us; /* < 0: by the policy */
    struct slice by;        /* who ended it; absent: the daemon */
    enum lease_op op;       /* its lease was ended by its worker, and is kept with the order: */
    struct slice lease;     /* the token; absent unless `op` says so */
};

/* The end of an attempt is stored, or was refused. */
struct attempt_stored {
    int64_t order;
    enum err err; /* not OK, of a lease that its worker ended: the attempt goes on */
    const struct why *why;
    enum status status; /* of the order now */
    int64_t next_attempt_at;
};

struct handler_listener {
    /* An attempt ended, exactly once for each started. On the loop's thread; may be called from
       within start. */
    void (*ended)(void *self, const struct attempt_end *end);
    void *self;
};

/* One way of carrying attempts out. All are called on the loop's thread. */
struct handler_ops {
    const char *name;
    bool needs_order;  /* attempt.whole is read for it: one more query for each start */
    size_t starts_max; /* so many starts at once, with others that have a bound, for each takes
                          time; 0: any number */
    /* Starts an attempt whose PROCESSING is durable. `attempt` is borrowed for the call. */
    void (*start)(void *self, const struct attempt *attempt);
    /* The order's cancel was noted: end the attempt soon if that can be done; may be ignored. */
    void (*cancel)(void *self, int64_t order);
    /* Ends all attempts under way as GIVEN_BACK (an orderly stop). */
    void (*stop)(void *self);
    /* Do attempts end within start? Then dispatch need not count them. */
    bool (*instant)(const void *self);
    /* These may be NULL. How many more attempts it would take now: NULL: as many as `concurrency`.
       So many of them are then started, if any. */
    size_t (*wants)(void *self);
    void (*promised)(void *self, size_t more);
    /* A pass is over; so many attempts are on their way to be started, and perhaps more waits. */
    void (*passed)(void *self, size_t starting, bool looking);
    void (*stored)(void *self, const struct attempt_stored *stored);
    bool own_time; /* it sees to the time an attempt may take */
    void (*free)(void *self);
};

struct handler {
    const struct handler_ops *ops;
    void *self;
};
