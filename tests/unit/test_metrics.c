/* Rates, shares, quantiles and series over windows of time turned by hand. */
#include "tests/lib/test.h"

#include <math.h>
#include <string.h>

#include "daemon/observe/metrics.h"

#define SECOND 1000000LL

struct hand {
    struct clock clock; /* the first member, so that it can be found again */
    int64_t now;
};

static int64_t hand_now(const struct clock *clock)
{
    return ((const struct hand *)clock)->now;
}

static struct hand hand_at(int64_t now)
{
    return (struct hand){.clock = {hand_now, hand_now, 0}, .now = now};
}

static void turn(struct hand *hand, int64_t seconds)
{
    hand->now += seconds * SECOND;
}

static const struct event accepted = {.entry = ENTRY_QUEUED, .to = STATUS_QUEUED};

static struct event ended(enum entry_type entry, int64_t created_at, int64_t at)
{
    return (struct event){.entry = entry,
                          .from = STATUS_PROCESSING,
                          .to = entry == ENTRY_FULFILLED ? STATUS_FULFILLED : STATUS_FAILED,
                          .created_at = created_at,
                          .at = at};
}

static void commit(struct metrics *metrics, const struct event *event, size_t times)
{
    struct metrics_totals totals = {0};

    for (size_t i = 0; i < times; i++)
        metrics_committed(metrics, event, 1, &totals);
}

static void a_fresh_start_has_no_figures_and_no_success_rate(void **state)
{
    struct hand hand = hand_at(5 * SECOND); /* less than the windows after the machine's start */
    struct metrics *metrics = metrics_new(&hand.clock);
    struct stats stats;

    (void)state;
    metrics_stats(metrics, &stats);
    assert_true(stats.rate_1m == 0 && stats.rate_5m == 0 && stats.rate_15m == 0);
    assert_true(stats.success_rate_5m < 0);
    assert_true(stats.submit_ms.p50 == 0 && stats.order_ms.max == 0);
    assert_int_equal(stats.accepted_total, 0);
    assert_int_equal(metrics_last_second(metrics).accepted, 0);
    metrics_free(metrics);
}

static void totals_are_those_of_the_last_commit(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    struct metrics_totals totals = {.counts = {[STATUS_QUEUED] = 4, [STATUS_FAILED] = 2},
                                    .dlq_depth = 1,
                                    .last_seq = 99,
                                    .accepted = 10,
                                    .fulfilled = 5,
                                    .failed = 3,
                                    .retried = 7,
                                    .rejected = 6};
    struct stats stats;

    (void)state;
    metrics_committed(metrics, NULL, 0, &totals);
    metrics_set_queue_oldest(metrics, 1234);
    metrics_stats(metrics, &stats);
    assert_int_equal(stats.counts[STATUS_QUEUED], 4);
    assert_int_equal(stats.counts[STATUS_FAILED], 2);
    assert_int_equal(stats.dlq_depth, 1);
    assert_int_equal(stats.accepted_total, 10);
    assert_int_equal(stats.fulfilled_total, 5);
    assert_int_equal(stats.failed_total, 3);
    assert_int_equal(stats.retried_total, 7);
    assert_int_equal(stats.rejected_total, 6);
    assert_int_equal(stats.queue_oldest_ms, 1234);
    assert_int_equal(metrics_last_seq(metrics), 99);

    totals.counts[STATUS_QUEUED] = 0; /* nobody waits: what was told is old */
    metrics_committed(metrics, NULL, 0, &totals);
    metrics_stats(metrics, &stats);
    assert_int_equal(stats.queue_oldest_ms, 0);
    metrics_free(metrics);
}

struct rate_case {
    const char *label;
    int64_t later; /* seconds after 900 orders were accepted */
    double rate_1m, rate_5m, rate_15m;
};

static void an_order_counts_in_each_window_for_exactly_its_length(void **state)
{
    static const struct rate_case cases[] = {
        {"at once", 0, 15, 3, 1},         {"the last second of 1m", 59, 15, 3, 1},
        {"past 1m", 60, 0, 3, 1},         {"the last second of 5m", 299, 0, 3, 1},
        {"past 5m", 300, 0, 0, 1},        {"the last second of 15m", 899, 0, 0, 1},
        {"past 15m", 900, 0, 0, 0},       {"a turn of the ring later", 1800, 0, 0, 0},
        {"days later", 1000000, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct rate_case *c = &cases[i];
        struct hand hand = hand_at(12345 * SECOND);
        struct metrics *metrics = metrics_new(&hand.clock);
        struct stats stats;

        print_message("  %s\n", c->label);
        commit(metrics, &accepted, 900);
        turn(&hand, c->later);
        metrics_stats(metrics, &stats);
        assert_true(stats.rate_1m == c->rate_1m);
        assert_true(stats.rate_5m == c->rate_5m);
        assert_true(stats.rate_15m == c->rate_15m);
        metrics_free(metrics);
    }
}

static void the_success_rate_is_the_share_fulfilled_of_those_that_ended(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    struct event good = ended(ENTRY_FULFILLED, 0, 1);
    struct event bad = ended(ENTRY_DEAD_LETTERED, 0, 1);
    struct stats stats;

    (void)state;
    commit(metrics, &accepted, 50);
    commit(metrics, &good, 3);
    commit(metrics, &bad, 1);
    metrics_stats(metrics, &stats);
    assert_true(stats.success_rate_5m == 0.75);
    turn(&hand, 300);
    metrics_stats(metrics, &stats);
    assert_true(stats.success_rate_5m < 0);
    metrics_free(metrics);
}

static void the_series_end_with_the_running_second_and_quiet_ones_are_zero(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    struct event good = ended(ENTRY_FULFILLED, 0, 1);
    struct event bad = ended(ENTRY_DEAD_LETTERED, 0, 1);
    struct stats stats;

    (void)state;
    commit(metrics, &accepted, 7);
    turn(&hand, 119);
    commit(metrics, &good, 2);
    commit(metrics, &bad, 1);
    metrics_stats(metrics, &stats);
    assert_int_equal(stats.series_accepted[0], 7);
    assert_int_equal(stats.series_fulfilled[119], 2);
    assert_int_equal(stats.series_failed[119], 1);
    for (size_t i = 1; i < 119; i++)
        assert_int_equal(
            stats.series_accepted[i] + stats.series_fulfilled[i] + stats.series_failed[i], 0);
    turn(&hand, 1);
    metrics_stats(metrics, &stats);
    assert_int_equal(stats.series_accepted[0], 0);
    assert_int_equal(stats.series_fulfilled[118], 2);
    assert_int_equal(metrics_last_second(metrics).fulfilled, 2);
    assert_int_equal(metrics_last_second(metrics).failed, 1);
    metrics_free(metrics);
}

static void a_change_that_is_no_end_and_no_new_order_counts_nowhere(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    const struct event others[] = {
        {.entry = ENTRY_REJECTED, .to = STATUS_REJECTED},
        {.entry = ENTRY_QUEUED, .from = STATUS_FAILED, .to = STATUS_QUEUED}, /* replayed */
        {.entry = ENTRY_ATTEMPT_STARTED, .from = STATUS_QUEUED, .to = STATUS_PROCESSING},
        {.news = NEWS_PAUSED},
    };
    struct metrics_totals totals = {0};
    struct stats stats;

    (void)state;
    metrics_committed(metrics, others, sizeof(others) / sizeof(others[0]), &totals);
    metrics_stats(metrics, &stats);
    assert_int_equal(stats.series_accepted[119], 0);
    assert_true(stats.success_rate_5m < 0);
    assert_true(stats.order_ms.max == 0);
    metrics_free(metrics);
}

static bool within(double got, double want, double share)
{
    return fabs(got - want) <= want * share;
}

static void quantiles_are_within_one_percent_and_the_maximum_is_exact(void **state)
{
    static const int64_t scales[] = {1, 10, 977, 100003, 30000001};

    (void)state;
    for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
        struct hand hand = hand_at(1000 * SECOND);
        struct metrics *metrics = metrics_new(&hand.clock);
        double unit = (double)scales[i] / 1000;
        struct stats stats;

        for (int64_t n = 1000; n >= 1; n--)
            metrics_submit_took(metrics, n * scales[i]);
        metrics_stats(metrics, &stats);
        assert_true(within(stats.submit_ms.p50, 500 * unit, 0.01));
        assert_true(within(stats.submit_ms.p95, 950 * unit, 0.01));
        assert_true(within(stats.submit_ms.p99, 990 * unit, 0.01));
        assert_true(stats.submit_ms.max == 1000 * unit);
        metrics_free(metrics);
    }
}

static void quantiles_forget_what_is_older_than_five_minutes(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    struct stats stats;

    (void)state;
    metrics_submit_took(metrics, 5000000);
    turn(&hand, 280);
    metrics_submit_took(metrics, 1000);
    metrics_stats(metrics, &stats);
    assert_true(stats.submit_ms.max == 5000);
    turn(&hand, 20);
    metrics_stats(metrics, &stats);
    assert_true(stats.submit_ms.max == 1);
    turn(&hand, 300);
    metrics_submit_took(metrics, 2000); /* falls on the slice of the first */
    metrics_stats(metrics, &stats);
    assert_true(stats.submit_ms.max == 2);
    assert_true(stats.submit_ms.p50 <= 2);
    metrics_free(metrics);
}

static void extreme_durations_are_kept_in_bounds(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    struct stats stats;

    (void)state;
    metrics_submit_took(metrics, -5); /* a clock that was set back */
    metrics_submit_took(metrics, 0);
    metrics_stats(metrics, &stats);
    assert_true(stats.submit_ms.p50 == 0 && stats.submit_ms.max == 0);
    metrics_submit_took(metrics, INT64_MAX);
    metrics_stats(metrics, &stats);
    assert_true(stats.submit_ms.max == (double)INT64_MAX / 1000);
    assert_true(stats.submit_ms.p99 > 0);
    metrics_free(metrics);
}

static void an_order_s_time_is_from_its_creation_to_its_end(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);
    struct event event = ended(ENTRY_FULFILLED, 7000, 7000 + 100000);
    struct stats stats;

    (void)state;
    commit(metrics, &event, 1);
    metrics_stats(metrics, &stats);
    assert_true(stats.order_ms.max == 100);
    metrics_free(metrics);
}

static void requests_are_counted_by_operation_and_result(void **state)
{
    struct hand hand = hand_at(1000 * SECOND);
    struct metrics *metrics = metrics_new(&hand.clock);

    (void)state;
    metrics_request(metrics, OP_GET, OK, 10);
    metrics_request(metrics, OP_GET, OK, 20);
    metrics_request(metrics, OP_GET, ERR_NOT_FOUND, 5);
    metrics_request(metrics, OP_COUNT, ERR_MALFORMED, 1);
    assert_int_equal(metrics_requests(metrics, OP_GET, OK), 2);
    assert_int_equal(metrics_requests(metrics, OP_GET, ERR_NOT_FOUND), 1);
    assert_int_equal(metrics_requests(metrics, OP_COUNT, ERR_MALFORMED), 1);
    assert_int_equal(metrics_requests(metrics, OP_LIST, OK), 0);
    assert_int_equal(metrics_request_us(metrics, OP_GET), 35);
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_start_has_no_figures_and_no_success_rate),
        cmocka_unit_test(totals_are_those_of_the_last_commit),
        cmocka_unit_test(an_order_counts_in_each_window_for_exactly_its_length),
        cmocka_unit_test(the_success_rate_is_the_share_fulfilled_of_those_that_ended),
        cmocka_unit_test(the_series_end_with_the_running_second_and_quiet_ones_are_zero),
        cmocka_unit_test(a_change_that_is_no_end_and_no_new_order_counts_nowhere),
        cmocka_unit_test(quantiles_are_within_one_percent_and_the_maximum_is_exact),
        cmocka_unit_test(quantiles_forget_what_is_older_than_five_minutes),
        cmocka_unit_test(extreme_durations_are_kept_in_bounds),
        cmocka_unit_test(an_order_s_time_is_from_its_creation_to_its_end),
        cmocka_unit_test(requests_are_counted_by_operation_and_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
