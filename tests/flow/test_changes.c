/* What operators do to orders and to the daemon, over real sockets. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define SLOW "[fulfilment]\nsuccess_rate = 0\nlatency = 1h\ntimeout = 2h\n"

static void pause_daemon(struct daemon_proc *proc)
{
    assert_true(true_at(ask_ok(proc, "'op': 'pause'"), "paused"));
}

static const char *change(struct daemon_proc *proc, const char *op, const char *id)
{
    return text_at(ask_ok(proc, "'op': '%s', 'order_id': '%s', 'reason': 'why not'", op, id),
                   "status");
}

static void while_paused_no_attempt_starts(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;

    pause_daemon(proc);
    name = submit_one(proc, "cust-001");
    assert_true(true_at(ask_ok(proc, "'op': 'info'"), "paused"));
    await_status(proc, name.id, "QUEUED");
    assert_false(true_at(ask_ok(proc, "'op': 'resume'"), "paused"));
    await_status(proc, name.id, "FULFILLED");
}

static void a_pause_survives_a_restart(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;

    pause_daemon(proc);
    name = submit_one(proc, "cust-001");
    assert_int_equal(daemon_proc_stop(proc), 0);
    daemon_proc_start(proc);
    assert_true(true_at(ask_ok(proc, "'op': 'info'"), "paused"));
    await_status(proc, name.id, "QUEUED");
    (void)ask_ok(proc, "'op': 'resume'");
    await_status(proc, name.id, "FULFILLED");
}

static void a_held_order_waits_for_its_release(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;
    const struct json *entries = NULL;

    pause_daemon(proc);
    name = submit_one(proc, "cust-001");
    assert_string_equal(change(proc, "hold", name.id), "HELD");
    assert_string_equal(change(proc, "hold", name.id), "HELD"); /* what is already so, is ok */
    (void)ask_ok(proc, "'op': 'resume'");
    await_status(proc, name.id, "HELD");
    assert_string_equal(change(proc, "release", name.id), "QUEUED");
    await_status(proc, name.id, "FULFILLED");
    entries = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    assert_string_equal(text_at(entries, "4.type"), "held");
    assert_string_equal(text_at(entries, "4.detail"), "why not");
    assert_string_equal(text_at(entries, "5.type"), "released");
}

static void a_queued_order_can_be_cancelled_once(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;

    pause_daemon(proc);
    name = submit_one(proc, "cust-001");
    assert_string_equal(change(proc, "cancel", name.id), "CANCELLED");
    assert_string_equal(change(proc, "cancel", name.id), "CANCELLED");
    assert_int_equal(
        json_size(at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries")), 5);
}

static void a_fulfilled_order_cannot_be_cancelled(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *error = NULL;

    await_status(proc, name.id, "FULFILLED");
    error = ask_refused(proc, ERR_WRONG_STATE, "'op': 'cancel', 'order_id': '%s'", name.id);
    assert_non_null(strstr(text_at(error, "message"), "FULFILLED"));
}

static void a_change_to_many_counts_what_it_changed(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *reply = NULL;

    pause_daemon(proc);
    for (int i = 0; i < 6; i++)
        (void)submit_one(proc, i < 4 ? "acme" : "zeta");
    reply = ask_ok(proc, "'op': 'hold', 'filter': 'customer:acme'");
    assert_int_equal(int_at(reply, "changed"), 4);
    reply = ask_ok(proc, "'op': 'cancel', 'filter': 'status:HELD,QUEUED'");
    assert_int_equal(int_at(reply, "changed"), 6);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "counts.CANCELLED"), 6);
}

static void a_cancel_during_an_attempt_is_noted_and_carried_out(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *reply = NULL;

    await_status(proc, name.id, "PROCESSING");
    reply = ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    if (strcmp(text_at(reply, "status"), "PROCESSING") == 0)
        assert_true(true_at(reply, "cancelling"));
    (void)daemon_proc_stop(proc); /* gives the attempt back, or ends it */
    daemon_proc_start(proc);
    await_status(proc, name.id, "CANCELLED");
}

static void while_draining_a_submit_is_busy(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *error = NULL;

    (void)ask_ok(proc, "'op': 'drain'");
    assert_true(true_at(ask_ok(proc, "'op': 'info'"), "draining"));
    error = ask_refused(proc, ERR_BUSY,
                        "'op': 'submit', 'order': {'customer_id': 'cust-001', 'items': "
                        "[{'product_id': 'p', 'quantity': 1}]}");
    assert_true(int_at(error, "retry_after_ms") > 0);
    (void)ask_ok(proc, "'op': 'resume'");
    (void)submit_one(proc, "cust-001");
}

static void a_reload_takes_new_settings_or_refuses_them_all(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;

    daemon_proc_configure(proc, "[rules]\nmax_total_quantity = 1\n");
    (void)ask_ok(proc, "'op': 'reload'");
    assert_string_equal(text_at(ask_ok(proc, "'op': 'submit', 'order': {'customer_id': 'cust-001', "
                                             "'items': [{'product_id': 'p', 'quantity': 2}]}"),
                                "status"),
                        "REJECTED");
    daemon_proc_configure(proc, "[rules]\nmax_total_quantity = 5\nnonsense = 1\n");
    (void)ask_refused(proc, ERR_INVALID, "'op': 'reload'");
    name = submit_one(proc, "cust-001"); /* of quantity 2 */
    await_status(proc, name.id, "REJECTED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(while_paused_no_attempt_starts, DAEMON_GOOD),
        DAEMON_TEST(a_pause_survives_a_restart, DAEMON_GOOD),
        DAEMON_TEST(a_held_order_waits_for_its_release, DAEMON_GOOD),
        DAEMON_TEST(a_queued_order_can_be_cancelled_once, DAEMON_GOOD),
        DAEMON_TEST(a_fulfilled_order_cannot_be_cancelled, DAEMON_GOOD),
        DAEMON_TEST(a_change_to_many_counts_what_it_changed, DAEMON_GOOD),
        DAEMON_TEST(a_cancel_during_an_attempt_is_noted_and_carried_out, SLOW),
        DAEMON_TEST(while_draining_a_submit_is_busy, DAEMON_GOOD),
        DAEMON_TEST(a_reload_takes_new_settings_or_refuses_them_all, DAEMON_GOOD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
