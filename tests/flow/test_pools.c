/* Workflows of several steps with handlers of all kinds, over a real daemon. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/exec_scene.h"
#include "tests/lib/lease_peer.h"

#define TEXT_MAX 8192
#define POLICY "[fulfilment]\ninterval = 5ms\njitter = none\nmax_attempts = 2\nsuccess_rate = 1\n"
#define MIXED                                                                                      \
    POLICY "[steps]\norder = reserve, charge, ship\n"                                              \
           "[step \"reserve\"]\nhandler = exec\ncommand = @\nundo = @\n"                           \
           "[step \"charge\"]\nhandler = worker\nundo = worker\n"
#define WORKERS                                                                                    \
    POLICY "[steps]\norder = pick, pack\n"                                                         \
           "[step \"pick\"]\nhandler = worker\n[step \"pack\"]\nhandler = worker\n"

/* Writes the configuration anew, each `@` as the program with the daemon's directory. */
static void configure(struct daemon_proc *proc, const char *lines)
{
    struct buf text = {.max = TEXT_MAX};

    for (; *lines != '\0'; lines++) {
        if (*lines == '@')
            buf_printf(&text, "tests/lib/step_program.sh '%s'", daemon_proc_dir(proc));
        else
            buf_add(&text, lines, 1);
    }
    daemon_proc_configure(proc, buf_text(&text));
    buf_done(&text);
}

static int set_up(void **state)
{
    const char *lines = *state;
    struct daemon_proc *proc = daemon_proc_new(NULL);

    configure(proc, lines);
    daemon_proc_start(proc);
    *state = proc;
    return 0;
}

#define POOLS_TEST(test, lines)                                                                    \
    {                                                                                              \
#test, test, set_up, daemon_proc_teardown, (char[])                                        \
        {                                                                                          \
            lines                                                                                  \
        }                                                                                          \
    }

static const struct json *get(struct daemon_proc *proc, const char *id)
{
    return at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", id), "order");
}

static void complete(struct daemon_proc *proc, const struct held *held, const char *result)
{
    (void)ask_ok(proc, "'op': 'complete', 'result': '%s', %s", result, held_is(held));
}

/* Waits until the order is QUEUED for a step. */
static void await_step(struct daemon_proc *proc, const char *id, const char *step)
{
    char request[128];

    (void)snprintf(request, sizeof request, "'op': 'get', 'order_id': '%s'", id);
    await_text(proc, "order.step", step, request);
    await_text(proc, "order.status", "QUEUED", request);
}

/* Leases the next one of a step, as soon as there is one. */
static struct held leased(struct daemon_proc *proc, const char *step)
{
    char more[96];

    (void)snprintf(more, sizeof more, ", 'steps': ['%s']", step);
    return held_one(proc, more);
}

static size_t most_at_once(struct daemon_proc *proc, const char *name)
{
    const char *line = exec_scene_file(proc, name);
    size_t most = 0;

    while (*line != '\0') {
        char *end = NULL;
        size_t n = strtoul(line, &end, 10);

        most = n > most ? n : most;
        line = end + strspn(end, "\n ");
    }
    return most;
}

/* ---- forwards ---- */

static void an_order_goes_through_steps_of_all_handlers(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = leased(proc, "charge");
    char want[160];

    assert_string_equal(held.id, name.id);
    assert_int_equal(held.attempt, 1);
    (void)snprintf(want, sizeof want, "%s-0-charge", name.id);
    assert_string_equal(held.key, want);
    assert_string_equal(text_at(get(proc, name.id), "results.reserve"), "reserve done");
    complete(proc, &held, "paid");
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(get(proc, name.id), "results.charge"), "paid");
    (void)snprintf(want, sizeof want, "reserve %s-0-reserve\n", name.id);
    assert_string_equal(exec_scene_file(proc, "ledger"), want);
}

static void a_lease_says_which_step_it_is_and_holds_the_results_so_far(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *lease = NULL;
    struct order_name name = submit_one(proc, "cust-001");

    await_step(proc, name.id, "charge");
    lease =
        at(ask_ok(proc, "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 10000"), "leases.0");
    assert_string_equal(text_at(lease, "step"), "charge");
    assert_false(true_at(lease, "undo"));
    assert_string_equal(text_at(lease, "order.results.reserve"), "reserve done");
}

static void a_step_that_nobody_serves_holds_up_no_other(void **state)
{
    enum { ALL = 12, SERVED = 3 };
    struct daemon_proc *proc = *state;

    for (size_t i = 0; i < ALL; i++)
        (void)submit_one(proc, "cust-001");
    exec_scene_await_lines(proc, "ledger", ALL); /* though none goes on after it */
    for (size_t i = 0; i < SERVED; i++) {
        struct held held = leased(proc, "charge");

        complete(proc, &held, "paid");
        await_status(proc, held.id, "FULFILLED");
    }
    await_count(proc, "counts.QUEUED", ALL - SERVED, "'op': 'stats'");
}

static void unhold(struct daemon_proc *proc, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", daemon_proc_dir(proc), name);
    assert_int_equal(unlink(path), 0);
}

static void each_step_has_a_bound_of_its_own(void **state)
{
    enum { ALL = 10, RESERVE = 2, CHARGE = 3 };
    struct daemon_proc *proc = *state;

    exec_scene_touch(proc, "hold-charge");
    for (size_t i = 0; i < ALL; i++)
        (void)submit_one(proc, "cust-001");
    exec_scene_await_lines(proc, "most-reserve", ALL); /* held up by no full step behind it */
    exec_scene_await_lines(proc, "most-charge", CHARGE);
    unhold(proc, "hold-charge");
    await_count(proc, "fulfilled_total", ALL, "'op': 'stats'");
    assert_in_range(most_at_once(proc, "most-reserve"), 1, RESERVE);
    assert_int_equal(most_at_once(proc, "most-charge"), CHARGE);
}

static void a_reload_changes_the_bound_of_the_step_that_it_names(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *changed = NULL;

    exec_scene_touch(proc, "hold-charge");
    for (size_t i = 0; i < 3; i++)
        (void)submit_one(proc, "cust-001");
    exec_scene_await_lines(proc, "most-reserve", 3);
    exec_scene_await_lines(proc, "most-charge", 1);
    configure(proc, POLICY "[steps]\norder = reserve, charge\n"
                           "[step \"reserve\"]\nhandler = exec\ncommand = @\n"
                           "[step \"charge\"]\nhandler = exec\ncommand = @\nconcurrency = 2\n");
    changed = at(ask_ok(proc, "'op': 'reload'"), "changed");
    assert_int_equal(json_size(changed), 1);
    assert_true(slice_is(json_text(json_at(changed, 0)), "step \"charge\".concurrency"));
    exec_scene_await_lines(proc, "most-charge", 2);
    unhold(proc, "hold-charge");
    await_count(proc, "fulfilled_total", 3, "'op': 'stats'");
    assert_int_equal(most_at_once(proc, "most-charge"), 2);
}

/* ---- workers ---- */

static void a_worker_gets_only_steps_that_it_serves(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held;

    assert_int_equal(held_none(proc, ", 'steps': ['pack']"), 0);
    held = leased(proc, "pick");
    complete(proc, &held, "a box");
    await_step(proc, name.id, "pack");
    assert_int_equal(held_none(proc, ", 'steps': ['pick']"), 0);
    held = leased(proc, "pack");
    assert_string_equal(held.id, name.id);
    complete(proc, &held, "a parcel");
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(get(proc, name.id), "result"), "a parcel");
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

static void one_place_of_a_worker_is_promised_to_one_order_only(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name first = submit_one(proc, "cust-001");
    struct order_name second;
    struct held held = leased(proc, "pick");

    complete(proc, &held, "a box");
    await_step(proc, first.id, "pack");
    second = submit_one(proc, "cust-002"); /* now both steps have one that waits */
    for (int i = 0; i < 3; i++) {
        held = held_one(proc, "");
        complete(proc, &held, "done");
    }
    await_status(proc, first.id, "FULFILLED");
    await_status(proc, second.id, "FULFILLED");
    /* None was started for somebody who could not take it. */
    assert_int_equal(entries_of(proc, first.id, "given_back"), 0);
    assert_int_equal(entries_of(proc, second.id, "given_back"), 0);
}

static void asking_for_what_cannot_be_leased_is_refused_by_name(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *error = ask_refused(proc, ERR_INVALID,
                                           "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 0, "
                                           "'steps': ['charge', 'bake']");

    assert_string_equal(text_at(error, "message"), "steps: there is no step 'bake'");
    (void)ask_refused(proc, ERR_WRONG_STATE,
                      "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 0, 'steps': ['ship']");
}

static void info_tells_the_steps_and_their_handlers(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *info = ask_ok(proc, "'op': 'info'");

    assert_string_equal(text_at(info, "handler"), "exec");
    assert_int_equal(json_size(at(info, "steps")), 3);
    assert_string_equal(text_at(info, "steps.0.step"), "reserve");
    assert_string_equal(text_at(info, "steps.0.undo"), "exec");
    assert_string_equal(text_at(info, "steps.1.handler"), "worker");
    assert_string_equal(text_at(info, "steps.1.undo"), "worker");
    assert_string_equal(text_at(info, "steps.2.handler"), "simulate");
    assert_true(nil_at(info, "steps.2.undo"));
}

/* ---- backwards ---- */

static void a_cancel_undoes_by_command_and_by_worker(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = leased(proc, "charge");
    const struct json *lease = NULL;
    char want[200];

    complete(proc, &held, "paid");
    await_step(proc, name.id, "ship"); /* which nobody serves */
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    lease = at(ask_ok(proc, "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 10000, "
                            "'steps': ['charge']"),
               "leases.0");
    assert_true(true_at(lease, "undo"));
    assert_string_equal(text_at(lease, "step"), "charge");
    assert_string_equal(text_at(lease, "order.status"), "UNDOING");
    assert_string_equal(text_at(lease, "order.result"), "paid");
    (void)snprintf(want, sizeof want, "%s-0-charge-undo", name.id);
    assert_string_equal(text_at(lease, "key"), want);
    (void)snprintf(held.lease, sizeof held.lease, "%s", text_at(lease, "lease"));
    complete(proc, &held, "");
    await_status(proc, name.id, "CANCELLED");
    (void)snprintf(want, sizeof want, "reserve %s-0-reserve\nreserve-undo %s-0-reserve-undo\n",
                   name.id, name.id);
    assert_string_equal(exec_scene_file(proc, "ledger"), want);
    assert_non_null(
        strstr(exec_scene_file(proc, "input-reserve-undo"), "\"result\":\"reserve done\""));
}

/* ---- another configuration ---- */

static void a_step_that_is_gone_fails_by_name_and_goes_on_when_it_is_back(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = leased(proc, "pick");

    complete(proc, &held, "a box");
    await_step(proc, name.id, "pack");
    assert_int_equal(daemon_proc_stop(proc), 0);
    configure(proc, POLICY "[steps]\norder = pick\n");
    daemon_proc_start(proc);
    await_status(proc, name.id, "FAILED");
    assert_string_equal(text_at(get(proc, name.id), "failure_reason"),
                        "step 'pack' is not in the configuration");
    assert_int_equal(daemon_proc_stop(proc), 0);
    configure(proc, POLICY "[steps]\norder = pack, pick\n");
    daemon_proc_start(proc);
    (void)ask_ok(proc, "'op': 'replay', 'order_ids': ['%s']", name.id);
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(get(proc, name.id), "results.pick"), "a box");
}

static void an_undo_that_is_gone_fails_by_name(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");

    await_step(proc, name.id, "charge");
    assert_int_equal(daemon_proc_stop(proc), 0);
    configure(proc, POLICY "[steps]\norder = reserve, charge, ship\n"
                           "[step \"charge\"]\nhandler = worker\n");
    daemon_proc_start(proc);
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    await_status(proc, name.id, "FAILED");
    assert_string_equal(text_at(get(proc, name.id), "failure_reason"),
                        "step 'reserve' has no undo in the configuration");
}

static void a_stop_gives_back_what_runs_at_every_step(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name leased_one = submit_one(proc, "cust-001");
    struct order_name running;

    (void)leased(proc, "charge");
    exec_scene_touch(proc, "hold-reserve");
    running = submit_one(proc, "cust-002");
    exec_scene_await_lines(proc, "most-reserve", 2);
    assert_int_equal(daemon_proc_stop(proc), 0);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'QUEUED' AND "
                                   "attempts = 0"),
                     2);
    unhold(proc, "hold-reserve");
    daemon_proc_start(proc);
    for (size_t i = 0; i < 2; i++) {
        struct held held = leased(proc, "charge");

        complete(proc, &held, "paid");
    }
    await_status(proc, leased_one.id, "FULFILLED");
    await_status(proc, running.id, "FULFILLED");
}

static void a_drain_waits_for_every_step(void **state)
{
    struct daemon_proc *proc = *state;
    int fd = lease_peer_open(proc);
    struct held held;
    struct json *answer = NULL;

    (void)submit_one(proc, "cust-001");
    held = leased(proc, "charge");
    lease_peer_ask(fd, "'op': 'drain'");
    assert_int_equal(lease_peer_first(&fd, 1, 100), -1);
    complete(proc, &held, "paid");
    answer = lease_peer_answer(fd);
    assert_true(true_at(answer, "ok"));
    json_free(answer);
    (void)close(fd);
    /* The next step did not begin. */
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "counts.QUEUED"), 1);
    (void)ask_ok(proc, "'op': 'resume'");
    await_status(proc, held.id, "FULFILLED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POOLS_TEST(an_order_goes_through_steps_of_all_handlers, MIXED),
        POOLS_TEST(a_lease_says_which_step_it_is_and_holds_the_results_so_far, MIXED),
        POOLS_TEST(a_step_that_nobody_serves_holds_up_no_other, MIXED),
        POOLS_TEST(each_step_has_a_bound_of_its_own,
                   POLICY "[steps]\norder = reserve, charge\n"
                          "[fulfilment]\nhandler = exec\ncommand = @\n"
                          "[step \"reserve\"]\nconcurrency = 2\n"
                          "[step \"charge\"]\nconcurrency = 3\n"),
        POOLS_TEST(a_reload_changes_the_bound_of_the_step_that_it_names,
                   POLICY "[steps]\norder = reserve, charge\n"
                          "[step \"reserve\"]\nhandler = exec\ncommand = @\n"
                          "[step \"charge\"]\nhandler = exec\ncommand = @\nconcurrency = 1\n"),
        POOLS_TEST(a_worker_gets_only_steps_that_it_serves, WORKERS),
        POOLS_TEST(one_place_of_a_worker_is_promised_to_one_order_only, WORKERS),
        POOLS_TEST(asking_for_what_cannot_be_leased_is_refused_by_name, MIXED),
        POOLS_TEST(info_tells_the_steps_and_their_handlers, MIXED),
        POOLS_TEST(a_cancel_undoes_by_command_and_by_worker,
                   MIXED "[step \"ship\"]\nhandler = worker\n"),
        POOLS_TEST(a_step_that_is_gone_fails_by_name_and_goes_on_when_it_is_back, WORKERS),
        POOLS_TEST(an_undo_that_is_gone_fails_by_name, MIXED),
        POOLS_TEST(a_stop_gives_back_what_runs_at_every_step, MIXED),
        POOLS_TEST(a_drain_waits_for_every_step, MIXED),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
