/* The load of a bench: orders in flight by many calls at once, and what was answered. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/clock.h"
#include "shared/err.h"
#include "shared/uuid.h"
#include "tui/link/client.h"

struct bench_settings {
    size_t orders;
    size_t parallel; /* requests in flight */
    size_t batch;    /* orders a request */
    bool keys;       /* an idempotency key with each order */
    int64_t timeout_us;
};

#define BENCH_SAMPLES_MAX 1000

struct bench_result {
    size_t acked;   /* orders that the daemon said it has */
    size_t refused; /* orders that it refused */
    int64_t began_us;
    uint32_t *latencies_us; /* of each request that was answered, rising */
    size_t n_latencies;
    struct uuid *samples; /* of acked orders, evenly over the load */
    size_t n_samples;
    bool no_daemon;
    struct why why; /* of no_daemon, or of the first refusal */
};

/*
 * Submits the whole load and waits until each request is answered; busy ones are sent again.
 *
 * out      to be freed by bench_result_done, also after a failure
 * errors   those of client_call_open
 */
enum err bench_load(const struct bench_settings *settings, struct client *client,
                    const struct clock *clock, struct bench_result *out, struct why *why);
void bench_result_done(struct bench_result *result);
