/* The engine on a real store: submits, attempts, changes, refusals, crashes. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_scene.h"

static struct engine_scene *scene_of(void **state)
{
    return *state;
}

static int set_up(void **state, const char *url)
{
    struct engine_scene *scene = malloc(sizeof(*scene));

    if (scene == NULL)
        return -1;
    engine_scene_init(scene, url);
    *state = scene;
    return 0;
}

static int set_up_memory(void **state)
{
    return set_up(state, "memory");
}

static int set_up_file(void **state)
{
    return set_up(state, "sqlite");
}

static int tear_down(void **state)
{
    engine_scene_done(*state);
    free(*state);
    return 0;
}

static void check_history(struct engine_scene *scene, const struct uuid *uid, const char *want)
{
    char got[512];

    engine_scene_history(scene, uid, got);
    assert_string_equal(got, want);
}

/* ---- an order's life ---- */

static void a_submitted_order_is_fulfilled_step_by_step(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    struct attempt attempt;
    struct arena arena = {0};
    struct order order;

    assert_int_equal(o.result, OK);
    assert_int_equal(o.status, STATUS_QUEUED);
    assert_int_equal(engine_scene_start(scene, 1, &attempt), OK);
    assert_int_equal(attempt.number, 1);
    assert_memory_equal(&attempt.uid, &o.uid, sizeof(o.uid));
    assert_int_equal(engine_scene_start(scene, 1, NULL), ERR_WRONG_STATE);
    assert_int_equal(engine_scene_end(scene, 1, OUTCOME_FULFILLED, NULL), OK);
    order = engine_scene_get(scene, &o.uid, &arena);
    assert_int_equal(order.status, STATUS_FULFILLED);
    assert_int_equal(order.attempts, 1);
    assert_int_equal(order.n_items, 1);
    assert_int_equal(order.seq, 3);
    arena_done(&arena);
    check_history(scene, &o.uid, "received validated stored queued attempt_started fulfilled");
    engine_scene_check_counts(scene);
    assert_int_equal(scene->n_events, 3);
    for (size_t i = 0; i < scene->n_events; i++)
        assert_int_equal(scene->events[i].seq, i + 1);
    assert_int_equal(scene->events[0].from, STATUS_NONE);
    assert_int_equal(scene->events[0].entry, ENTRY_QUEUED);
    assert_int_equal(scene->events[2].to, STATUS_FULFILLED);
}

/* Attempts until the order is dead. */
static void kill_order(struct engine_scene *scene, int64_t order)
{
    for (int i = 0; i < 3; i++) {
        assert_int_equal(engine_scene_start(scene, order, NULL), OK);
        assert_int_equal(engine_scene_end(scene, order, OUTCOME_FAILED, "no stock"), OK);
        hand_clock_turn(&scene->clock, 10000000);
    }
}

static void an_order_whose_attempts_run_out_is_dead_in_the_same_commit(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    const struct event *last = NULL;

    kill_order(scene, 1);
    last = &scene->events[scene->n_events - 1];
    assert_int_equal(last->to, STATUS_FAILED);
    assert_int_equal(last->entry, ENTRY_DEAD_LETTERED);
    assert_true(last->dlq_added);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 1);
    assert_int_equal(engine_totals(scene->engine)->failed, 1);
    assert_int_equal(engine_totals(scene->engine)->retried, 2);
    check_history(scene, &o.uid,
                  "received validated stored queued attempt_started attempt_failed retry_scheduled "
                  "attempt_started attempt_failed retry_scheduled attempt_started attempt_failed "
                  "dead_lettered");
    engine_scene_check_counts(scene);
}

static void a_retry_does_not_start_before_it_is_due(void **state)
{
    struct engine_scene *scene = scene_of(state);

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    assert_int_equal(engine_scene_end(scene, 1, OUTCOME_FAILED, "x"), OK);
    hand_clock_turn(&scene->clock, 999999);
    assert_int_equal(engine_scene_start(scene, 1, NULL), ERR_WRONG_STATE);
    hand_clock_set_wall(&scene->clock, 0); /* no matter what people make of the time */
    assert_int_equal(engine_scene_start(scene, 1, NULL), ERR_WRONG_STATE);
    hand_clock_turn(&scene->clock, 1);
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
}

static void operators_hold_release_and_cancel(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));

    assert_int_equal(engine_scene_change(scene, CAUSE_HOLD, 1), OK);
    assert_int_equal(engine_scene_start(scene, 1, NULL), ERR_WRONG_STATE);
    assert_int_equal(engine_scene_change(scene, CAUSE_RELEASE, 1), OK);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    assert_int_equal(engine_scene_change(scene, CAUSE_HOLD, 1), ERR_WRONG_STATE);
    assert_int_equal(engine_scene_change(scene, CAUSE_HOLD, 2), ERR_NOT_FOUND);
    check_history(scene, &o.uid, "received validated stored queued held released cancelled");
    engine_scene_check_counts(scene);
}

static void a_cancel_during_the_attempt_is_carried_out_at_its_end(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    int64_t number = 1;
    struct command command = {.kind = COMMAND_CHANGE,
                              .change = {.cause = CAUSE_CANCEL, .orders = &number, .n = 1}};
    size_t told = 0;

    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    told = scene->n_events;
    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    assert_int_equal(command.change.status, STATUS_PROCESSING);
    assert_true(command.change.cancelling);
    assert_int_equal(scene->n_events, told);
    assert_int_equal(engine_scene_end(scene, 1, OUTCOME_FAILED, "x"), OK);
    check_history(scene, &o.uid,
                  "received validated stored queued attempt_started attempt_failed cancelled");
    engine_scene_check_counts(scene);
}

static void many_are_changed_and_the_others_skipped(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct uuid uids[4] = {{{0}}};
    struct command command;

    for (size_t i = 0; i < 3; i++)
        uids[i] = engine_scene_submit(scene, engine_scene_order("cust", 1)).uid;
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 2), OK);
    command = (struct command){.kind = COMMAND_CHANGE,
                               .change = {.cause = CAUSE_CANCEL, .uids = uids, .n = 4}};
    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    assert_int_equal(command.change.changed, 2);
    assert_int_equal(command.change.skipped, 2);
    assert_int_equal(engine_scene_count(scene, STATUS_CANCELLED), 3);
}

/* ---- pause, drain ---- */

static void control(struct engine_scene *scene, enum control_change change)
{
    struct command command = {.kind = COMMAND_CONTROL, .control = change};

    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
}

static void while_paused_nothing_starts_not_even_after_a_restart(void **state)
{
    struct engine_scene *scene = scene_of(state);

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    control(scene, CONTROL_PAUSE);
    control(scene, CONTROL_PAUSE);
    assert_int_equal(scene->n_events, 2);
    assert_int_equal(scene->events[1].news, NEWS_PAUSED);
    assert_int_equal(engine_scene_start(scene, 1, NULL), ERR_WRONG_STATE);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, OK);
    engine_scene_close(scene);
    engine_scene_open(scene);
    assert_true(engine_totals(scene->engine)->paused);
    assert_int_equal(engine_scene_start(scene, 1, NULL), ERR_WRONG_STATE);
    control(scene, CONTROL_RESUME);
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
}

static void while_draining_submits_are_busy_until_resume(void **state)
{
    struct engine_scene *scene = scene_of(state);

    control(scene, CONTROL_DRAIN);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, ERR_BUSY);
    control(scene, CONTROL_RESUME);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, OK);
    assert_int_equal(scene->events[0].news, NEWS_DRAIN_STARTED);
    assert_int_equal(scene->events[1].news, NEWS_RESUMED);
}

/* ---- crashes ---- */

static void a_crash_uses_the_attempt_up_and_loses_nothing(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order o = engine_scene_submit(scene, engine_scene_order("cust", 1));
    int64_t seq = 0;

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    seq = engine_totals(scene->engine)->last_seq;
    engine_scene_close(scene);
    engine_scene_open(scene);
    assert_int_equal(engine_totals(scene->engine)->last_seq, seq + 1);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_RETRYING], 1);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], 1);
    check_history(scene, &o.uid,
                  "received validated stored queued attempt_started recovered retry_scheduled");
    engine_scene_check_counts(scene);
}

static void a_start_from_a_pool_where_the_order_is_not_is_refused(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command start = {.kind = COMMAND_START, .start = {.order = 1, .in_pool = true}};

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    start.start.pool = STORE_POOL(0, true);
    engine_scene_ask(scene, &start, 1);
    assert_int_equal(start.result, ERR_WRONG_STATE);
    start.start.pool = STORE_POOL(0, false);
    engine_scene_ask(scene, &start, 1);
    assert_int_equal(start.result, OK);
}

static void more_crashed_orders_than_one_transaction_takes_are_recovered(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order orders[1000];
    struct command submit;
    struct command *starts = calloc(1000, sizeof(*starts));

    assert_non_null(starts);
    for (size_t i = 0; i < 1000; i++) {
        orders[i] = engine_scene_order("cust", 1);
        starts[i] = (struct command){.kind = COMMAND_START, .start = {.order = (int64_t)i + 1}};
    }
    submit = (struct command){.kind = COMMAND_SUBMIT_BATCH, .submit = {orders, 1000}};
    engine_scene_ask(scene, &submit, 1);
    engine_scene_ask(scene, starts, 1000);
    free(starts);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_PROCESSING], 1000);
    scene->workflow.retry.max_attempts = 1;
    engine_scene_close(scene);
    engine_scene_open(scene);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_FAILED], 1000);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 1000);
    engine_scene_check_counts(scene);
}

static void a_clock_set_back_keeps_no_order_waiting(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order later = engine_scene_order("cust", 1);

    later.draft.not_before = HAND_CLOCK_WALL + 3600LL * 1000000;
    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    (void)engine_scene_submit(scene, later);
    assert_int_equal(engine_scene_start(scene, 2, NULL), OK);
    assert_int_equal(engine_scene_end(scene, 2, OUTCOME_FAILED, "x"), OK);
    engine_scene_close(scene);
    scene->clock.clock.anchor_us -= 365LL * 86400 * 1000000; /* a year */
    engine_scene_open(scene);
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    assert_int_equal(engine_scene_start(scene, 2, NULL), ERR_WRONG_STATE);
    hand_clock_turn(&scene->clock, 1000000);
    assert_int_equal(engine_scene_start(scene, 2, NULL), OK);
    assert_int_equal(engine_scene_start(scene, 3, NULL), ERR_WRONG_STATE);
}

static void a_clock_set_back_keeps_one_that_was_to_be_tried_at_once_from_waiting(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command at_once = {.kind = COMMAND_END,
                              .end = {.order = 1, .outcome = OUTCOME_FAILED, .retry_after_us = 0}};

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    engine_scene_ask(scene, &at_once, 1);
    assert_int_equal(at_once.end.status, STATUS_RETRYING);
    engine_scene_close(scene);
    scene->clock.clock.anchor_us -= 3600LL * 1000000;
    engine_scene_open(scene);
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
}

static void many_commands_share_a_commit(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order orders[64];
    struct command *commands = calloc(64, sizeof(*commands));

    assert_non_null(commands);
    for (size_t i = 0; i < 64; i++) {
        orders[i] = engine_scene_order("cust", 1);
        commands[i] = (struct command){.kind = COMMAND_SUBMIT, .submit = {&orders[i], 1}};
    }
    engine_scene_ask(scene, commands, 64);
    free(commands);
    assert_int_equal(scene->n_commits, 1);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], 64);
}

#define MANY 1100 /* submits: more than a commit takes */

/* What the commits held, by turn. */
struct seen_commits {
    size_t n, sizes[8];
    enum command_kind first[8];
};

static void see_commit(void *self, const struct commit *commit)
{
    struct seen_commits *seen = self;

    if (seen->n == 8)
        return;
    seen->first[seen->n] = commit->commands->kind;
    for (const struct command *c = commit->commands; c != NULL; c = c->next)
        seen->sizes[seen->n]++;
    seen->n++;
}

static void a_start_goes_ahead_of_submits_and_these_are_shared_out_to_commits(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order *orders = calloc(MANY, sizeof(*orders));
    struct command *commands = calloc(MANY + 1, sizeof(*commands));
    struct seen_commits seen = {0};

    assert_non_null(orders);
    assert_non_null(commands);
    (void)engine_scene_submit(scene, engine_scene_order("first", 1));
    for (size_t i = 0; i < MANY; i++) {
        orders[i] = engine_scene_order("cust", 1);
        commands[i] = (struct command){.kind = COMMAND_SUBMIT, .submit = {&orders[i], 1}};
    }
    commands[MANY] = (struct command){.kind = COMMAND_START, .start = {.order = 1}};
    scene->committed = see_commit;
    scene->committed_self = &seen;
    engine_scene_ask(scene, commands, MANY + 1);
    scene->committed = NULL;
    assert_int_equal(commands[MANY].result, OK);
    free(commands);
    free(orders);
    assert_int_equal(seen.first[0], COMMAND_START);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.sizes[0], 1 + ENGINE_BEHIND_MAX);
    assert_int_equal(seen.sizes[1], ENGINE_BEHIND_MAX);
    assert_int_equal(seen.sizes[2], MANY - 2 * ENGINE_BEHIND_MAX);
}

int main(void)
{
#define IN_MEMORY(test) cmocka_unit_test_setup_teardown(test, set_up_memory, tear_down)
#define IN_A_FILE(test) cmocka_unit_test_setup_teardown(test, set_up_file, tear_down)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(a_submitted_order_is_fulfilled_step_by_step),
        IN_MEMORY(an_order_whose_attempts_run_out_is_dead_in_the_same_commit),
        IN_MEMORY(a_retry_does_not_start_before_it_is_due),
        IN_MEMORY(operators_hold_release_and_cancel),
        IN_MEMORY(a_cancel_during_the_attempt_is_carried_out_at_its_end),
        IN_MEMORY(many_are_changed_and_the_others_skipped),
        IN_A_FILE(while_paused_nothing_starts_not_even_after_a_restart),
        IN_MEMORY(while_draining_submits_are_busy_until_resume),
        IN_A_FILE(a_crash_uses_the_attempt_up_and_loses_nothing),
        IN_A_FILE(a_start_from_a_pool_where_the_order_is_not_is_refused),
        IN_A_FILE(more_crashed_orders_than_one_transaction_takes_are_recovered),
        IN_A_FILE(a_clock_set_back_keeps_no_order_waiting),
        IN_A_FILE(a_clock_set_back_keeps_one_that_was_to_be_tried_at_once_from_waiting),
        IN_MEMORY(many_commands_share_a_commit),
        IN_MEMORY(a_start_goes_ahead_of_submits_and_these_are_shared_out_to_commits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
