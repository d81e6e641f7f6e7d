/* When the next attempt is due: the formula, its limits, the draw. */
#include "tests/lib/test.h"

#include "daemon/core/retry.h"

#define S 1000000LL

struct delay_case {
    const char *label;
    int64_t interval;
    double rate;
    int64_t max;
    uint32_t n;
    int64_t want;
};

static const struct delay_case cases[] = {
    {"after the first attempt it is the interval", 1 * S, 2.0, 300 * S, 1, 1 * S},
    {"after the second twice that", 1 * S, 2.0, 300 * S, 2, 2 * S},
    {"after the third four times", 1 * S, 2.0, 300 * S, 3, 4 * S},
    {"after the ninth it meets the greatest delay", 1 * S, 2.0, 256 * S, 9, 256 * S},
    {"after the tenth it stays there", 1 * S, 2.0, 256 * S, 10, 256 * S},
    {"a rate of 1 keeps the interval for ever", 1 * S, 1.0, 300 * S, 1000000, 1 * S},
    {"a rate with a fraction", 1 * S, 1.5, 300 * S, 3, 2250000},
    {"a rate below 1 goes down", 8 * S, 0.5, 300 * S, 4, 1 * S},
    {"a huge count does not overflow", 1 * S, 2.0, INT64_MAX, UINT32_MAX, INT64_MAX},
    {"a huge rate does not overflow", INT64_MAX, 1e300, 300 * S, 3, 300 * S},
    {"no interval is no delay", 0, 2.0, 300 * S, 5, 0},
    {"an interval above the greatest delay is cut", 600 * S, 2.0, 300 * S, 1, 300 * S},
};

static void without_jitter_the_delay_is_the_formulas(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct delay_case *c = &cases[i];
        const struct retry_policy policy = {
            .interval_us = c->interval, .backoff_rate = c->rate, .max_delay_us = c->max};
        int64_t got = retry_delay_us(&policy, c->n, NULL);

        if (got != c->want)
            fail_msg("%s: %lld, not %lld", c->label, (long long)got, (long long)c->want);
    }
}

static void nothing_times_infinity_stays_in_bounds(void **state)
{
    const struct retry_policy policy = {
        .interval_us = 0, .backoff_rate = 1e300, .max_delay_us = 5 * S};
    int64_t got = retry_delay_us(&policy, UINT32_MAX, NULL);

    (void)state;
    assert_true(got >= 0 && got <= 5 * S);
}

static void the_first_rule_that_matches_the_reason_wins(void **state)
{
    static const struct retry_rule rules[] = {
        {{"carrier*", 8}, {.max_attempts = 20}},
        {{"*address*", 9}, {.max_attempts = 1}},
        {{"*", 1}, {.max_attempts = 9}},
    };
    static const struct retry_policy usual = {.max_attempts = 3};
    static const struct {
        const char *reason;
        size_t n;
        uint32_t want;
    } rows[] = {
        {"carrier down", 2, 20}, {"carrier: wrong address", 2, 20},
        {"wrong address", 2, 1}, {"timeout", 2, 3},
        {"timeout", 3, 9},       {"Carrier down", 2, 3},
        {"timeout", 0, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct retry_policy *got =
            retry_policy_for(rules, rows[i].n, &usual, slice_of(rows[i].reason));

        if (got->max_attempts != rows[i].want)
            fail_msg("%s of %zu: %u", rows[i].reason, rows[i].n, got->max_attempts);
    }
}

static void full_jitter_draws_evenly_from_nothing_to_the_formula(void **state)
{
    const struct retry_policy policy = {
        .interval_us = 1 * S, .backoff_rate = 2.0, .max_delay_us = 300 * S, .jitter_full = true};
    struct rng rng;
    int64_t sum = 0;
    int64_t least = INT64_MAX;
    int64_t most = 0;

    (void)state;
    rng_seed(&rng, 1);
    for (int i = 0; i < 10000; i++) {
        int64_t delay = retry_delay_us(&policy, 3, &rng);

        assert_true(delay >= 0 && delay <= 4 * S);
        sum += delay;
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    assert_true(sum / 10000 > 19 * S / 10 && sum / 10000 < 21 * S / 10);
    assert_true(least < S / 100);
    assert_true(most > 4 * S - S / 100);
}

static void the_same_seed_draws_the_same_delays(void **state)
{
    const struct retry_policy policy = {
        .interval_us = 1 * S, .backoff_rate = 2.0, .max_delay_us = 300 * S, .jitter_full = true};
    struct rng a;
    struct rng b;

    (void)state;
    rng_seed(&a, 7);
    rng_seed(&b, 7);
    for (uint32_t n = 1; n < 100; n++)
        assert_int_equal(retry_delay_us(&policy, n, &a), retry_delay_us(&policy, n, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_that_matches_the_reason_wins),
        cmocka_unit_test(without_jitter_the_delay_is_the_formulas),
        cmocka_unit_test(nothing_times_infinity_stays_in_bounds),
        cmocka_unit_test(full_jitter_draws_evenly_from_nothing_to_the_formula),
        cmocka_unit_test(the_same_seed_draws_the_same_delays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
