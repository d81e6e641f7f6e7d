/* Workflows of several steps with handlers of all kinds, over a real daemon. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/step_scene.h"

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
    struct held held = step_scene_lease(proc, "charge");
    char want[160];

    assert_string_equal(held.id, name.id);
    assert_int_equal(held.attempt, 1);
    (void)snprintf(want, sizeof want, "%s-0-charge", name.id);
    assert_string_equal(held.key, want);
    assert_string_equal(text_at(step_scene_get(proc, name.id), "results.reserve"), "reserve done");
    step_scene_complete(proc, &held, "paid");
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(step_scene_get(proc, name.id), "results.charge"), "paid");
    (void)snprintf(want, sizeof want, "reserve %s-0-reserve\n", name.id);
    assert_string_equal(exec_scene_file(proc, "ledger"), want);
}

static void a_lease_says_which_step_it_is_and_holds_the_results_so_far(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *lease = NULL;
    struct order_name name = submit_one(proc, "cust-001");

    step_scene_await(proc, name.id, "charge");
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
        struct held held = step_scene_lease(proc, "charge");

        step_scene_complete(proc, &held, "paid");
        await_status(proc, held.id, "FULFILLED");
    }
    await_count(proc, "counts.QUEUED", ALL - SERVED, "'op': 'stats'");
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
    step_scene_go_on(proc, "charge");
    await_count(proc, "fulfilled_total", ALL, "'op': 'stats'");
    assert_in_range(most_at_once(proc, "most-reserve"), 1, RESERVE);
    assert_int_equal(most_at_once(proc, "most-charge"), CHARGE);
}

/* ---- workers ---- */

static void a_worker_gets_only_steps_that_it_serves(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held;

    assert_int_equal(held_none(proc, ", 'steps': ['pack']"), 0);
    held = step_scene_lease(proc, "pick");
    step_scene_complete(proc, &held, "a box");
    step_scene_await(proc, name.id, "pack");
    assert_int_equal(held_none(proc, ", 'steps': ['pick']"), 0);
    held = step_scene_lease(proc, "pack");
    assert_string_equal(held.id, name.id);
    step_scene_complete(proc, &held, "a parcel");
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(step_scene_get(proc, name.id), "result"), "a parcel");
}

static void one_place_of_a_worker_is_promised_to_one_order_only(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name first = submit_one(proc, "cust-001");
    struct order_name second;
    struct held held = step_scene_lease(proc, "pick");

    step_scene_complete(proc, &held, "a box");
    step_scene_await(proc, first.id, "pack");
    second = submit_one(proc, "cust-002"); /* now both steps have one that waits */
    for (int i = 0; i < 3; i++) {
        held = held_one(proc, "");
        step_scene_complete(proc, &held, "done");
    }
    await_status(proc, first.id, "FULFILLED");
    await_status(proc, second.id, "FULFILLED");
    /* None was started for somebody who could not take it. */
    assert_int_equal(step_scene_entries(proc, first.id, "given_back"), 0);
    assert_int_equal(step_scene_entries(proc, second.id, "given_back"), 0);
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
    struct held held = step_scene_lease(proc, "charge");
    const struct json *lease = NULL;
    char want[200];

    step_scene_complete(proc, &held, "paid");
    step_scene_await(proc, name.id, "ship"); /* which nobody serves */
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
    step_scene_complete(proc, &held, "");
    await_status(proc, name.id, "CANCELLED");
    (void)snprintf(want, sizeof want, "reserve %s-0-reserve\nreserve-undo %s-0-reserve-undo\n",
                   name.id, name.id);
    assert_string_equal(exec_scene_file(proc, "ledger"), want);
    assert_non_null(
        strstr(exec_scene_file(proc, "input-reserve-undo"), "\"result\":\"reserve done\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STEP_TEST(an_order_goes_through_steps_of_all_handlers, STEP_MIXED),
        STEP_TEST(a_lease_says_which_step_it_is_and_holds_the_results_so_far, STEP_MIXED),
        STEP_TEST(a_step_that_nobody_serves_holds_up_no_other, STEP_MIXED),
        STEP_TEST(each_step_has_a_bound_of_its_own,
                  STEP_POLICY "[steps]\norder = reserve, charge\n"
                              "[fulfilment]\nhandler = exec\ncommand = @\n"
                              "[step \"reserve\"]\nconcurrency = 2\n"
                              "[step \"charge\"]\nconcurrency = 3\n"),
        STEP_TEST(a_worker_gets_only_steps_that_it_serves, STEP_WORKERS),
        STEP_TEST(one_place_of_a_worker_is_promised_to_one_order_only, STEP_WORKERS),
        STEP_TEST(asking_for_what_cannot_be_leased_is_refused_by_name, STEP_MIXED),
        STEP_TEST(info_tells_the_steps_and_their_handlers, STEP_MIXED),
        STEP_TEST(a_cancel_undoes_by_command_and_by_worker,
                  STEP_MIXED "[step \"ship\"]\nhandler = worker\n"),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
