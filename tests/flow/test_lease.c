/* Orders leased to workers: who gets them, who may end them, and what is left when nobody does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "tests/lib/lease_peer.h"
#include "tests/lib/test.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define WORKER WORKER_HANDLER "timeout = 1h\n"
#define PATIENT "[fulfilment]\nhandler = worker\ninterval = 1h\njitter = none\ntimeout = 1h\n"

static const struct json *get(struct daemon_proc *proc, const char *id)
{
    return at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", id), "order");
}

static size_t entries_of(struct daemon_proc *proc, const char *id, const char *type)
{
    const struct json *entries =
        at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", id), "entries");
    size_t n = 0;

    for (size_t i = 0; i < json_size(entries); i++)
        n += slice_is(json_text(json_get(json_at(entries, i), "type")), type);
    return n;
}

static void assert_lost(struct daemon_proc *proc, const struct held *held)
{
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'complete', %s", held_is(held));
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'heartbeat', %s", held_is(held));
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'fail', 'reason': 'r', %s", held_is(held));
}

/* ---- a lease and its ends ---- */

static void a_lease_holds_the_whole_order(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *lease =
        at(ask_ok(proc, "'op': 'lease', 'worker': 'w', 'max': 5, 'wait_ms': 0"), "leases.0");
    char key[64];

    assert_string_equal(text_at(lease, "order.order_id"), name.id);
    assert_string_equal(text_at(lease, "order.status"), "PROCESSING");
    assert_string_equal(text_at(lease, "order.items.0.product_id"), "prod-1");
    assert_int_equal(int_at(lease, "order.attempts"), 1);
    assert_string_equal(text_at(lease, "step"), "fulfil");
    assert_false(true_at(lease, "undo"));
    assert_int_equal(int_at(lease, "attempt"), 1);
    (void)snprintf(key, sizeof key, "%s-0", name.id);
    assert_string_equal(text_at(lease, "key"), key);
    assert_true(strcmp(text_at(lease, "expires_at"), text_at(lease, "order.updated_at")) > 0);
    assert_int_equal(held_none(proc, ""), 0);
}

static void a_completed_lease_fulfils_once_however_often_it_is_told(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = held_one(proc, "");

    for (int i = 0; i < 3; i++)
        assert_string_equal(
            text_at(ask_ok(proc, "'op': 'complete', 'result': 'r-%d', %s", i, held_is(&held)),
                    "status"),
            "FULFILLED");
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'heartbeat', %s", held_is(&held));
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'fail', 'reason': 'r', %s", held_is(&held));
    assert_string_equal(text_at(get(proc, name.id), "result"), "r-0");
    assert_int_equal(entries_of(proc, name.id, "fulfilled"), 1);
}

static void a_failed_lease_is_tried_again_and_then_no_more(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held first = held_one(proc, "");
    char due[40];

    (void)snprintf(due, sizeof due, "%s",
                   text_at(ask_ok(proc, "'op': 'fail', 'reason': 'boom', %s", held_is(&first)),
                           "next_attempt_at"));
    for (int attempt = 2; attempt <= 3; attempt++) {
        struct held held = held_one(proc, "");
        const struct json *reply = NULL;

        assert_int_equal(held.attempt, attempt);
        assert_string_equal(held.key, first.key);
        reply = ask_ok(proc, "'op': 'fail', 'reason': 'boom %d', %s", attempt, held_is(&held));
        assert_string_equal(text_at(reply, "status"), attempt == 3 ? "FAILED" : "RETRYING");
        assert_true(nil_at(reply, "next_attempt_at") == (attempt == 3));
    }
    assert_string_equal(text_at(get(proc, name.id), "failure_reason"), "boom 3");
    /* The first one still gets its own answer. */
    assert_string_equal(text_at(ask_ok(proc, "'op': 'fail', 'reason': 'boom', %s", held_is(&first)),
                                "next_attempt_at"),
                        due);
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'fail', 'reason': 'boom', %s", held_is(&first)), "status"),
        "RETRYING");
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'complete', %s", held_is(&first));
}

static void a_worker_decides_whether_and_when_it_is_tried_again(void **state)
{
    struct daemon_proc *proc = *state; /* the interval is an hour */
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = held_one(proc, "");

    (void)ask_ok(proc, "'op': 'fail', 'reason': 'soon', 'retry_after_ms': 0, %s", held_is(&held));
    held = held_one(proc, "");
    assert_int_equal(held.attempt, 2);
    assert_string_equal(
        text_at(
            ask_ok(proc, "'op': 'fail', 'reason': 'never', 'permanent': true, %s", held_is(&held)),
            "status"),
        "FAILED");
    assert_int_equal(int_at(get(proc, name.id), "attempts"), 2);
    assert_string_equal(text_at(ask_ok(proc, "'op': 'failed'"), "failed.0.failure_reason"),
                        "never");
}

static void an_ended_lease_is_answered_after_a_restart_too(void **state)
{
    struct daemon_proc *proc = *state;
    struct held held;

    (void)submit_one(proc, "cust-001");
    held = held_one(proc, "");
    (void)ask_ok(proc, "'op': 'complete', %s", held_is(&held));
    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    assert_string_equal(text_at(ask_ok(proc, "'op': 'complete', %s", held_is(&held)), "status"),
                        "FULFILLED");
    (void)ask_refused(proc, ERR_LEASE_LOST, "'op': 'fail', 'reason': 'r', %s", held_is(&held));
}

static void a_lease_of_another_order_or_of_nobody_is_lost(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name other = submit_one(proc, "cust-001");
    struct held held = held_one(proc, "");
    struct held wrong;

    (void)submit_one(proc, "cust-002");
    wrong = held_one(proc, "");
    (void)snprintf(wrong.id, sizeof wrong.id, "%s", other.id);
    assert_lost(proc, &wrong);
    (void)snprintf(wrong.lease, sizeof wrong.lease, "%s", "no such lease");
    assert_lost(proc, &wrong);
    (void)snprintf(wrong.id, sizeof wrong.id, "%s", "01890a5d-ac96-774b-bcce-b302099a8057");
    (void)ask_refused(proc, ERR_NOT_FOUND, "'op': 'complete', %s", held_is(&wrong));
    (void)ask_ok(proc, "'op': 'complete', %s", held_is(&held));
}

static void a_result_over_its_limit_is_too_large_and_the_lease_still_held(void **state)
{
    static char text[RESULT_MAX_BYTES + 2];
    struct daemon_proc *proc = *state;
    struct held held;

    (void)submit_one(proc, "cust-001");
    held = held_one(proc, "");
    memset(text, 'x', RESULT_MAX_BYTES + 1);
    (void)ask_refused(proc, ERR_TOO_LARGE, "'op': 'complete', 'result': '%s', %s", text,
                      held_is(&held));
    text[sizeof text - 2] = '\0';
    (void)ask_ok(proc, "'op': 'complete', 'result': '%s', %s", text, held_is(&held));
    assert_int_equal(strlen(text_at(get(proc, held.id), "result")), RESULT_MAX_BYTES);
}

/* ---- time ---- */

static void a_late_worker_is_fenced_off(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held late = held_one(proc, ", 'lease_ms': 50"), other = held_one(proc, "");
    const struct json *entries = NULL;

    assert_int_equal(other.attempt, 2);
    assert_string_equal(other.id, late.id);
    assert_lost(proc, &late);
    (void)ask_ok(proc, "'op': 'complete', 'result': 'theirs', %s", held_is(&other));
    assert_lost(proc, &late);
    assert_string_equal(text_at(get(proc, name.id), "result"), "theirs");
    assert_int_equal(entries_of(proc, name.id, "fulfilled"), 1);
    entries = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    assert_string_equal(text_at(entries, "5.type"), "attempt_failed");
    assert_string_equal(text_at(entries, "5.detail"), "lease expired");
    assert_string_equal(text_at(entries, "5.by"), "dofsd");
}

static void leases_that_expire_use_the_attempts_up(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");

    for (int i = 0; i < 3; i++)
        (void)held_one(proc, ", 'lease_ms': 20");
    await_status(proc, name.id, "FAILED");
    assert_string_equal(text_at(get(proc, name.id), "failure_reason"), "lease expired");
    assert_int_equal(int_at(get(proc, name.id), "attempts"), 3);
}

static void a_heartbeat_prolongs_the_lease_by_its_length(void **state)
{
    struct daemon_proc *proc = *state;
    struct held held;
    const struct json *reply = NULL;

    (void)submit_one(proc, "cust-001");
    held = held_one(proc, ", 'lease_ms': 43200000");
    reply = ask_ok(proc, "'op': 'heartbeat', %s", held_is(&held));
    assert_true(strcmp(text_at(reply, "expires_at"), held.expires_at) > 0);
    assert_false(true_at(reply, "cancel"));
    (void)ask_ok(proc, "'op': 'complete', %s", held_is(&held));
}

/* ---- what operators do meanwhile ---- */

static void a_cancel_is_told_by_the_heartbeat_and_decides_a_failure(void **state)
{
    static const struct {
        const char *op, *status;
    } cases[] = {{"'op': 'fail', 'reason': 'stopped'", "CANCELLED"},
                 {"'op': 'complete'", "FULFILLED"}};
    struct daemon_proc *proc = *state;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct held held;

        (void)submit_one(proc, "cust-001");
        held = held_one(proc, "");
        assert_true(
            true_at(ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", held.id), "cancelling"));
        assert_true(true_at(ask_ok(proc, "'op': 'heartbeat', %s", held_is(&held)), "cancel"));
        assert_string_equal(text_at(ask_ok(proc, "%s, %s", cases[i].op, held_is(&held)), "status"),
                            cases[i].status);
    }
}

static void while_paused_or_draining_nothing_is_leased(void **state)
{
    static const char *const ops[] = {"pause", "drain"};
    struct daemon_proc *proc = *state;

    (void)submit_one(proc, "cust-001");
    for (size_t i = 0; i < LENGTH(ops); i++) {
        (void)ask_ok(proc, "'op': '%s'", ops[i]);
        assert_int_equal(held_none(proc, ""), 0);
        assert_int_equal(held_none(proc, ", 'key': 'k'"), 0);
        (void)ask_ok(proc, "'op': 'resume'");
    }
    (void)held_one(proc, "");
}

static void a_held_lease_may_be_ended_while_paused(void **state)
{
    struct daemon_proc *proc = *state;
    struct held held;

    (void)submit_one(proc, "cust-001");
    held = held_one(proc, ", 'key': 'k'");
    (void)ask_ok(proc, "'op': 'pause'");
    assert_string_equal(held_one(proc, ", 'key': 'k'").lease, held.lease);
    (void)ask_ok(proc, "'op': 'complete', %s", held_is(&held));
    (void)ask_ok(proc, "'op': 'resume'");
}

/* ---- who gets what ---- */

static void a_key_gets_the_same_leases_while_they_hold(void **state)
{
    struct daemon_proc *proc = *state;
    struct held held;

    (void)submit_one(proc, "cust-001");
    held = held_one(proc, ", 'key': 'k-1'");
    assert_string_equal(held_one(proc, ", 'key': 'k-1'").lease, held.lease);
    assert_int_equal(held_none(proc, ", 'key': 'k-2'"), 0);
    assert_int_equal(json_size(at(ask_ok(proc, "'op': 'lease', 'worker': 'w-2', 'max': 1, "
                                               "'wait_ms': 0, 'key': 'k-1'"),
                                  "leases")),
                     0);
    (void)ask_ok(proc, "'op': 'complete', %s", held_is(&held));
    assert_int_equal(held_none(proc, ", 'key': 'k-1'"), 0);
    (void)submit_one(proc, "cust-002");
    assert_string_not_equal(held_one(proc, ", 'key': 'k-1'").id, held.id);
}

static void a_worker_gets_only_steps_that_it_serves(void **state)
{
    struct daemon_proc *proc = *state;

    (void)submit_one(proc, "cust-001");
    (void)ask_refused(proc, ERR_INVALID,
                      "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 0, "
                      "'steps': ['fulfil', 'charge']");
    assert_int_equal(held_none(proc, ", 'steps': ['fulfil']"), 1);
}

static void no_more_are_leased_than_asked_for_best_first(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *leases = NULL;

    (void)ask_ok(proc, "'op': 'pause'");
    for (int i = 0; i < 6; i++)
        (void)ask_ok(proc,
                     "'op': 'submit', 'order': {'customer_id': 'cust-%d', 'priority': %d, 'items': "
                     "[{'product_id': 'p', 'quantity': 1}]}",
                     i, 6 - i);
    (void)ask_ok(proc, "'op': 'resume'");
    leases = at(ask_ok(proc, "'op': 'lease', 'worker': 'w', 'max': 4, 'wait_ms': 20000"), "leases");
    assert_int_equal(json_size(leases), 4);
    assert_string_equal(text_at(leases, "0.order.customer_id"), "cust-5");
    assert_string_equal(text_at(leases, "3.order.customer_id"), "cust-2");
    assert_int_equal(held_none(proc, ""), 2);
}

static void submit_large(struct daemon_proc *proc)
{
    struct buf items = {.max = 65536}, pairs = {.max = 65536};

    for (int i = 0; i < ITEMS_MAX; i++)
        buf_printf(&items, "%s{'product_id': '%0128d', 'quantity': 1}", i > 0 ? ", " : "", i);
    for (int i = 0; i < 30; i++)
        buf_printf(&pairs, "%s'k%02d': '%0250d'", i > 0 ? ", " : "", i, i);
    (void)ask_ok(
        proc, "'op': 'submit', 'order': {'customer_id': 'large', 'items': [%s], 'metadata': {%s}}",
        buf_text(&items), buf_text(&pairs));
    buf_done(&items);
    buf_done(&pairs);
}

static void what_has_no_room_in_a_reply_is_given_back(void **state)
{
    struct daemon_proc *proc = *state;
    size_t n = 0;

    (void)ask_ok(proc, "'op': 'pause'");
    for (int i = 0; i < 60; i++)
        submit_large(proc);
    (void)ask_ok(proc, "'op': 'resume'");
    n = json_size(
        at(ask_ok(proc, "'op': 'lease', 'worker': 'w', 'max': 100, 'wait_ms': 20000"), "leases"));
    assert_in_range(n, 20, 59);
    await_count(proc, "queue_depth", 60 - (int64_t)n, "'op': 'stats'");
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "in_flight"), n);
    assert_int_equal(sql_int(proc, "SELECT sum(attempts) FROM orders"), n);
}

/* ---- who may ---- */

static void only_workers_may(void **state)
{
    static const char *const lease = "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 0";
    struct daemon_proc *proc = *state;

    (void)ask_refused(proc, ERR_FORBIDDEN, "%s, 'as': 'viewer'", lease);
    (void)ask_refused(proc, ERR_FORBIDDEN, "%s, 'as': 'operator'", lease);
    (void)ask_refused(proc, ERR_FORBIDDEN, "'op': 'fail', 'as': 'operator'");
    (void)ask_ok(proc, "%s, 'as': 'worker'", lease);
    (void)ask_refused(proc, ERR_FORBIDDEN, "'op': 'pause', 'as': 'worker'");
}

static void without_the_handler_worker_there_is_nothing_to_lease(void **state)
{
    struct daemon_proc *proc = *state;

    (void)ask_refused(proc, ERR_WRONG_STATE,
                      "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 0");
    (void)ask_refused(proc, ERR_NOT_FOUND,
                      "'op': 'heartbeat', 'order_id': '01890a5d-ac96-774b-bcce-b302099a8057', "
                      "'lease': 'l'");
}

/* ---- the daemon's own ends ---- */

static void a_stop_gives_leases_back_and_does_not_count_them(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = held_one(proc, "");

    assert_int_equal(daemon_proc_stop(proc), 0);
    assert_int_equal(sql_int(proc, "SELECT attempts FROM orders_view WHERE status = 'QUEUED'"), 0);
    daemon_proc_start(proc);
    assert_lost(proc, &held);
    assert_int_equal(held_one(proc, "").attempt, 1);
    assert_int_equal(entries_of(proc, name.id, "given_back"), 1);
}

static void a_crash_loses_leases_and_counts_them(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = held_one(proc, "");

    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    assert_lost(proc, &held);
    assert_int_equal(held_one(proc, "").attempt, 2);
    assert_int_equal(entries_of(proc, name.id, "recovered"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(a_lease_holds_the_whole_order, WORKER),
        DAEMON_TEST(a_completed_lease_fulfils_once_however_often_it_is_told, WORKER),
        DAEMON_TEST(a_failed_lease_is_tried_again_and_then_no_more, WORKER),
        DAEMON_TEST(a_worker_decides_whether_and_when_it_is_tried_again, PATIENT),
        DAEMON_TEST(an_ended_lease_is_answered_after_a_restart_too, WORKER),
        DAEMON_TEST(a_lease_of_another_order_or_of_nobody_is_lost, WORKER),
        DAEMON_TEST(a_result_over_its_limit_is_too_large_and_the_lease_still_held, WORKER),
        DAEMON_TEST(a_late_worker_is_fenced_off, WORKER),
        DAEMON_TEST(leases_that_expire_use_the_attempts_up, WORKER),
        DAEMON_TEST(a_heartbeat_prolongs_the_lease_by_its_length, WORKER),
        DAEMON_TEST(a_cancel_is_told_by_the_heartbeat_and_decides_a_failure, WORKER),
        DAEMON_TEST(while_paused_or_draining_nothing_is_leased, WORKER),
        DAEMON_TEST(a_held_lease_may_be_ended_while_paused, WORKER),
        DAEMON_TEST(a_key_gets_the_same_leases_while_they_hold, WORKER),
        DAEMON_TEST(a_worker_gets_only_steps_that_it_serves, WORKER),
        DAEMON_TEST(no_more_are_leased_than_asked_for_best_first, WORKER),
        DAEMON_TEST(what_has_no_room_in_a_reply_is_given_back,
                    WORKER "[rules]\nmax_total_quantity = 1000\n"),
        DAEMON_TEST(only_workers_may, WORKER),
        DAEMON_TEST(without_the_handler_worker_there_is_nothing_to_lease, DAEMON_GOOD),
        DAEMON_TEST(a_stop_gives_leases_back_and_does_not_count_them, WORKER),
        DAEMON_TEST(a_crash_loses_leases_and_counts_them, WORKER),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
