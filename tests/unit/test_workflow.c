/* What each command makes of an order of each status, and the history it writes. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "daemon/core/workflow.h"

#define WALL 1700000000000000LL
#define DUE (WALL + 5) /* the two scales need not agree */
#define S 1000000LL

struct scene {
    struct workflow_settings settings;
    struct rng rng;
    struct workflow_now now;
};

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){
        .settings = {.rules = {.max_total_quantity = 100},
                     .retry = {.max_attempts = 3,
                               .interval_us = 1 * S,
                               .backoff_rate = 2.0,
                               .max_delay_us = 300 * S},
                     .seed = 7,
                     .has_seed = true,
                     .step = SLICE("fulfil")},
    };
    rng_seed(&scene->rng, 1);
    scene->now = (struct workflow_now){.settings = &scene->settings,
                                       .wall_us = WALL,
                                       .due_us = DUE,
                                       .rng = &scene->rng,
                                       .by = SLICE("ann")};
}

static struct order order_in(enum status status)
{
    struct order order = {.id = 1,
                          .status = status,
                          .attempts = 1,
                          .max_attempts = 3,
                          .step = SLICE("fulfil"),
                          .customer_id = SLICE("cust")};

    if (status == STATUS_QUEUED || status == STATUS_RETRYING || status == STATUS_FAILED)
        order.due_at = WALL - 1 * S;
    return order;
}

/* "received validated stored queued" */
static const char *history_of(const struct decision *decision)
{
    static char text[256];
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < decision->n_entries; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? " " : "",
                              entry_name(decision->entries[i].type));
    return text;
}

/* ---- every cause in every status ---- */

enum act {
    ACT_START,
    ACT_FULFIL,
    ACT_FAIL,
    ACT_FAIL_LAST,
    ACT_FAIL_FOR_GOOD,
    ACT_GIVE_BACK,
    ACT_RECOVER,
    ACT_RECOVER_LAST,
    ACT_CANCEL,
    ACT_HOLD,
    ACT_RELEASE,
    ACT_RETRY_NOW,
    ACT_DISCARD,
    ACT_REPLAY,
    ACTS
};

static const char *const act_names[ACTS] = {
    "start",        "fulfil", "fail", "fail last", "fail for good", "give back", "recover",
    "recover last", "cancel", "hold", "release",   "retry now",     "discard",   "replay"};

struct change_case {
    enum status from;
    enum act act;
    enum status to; /* NONE: wrong_state, which is what all that is not listed must be */
    const char *history;
    char dead; /* '+' a dead letter comes, '-' one goes */
};

static const struct change_case changes[] = {
    {STATUS_QUEUED, ACT_START, STATUS_PROCESSING, "attempt_started", 0},
    {STATUS_QUEUED, ACT_CANCEL, STATUS_CANCELLED, "cancelled", 0},
    {STATUS_QUEUED, ACT_HOLD, STATUS_HELD, "held", 0},
    {STATUS_QUEUED, ACT_RELEASE, STATUS_QUEUED, "", 0},
    {STATUS_QUEUED, ACT_RETRY_NOW, STATUS_QUEUED, "", 0},
    {STATUS_PROCESSING, ACT_FULFIL, STATUS_FULFILLED, "fulfilled", 0},
    {STATUS_PROCESSING, ACT_FAIL, STATUS_RETRYING, "attempt_failed retry_scheduled", 0},
    {STATUS_PROCESSING, ACT_FAIL_LAST, STATUS_FAILED, "attempt_failed dead_lettered", '+'},
    {STATUS_PROCESSING, ACT_FAIL_FOR_GOOD, STATUS_FAILED, "attempt_failed dead_lettered", '+'},
    {STATUS_PROCESSING, ACT_GIVE_BACK, STATUS_QUEUED, "given_back", 0},
    {STATUS_PROCESSING, ACT_RECOVER, STATUS_RETRYING, "recovered retry_scheduled", 0},
    {STATUS_PROCESSING, ACT_RECOVER_LAST, STATUS_FAILED, "recovered dead_lettered", '+'},
    {STATUS_PROCESSING, ACT_CANCEL, STATUS_PROCESSING, "", 0},
    {STATUS_RETRYING, ACT_START, STATUS_PROCESSING, "attempt_started", 0},
    {STATUS_RETRYING, ACT_CANCEL, STATUS_CANCELLED, "cancelled", 0},
    {STATUS_RETRYING, ACT_HOLD, STATUS_HELD, "held", 0},
    {STATUS_RETRYING, ACT_RETRY_NOW, STATUS_QUEUED, "retried_now", 0},
    {STATUS_HELD, ACT_CANCEL, STATUS_CANCELLED, "cancelled", 0},
    {STATUS_HELD, ACT_HOLD, STATUS_HELD, "", 0},
    {STATUS_HELD, ACT_RELEASE, STATUS_QUEUED, "released", 0},
    {STATUS_FAILED, ACT_CANCEL, STATUS_CANCELLED, "cancelled", '-'},
    {STATUS_FAILED, ACT_DISCARD, STATUS_FAILED, "discarded", '-'},
    {STATUS_FAILED, ACT_REPLAY, STATUS_QUEUED, "replayed queued", '-'},
    {STATUS_CANCELLED, ACT_CANCEL, STATUS_CANCELLED, "", 0},
};

static enum err end_by(const struct workflow_now *now, enum outcome outcome, struct order *order,
                       struct decision *decision)
{
    const struct attempt_end end = {
        .outcome = outcome, .reason = SLICE("no stock"), .retry_after_us = -1};

    return workflow_end(now, order, &end, decision, NULL);
}

static enum err ask_for(const struct workflow_now *now, enum cause cause, struct order *order,
                        struct decision *decision)
{
    const struct workflow_ask ask = {
        .cause = cause, .reason = SLICE("because"), .in_dlq = order->status == STATUS_FAILED};

    return workflow_change(now, &ask, order, decision, NULL);
}

static enum err act_on(const struct workflow_now *now, enum act act, struct order *order,
                       struct decision *decision)
{
    static const enum outcome outcomes[ACTS] = {
        [ACT_FULFIL] = OUTCOME_FULFILLED,     [ACT_FAIL] = OUTCOME_FAILED,
        [ACT_FAIL_LAST] = OUTCOME_FAILED,     [ACT_FAIL_FOR_GOOD] = OUTCOME_FAILED_FOR_GOOD,
        [ACT_GIVE_BACK] = OUTCOME_GIVEN_BACK,
    };
    static const enum cause causes[ACTS] = {
        [ACT_CANCEL] = CAUSE_CANCEL,   [ACT_HOLD] = CAUSE_HOLD,
        [ACT_RELEASE] = CAUSE_RELEASE, [ACT_RETRY_NOW] = CAUSE_RETRY_NOW,
        [ACT_DISCARD] = CAUSE_DISCARD, [ACT_REPLAY] = CAUSE_REPLAY,
    };

    if (act == ACT_FAIL_LAST || act == ACT_RECOVER_LAST)
        order->attempts = 3;
    if (act == ACT_START)
        return workflow_start(now, order, decision, NULL);
    if (act == ACT_RECOVER || act == ACT_RECOVER_LAST)
        return workflow_recover(now, order, decision, NULL);
    return act < ACT_CANCEL ? end_by(now, outcomes[act], order, decision)
                            : ask_for(now, causes[act], order, decision);
}

static const struct change_case *wanted(enum status from, enum act act)
{
    static const struct change_case none = {0};

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (changes[i].from == from && changes[i].act == act)
            return &changes[i];
    }
    return &none;
}

static void check_change(struct scene *scene, enum status from, enum act act)
{
    const struct change_case *want = wanted(from, act);
    struct order order = order_in(from);
    struct decision decision;
    enum err e = act_on(&scene->now, act, &order, &decision);
    bool right = e == (want->to == STATUS_NONE ? ERR_WRONG_STATE : OK);

    if (want->to != STATUS_NONE)
        right = right && order.status == want->to && decision.to == want->to &&
                decision.from == from && strcmp(history_of(&decision), want->history) == 0 &&
                decision.dead_add == (want->dead == '+') &&
                decision.dead_remove == (want->dead == '-');
    else
        right = right && order.status == from;
    if (!right)
        fail_msg("%s of %s gives %s, %s, '%s'", act_names[act], status_name(from), err_name(e),
                 status_name(order.status), history_of(&decision));
}

static void each_act_in_each_status_does_what_the_table_says(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    for (unsigned from = 1; from < STATUS_COUNT; from++) {
        for (unsigned act = 0; act < ACTS; act++)
            check_change(&scene, (enum status)from, (enum act)act);
    }
}

/* ---- what is new ---- */

static void accept_draft(struct scene *scene, int64_t quantity, struct order *order,
                         struct decision *decision)
{
    static struct item item = {{"p", 1}, 0};
    static struct buf reasons;
    const struct workflow_received received = {WALL - 20, WALL - 10};
    struct order_draft draft = {.customer_id = SLICE("cust"),
                                .items = &item,
                                .n_items = 1,
                                .priority = 3,
                                .not_before = order->not_before};

    item.quantity = quantity;
    buf_done(&reasons);
    buf_init(&reasons, 4096);
    workflow_accept(&scene->now, &draft, &received, &reasons, order, decision);
}

static void a_good_order_is_queued_with_its_history(void **state)
{
    struct scene scene;
    struct order order = {.id = 9};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    accept_draft(&scene, 100, &order, &decision);
    assert_string_equal(history_of(&decision), "received validated stored queued");
    assert_int_equal(decision.from, STATUS_NONE);
    assert_int_equal(order.status, STATUS_QUEUED);
    assert_int_equal(order.created_at, WALL - 20);
    assert_int_equal(decision.entries[0].at, WALL - 20);
    assert_int_equal(decision.entries[1].at, WALL - 10);
    assert_int_equal(decision.entries[3].at, WALL);
    assert_int_equal(order.due_at, DUE);
    assert_int_equal(order.total_quantity, 100);
    assert_int_equal(order.max_attempts, 3);
    assert_int_equal(order.attempts, 0);
    assert_int_equal(order.priority, 3);
    assert_true(slice_is(decision.entries[0].by, "ann"));
}

static void an_order_that_breaks_a_rule_is_rejected_with_its_reasons(void **state)
{
    struct scene scene;
    struct order order = {.id = 9};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    accept_draft(&scene, 101, &order, &decision);
    assert_string_equal(history_of(&decision), "received validated stored rejected");
    assert_int_equal(order.status, STATUS_REJECTED);
    assert_int_equal(order.due_at, 0);
    assert_true(slice_is(order.failure_reason, "total quantity 101 is more than 100"));
    assert_true(slice_eq(decision.entries[3].detail, order.failure_reason));
}

static void no_attempt_starts_before_its_time(void **state)
{
    struct scene scene;
    struct order order = {.id = 9, .not_before = DUE + 1};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    accept_draft(&scene, 1, &order, &decision);
    assert_int_equal(order.due_at, DUE + 1);
    assert_int_equal(workflow_start(&scene.now, &order, &decision, NULL), ERR_WRONG_STATE);
    scene.now.due_us++;
    assert_int_equal(workflow_start(&scene.now, &order, &decision, NULL), OK);
    assert_int_equal(order.attempts, 1);
    assert_int_equal(decision.entries[0].attempt, 1);
}

static void a_seed_makes_the_draws_repeat(void **state)
{
    struct scene scene;
    struct order a = {.id = 9};
    struct order b = {.id = 9};
    struct order c = {.id = 10};
    struct decision decision;

    (void)state;
    scene_init(&scene);
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
    static const int64_t delays[] = {1 * S, 2 * S};
    struct scene scene;
    struct order order = order_in(STATUS_QUEUED);
    struct decision decision;

    (void)state;
    scene_init(&scene);
    order.attempts = 0;
    for (uint32_t n = 1; n <= 3; n++) {
        scene.now.due_us = order.due_at > DUE ? order.due_at : DUE;
        assert_int_equal(workflow_start(&scene.now, &order, &decision, NULL), OK);
        assert_int_equal(order.attempts, n);
        assert_int_equal(end_by(&scene.now, OUTCOME_FAILED, &order, &decision), OK);
        assert_true(slice_is(order.failure_reason, "no stock"));
        assert_true(slice_is(decision.entries[0].detail, "no stock"));
        assert_int_equal(decision.entries[0].attempt, n);
        if (n < 3) {
            assert_int_equal(order.due_at, scene.now.due_us + delays[n - 1]);
            assert_int_equal(order.next_attempt_at, WALL + delays[n - 1]);
        }
    }
    assert_int_equal(order.status, STATUS_FAILED);
    assert_int_equal(order.next_attempt_at, 0);
    assert_true(order.due_at != 0);
}

static void a_handler_may_set_the_next_delay(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    const struct attempt_end end = {.outcome = OUTCOME_FAILED, .retry_after_us = 30 * S};
    const struct attempt_end never = {.outcome = OUTCOME_FAILED, .retry_after_us = INT64_MAX};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_int_equal(order.due_at, DUE + 30 * S);
    assert_true(order.failure_reason.n > 0);
    order = order_in(STATUS_PROCESSING);
    assert_int_equal(workflow_end(&scene.now, &order, &never, &decision, NULL), OK);
    assert_true(order.due_at == INT64_MAX);
}

static void the_policy_of_the_end_holds(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    scene_init(&scene);
    scene.settings.retry.max_attempts = 1;
    assert_int_equal(end_by(&scene.now, OUTCOME_FAILED, &order, &decision), OK);
    assert_int_equal(order.status, STATUS_FAILED);
    assert_int_equal(order.max_attempts, 1);
}

static void a_long_reason_is_cut_at_256_characters(void **state)
{
    static char text[600];
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    struct attempt_end end = {.outcome = OUTCOME_FAILED, .retry_after_us = -1};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    for (size_t i = 0; i < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    end.reason = (struct slice){text, sizeof(text)};
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_int_equal(order.failure_reason.n, 512);
}

static void giving_back_takes_the_attempt_out_of_the_count(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    scene_init(&scene);
    assert_int_equal(end_by(&scene.now, OUTCOME_GIVEN_BACK, &order, &decision), OK);
    assert_int_equal(decision.entries[0].attempt, 1);
    assert_int_equal(order.attempts, 0);
    assert_int_equal(order.due_at, DUE);
}

static void a_success_clears_the_reason_and_keeps_the_result(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    const struct attempt_end end = {
        .outcome = OUTCOME_FULFILLED, .result = SLICE("ok"), .retry_after_us = -1};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    order.failure_reason = SLICE("no stock");
    assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
    assert_true(slice_is(order.result, "ok"));
    assert_null(order.failure_reason.p);
}

static void a_crash_leaves_its_reason(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    scene_init(&scene);
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
    struct scene scene;

    (void)state;
    scene_init(&scene);
    for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]); i++) {
        struct order order = order_in(STATUS_PROCESSING);
        struct decision decision;

        assert_int_equal(ask_for(&scene.now, CAUSE_CANCEL, &order, &decision), OK);
        assert_true(decision.changed && order.cancelling);
        assert_int_equal(ask_for(&scene.now, CAUSE_CANCEL, &order, &decision), OK);
        assert_false(decision.changed);
        assert_int_equal(end_by(&scene.now, noted[i].outcome, &order, &decision), OK);
        assert_int_equal(order.status, noted[i].to);
        assert_string_equal(history_of(&decision), noted[i].history);
        assert_false(order.cancelling);
        assert_int_equal(order.due_at, 0);
    }
}

static void a_noted_cancel_outlives_a_crash(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_PROCESSING);
    struct decision decision;

    (void)state;
    scene_init(&scene);
    order.cancelling = true;
    assert_int_equal(workflow_recover(&scene.now, &order, &decision, NULL), OK);
    assert_int_equal(order.status, STATUS_CANCELLED);
    assert_string_equal(history_of(&decision), "recovered cancelled");
}

/* ---- the dead-letter queue ---- */

static void a_replay_begins_anew(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_FAILED);
    struct decision decision;
    uint64_t draw = 0;

    (void)state;
    scene_init(&scene);
    order.attempts = 3;
    order.replays = 1;
    order.failure_reason = SLICE("no stock");
    order.draw = draw = 42;
    scene.settings.retry.max_attempts = 5;
    assert_int_equal(ask_for(&scene.now, CAUSE_REPLAY, &order, &decision), OK);
    assert_int_equal(order.attempts, 0);
    assert_int_equal(order.max_attempts, 5);
    assert_int_equal(order.replays, 2);
    assert_int_equal(order.due_at, DUE);
    assert_true(order.draw != draw);
    assert_null(order.failure_reason.p);
    assert_true(slice_is(decision.entries[0].detail, "because"));
}

static void what_was_discarded_cannot_be_replayed(void **state)
{
    struct scene scene;
    struct order order = order_in(STATUS_FAILED);
    const struct workflow_ask discard = {.cause = CAUSE_DISCARD};
    const struct workflow_ask replay = {.cause = CAUSE_REPLAY};
    const struct workflow_ask cancel = {.cause = CAUSE_CANCEL};
    struct decision decision;

    (void)state;
    scene_init(&scene);
    assert_int_equal(ask_for(&scene.now, CAUSE_DISCARD, &order, &decision), OK);
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
    struct scene scene;
    struct order order = order_in(STATUS_FULFILLED);
    const struct workflow_ask cancel = {.cause = CAUSE_CANCEL};
    struct decision decision;
    struct why why = {0};

    (void)state;
    scene_init(&scene);
    assert_int_equal(workflow_change(&scene.now, &cancel, &order, &decision, &why),
                     ERR_WRONG_STATE);
    assert_non_null(strstr(why.text, "FULFILLED"));
    assert_non_null(strstr(why.text, "CANCELLED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_act_in_each_status_does_what_the_table_says),
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
        cmocka_unit_test(a_noted_cancel_outlives_a_crash),
        cmocka_unit_test(a_replay_begins_anew),
        cmocka_unit_test(what_was_discarded_cannot_be_replayed),
        cmocka_unit_test(a_refusal_names_both_statuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
