/* Orders of several steps: on from one to the next, and what goes with it. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/workflow_story.h"

static void steps_are_done_one_after_the_other(void **state)
{
    static const struct story stories[] = {
        {"all at once",
         STORY_LIST,
         {CHARGED,
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_FULFIL, "FULFILLED ship 1/1, fulfilled(ship 1)"}}},
        {"attempts count by step",
         STORY_LIST,
         {{DO_START, "PROCESSING reserve 1/3, attempt_started(reserve 1)"},
          {DO_FAIL, "RETRYING reserve 1/3, attempt_failed(reserve 1) retry_scheduled(reserve 1)"},
          {DO_START, "PROCESSING reserve 2/3, attempt_started(reserve 2)"},
          {DO_FULFIL, "QUEUED charge 0/2, step_done(reserve 2)"},
          {DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"},
          {DO_FAIL, "RETRYING charge 1/2, attempt_failed(charge 1) retry_scheduled(charge 1)"},
          {DO_START, "PROCESSING charge 2/2, attempt_started(charge 2)"},
          {DO_FAIL, "FAILED charge 2/2 +dead, attempt_failed(charge 2) dead_lettered(charge 2)"}}},
        {"between steps it is held, released, given back, cut short",
         STORY_LIST,
         {RESERVED,
          {DO_HOLD, "HELD charge 0/2, held(by ann)"},
          {DO_RELEASE, "QUEUED charge 0/2, released(by ann)"},
          {DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"},
          {DO_GIVE_BACK, "QUEUED charge 0/2, given_back(charge 1)"},
          {DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"},
          {DO_CRASH, "RETRYING charge 1/2, recovered(charge 1) retry_scheduled(charge 1)"},
          {DO_RETRY_NOW, "QUEUED charge 1/2, retried_now(by ann)"}}},
        {"steps that today's list does not know",
         "pack,post",
         {{DO_START, "PROCESSING pack 1/3, attempt_started(pack 1)"},
          {DO_FULFIL, "QUEUED post 0/4, step_done(pack 1)"},
          {DO_START, "PROCESSING post 1/4, attempt_started(post 1)"},
          {DO_FULFIL, "FULFILLED post 1/4, fulfilled(post 1)"}}},
    };

    (void)state;
    WORKFLOW_STORIES(stories);
}

static void a_replay_goes_on_where_it_failed_or_begins_anew(void **state)
{
    static const struct story stories[] = {
        {"on at the step",
         STORY_LIST,
         {CHARGED,
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_FAIL, "FAILED ship 1/1 +dead, attempt_failed(ship 1) dead_lettered(ship 1)"},
          {DO_REPLAY, "QUEUED ship 0/1 -dead, replayed(by ann) queued(by ann)"},
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_FULFIL, "FULFILLED ship 1/1, fulfilled(ship 1)"}}},
        {"from the start",
         STORY_LIST,
         {CHARGED,
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_FAIL, "FAILED ship 1/1 +dead, attempt_failed(ship 1) dead_lettered(ship 1)"},
          {DO_REPLAY_START, "QUEUED reserve 0/3 -dead, replayed(by ann) queued(by ann)"},
          RESERVED}},
        {"not of what is not dead",
         STORY_LIST,
         {CHARGED, {DO_REPLAY, "wrong_state"}, {DO_REPLAY_START, "wrong_state"}}},
    };

    (void)state;
    WORKFLOW_STORIES(stories);
}

/* ---- what goes with it ---- */

static struct order order_at(const char *step, enum status status)
{
    struct order order = workflow_scene_order(status);

    order.steps = SLICE(STORY_LIST);
    order.step = slice_of(step);
    return order;
}

static void an_order_is_accepted_under_todays_list(void **state)
{
    static const struct item item = {{"p", 1}, 1};
    const struct order_draft draft = {.customer_id = SLICE("cust"), .items = &item, .n_items = 1};
    const struct workflow_received received = {&draft, SCENE_WALL, SCENE_WALL};
    struct workflow_scene scene;
    struct buf reasons;
    struct order order = {.id = 1};
    struct decision decision;

    (void)state;
    workflow_story_scene(&scene);
    buf_init(&reasons, 4096);
    workflow_accept(&scene.now, &received, &reasons, &order, &decision);
    assert_true(slice_is(order.steps, STORY_LIST) && slice_is(order.step, "reserve"));
    assert_int_equal(order.max_attempts, 3);
    scene.settings.list = (struct slice){NULL, 0};
    scene.settings.n_steps = 0;
    workflow_accept(&scene.now, &received, &reasons, &order, &decision);
    assert_null(order.steps.p);
    assert_true(slice_is(order.step, "fulfil"));
    assert_int_equal(order.max_attempts, 4);
    buf_done(&reasons);
}

static void a_done_step_hands_its_output_on(void **state)
{
    struct workflow_scene scene;
    struct order order = order_at("reserve", STATUS_PROCESSING);
    const struct attempt_end with = {.outcome = OUTCOME_FULFILLED, .result = SLICE("shelf 7")};
    const struct attempt_end without = {.outcome = OUTCOME_FULFILLED};
    struct decision decision;

    (void)state;
    workflow_story_scene(&scene);
    order.failure_reason = SLICE("earlier");
    assert_int_equal(workflow_end(&scene.now, &order, &with, &decision, NULL), OK);
    assert_true(decision.result_add && slice_is(decision.result.key, "reserve"));
    assert_true(slice_is(decision.result.value, "shelf 7"));
    assert_null(order.failure_reason.p);
    assert_null(order.result.p);
    order = order_at("charge", STATUS_PROCESSING);
    assert_int_equal(workflow_end(&scene.now, &order, &without, &decision, NULL), OK);
    assert_true(decision.result_add && decision.result.value.p != NULL);
    assert_int_equal(decision.result.value.n, 0);
    order = order_at("ship", STATUS_PROCESSING);
    assert_int_equal(workflow_end(&scene.now, &order, &with, &decision, NULL), OK);
    assert_false(decision.result_add);
    assert_true(slice_is(order.result, "shelf 7"));
}

static void the_output_is_kept_for_the_undo_of_a_cancelled_step(void **state)
{
    struct workflow_scene scene;
    struct order order = order_at("charge", STATUS_PROCESSING);
    const struct attempt_end end = {.outcome = OUTCOME_FULFILLED, .result = SLICE("paid")};
    struct decision decision;

    (void)state;
    workflow_story_scene(&scene);
    order.cancelling = true;
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_int_equal(order.status, STATUS_UNDOING);
    assert_true(decision.result_add && slice_is(decision.result.value, "paid"));
}

static void a_replay_counts_its_rounds_and_has_no_reason_yet(void **state)
{
    static const struct {
        const char *label, *step, *steps;
        bool undo, from_start;
    } rows[] = {
        {"on at the step", "charge", STORY_LIST, false, false},
        {"from the start", "charge", STORY_LIST, false, true},
        {"an undo, from the start", "charge", STORY_LIST, true, true},
        {"one step, from the start", "fulfil", NULL, false, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct workflow_scene scene;
        struct order order = order_at(rows[i].step, STATUS_FAILED);
        const struct workflow_ask ask = {
            .cause = CAUSE_REPLAY, .in_dlq = true, .from_start = rows[i].from_start};
        struct decision decision;

        workflow_story_scene(&scene);
        order.steps = slice_of(rows[i].steps);
        order.cancelling = rows[i].undo;
        order.failure_reason = SLICE("no");
        assert_int_equal(workflow_change(&scene.now, &ask, &order, &decision, NULL), OK);
        if (decision.result_add || order.replays != 1 || order.failure_reason.p != NULL)
            fail_msg("%s: %u", rows[i].label, order.replays);
    }
}

static void steps_and_undos_are_due_at_once_and_retries_by_their_policy(void **state)
{
    static const struct {
        const char *label;
        enum story_act act;
        const char *step;
        enum status status;
        bool cancelling;
        int64_t due, next; /* after now; -1: 0 */
    } rows[] = {
        {"the next step", DO_FULFIL, "reserve", STATUS_PROCESSING, false, 0, -1},
        {"a retry of it", DO_FAIL, "charge", STATUS_PROCESSING, false, 7 * SCENE_S, 7 * SCENE_S},
        {"a cancel", DO_CANCEL, "charge", STATUS_QUEUED, false, 0, -1},
        {"the start of an undo", DO_START, "charge", STATUS_UNDOING, true, -1, -1},
        {"the next undo", DO_FULFIL, "charge", STATUS_UNDOING, true, 0, -1},
        {"the last undo", DO_FULFIL, "reserve", STATUS_UNDOING, true, -1, -1},
        {"a retry of an undo", DO_FAIL, "reserve", STATUS_UNDOING, true, SCENE_S, SCENE_S},
        {"an undo given back", DO_GIVE_BACK, "charge", STATUS_UNDOING, true, 0, -1},
        {"an undo that is dead", DO_FAIL_FOR_GOOD, "charge", STATUS_UNDOING, true, 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct workflow_scene scene;
        struct order order = order_at(rows[i].step, rows[i].status);
        struct decision decision;

        workflow_story_scene(&scene);
        order.cancelling = rows[i].cancelling;
        if (order.status == STATUS_UNDOING && rows[i].act != DO_START)
            order.due_at = 0; /* under way */
        assert_int_equal(workflow_story_do(&scene, rows[i].act, &order, &decision), OK);
        if (order.due_at != (rows[i].due < 0 ? 0 : SCENE_DUE + rows[i].due) ||
            order.next_attempt_at != (rows[i].next < 0 ? 0 : SCENE_WALL + rows[i].next))
            fail_msg("%s: due %lld, next %lld", rows[i].label,
                     (long long)(order.due_at - SCENE_DUE),
                     (long long)(order.next_attempt_at - SCENE_WALL));
    }
}

static void not_before_holds_for_every_step(void **state)
{
    struct workflow_scene scene;
    struct order order = order_at("reserve", STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_story_scene(&scene);
    order.not_before = SCENE_DUE + SCENE_S;
    assert_int_equal(workflow_story_do(&scene, DO_FULFIL, &order, &decision), OK);
    assert_int_equal(order.due_at, SCENE_DUE + SCENE_S);
}

static void a_rule_for_the_reason_comes_before_the_steps_policy(void **state)
{
    static const struct retry_rule rule = {{"no", 2}, {.max_attempts = 9}};
    struct workflow_scene scene;
    struct order order = order_at("ship", STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_story_scene(&scene);
    scene.settings.by_reason = &rule;
    scene.settings.n_by_reason = 1;
    assert_int_equal(workflow_story_do(&scene, DO_FAIL, &order, &decision), OK);
    assert_int_equal(order.status, STATUS_RETRYING);
    assert_int_equal(order.max_attempts, 9);
}

static void the_cancelled_entry_after_the_undos_says_who_asked_and_why(void **state)
{
    struct workflow_scene scene;
    struct order order = order_at("charge", STATUS_QUEUED);
    struct decision decision;
    const struct entry *last = NULL;

    (void)state;
    workflow_story_scene(&scene);
    assert_int_equal(workflow_story_do(&scene, DO_CANCEL, &order, &decision), OK);
    assert_true(slice_is(decision.entries[0].detail, "because"));
    assert_int_equal(workflow_story_do(&scene, DO_START, &order, &decision), OK);
    assert_int_equal(workflow_story_do(&scene, DO_FULFIL, &order, &decision), OK);
    last = &decision.entries[decision.n_entries - 1];
    assert_int_equal(last->type, ENTRY_CANCELLED);
    assert_true(slice_is(last->by, "ann") && slice_is(last->detail, "because"));
    assert_true(slice_is(decision.entries[0].by, "dofsd"));
    assert_null(order.cancel_by.p);
    assert_null(order.cancel_reason.p);
}

static void where_it_stood_before_is_told(void **state)
{
    struct workflow_scene scene;
    struct order order = order_at("reserve", STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_story_scene(&scene);
    assert_int_equal(workflow_story_do(&scene, DO_FULFIL, &order, &decision), OK);
    assert_true(slice_is(decision.from_step, "reserve") && slice_is(order.step, "charge"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_done_one_after_the_other),
        cmocka_unit_test(a_replay_goes_on_where_it_failed_or_begins_anew),
        cmocka_unit_test(an_order_is_accepted_under_todays_list),
        cmocka_unit_test(a_done_step_hands_its_output_on),
        cmocka_unit_test(the_output_is_kept_for_the_undo_of_a_cancelled_step),
        cmocka_unit_test(a_replay_counts_its_rounds_and_has_no_reason_yet),
        cmocka_unit_test(steps_and_undos_are_due_at_once_and_retries_by_their_policy),
        cmocka_unit_test(not_before_holds_for_every_step),
        cmocka_unit_test(a_rule_for_the_reason_comes_before_the_steps_policy),
        cmocka_unit_test(the_cancelled_entry_after_the_undos_says_who_asked_and_why),
        cmocka_unit_test(where_it_stood_before_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
