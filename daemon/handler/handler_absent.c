/* The handler of what the configuration does not have any more: every attempt fails for good. */
#include "daemon/handler/handler_absent.h"

#include <stdio.h>
#include <stdlib.h>

#include "shared/need.h"

#define REASON_BYTES (STEP_NAME_MAX + 64)

struct absent {
    struct handler_listener listener;
    char reason[REASON_BYTES];
};

static void start(void *self, const struct attempt *attempt)
{
    const struct absent *absent = self;
    const struct attempt_end end = {.order = attempt->order,
                                    .outcome = OUTCOME_FAILED_FOR_GOOD,
                                    .reason = slice_of(absent->reason),
                                    .retry_after_us = -1};

    absent->listener.ended(absent->listener.self, &end);
}

/* Nothing is ever under way. */
static void cancel(void *self, int64_t order)
{
    (void)self;
    (void)order;
}

static void stop(void *self)
{
    (void)self;
}

static bool instant(const void *self)
{
    (void)self;
    return true;
}

static const struct handler_ops ops = {
    .name = "absent",
    .start = start,
    .cancel = cancel,
    .stop = stop,
    .instant = instant,
    .free = free,
};

struct handler handler_absent_new(struct handler_listener listener, struct slice step, bool undo)
{
    struct absent *absent = need(calloc(1, sizeof(*absent)));

    absent->listener = listener;
    (void)snprintf(absent->reason, sizeof(absent->reason), "step '%.*s' %s in the configuration",
                   SLICE_ARGS(step), undo ? "has no undo" : "is not");
    return (struct handler){&ops, absent};
}
