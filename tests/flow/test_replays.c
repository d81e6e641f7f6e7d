/* Replays that one can trust, with a real daemon: tokens, canaries, stops, a kill in the middle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define BAD "[fulfilment]\nsuccess_rate = 0\nmax_attempts = 1\n"
#define GOOD "[fulfilment]\nsuccess_rate = 1\ninterval = 5ms\nmax_attempts = 9\n"
#define MANY 10000
#define BATCH 1000
#define LAST "replays.0."

/* So many orders that fail. */
static void submit_dead(struct daemon_proc *proc, const char *customer, int n)
{
    char *text = malloc((size_t)n * 100 + 64);
    int64_t before = int_at(ask_ok(proc, "'op': 'stats'"), "dlq_depth");
    size_t len = 0;

    assert_non_null(text);
    for (int i = 0; i < n; i++)
        len += (size_t)sprintf(text + len,
                               "%s{'order': {'customer_id': '%s', 'items': [{'product_id': 'p', "
                               "'quantity': 1}]}}",
                               i > 0 ? ", " : "", customer);
    (void)ask_ok(proc, "'op': 'submit_batch', 'orders': [%s]", text);
    free(text);
    await_quiet(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "dlq_depth"), before + n);
}

static void handle_well(struct daemon_proc *proc)
{
    daemon_proc_configure(proc, GOOD);
    (void)ask_ok(proc, "'op': 'reload'");
}

static void await_state(struct daemon_proc *proc, const char *state)
{
    await_text(proc, LAST "state", state, "'op': 'replays', 'limit': 1");
}

static void a_token_moves_exactly_what_was_previewed(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *reply = NULL;
    char token[64];

    submit_dead(proc, "early", 20);
    submit_dead(proc, "other", 3);
    reply = ask_ok(proc, "'op': 'replay', 'filter': 'customer:early', 'dry_run': true");
    assert_int_equal(int_at(reply, "matched"), 20);
    (void)snprintf(token, sizeof(token), "%s", text_at(reply, "token"));
    submit_dead(proc, "early", 10); /* ten more failures */
    daemon_proc_kill(proc);         /* the token survives a restart */
    daemon_proc_configure(proc, GOOD);
    daemon_proc_start(proc);
    reply = ask_ok(proc, "'op': 'replay', 'token': '%s', 'idempotency_key': 'k'", token);
    assert_int_equal(int_at(reply, "matched"), 20);
    await_state(proc, "DONE");
    await_quiet(proc);
    reply = ask_ok(proc, "'op': 'replays'");
    assert_int_equal(int_at(reply, LAST "moved"), 20);
    assert_int_equal(int_at(reply, LAST "skipped"), 0);
    assert_int_equal(sql_int(proc,
                             "SELECT count(*) FROM orders_view WHERE status = 'FULFILLED' AND "
                             "replays = 1 AND customer_id = 'early'"),
                     20);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "dlq_depth"), 13);
    (void)ask_ok(proc, "'op': 'replay', 'token': '%s'", token); /* again: they are gone */
    await_state(proc, "DONE");
    assert_int_equal(int_at(ask_ok(proc, "'op': 'replays'"), LAST "skipped"), 20);
    (void)ask_refused(proc, ERR_CONFLICT,
                      "'op': 'replay', 'token': '%s', 'canary': 3, 'idempotency_key': 'k'", token);
    (void)ask_refused(proc, ERR_NOT_FOUND, "'op': 'replay', 'token': 'no token'");
    (void)ask_refused(proc, ERR_NOT_FOUND,
                      "'op': 'replay', 'token': '01890a5d-ac96-774b-bcce-b302099a8057'");
}

static void an_amended_order_is_still_one_of_those_previewed(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "early");
    const struct json *reply = NULL;
    char token[64];

    await_status(proc, name.id, "FAILED");
    reply = ask_ok(proc, "'op': 'replay', 'filter': 'customer:early', 'dry_run': true");
    (void)snprintf(token, sizeof(token), "%s", text_at(reply, "token"));
    (void)ask_ok(proc,
                 "'op': 'amend', 'order_id': '%s', 'reason': 'slip', 'order': {'customer_id': "
                 "'late', 'items': [{'product_id': 'p', 'quantity': 1}]}",
                 name.id);
    handle_well(proc);
    (void)ask_ok(proc, "'op': 'replay', 'token': '%s'", token);
    await_status(proc, name.id, "FULFILLED");
}

static void of_two_replays_at_once_each_order_moves_once(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *rows = NULL;

    submit_dead(proc, "cust-001", 400);
    (void)ask_ok(proc, "'op': 'replay', 'all': true, 'rate': 1000");
    (void)ask_ok(proc, "'op': 'replay', 'filter': 'customer:cust-001', 'rate': 1000");
    await_state(proc, "DONE");
    await_text(proc, "replays.1.state", "DONE", "'op': 'replays'");
    await_quiet(proc);
    /* They fail again, and so are dead letters again, but not those that were asked for. */
    assert_int_equal(
        sql_int(proc, "SELECT count(*) FROM orders_view WHERE replays = 1 AND status = 'FAILED'"),
        400);
    rows = ask_ok(proc, "'op': 'replays'");
    assert_int_equal(int_at(rows, "replays.0.moved") + int_at(rows, "replays.1.moved"), 400);
    assert_int_equal(int_at(rows, "replays.0.refailed") + int_at(rows, "replays.1.refailed"), 400);
    for (int i = 0; i < 2; i++) {
        char path[3][32];

        (void)snprintf(path[0], 32, "replays.%d.moved", i);
        (void)snprintf(path[1], 32, "replays.%d.skipped", i);
        (void)snprintf(path[2], 32, "replays.%d.refailed", i);
        assert_int_equal(int_at(rows, path[0]) + int_at(rows, path[1]), 400);
        assert_int_equal(int_at(rows, path[0]), int_at(rows, path[2]));
    }
}

static void a_replay_goes_on_where_the_daemon_was_killed(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *reply = NULL;

    for (int i = 0; i < MANY / BATCH; i++)
        submit_dead(proc, "cust-001", BATCH);
    handle_well(proc);
    reply = ask_ok(proc, "'op': 'replay', 'all': true, 'rate': 2000");
    assert_int_equal(int_at(reply, "matched"), MANY);
    await_count(proc, LAST "moved", MANY / 5, "'op': 'replays'");
    daemon_proc_kill(proc);
    assert_true(sql_int(proc, "SELECT moved FROM replays") < MANY);
    assert_int_equal(sql_int(proc, "SELECT state FROM replays"), 0);
    daemon_proc_start(proc);
    await_state(proc, "DONE");
    await_quiet(proc);
    reply = ask_ok(proc, "'op': 'replays'");
    assert_int_equal(int_at(reply, LAST "moved"), MANY);
    assert_int_equal(int_at(reply, LAST "skipped"), 0);
    assert_int_equal(sql_int(proc,
                             "SELECT count(*) FROM orders_view WHERE replays = 1 AND status = "
                             "'FULFILLED'"),
                     MANY);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), MANY);
}

static void a_canary_that_fails_stops_the_rest(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *reply = NULL;

    submit_dead(proc, "cust-001", 50);
    (void)ask_ok(proc, "'op': 'replay', 'all': true, 'canary': 5");
    await_state(proc, "STOPPED");
    await_quiet(proc);
    reply = ask_ok(proc, "'op': 'replays'");
    assert_int_equal(int_at(reply, LAST "moved"), 5);
    assert_int_equal(int_at(reply, LAST "refailed"), 5);
    assert_false(nil_at(reply, LAST "finished_at"));
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE replays = 1"), 5);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "dlq_depth"), 50);
}

static void a_canary_that_is_fulfilled_lets_the_rest_go(void **state)
{
    struct daemon_proc *proc = *state;

    submit_dead(proc, "cust-001", 50);
    handle_well(proc);
    (void)ask_ok(proc, "'op': 'pause'");
    (void)ask_ok(proc, "'op': 'replay', 'all': true, 'canary': 5");
    await_count(proc, LAST "moved", 5, "'op': 'replays'");
    daemon_proc_kill(proc); /* it waits after a restart, too */
    daemon_proc_start(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'replays'"), LAST "moved"), 5);
    (void)ask_ok(proc, "'op': 'resume'");
    await_state(proc, "DONE");
    await_quiet(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "counts.FULFILLED"), 50);
}

static void a_replay_that_fails_again_stops_itself(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *reply = NULL;
    int64_t moved = 0;

    submit_dead(proc, "cust-001", 400);
    (void)ask_ok(proc, "'op': 'replay', 'all': true, 'rate': 100, 'stop_if': {'failed_share': 0.5, "
                       "'of_last': 20}");
    await_state(proc, "STOPPED");
    await_quiet(proc);
    reply = ask_ok(proc, "'op': 'replays'");
    moved = int_at(reply, LAST "moved");
    assert_true(moved >= 11 && moved < 400);
    assert_int_equal(int_at(reply, LAST "refailed"), moved);
    assert_int_equal(int_at(reply, LAST "matched"), 400);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE replays = 1"), moved);
}

static void the_command_does_it_all(void **state)
{
    struct daemon_proc *proc = *state;
    struct program_run run;
    const char *token = NULL;
    char text[UUID_TEXT_LEN + 1];

    submit_dead(proc, "cust-001", 5);
    daemon_proc_dofs(proc, &run, "replay", "--all", "--dry-run");
    assert_int_equal(run.code, 0);
    token = strstr(buf_text(&run.out), "--token ");
    assert_non_null(token);
    (void)snprintf(text, sizeof(text), "%s", token + strlen("--token "));
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "replay", "--token", text);
    assert_int_equal(run.code, 2); /* not without --yes, where nobody can be asked */
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "replay", "--token", text, "--all", "--yes");
    assert_int_equal(run.code, 2);
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "replay", "--all", "--yes", "--stop-if", "50/20");
    assert_int_equal(run.code, 2);
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "replay", "--token", text, "--canary", "2", "--stop-if", "50%/20",
                     "--rate", "100", "--reason", "stock came", "--yes");
    assert_int_equal(run.code, 0);
    program_run_done(&run);
    await_state(proc, "STOPPED");
    assert_int_equal(int_at(ask_ok(proc, "'op': 'replays'"), LAST "matched"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(a_token_moves_exactly_what_was_previewed, BAD),
        DAEMON_TEST(an_amended_order_is_still_one_of_those_previewed, BAD),
        DAEMON_TEST(of_two_replays_at_once_each_order_moves_once, BAD),
        DAEMON_TEST(a_replay_goes_on_where_the_daemon_was_killed, BAD),
        DAEMON_TEST(a_canary_that_fails_stops_the_rest, BAD),
        DAEMON_TEST(a_canary_that_is_fulfilled_lets_the_rest_go, BAD),
        DAEMON_TEST(a_replay_that_fails_again_stops_itself, BAD),
        DAEMON_TEST(the_command_does_it_all, BAD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
