/* The handler `simulate`: attempts decided by a seeded draw. */
#pragma once

#include "daemon/handler/handler.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"
#include "shared/err.h"

struct simulate_settings {
    double success_rate;    /* share of orders that can be fulfilled at all */
    double transient_rate;  /* chance that an attempt of a good order fails */
    int64_t latency_min_us; /* how long an attempt takes: uniform in min..max */
    int64_t latency_max_us;
};

#define SIMULATE_REASON "Fulfillment simulation failed"
#define SIMULATE_TRANSIENT_REASON "Simulated transient failure"

/* What it stands on; borrowed. */
struct simulate_parts {
    struct loop *loop;
    const struct clock *clock;
    struct handler_listener listener;
};

/* `settings` is copied; handler_simulate_set changes it for attempts started later. */
enum err handler_simulate_new(const struct simulate_parts *parts,
                              const struct simulate_settings *settings, struct handler *out,
                              struct why *why);
void handler_simulate_set(struct handler *handler, const struct simulate_settings *settings);

/* The pure decision. Both draws follow from the order's draw and the attempt's number. */
struct attempt_end simulate_decide(const struct simulate_settings *settings,
                                   const struct attempt *attempt, int64_t *latency_us);
