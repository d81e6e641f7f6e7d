/* When the next attempt is due. */
#include "daemon/core/retry.h"

/* rate^n, by squaring: n may be large, and libm's pow is not the same everywhere. */
static double power(double rate, uint32_t n)
{
    double result = 1.0;

    for (; n > 0; n >>= 1U) {
        if ((n & 1U) != 0)
            result *= rate;
        rate *= rate;
    }
    return result;
}

int64_t retry_delay_us(const struct retry_policy *policy, uint32_t n, struct rng *rng)
{
    double delay = (double)policy->interval_us * power(policy->backoff_rate, n > 0 ? n - 1 : 0);
    int64_t top = policy->max_delay_us;

    if (delay < (double)top) /* false for what is no number, too: 0 times infinity */
        top = delay > 0 ? (int64_t)delay : 0;
    return policy->jitter_full ? rng_upto(rng, top) : top;
}

const struct retry_policy *retry_policy_for(const struct retry_rule *rules, size_t n,
                                            const struct retry_policy *usual, struct slice reason)
{
    for (size_t i = 0; i < n; i++) {
        if (text_match(rules[i].pattern, reason))
            return &rules[i].policy;
    }
    return usual;
}
