/* Orders that fail over real sockets: retries, the dead-letter queue, replay and discard. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/step_scene.h"
#include "tests/lib/test.h"

#define REASON "Fulfillment simulation failed"

static int64_t dead(struct daemon_proc *proc)
{
    return sql_int(proc, "SELECT count(*) FROM failed_orders");
}

static void submit_dead(struct daemon_proc *proc, int n)
{
    for (int i = 0; i < n; i++)
        (void)submit_one(proc, "cust-001");
    await_quiet(proc);
}

static void a_failing_order_is_dead_after_three_attempts(void **state)
{
    static const char *const types[] = {
        "received",        "validated",       "stored",          "queued",
        "attempt_started", "attempt_failed",  "retry_scheduled", "attempt_started",
        "attempt_failed",  "retry_scheduled", "attempt_started", "attempt_failed",
        "dead_lettered",
    };
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *v = NULL;

    await_status(proc, name.id, "FAILED");
    v = at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order");
    assert_int_equal(int_at(v, "attempts"), 3);
    assert_string_equal(text_at(v, "failure_reason"), REASON);
    v = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    assert_int_equal(json_size(v), sizeof types / sizeof *types);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        assert_string_equal(text_at(json_at(v, i), "type"), types[i]);
    assert_int_equal(int_at(v, "11.attempt"), 3);
    assert_string_equal(text_at(v, "11.detail"), REASON);
}

static void the_dead_letters_are_listed_and_summed_up(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *v = NULL;

    submit_dead(proc, 3);
    v = ask_ok(proc, "'op': 'failed'");
    assert_int_equal(int_at(v, "matched"), 3);
    assert_int_equal(json_size(at(v, "failed")), 3);
    assert_int_equal(int_at(v, "failed.0.attempts"), 3);
    assert_string_equal(text_at(v, "failed.0.failure_reason"), REASON);
    assert_true(strcmp(text_at(v, "failed.0.failed_at"), text_at(v, "failed.2.failed_at")) >= 0);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'failed', 'reason': 'other'"), "matched"), 0);
    v = ask_ok(proc, "'op': 'failed_summary'");
    assert_int_equal(json_size(at(v, "reasons")), 1);
    assert_int_equal(int_at(v, "reasons.0.count"), 3);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "dlq_depth"), 3);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM failed_orders_view WHERE attempts = 3 AND "
                                   "failure_reason = '" REASON "'"),
                     3);
}

static void a_replay_brings_all_dead_letters_back(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;
    const struct json *v = NULL;

    submit_dead(proc, 4);
    name = submit_one(proc, "cust-002");
    await_status(proc, name.id, "FAILED");
    v = ask_ok(proc, "'op': 'replay', 'all': true, 'dry_run': true");
    assert_int_equal(int_at(v, "matched"), 5);
    assert_int_equal(dead(proc), 5);
    v = ask_ok(proc, "'op': 'replay', 'all': true, 'idempotency_key': 'k'");
    assert_int_equal(int_at(v, "matched"), 5);
    await_count(proc, "replays.0.moved", 5, "'op': 'replays'");
    await_quiet(proc);
    assert_int_equal(dead(proc), 5);
    assert_int_equal(sql_int(proc,
                             "SELECT count(*) FROM orders_view WHERE replays = 1 AND attempts "
                             "= 3 AND status = 'FAILED'"),
                     5);
    v = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    assert_string_equal(text_at(v, "13.type"), "replayed");
    assert_string_equal(text_at(v, "14.type"), "queued");
    assert_string_equal(text_at(v, "15.type"), "attempt_started");
    assert_int_equal(int_at(v, "15.attempt"), 1);
    v = ask_ok(proc, "'op': 'replay', 'all': true, 'idempotency_key': 'k'");
    assert_int_equal(int_at(v, "matched"), 5); /* the same key: the same replay */
    assert_int_equal(json_size(at(ask_ok(proc, "'op': 'replays'"), "replays")), 1);
}

static void a_dry_run_of_a_list_tells_the_steps_apart_as_one_of_all_does(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name first = submit_one(proc, "cust-001");
    struct held held = step_scene_lease(proc, "pick");
    struct order_name second;
    const struct json *reasons = NULL;
    char which[128];

    step_scene_complete(proc, &held, "");
    held = step_scene_lease(proc, "pack");
    (void)ask_ok(proc, "'op': 'fail', 'reason': 'no', 'permanent': true, %s", held_is(&held));
    second = submit_one(proc, "cust-001");
    held = step_scene_lease(proc, "pick");
    (void)ask_ok(proc, "'op': 'fail', 'reason': 'no', 'permanent': true, %s", held_is(&held));
    (void)snprintf(which, sizeof which, "'order_ids': ['%s', '%s']", first.id, second.id);
    for (size_t i = 0; i < 2; i++) {
        reasons =
            at(ask_ok(proc, "'op': 'replay', 'dry_run': true, %s", i == 0 ? "'all': true" : which),
               "reasons");
        assert_int_equal(json_size(reasons), 2);
        assert_int_equal(int_at(reasons, "0.count"), 1);
        assert_int_equal(int_at(reasons, "1.count"), 1);
        assert_true(slice_is(json_text(at(reasons, "0.step")), "pick") ||
                    slice_is(json_text(at(reasons, "1.step")), "pick"));
        assert_true(slice_is(json_text(at(reasons, "0.step")), "pack") ||
                    slice_is(json_text(at(reasons, "1.step")), "pack"));
    }
}

static void a_replay_by_filter_takes_what_matches_alone(void **state)
{
    struct daemon_proc *proc = *state;

    submit_dead(proc, 2);
    (void)submit_one(proc, "cust-002");
    await_quiet(proc);
    assert_int_equal(
        int_at(ask_ok(proc, "'op': 'replay', 'filter': 'customer:cust-002'"), "matched"), 1);
    await_count(proc, "replays.0.moved", 1, "'op': 'replays'");
    await_quiet(proc);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE replays = 1"), 1);
}

static void a_discarded_order_stays_failed_and_leaves_the_queue(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");

    await_status(proc, name.id, "FAILED");
    assert_int_equal(
        int_at(ask_ok(proc, "'op': 'discard', 'order_ids': ['%s'], 'note': 'gone'", name.id),
               "discarded"),
        1);
    assert_int_equal(dead(proc), 0);
    await_status(proc, name.id, "FAILED");
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries.13.type"),
        "discarded");
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries.13.detail"),
        "gone");
}

static void a_cancelled_dead_letter_leaves_the_queue(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");

    await_status(proc, name.id, "FAILED");
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'cancel', 'order_id': '%s', 'reason': 'no'", name.id),
                "status"),
        "CANCELLED");
    assert_int_equal(dead(proc), 0);
}

static void an_order_that_retries_can_be_retried_now(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    char request[96];

    await_status(proc, name.id, "RETRYING");
    assert_false(
        nil_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.next_attempt_at"));
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'retry_now', 'order_id': '%s'", name.id), "status"), "QUEUED");
    (void)snprintf(request, sizeof request, "'op': 'get', 'order_id': '%s'", name.id);
    await_count(proc, "order.attempts", 2, request);
    await_status(proc, name.id, "RETRYING");
    (void)ask_ok(proc, "'op': 'retry_now', 'order_id': '%s'", name.id);
    await_status(proc, name.id, "FAILED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(a_failing_order_is_dead_after_three_attempts, DAEMON_BAD),
        DAEMON_TEST(the_dead_letters_are_listed_and_summed_up, DAEMON_BAD),
        DAEMON_TEST(a_replay_brings_all_dead_letters_back, DAEMON_BAD),
        STEP_TEST(a_dry_run_of_a_list_tells_the_steps_apart_as_one_of_all_does, STEP_WORKERS),
        DAEMON_TEST(a_replay_by_filter_takes_what_matches_alone, DAEMON_BAD),
        DAEMON_TEST(a_discarded_order_stays_failed_and_leaves_the_queue, DAEMON_BAD),
        DAEMON_TEST(a_cancelled_dead_letter_leaves_the_queue, DAEMON_BAD),
        DAEMON_TEST(an_order_that_retries_can_be_retried_now, DAEMON_LATER),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
