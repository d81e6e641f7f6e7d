/* The simulated handler's decision: shares, repeatability, latency. */
#include "tests/lib/test.h"

#include "daemon/handler/handler_simulate.h"
#include "shared/rng.h"

#define ORDERS 100000

static struct attempt attempt_of(uint64_t seed, int64_t order, uint32_t replays, uint32_t number)
{
    return (struct attempt){
        .order = order, .number = number, .draw = rng_mix(seed, (uint64_t)order, replays)};
}

static int fulfilled_of(const struct simulate_settings *settings, uint64_t seed)
{
    int fulfilled = 0;
    int64_t latency = 0;

    for (int64_t order = 1; order <= ORDERS; order++) {
        struct attempt attempt = attempt_of(seed, order, 0, 1);

        fulfilled += simulate_decide(settings, &attempt, &latency).outcome == OUTCOME_FULFILLED;
    }
    return fulfilled;
}

static void seventy_percent_of_orders_can_be_fulfilled(void **state)
{
    const struct simulate_settings settings = {.success_rate = 0.70};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        int fulfilled = fulfilled_of(&settings, seed);

        /* five standard deviations of a binomial draw: 5 * sqrt(n * 0.7 * 0.3) = 725 */
        assert_in_range(fulfilled, 70000 - 725, 70000 + 725);
    }
}

static void the_ends_of_the_rate_are_sure(void **state)
{
    const struct simulate_settings none = {.success_rate = 0.0};
    const struct simulate_settings all = {.success_rate = 1.0};

    (void)state;
    assert_int_equal(fulfilled_of(&none, 1), 0);
    assert_int_equal(fulfilled_of(&all, 1), ORDERS);
}

static void a_bad_order_fails_each_attempt_with_the_same_reason(void **state)
{
    const struct simulate_settings settings = {.success_rate = 0.70};
    int bad = 0;
    int64_t latency = 0;

    (void)state;
    for (int64_t order = 1; order <= 1000; order++) {
        struct attempt first = attempt_of(1, order, 0, 1);
        struct attempt_end end = simulate_decide(&settings, &first, &latency);

        bad += end.outcome == OUTCOME_FAILED;
        for (uint32_t number = 2; number <= 5; number++) {
            struct attempt attempt = attempt_of(1, order, 0, number);
            struct attempt_end again = simulate_decide(&settings, &attempt, &latency);

            assert_int_equal(again.outcome, end.outcome);
            assert_true(slice_eq(again.reason, end.reason));
        }
        if (end.outcome == OUTCOME_FAILED)
            assert_true(slice_is(end.reason, "Fulfillment simulation failed"));
        assert_true(end.retry_after_us < 0);
    }
    assert_in_range(bad, 200, 400);
}

static void a_replay_draws_anew(void **state)
{
    const struct simulate_settings settings = {.success_rate = 0.70};
    int mended = 0;
    int bad = 0;
    int64_t latency = 0;

    (void)state;
    for (int64_t order = 1; order <= 10000; order++) {
        struct attempt first = attempt_of(1, order, 0, 1);
        struct attempt second = attempt_of(1, order, 1, 1);

        if (simulate_decide(&settings, &first, &latency).outcome == OUTCOME_FULFILLED)
            continue;
        bad++;
        mended += simulate_decide(&settings, &second, &latency).outcome == OUTCOME_FULFILLED;
    }
    assert_in_range(mended * 100 / bad, 65, 75);
}

static void transient_failures_come_attempt_by_attempt(void **state)
{
    const struct simulate_settings settings = {.success_rate = 1.0, .transient_rate = 0.25};
    int failed = 0;
    int both = 0;
    int64_t latency = 0;

    (void)state;
    for (int64_t order = 1; order <= ORDERS; order++) {
        struct attempt first = attempt_of(1, order, 0, 1);
        struct attempt second = attempt_of(1, order, 0, 2);
        struct attempt_end end = simulate_decide(&settings, &first, &latency);

        if (end.outcome != OUTCOME_FAILED)
            continue;
        assert_true(slice_is(end.reason, SIMULATE_TRANSIENT_REASON));
        failed++;
        both += simulate_decide(&settings, &second, &latency).outcome == OUTCOME_FAILED;
    }
    assert_in_range(failed, 25000 - 700, 25000 + 700);
    assert_in_range(both, 6250 - 400, 6250 + 400);
}

static void latency_is_drawn_from_its_range(void **state)
{
    const struct simulate_settings settings = {
        .success_rate = 1.0, .latency_min_us = 50000, .latency_max_us = 200000};
    int64_t sum = 0;

    (void)state;
    for (int64_t order = 1; order <= 10000; order++) {
        struct attempt attempt = attempt_of(1, order, 0, 1);
        int64_t latency = 0;
        int64_t again = 0;

        (void)simulate_decide(&settings, &attempt, &latency);
        (void)simulate_decide(&settings, &attempt, &again);
        assert_int_equal(latency, again);
        assert_in_range(latency, 50000, 200000);
        sum += latency;
    }
    assert_in_range(sum / 10000, 120000, 130000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seventy_percent_of_orders_can_be_fulfilled),
        cmocka_unit_test(the_ends_of_the_rate_are_sure),
        cmocka_unit_test(a_bad_order_fails_each_attempt_with_the_same_reason),
        cmocka_unit_test(a_replay_draws_anew),
        cmocka_unit_test(transient_failures_come_attempt_by_attempt),
        cmocka_unit_test(latency_is_drawn_from_its_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
