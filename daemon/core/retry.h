/* When the next attempt is due. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/rng.h"
#include "shared/text.h"

struct retry_policy {
    uint32_t max_attempts; /* the first included */
    int64_t interval_us;
    double backoff_rate;
    int64_t max_delay_us;
    bool jitter_full; /* uniform from 0 to the formula's value */
};

/* The policy after failures whose reason matches the pattern (with `*`). */
struct retry_rule {
    struct slice pattern;
    struct retry_policy policy;
};

/* Of the first rule that matches the reason; else `usual`. Thread: any. */
const struct retry_policy *retry_policy_for(const struct retry_rule *rules, size_t n,
                                            const struct retry_policy *usual, struct slice reason);

/*
 * How long to wait after attempt `n` failed.
 *
 * n        attempts already made, >= 1
 * rng      borrowed; drawn from once if the policy has jitter, else untouched
 * returns  µs, 0 to max_delay_us; saturates, never overflows
 * errors   none
 * thread   any: no state of its own
 * source   docs/protocol.md, "Retries"
 */
int64_t retry_delay_us(const struct retry_policy *policy, uint32_t n, struct rng *rng);
