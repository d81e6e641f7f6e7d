/* What is done and failed at each step, by events and over time turned by hand. */
#include "tests/lib/test.h"

#include <string.h>

#include "daemon/observe/metrics.h"
#include "tests/lib/hand_clock.h"

#define SECOND 1000000LL

/* By number; the list of today leaves the first out and turns two round. */
static const struct slice names[] = {{"fulfil", 6}, {"ship", 4}, {"reserve", 7}, {"charge", 6}};
static const uint32_t today[] = {2, 3, 1};
enum { FULFIL, SHIP, RESERVE, CHARGE, STEPS };

struct scene {
    struct hand_clock hand;
    struct metrics *metrics;
    int64_t by_step[STEPS][STATUS_COUNT];
};

static void begin(struct scene *scene)
{
    const struct step_list list = {names, STEPS, today, 3};

    *scene = (struct scene){0};
    hand_clock_init(&scene->hand);
    scene->metrics = metrics_new(&scene->hand.clock);
    metrics_set_steps(scene->metrics, &list);
}

static void commit(struct scene *scene, const struct event *events, size_t n)
{
    const struct metrics_totals totals = {.by_step =
                                              (const int64_t(*)[STATUS_COUNT])scene->by_step};

    metrics_committed(scene->metrics, events, n, &totals);
}

static struct stats stats_of(struct scene *scene)
{
    struct stats stats;

    metrics_stats(scene->metrics, &stats);
    return stats;
}

static struct event event_of(enum entry_type entry, enum status from, enum status to,
                             const char *step)
{
    return (struct event){.entry = entry, .from = from, .to = to, .step = slice_of(step)};
}

static void steps_are_in_todays_order_then_those_that_still_have_orders(void **state)
{
    struct scene scene;
    struct stats stats;

    (void)state;
    begin(&scene);
    scene.by_step[RESERVE][STATUS_QUEUED] = 1;
    scene.by_step[CHARGE][STATUS_PROCESSING] = 2;
    scene.by_step[CHARGE][STATUS_RETRYING] = 3;
    scene.by_step[CHARGE][STATUS_HELD] = 4;
    scene.by_step[SHIP][STATUS_FAILED] = 5;
    scene.by_step[SHIP][STATUS_UNDOING] = 6;
    commit(&scene, NULL, 0);
    stats = stats_of(&scene);
    assert_int_equal(stats.n_steps, 3);
    assert_string_equal(stats.steps[0].name, "reserve");
    assert_int_equal(stats.steps[0].queued, 1);
    assert_string_equal(stats.steps[1].name, "charge");
    assert_int_equal(stats.steps[1].processing, 2);
    assert_int_equal(stats.steps[1].retrying, 3);
    assert_int_equal(stats.steps[1].held, 4);
    assert_string_equal(stats.steps[2].name, "ship");
    assert_int_equal(stats.steps[2].failed, 5);
    assert_int_equal(stats.steps[2].undoing, 6);
    scene.by_step[FULFIL][STATUS_HELD] = 1;
    commit(&scene, NULL, 0);
    stats = stats_of(&scene);
    assert_int_equal(stats.n_steps, 4);
    assert_string_equal(stats.steps[3].name, "fulfil");
    metrics_free(scene.metrics);
}

static void each_end_of_an_attempt_counts_at_its_step(void **state)
{
    static const struct {
        const char *label;
        enum entry_type entry;
        enum status from, to;
        struct step_counts want;
    } rows[] = {
        {"a step done", ENTRY_STEP_DONE, STATUS_PROCESSING, STATUS_QUEUED, {1, 0, 0, 1}},
        {"the last one", ENTRY_FULFILLED, STATUS_PROCESSING, STATUS_FULFILLED, {1, 0, 0, 1}},
        {"to be retried", ENTRY_RETRY_SCHEDULED, STATUS_PROCESSING, STATUS_RETRYING, {0, 0, 1, 1}},
        {"dead", ENTRY_DEAD_LETTERED, STATUS_PROCESSING, STATUS_FAILED, {0, 1, 1, 1}},
        {"an undo, dead", ENTRY_DEAD_LETTERED, STATUS_UNDOING, STATUS_FAILED, {0, 1, 1, 0}},
        {"an undo to retry", ENTRY_RETRY_SCHEDULED, STATUS_UNDOING, STATUS_UNDOING, {0, 0, 1, 0}},
        {"given back", ENTRY_GIVEN_BACK, STATUS_PROCESSING, STATUS_QUEUED, {0, 0, 0, 1}},
        {"begun", ENTRY_ATTEMPT_STARTED, STATUS_QUEUED, STATUS_PROCESSING, {0, 0, 0, 0}},
        {"undone", ENTRY_UNDONE, STATUS_UNDOING, STATUS_UNDOING, {0, 0, 0, 0}},
        {"held", ENTRY_HELD, STATUS_QUEUED, STATUS_HELD, {0, 0, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct event event = event_of(rows[i].entry, rows[i].from, rows[i].to, "charge");
        struct scene scene;
        struct step_counts counts;

        begin(&scene);
        commit(&scene, &event, 1);
        counts = step_meter_ever(metrics_steps(scene.metrics), CHARGE);
        if (counts.done != rows[i].want.done || counts.failed != rows[i].want.failed ||
            counts.attempts != rows[i].want.attempts || counts.ended != rows[i].want.ended)
            fail_msg("%s is counted otherwise", rows[i].label);
        counts = step_meter_ever(metrics_steps(scene.metrics), SHIP);
        assert_int_equal(counts.done + counts.failed + counts.attempts + counts.ended, 0);
        metrics_free(scene.metrics);
    }
}

static void news_of_no_order_counts_nowhere(void **state)
{
    struct event event = event_of(ENTRY_FULFILLED, STATUS_PROCESSING, STATUS_FULFILLED, "charge");
    struct scene scene;

    (void)state;
    begin(&scene);
    event.news = NEWS_ALARM;
    commit(&scene, &event, 1);
    assert_int_equal(step_meter_ever(metrics_steps(scene.metrics), CHARGE).done, 0);
    metrics_free(scene.metrics);
}

static void what_is_done_counts_in_each_window_for_exactly_its_length(void **state)
{
    const struct event done =
        event_of(ENTRY_STEP_DONE, STATUS_PROCESSING, STATUS_QUEUED, "reserve");
    const struct event dead =
        event_of(ENTRY_DEAD_LETTERED, STATUS_PROCESSING, STATUS_FAILED, "reserve");
    static const struct {
        int64_t later;
        double rate_1m;
        int64_t done_5m;
    } rows[] = {{0, 2.0, 120}, {59, 2.0, 120}, {60, 0, 120}, {299, 0, 120},
                {300, 0, 0},   {600, 0, 0},    {3600, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene;
        struct step_counts last;

        begin(&scene);
        for (int n = 0; n < 120; n++)
            commit(&scene, &done, 1);
        commit(&scene, &dead, 1);
        hand_clock_turn(&scene.hand, rows[i].later * SECOND);
        assert_true(stats_of(&scene).steps[0].rate_1m == rows[i].rate_1m);
        last = metrics_step_last(scene.metrics, RESERVE, 300);
        assert_int_equal(last.done, rows[i].done_5m);
        assert_int_equal(last.failed, rows[i].done_5m > 0);
        metrics_free(scene.metrics);
    }
}

static void the_oldest_of_a_step_counts_only_while_one_waits_there(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    scene.by_step[SHIP][STATUS_QUEUED] = 1;
    scene.by_step[CHARGE][STATUS_UNDOING] = 1;
    commit(&scene, NULL, 0);
    metrics_set_step_oldest(scene.metrics, SHIP, 1200);
    metrics_set_step_oldest(scene.metrics, CHARGE, 700);
    metrics_set_step_oldest(scene.metrics, RESERVE, 5);
    assert_int_equal(stats_of(&scene).steps[0].oldest_ms, 0);
    assert_int_equal(stats_of(&scene).steps[1].oldest_ms, 700);
    assert_int_equal(stats_of(&scene).steps[2].oldest_ms, 1200);
    scene.by_step[SHIP][STATUS_QUEUED] = 0;
    commit(&scene, NULL, 0);
    assert_int_equal(stats_of(&scene).steps[2].oldest_ms, 0);
    metrics_free(scene.metrics);
}

static void the_only_step_has_all_that_is_told(void **state)
{
    static const uint32_t first = 0;
    const struct step_list list = {names, 1, &first, 1};
    const struct event done = event_of(ENTRY_FULFILLED, STATUS_PROCESSING, STATUS_FULFILLED, NULL);
    const int64_t by_step[1][STATUS_COUNT] = {{[STATUS_QUEUED] = 3}};
    const struct metrics_totals totals = {.by_step = by_step};
    struct hand_clock hand;
    struct metrics *metrics = NULL;
    struct stats stats;

    (void)state;
    hand_clock_init(&hand);
    metrics = metrics_new(&hand.clock);
    metrics_set_steps(metrics, &list);
    metrics_committed(metrics, &done, 1, &totals);
    metrics_stats(metrics, &stats);
    assert_int_equal(stats.n_steps, 1);
    assert_string_equal(stats.steps[0].name, "fulfil");
    assert_int_equal(stats.steps[0].queued, 3);
    assert_true(stats.steps[0].rate_1m == 1 / 60.0);
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_in_todays_order_then_those_that_still_have_orders),
        cmocka_unit_test(each_end_of_an_attempt_counts_at_its_step),
        cmocka_unit_test(news_of_no_order_counts_nowhere),
        cmocka_unit_test(what_is_done_counts_in_each_window_for_exactly_its_length),
        cmocka_unit_test(the_oldest_of_a_step_counts_only_while_one_waits_there),
        cmocka_unit_test(the_only_step_has_all_that_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
