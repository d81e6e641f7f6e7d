/* Orders on their way through dispatch and the simulated handler, all parts but the sockets. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "daemon/core/dispatch.h"
#include "daemon/handler/handler_simulate.h"
#include "tests/lib/engine_scene.h"

struct line {
    struct engine_scene engine;
    struct readers *readers;
    struct control *control;
    struct dispatch *dispatch;
    struct handler handler;
    bool idle;
    size_t most; /* attempts at once, as commits showed */
};

static void on_commit(void *self, const struct commit *commit)
{
    struct line *line = self;
    size_t running = (size_t)commit->totals.counts[STATUS_PROCESSING];

    if (running > line->most)
        line->most = running;
    dispatch_committed(line->dispatch, commit);
}

static void open_line(struct line *line, const struct simulate_settings *simulate)
{
    struct engine_scene *scene = &line->engine;
    const struct dispatch_settings settings = {.concurrency = 8, .timeout_us = 30000000};
    struct dispatch_parts parts = {
        .loop = scene->loop, .clock = &scene->clock.clock, .engine = scene->engine};
    struct simulate_parts ground = {.loop = scene->loop, .clock = &scene->clock.clock};

    assert_int_equal(readers_open(&line->readers, scene->store, scene->loop, 2, NULL), OK);
    line->control = control_new(scene->engine, engine_totals(scene->engine)->paused);
    parts.readers = line->readers;
    parts.control = line->control;
    assert_int_equal(dispatch_open(&line->dispatch, &parts, NULL), OK);
    ground.listener = dispatch_handler_listener(line->dispatch);
    assert_int_equal(handler_simulate_new(&ground, simulate, &line->handler, NULL), OK);
    dispatch_add_pool(line->dispatch, 0, &settings, line->handler);
    scene->committed = on_commit;
    scene->committed_self = line;
    dispatch_begin(line->dispatch);
}

static void close_line(struct line *line)
{
    readers_close(line->readers);
    engine_close(line->engine.engine);
    dispatch_close(line->dispatch);
    line->handler.ops->free(line->handler.self);
    control_free(line->control);
    store_close(line->engine.store);
    line->engine.engine = NULL;
    line->engine.committed = NULL;
}

static int set_up(void **state)
{
    struct line *line = calloc(1, sizeof(*line));

    if (line == NULL)
        return -1;
    engine_scene_init(&line->engine, "memory");
    *state = line;
    return 0;
}

static int tear_down(void **state)
{
    struct line *line = *state;

    close_line(line);
    engine_scene_done(&line->engine);
    free(line);
    return 0;
}

static void submit_many(struct line *line, size_t n)
{
    struct command_order *orders = calloc(n, sizeof(*orders));
    struct command command = {.kind = COMMAND_SUBMIT_BATCH, .submit = {orders, n}};

    assert_non_null(orders);
    for (size_t i = 0; i < n; i++)
        orders[i] = engine_scene_order("cust", 1);
    engine_scene_ask(&line->engine, &command, 1);
    free(orders);
}

static int64_t count_of(const struct line *line, enum status status)
{
    return engine_totals(line->engine.engine)->counts[status];
}

/* ---- conditions ---- */

static bool all_settled(void *self)
{
    struct line *line = self;

    return count_of(line, STATUS_QUEUED) + count_of(line, STATUS_PROCESSING) +
               count_of(line, STATUS_RETRYING) ==
           0;
}

/* The same, with the hand clock going on by itself. */
static bool all_settled_in_time(void *self)
{
    struct line *line = self;

    hand_clock_turn(&line->engine.clock, 1000);
    return all_settled(self);
}

static bool none_queued(void *self)
{
    struct line *line = self;

    return count_of(line, STATUS_QUEUED) + count_of(line, STATUS_PROCESSING) == 0 &&
           dispatch_in_flight(line->dispatch) == 0;
}

static bool some_run(void *self)
{
    return count_of(self, STATUS_PROCESSING) == 8;
}

static bool is_idle(void *self)
{
    const struct line *line = self;

    return line->idle;
}

static void on_idle(void *self)
{
    struct line *line = self;

    line->idle = true;
    loop_stop(line->engine.loop, 0); /* this may well be the last pass for long */
}

/* ---- tests ---- */

static void every_order_ends_and_seven_of_ten_are_fulfilled(void **state)
{
    const struct simulate_settings simulate = {.success_rate = 0.70};
    struct line *line = *state;

    open_line(line, &simulate);
    for (int i = 0; i < 5; i++)
        submit_many(line, 1000);
    engine_scene_run(&line->engine, all_settled_in_time, line);
    assert_int_equal(count_of(line, STATUS_FULFILLED) + count_of(line, STATUS_FAILED), 5000);
    assert_in_range(count_of(line, STATUS_FULFILLED), 3500 - 165, 3500 + 165);
    assert_int_equal(engine_totals(line->engine.engine)->dlq_depth, count_of(line, STATUS_FAILED));
    assert_int_equal(engine_totals(line->engine.engine)->retried,
                     2 * count_of(line, STATUS_FAILED));
}

static void a_failed_attempt_waits_for_its_time(void **state)
{
    const struct simulate_settings simulate = {.success_rate = 0.0};
    struct line *line = *state;

    open_line(line, &simulate);
    submit_many(line, 10);
    engine_scene_run(&line->engine, none_queued, line);
    assert_int_equal(count_of(line, STATUS_RETRYING), 10);
    hand_clock_turn(&line->engine.clock, 999999);
    submit_many(line, 1);
    engine_scene_run(&line->engine, none_queued, line);
    assert_int_equal(count_of(line, STATUS_RETRYING), 11);
    assert_int_equal(engine_totals(line->engine.engine)->retried, 11);
}

static void no_more_run_at_once_than_may(void **state)
{
    const struct simulate_settings simulate = {
        .success_rate = 1.0, .latency_min_us = 1000, .latency_max_us = 5000};
    struct line *line = *state;

    open_line(line, &simulate);
    submit_many(line, 300);
    engine_scene_run(&line->engine, all_settled_in_time, line);
    assert_int_equal(count_of(line, STATUS_FULFILLED), 300);
    /* those whose end is not yet durable are PROCESSING too, until the next commit */
    assert_in_range(line->most, 8, 16);
}

static void what_waited_in_the_store_is_found_at_the_start(void **state)
{
    const struct simulate_settings simulate = {.success_rate = 1.0};
    struct line *line = *state;

    for (int i = 0; i < 6; i++)
        submit_many(line, 1000); /* more than a window holds */
    open_line(line, &simulate);
    engine_scene_run(&line->engine, all_settled, line);
    assert_int_equal(count_of(line, STATUS_FULFILLED), 6000);
    engine_scene_check_counts(&line->engine);
}

static void a_late_attempt_ends_as_a_timeout(void **state)
{
    const struct simulate_settings simulate = {
        .success_rate = 1.0, .latency_min_us = 60000000, .latency_max_us = 60000000};
    struct line *line = *state;
    struct arena arena = {0};
    struct command_order o;

    open_line(line, &simulate);
    o = engine_scene_submit(&line->engine, engine_scene_order("cust", 1));
    while (count_of(line, STATUS_RETRYING) == 0) {
        hand_clock_turn(&line->engine.clock, 15000000);
        (void)engine_scene_change(&line->engine, CAUSE_RELEASE, 999); /* a pass of the loop */
    }
    assert_true(
        slice_is(engine_scene_get(&line->engine, &o.uid, &arena).failure_reason, "timeout"));
    arena_done(&arena);
}

static void cancel_one_of_eight(struct line *line, double success_rate)
{
    const struct simulate_settings simulate = {
        .success_rate = success_rate, .latency_min_us = 20000000, .latency_max_us = 20000000};

    open_line(line, &simulate);
    submit_many(line, 8);
    engine_scene_run(&line->engine, some_run, line);
    assert_int_equal(engine_scene_change(&line->engine, CAUSE_CANCEL, 3), OK);
    while (count_of(line, STATUS_PROCESSING) > 0) {
        hand_clock_turn(&line->engine.clock, 5000000);
        (void)engine_scene_change(&line->engine, CAUSE_RELEASE, 999); /* a pass of the loop */
    }
}

static void a_simulated_attempt_may_fulfil_in_spite_of_a_cancel(void **state)
{
    struct line *line = *state;

    cancel_one_of_eight(line, 1.0);
    assert_int_equal(count_of(line, STATUS_CANCELLED), 0);
}

static void a_failed_attempt_of_a_cancelled_order_is_its_last(void **state)
{
    struct line *line = *state;

    cancel_one_of_eight(line, 0.0);
    assert_int_equal(count_of(line, STATUS_CANCELLED), 1);
}

struct asked {
    struct line *line;
    bool done;
};

static void on_asked(void *self, enum err result, const struct why *why)
{
    struct asked *asked = self;

    (void)why;
    assert_int_equal(result, OK);
    asked->done = true;
    dispatch_control_changed(asked->line->dispatch);
}

static bool is_asked(void *self)
{
    const struct asked *asked = self;

    return asked->done;
}

static void ask(struct line *line, enum control_change change)
{
    struct asked asked = {.line = line};
    const struct control_listener listener = {on_asked, &asked};

    assert_int_equal(control_ask(line->control, change, SLICE("ann"), listener, NULL), OK);
    engine_scene_run(&line->engine, is_asked, &asked);
}

static void nothing_starts_while_paused_and_all_does_after(void **state)
{
    const struct simulate_settings simulate = {.success_rate = 1.0};
    struct line *line = *state;

    open_line(line, &simulate);
    ask(line, CONTROL_PAUSE);
    submit_many(line, 100);
    submit_many(line, 100);
    assert_int_equal(count_of(line, STATUS_QUEUED), 200);
    assert_int_equal(dispatch_in_flight(line->dispatch), 0);
    ask(line, CONTROL_RESUME);
    engine_scene_run(&line->engine, all_settled, line);
    assert_int_equal(count_of(line, STATUS_FULFILLED), 200);
}

static void an_orderly_stop_gives_back_what_runs(void **state)
{
    const struct simulate_settings simulate = {
        .success_rate = 1.0, .latency_min_us = 60000000, .latency_max_us = 60000000};
    struct line *line = *state;

    open_line(line, &simulate);
    submit_many(line, 20);
    engine_scene_run(&line->engine, some_run, line);
    dispatch_stop(line->dispatch, on_idle, line);
    engine_scene_run(&line->engine, is_idle, line);
    assert_int_equal(count_of(line, STATUS_QUEUED), 20);
    assert_int_equal(dispatch_in_flight(line->dispatch), 0);
    engine_scene_check_counts(&line->engine);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_order_ends_and_seven_of_ten_are_fulfilled),
        TEST(a_failed_attempt_waits_for_its_time),
        TEST(no_more_run_at_once_than_may),
        TEST(what_waited_in_the_store_is_found_at_the_start),
        TEST(a_late_attempt_ends_as_a_timeout),
        TEST(a_simulated_attempt_may_fulfil_in_spite_of_a_cancel),
        TEST(a_failed_attempt_of_a_cancelled_order_is_its_last),
        TEST(nothing_starts_while_paused_and_all_does_after),
        TEST(an_orderly_stop_gives_back_what_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
