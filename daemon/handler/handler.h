/* How an attempt is started, stopped and reported: what every handler is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/order.h"

enum outcome {
    OUTCOME_FULFILLED,
    OUTCOME_FAILED,          /* try again */
    OUTCOME_FAILED_FOR_GOOD, /* do not */
    OUTCOME_GIVEN_BACK       /* stopped in an orderly way: the attempt does not count */
};

/* One attempt at fulfilling an order. */
struct attempt {
    int64_t order;   /* running number */
    uint32_t number; /* from 1, in this replay round */
    uint64_t draw;   /* of the order and its replay round */
    struct uuid uid;
};

/* How an attempt ended. Slices are borrowed for the call. */
struct attempt_end {
    int64_t order;
    enum outcome outcome;
    struct slice reason;
    struct slice result;
    int64_t retry_after_us; /* < 0: by the policy */
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
    /* Starts an attempt whose PROCESSING is durable. `attempt` is borrowed for the call. */
    void (*start)(void *self, const struct attempt *attempt);
    /* The order's cancel was noted: end the attempt soon if that can be done; may be ignored. */
    void (*cancel)(void *self, int64_t order);
    /* Ends all attempts under way as GIVEN_BACK (an orderly stop). */
    void (*stop)(void *self);
    /* Do attempts end within start? Then dispatch need not count them. */
    bool (*instant)(const void *self);
    void (*free)(void *self);
};

struct handler {
    const struct handler_ops *ops;
    void *self;
};
