/* What goes with the changes of an order: times, counts, reasons, draws. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/workflow_scene.h"

/* ---- what is new ---- */

static void accept_draft(struct workflow_scene *scene, int64_t quantity, struct order *order,
                         struct decision *decision)
{
    static struct item item = {{"p", 1}, 0};
    static struct buf reasons;
    struct order_draft draft = {.customer_id = SLICE("cust"),
                                .items = &item,
                                .n_items = 1,
                                .priority = 3,
                                .not_before = order->not_before};

    const struct workflow_received received = {&draft, SCENE_WALL - 20, SCENE_WALL - 10};

    item.quantity = quantity;
    buf_done(&reasons);
    buf_init(&reasons, 4096);
    workflow_accept(&scene->now, &received, &reasons, order, decision);
}

static void a_good_order_is_queued_with_its_history(void **state)
{
    struct workflow_scene scene;
    struct order order = {.id = 9};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    accept_draft(&scene, 100, &order, &decision);
    assert_string_equal(workflow_scene_history(&decision), "received validated stored queued");
    assert_int_equal(decision.from, STATUS_NONE);
    assert_int_equal(order.status, STATUS_QUEUED);
    assert_int_equal(order.created_at, SCENE_WALL - 20);
    assert_int_equal(decision.entries[0].at, SCENE_WALL - 20);
    assert_int_equal(decision.entries[1].at, SCENE_WALL - 10);
    assert_int_equal(decision.entries[3].at, SCENE_WALL);
    assert_int_equal(order.due_at, SCENE_DUE);
    assert_int_equal(order.total_quantity, 100);
    assert_int_equal(order.max_attempts, 3);
    assert_int_equal(order.attempts, 0);
    assert_int_equal(order.priority, 3);
    assert_true(slice_is(decision.entries[0].by, "ann"));
}

static void an_order_that_breaks_a_rule_is_rejected_with_its_reasons(void **state)
{
    struct workflow_scene scene;
    struct order order = {.id = 9};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    accept_draft(&scene, 101, &order, &decision);
    assert_string_equal(workflow_scene_history(&decision), "received validated stored rejected");
    assert_int_equal(order.status, STATUS_REJECTED);
    assert_int_equal(order.due_at, 0);
    assert_true(slice_is(order.failure_reason, "total quantity 101 is more than 100"));
    assert_true(slice_eq(decision.entries[3].detail, order.failure_reason));
}

static void no_attempt_starts_before_its_time(void **state)
{
    struct workflow_scene scene;
    struct order order = {.id = 9, .not_before = SCENE_DUE + 1};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    accept_draft(&scene, 1, &order, &decision);
    assert_int_equal(order.due_at, SCENE_DUE + 1);
    assert_int_equal(workflow_start(&scene.now, &order, &decision, NULL), ERR_WRONG_STATE);
    scene.now.due_us++;
    assert_int_equal(workflow_start(&scene.now, &order, &decision, NULL), OK);
    assert_int_equal(order.attempts, 1);
    assert_int_equal(decision.entries[0].attempt, 1);
}

static void a_seed_makes_the_draws_repeat(void **state)
{
    struct workflow_scene scene;
    struct order a = {.id = 9};
    struct order b = {.id = 9};
    struct order c = {.id = 10};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    accept_draft(&scene, 1, &a, &decision);
    accept_draft(&scene, 1, &b, &decision);
    accept_draft(&scene, 1, &c, &decision);
    assert_true(a.draw == b.draw);
    assert_true(a.draw != c.draw);
    scene.settings.has_seed = false;
    accept_draft(&scene, 1, &b, &decision);
    assert_true(a.draw != b.draw);
}

/* ---- attempts ---- */

static void each_failure_waits_longer_until_the_last(void **state)
{
    static const int64_t delays[] = {1 * SCENE_S, 2 * SCENE_S};
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_QUEUED);
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    order.attempts = 0;
    for (uint32_t n = 1; n <= 3; n++) {
        scene.now.due_us = order.due_at > SCENE_DUE ? order.due_at : SCENE_DUE;
        assert_int_equal(workflow_start(&scene.now, &order, &decision, NULL), OK);
        assert_int_equal(order.attempts, n);
        assert_int_equal(workflow_scene_end(&scene.now, OUTCOME_FAILED, &order, &decision), OK);
        assert_true(slice_is(order.failure_reason, "no stock"));
        assert_true(slice_is(decision.entries[0].detail, "no stock"));
        assert_int_equal(decision.entries[0].attempt, n);
        if (n < 3) {
            assert_int_equal(order.due_at, scene.now.due_us + delays[n - 1]);
            assert_int_equal(order.next_attempt_at, SCENE_WALL + delays[n - 1]);
        }
    }
    assert_int_equal(order.status, STATUS_FAILED);
    assert_int_equal(order.next_attempt_at, 0);
    assert_true(order.due_at != 0);
}

static void a_handler_may_set_the_next_delay(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    const struct attempt_end end = {.outcome = OUTCOME_FAILED, .retry_after_us = 30 * SCENE_S};
    const struct attempt_end never = {.outcome = OUTCOME_FAILED, .retry_after_us = INT64_MAX};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_int_equal(order.due_at, SCENE_DUE + 30 * SCENE_S);
    assert_true(order.failure_reason.n > 0);
    order = workflow_scene_order(STATUS_PROCESSING);
    assert_int_equal(workflow_end(&scene.now, &order, &never, &decision, NULL), OK);
    assert_true(order.due_at == INT64_MAX);
}

static void the_policy_of_the_end_holds(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    scene.settings.retry.max_attempts = 1;
    assert_int_equal(workflow_scene_end(&scene.now, OUTCOME_FAILED, &order, &decision), OK);
    assert_int_equal(order.status, STATUS_FAILED);
    assert_int_equal(order.max_attempts, 1);
}

static void a_long_reason_is_cut_at_256_characters(void **state)
{
    static char text[600];
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    struct attempt_end end = {.outcome = OUTCOME_FAILED, .retry_after_us = -1};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    for (size_t i = 0; i < sizeof(text); i += 2) {
        text[i] = '\xc3';
        text[i + 1] = '\xa9';
    }
    end.reason = (struct slice){text, sizeof(text)};
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_int_equal(order.failure_reason.n, 512);
}

static void giving_back_takes_the_attempt_out_of_the_count(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    assert_int_equal(workflow_scene_end(&scene.now, OUTCOME_GIVEN_BACK, &order, &decision), OK);
    assert_int_equal(decision.entries[0].attempt, 1);
    assert_int_equal(order.attempts, 0);
    assert_int_equal(order.due_at, SCENE_DUE);
}

static void a_success_clears_the_reason_and_keeps_the_result(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    const struct attempt_end end = {
        .outcome = OUTCOME_FULFILLED, .result = SLICE("ok"), .retry_after_us = -1};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    order.failure_reason = SLICE("no stock");
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_true(slice_is(order.result, "ok"));
    assert_null(order.failure_reason.p);
}

static void a_crash_leaves_its_reason(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    assert_int_equal(workflow_recover(&scene.now, &order, &decision, NULL), OK);
    assert_true(slice_is(decision.entries[0].detail, "daemon stopped during the attempt"));
    assert_true(slice_is(order.failure_reason, "daemon stopped during the attempt"));
}

/* ---- a cancel during the attempt ---- */

struct noted_case {
    enum outcome outcome;
    enum status to;
    const char *history;
};

static const struct noted_case noted[] = {
    {OUTCOME_FULFILLED, STATUS_FULFILLED, "fulfilled"},
    {OUTCOME_FAILED, STATUS_CANCELLED, "attempt_failed cancelled"},
    {OUTCOME_FAILED_FOR_GOOD, STATUS_CANCELLED, "attempt_failed cancelled"},
    {OUTCOME_GIVEN_BACK, STATUS_CANCELLED, "cancelled"},
};

static void a_noted_cancel_is_carried_out_unless_the_attempt_fulfils(void **state)
{
    struct workflow_scene scene;

    (void)state;
    workflow_scene_init(&scene);
    for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]); i++) {
        struct order order = workflow_scene_order(STATUS_PROCESSING);
        struct decision decision;

        assert_int_equal(workflow_scene_ask(&scene.now, CAUSE_CANCEL, &order, &decision), OK);
        assert_true(decision.changed && order.cancelling);
        assert_int_equal(workflow_scene_ask(&scene.now, CAUSE_CANCEL, &order, &decision), OK);
        assert_false(decision.changed);
        assert_int_equal(workflow_scene_end(&scene.now, noted[i].outcome, &order, &decision), OK);
        assert_int_equal(order.status, noted[i].to);
        assert_string_equal(workflow_scene_history(&decision), noted[i].history);
        assert_false(order.cancelling);
        assert_int_equal(order.due_at, 0);
    }
}

static void a_cancelled_entry_says_who_asked_and_why(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    struct workflow_ask ask = {.cause = CAUSE_CANCEL, .reason = SLICE("not wanted")};
    struct decision decision;
    const struct entry *last = NULL;

    (void)state;
    workflow_scene_init(&scene);
    scene.now.by = SLICE("anna");
    assert_int_equal(workflow_change(&scene.now, &ask, &order, &decision, NULL), OK);
    scene.now.by = SLICE("dofsd");
    assert_int_equal(workflow_scene_end(&scene.now, OUTCOME_FAILED, &order, &decision), OK);
    last = &decision.entries[decision.n_entries - 1];
    assert_int_equal(last->type, ENTRY_CANCELLED);
    assert_true(slice_is(last->by, "anna") && slice_is(last->detail, "not wanted"));
    assert_true(slice_is(decision.entries[0].by, "dofsd"));
    assert_null(order.cancel_by.p);
}

static void a_noted_cancel_outlives_a_crash(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    order.cancelling = true;
    assert_int_equal(workflow_recover(&scene.now, &order, &decision, NULL), OK);
    assert_int_equal(order.status, STATUS_CANCELLED);
    assert_string_equal(workflow_scene_history(&decision), "recovered cancelled");
}

/* ---- the dead-letter queue ---- */

static void a_replay_begins_anew(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_FAILED);
    struct decision decision;
    uint64_t draw = 0;

    (void)state;
    workflow_scene_init(&scene);
    order.attempts = 3;
    order.replays = 1;
    order.failure_reason = SLICE("no stock");
    order.draw = draw = 42;
    scene.settings.retry.max_attempts = 5;
    assert_int_equal(workflow_scene_ask(&scene.now, CAUSE_REPLAY, &order, &decision), OK);
    assert_int_equal(order.attempts, 0);
    assert_int_equal(order.max_attempts, 5);
    assert_int_equal(order.replays, 2);
    assert_int_equal(order.due_at, SCENE_DUE);
    assert_true(order.draw != draw);
    assert_null(order.failure_reason.p);
    assert_true(slice_is(decision.entries[0].detail, "because"));
}

static void what_was_discarded_cannot_be_replayed(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_FAILED);
    const struct workflow_ask discard = {.cause = CAUSE_DISCARD};
    const struct workflow_ask replay = {.cause = CAUSE_REPLAY};
    const struct workflow_ask cancel = {.cause = CAUSE_CANCEL};
    struct decision decision;

    (void)state;
    workflow_scene_init(&scene);
    assert_int_equal(workflow_scene_ask(&scene.now, CAUSE_DISCARD, &order, &decision), OK);
    assert_int_equal(order.due_at, 0);
    assert_int_equal(workflow_change(&scene.now, &discard, &order, &decision, NULL), OK);
    assert_false(decision.changed);
    assert_int_equal(workflow_change(&scene.now, &replay, &order, &decision, NULL),
                     ERR_WRONG_STATE);
    assert_int_equal(workflow_change(&scene.now, &cancel, &order, &decision, NULL), OK);
    assert_false(decision.dead_remove);
}

static void a_refusal_names_both_statuses(void **state)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_FULFILLED);
    const struct workflow_ask cancel = {.cause = CAUSE_CANCEL};
    struct decision decision;
    struct why why = {0};

    (void)state;
    workflow_scene_init(&scene);
    assert_int_equal(workflow_change(&scene.now, &cancel, &order, &decision, &why),
                     ERR_WRONG_STATE);
    assert_non_null(strstr(why.text, "FULFILLED"));
    assert_non_null(strstr(why.text, "CANCELLED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_order_is_queued_with_its_history),
        cmocka_unit_test(an_order_that_breaks_a_rule_is_rejected_with_its_reasons),
        cmocka_unit_test(no_attempt_starts_before_its_time),
        cmocka_unit_test(a_seed_makes_the_draws_repeat),
        cmocka_unit_test(each_failure_waits_longer_until_the_last),
        cmocka_unit_test(a_handler_may_set_the_next_delay),
        cmocka_unit_test(the_policy_of_the_end_holds),
        cmocka_unit_test(a_long_reason_is_cut_at_256_characters),
        cmocka_unit_test(giving_back_takes_the_attempt_out_of_the_count),
        cmocka_unit_test(a_success_clears_the_reason_and_keeps_the_result),
        cmocka_unit_test(a_crash_leaves_its_reason),
        cmocka_unit_test(a_noted_cancel_is_carried_out_unless_the_attempt_fulfils),
        cmocka_unit_test(a_cancelled_entry_says_who_asked_and_why),
        cmocka_unit_test(a_noted_cancel_outlives_a_crash),
        cmocka_unit_test(a_replay_begins_anew),
        cmocka_unit_test(what_was_discarded_cannot_be_replayed),
        cmocka_unit_test(a_refusal_names_both_statuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
