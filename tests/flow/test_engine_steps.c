/* Orders of several steps, carried out by the engine on a real store. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/engine_steps.h"

#define SECOND 1000000LL

static struct engine_scene *scene_of(void **state)
{
    return *state;
}

static void each_step_gets_what_the_ones_before_it_handed_on(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    struct engine_seen first = engine_steps_start(scene, 1), second, third;
    struct arena arena = {0};
    struct order order;

    engine_steps_end(scene, 1, "shelf 7");
    second = engine_steps_start(scene, 1);
    engine_steps_end(scene, 1, NULL);
    third = engine_steps_start(scene, 1);
    engine_steps_end(scene, 1, "parcel 12");
    assert_string_equal(first.attempt.step, "reserve");
    assert_string_equal(first.results, "");
    assert_string_equal(second.attempt.step, "charge");
    assert_string_equal(second.results, "reserve=shelf 7");
    assert_string_equal(third.attempt.step, "ship");
    assert_string_equal(third.results, "reserve=shelf 7 charge=");
    assert_true(!first.attempt.undo && !third.attempt.undo && third.attempt.number == 1);
    order = engine_scene_get(scene, &o.uid, &arena);
    assert_int_equal(order.status, STATUS_FULFILLED);
    assert_true(slice_is(order.steps, ENGINE_STEPS) && slice_is(order.result, "parcel 12"));
    assert_int_equal(order.n_results, 3);
    assert_true(slice_is(order.results[2].value, "parcel 12"));
    arena_done(&arena);
    engine_steps_check_history(
        scene, &o.uid,
        "received validated stored queued attempt_started step_done attempt_started "
        "step_done attempt_started fulfilled");
    engine_scene_check_counts(scene);
}

static void steps_draw_independently_and_the_first_as_the_order_does(void **state)
{
    struct engine_scene *scene = scene_of(state);
    uint64_t draws[4];

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    draws[0] = engine_steps_start(scene, 1).attempt.draw;
    engine_steps_end(scene, 1, NULL);
    draws[1] = engine_steps_start(scene, 1).attempt.draw;
    engine_steps_end(scene, 1, NULL);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    draws[2] = engine_steps_start(scene, 1).attempt.draw; /* charge, undone */
    engine_steps_end(scene, 1, NULL);
    draws[3] = engine_steps_start(scene, 1).attempt.draw; /* reserve, undone */
    assert_true(draws[0] == rng_mix(7, 1, 0));
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned k = 0; k < i; k++)
            assert_true(draws[i] != draws[k]);
    }
}

static void an_undo_gets_the_result_of_its_own_step(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    struct arena arena = {0};
    struct engine_seen seen;

    engine_steps_do(scene, 1, "shelf 7");
    engine_steps_do(scene, 1, "paid 5");
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    seen = engine_steps_start(scene, 1);
    assert_string_equal(seen.attempt.step, "charge");
    assert_true(seen.attempt.undo);
    assert_string_equal(seen.result, "paid 5");
    assert_string_equal(seen.results, "reserve=shelf 7 charge=paid 5");
    engine_steps_end(scene, 1, "refunded");
    seen = engine_steps_start(scene, 1);
    assert_true(seen.attempt.undo);
    assert_string_equal(seen.result, "shelf 7");
    engine_steps_end(scene, 1, NULL);
    assert_int_equal(engine_scene_get(scene, &o.uid, &arena).status, STATUS_CANCELLED);
    arena_done(&arena);
    engine_steps_check_history(
        scene, &o.uid,
        "received validated stored queued attempt_started step_done attempt_started "
        "step_done undo_started attempt_started undone attempt_started undone "
        "cancelled");
    engine_scene_check_counts(scene);
}

static void what_is_at_each_step_is_counted(void **state)
{
    struct engine_scene *scene = scene_of(state);

    for (int i = 0; i < 3; i++)
        (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_int_equal(engine_steps_at(scene, "reserve", STATUS_QUEUED), 3);
    engine_steps_do(scene, 1, NULL);
    engine_steps_do(scene, 2, NULL);
    assert_int_equal(engine_steps_at(scene, "reserve", STATUS_QUEUED), 1);
    assert_int_equal(engine_steps_at(scene, "charge", STATUS_QUEUED), 2);
    (void)engine_steps_start(scene, 1);
    assert_int_equal(engine_steps_at(scene, "charge", STATUS_PROCESSING), 1);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 2), OK);
    assert_int_equal(engine_steps_at(scene, "charge", STATUS_QUEUED), 0);
    assert_int_equal(engine_steps_at(scene, "reserve", STATUS_UNDOING), 1);
    engine_scene_check_counts(scene);
    engine_steps_do(scene, 2, NULL);
    assert_int_equal(engine_steps_at(scene, "reserve", STATUS_UNDOING), 0);
    engine_scene_check_counts(scene);
}

struct last_event {
    char step[STEP_NAME_MAX + 1];
    enum entry_type entry;
};

static void take_event(void *self, const struct commit *commit)
{
    struct last_event *last = self;

    if (commit->n_events > 0) {
        const struct event *event = &commit->events[commit->n_events - 1];

        last->entry = event->entry;
        (void)snprintf(last->step, sizeof(last->step), "%.*s", SLICE_ARGS(event->step));
    }
}

static void an_event_has_the_step_that_it_is_about(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct last_event last = {"", ENTRY_NONE};

    scene->committed = take_event;
    scene->committed_self = &last;
    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_string_equal(last.step, "reserve");
    engine_steps_do(scene, 1, NULL);
    assert_int_equal(last.entry, ENTRY_STEP_DONE);
    assert_string_equal(last.step, "reserve");
    (void)engine_steps_start(scene, 1);
    assert_string_equal(last.step, "charge");
    engine_steps_end(scene, 1, NULL);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    assert_int_equal(last.entry, ENTRY_UNDO_STARTED);
    assert_string_equal(last.step, "charge");
    engine_steps_do(scene, 1, NULL);
    assert_int_equal(last.entry, ENTRY_UNDONE);
    assert_string_equal(last.step, "charge");
    scene->committed = NULL;
}

/* ---- pools ---- */

struct told {
    uint16_t pool;
    size_t n;
};

static void take_waiting(void *self, const struct commit *commit)
{
    struct told *told = self;

    for (size_t i = 0; i < commit->n_waiting; i++) {
        told->pool = commit->waiting[i].pool;
        told->n++;
    }
}

static void a_commit_says_in_which_pool_an_order_waits(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct told told = {0, 0};

    scene->committed = take_waiting;
    scene->committed_self = &told;
    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_true(told.n == 1 && told.pool == STORE_POOL(1, false));
    engine_steps_do(scene, 1, NULL);
    assert_true(told.n == 2 && told.pool == STORE_POOL(2, false));
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    assert_true(told.n == 3 && told.pool == STORE_POOL(1, true));
    engine_steps_do(scene, 1, NULL);
    assert_int_equal(told.n, 3);
    scene->committed = NULL;
}

/* ---- replays ---- */

static void fail_at_ship(struct engine_scene *scene, int64_t order)
{
    engine_steps_do(scene, order, "shelf 7");
    engine_steps_do(scene, order, "paid 5");
    (void)engine_steps_start(scene, order);
    assert_int_equal(engine_scene_end(scene, order, OUTCOME_FAILED, "no van"), OK);
}

/* Replays all dead letters. */
static void replay(struct engine_scene *scene, bool from_start)
{
    struct command begin = {.kind = COMMAND_REPLAY,
                            .replay = {.matched = 1, .from_start = from_start}};
    struct command move = {.kind = COMMAND_REPLAY_MOVE, .replay_move = {.limit = 10}};

    engine_scene_ask(scene, &begin, 1);
    assert_int_equal(begin.result, OK);
    move.replay_move.number = begin.replay.number;
    engine_scene_ask(scene, &move, 1);
    assert_int_equal(move.result, OK);
    assert_int_equal(move.replay_move.moved, 1);
}

static void a_replay_goes_on_with_the_results_there_are(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct engine_seen seen;

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    fail_at_ship(scene, 1);
    assert_int_equal(engine_steps_at(scene, "ship", STATUS_FAILED), 1);
    replay(scene, false);
    seen = engine_steps_start(scene, 1);
    assert_string_equal(seen.attempt.step, "ship");
    assert_int_equal(seen.attempt.replays, 1);
    assert_string_equal(seen.results, "reserve=shelf 7 charge=paid 5");
    engine_scene_check_counts(scene);
}

static void a_replay_from_the_start_has_no_results(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct engine_seen seen;

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    fail_at_ship(scene, 1);
    replay(scene, true);
    seen = engine_steps_start(scene, 1);
    assert_string_equal(seen.attempt.step, "reserve");
    assert_string_equal(seen.results, "");
    engine_scene_check_counts(scene);
}

static void a_dead_undo_is_replayed(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));

    engine_steps_do(scene, 1, "shelf 7");
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    (void)engine_steps_start(scene, 1);
    assert_int_equal(engine_scene_end(scene, 1, OUTCOME_FAILED_FOR_GOOD, "no shelf"), OK);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 1);
    engine_scene_close(scene); /* what it is at is in the store */
    engine_scene_open(scene);
    replay(scene, true);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 0);
    assert_string_equal(engine_steps_start(scene, 1).result, "shelf 7");
    engine_steps_end(scene, 1, NULL);
    engine_steps_check_history(
        scene, &o.uid,
        "received validated stored queued attempt_started step_done undo_started "
        "attempt_started undo_failed dead_lettered replayed undo_started "
        "attempt_started undone cancelled");
    engine_scene_check_counts(scene);
}

/* ---- crashes ---- */

static void a_crash_cuts_attempts_and_undos_short(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order forward = engine_scene_submit(scene, engine_scene_order("cust", 1));
    struct command_order back = engine_scene_submit(scene, engine_scene_order("cust", 1));
    struct engine_seen seen;

    engine_steps_do(scene, 1, NULL);
    (void)engine_steps_start(scene, 1);
    engine_steps_do(scene, 2, "shelf 8");
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 2), OK);
    (void)engine_steps_start(scene, 2);
    engine_scene_close(scene);
    engine_scene_open(scene);
    engine_steps_check_history(
        scene, &forward.uid,
        "received validated stored queued attempt_started step_done attempt_started "
        "recovered retry_scheduled");
    engine_steps_check_history(
        scene, &back.uid,
        "received validated stored queued attempt_started step_done undo_started "
        "attempt_started recovered retry_scheduled");
    assert_int_equal(engine_steps_at(scene, "charge", STATUS_RETRYING), 1);
    assert_int_equal(engine_steps_at(scene, "reserve", STATUS_UNDOING), 1);
    engine_scene_check_counts(scene);
    hand_clock_turn(&scene->clock, SECOND);
    seen = engine_steps_start(scene, 2);
    assert_int_equal(seen.attempt.number, 2);
    assert_string_equal(seen.result, "shelf 8");
    engine_steps_end(scene, 2, NULL);
    engine_scene_check_counts(scene);
}

static void a_clock_set_back_keeps_no_step_and_no_undo_waiting(void **state)
{
    struct engine_scene *scene = scene_of(state);

    for (int64_t order = 1; order <= 3; order++) {
        (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
        engine_steps_do(scene, order, NULL);
    }
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 2), OK);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 3), OK);
    (void)engine_steps_start(scene, 3);
    assert_int_equal(engine_scene_end(scene, 3, OUTCOME_FAILED, "x"), OK);
    engine_scene_close(scene);
    scene->clock.clock.anchor_us -= 365LL * 86400 * SECOND; /* a year */
    engine_scene_open(scene);
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    assert_int_equal(engine_scene_start(scene, 2, NULL), OK);
    assert_int_equal(engine_scene_start(scene, 3, NULL), ERR_WRONG_STATE);
    hand_clock_turn(&scene->clock, SECOND);
    assert_int_equal(engine_scene_start(scene, 3, NULL), OK);
}

/* ---- lists of other days ---- */

static void an_order_keeps_the_list_it_was_accepted_under(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    struct arena arena = {0};

    engine_scene_close(scene);
    scene->workflow.list = (struct slice){NULL, 0};
    scene->workflow.n_steps = 0;
    engine_scene_open(scene);
    engine_steps_do(scene, 1, NULL);
    assert_true(slice_is(engine_scene_get(scene, &o.uid, &arena).step, "charge"));
    o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_true(slice_is(engine_scene_get(scene, &o.uid, &arena).step, "fulfil"));
    arena_done(&arena);
    assert_int_equal(engine_steps_at(scene, "fulfil", STATUS_QUEUED), 1);
    engine_scene_check_counts(scene);
}

static void what_retention_removes_is_not_counted_any_more(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command retain = {.kind = COMMAND_RETAIN, .retain = {.rows = {.limit = 10}}};

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    fail_at_ship(scene, 1);
    assert_int_equal(engine_scene_change(scene, CAUSE_DISCARD, 1), OK);
    retain.retain.rows.discarded_before = HAND_CLOCK_WALL + 3600 * SECOND;
    engine_scene_ask(scene, &retain, 1);
    assert_int_equal(retain.retain.rows.removed_counts[STATUS_FAILED], 1);
    assert_int_equal(engine_steps_at(scene, "ship", STATUS_FAILED), 0);
    engine_scene_check_counts(scene);
}

#define TEST(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, engine_steps_set_up, engine_steps_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_step_gets_what_the_ones_before_it_handed_on),
        TEST(steps_draw_independently_and_the_first_as_the_order_does),
        TEST(an_undo_gets_the_result_of_its_own_step),
        TEST(what_is_at_each_step_is_counted),
        TEST(an_event_has_the_step_that_it_is_about),
        TEST(a_commit_says_in_which_pool_an_order_waits),
        TEST(a_replay_goes_on_with_the_results_there_are),
        TEST(a_replay_from_the_start_has_no_results),
        TEST(a_dead_undo_is_replayed),
        TEST(a_crash_cuts_attempts_and_undos_short),
        TEST(a_clock_set_back_keeps_no_step_and_no_undo_waiting),
        TEST(an_order_keeps_the_list_it_was_accepted_under),
        TEST(what_retention_removes_is_not_counted_any_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
