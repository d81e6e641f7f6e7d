/* Workflows of several steps whose daemon stops, or gets another configuration. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/step_scene.h"

static void a_reload_changes_the_bound_of_the_step_that_it_names(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *changed = NULL;

    exec_scene_touch(proc, "hold-charge");
    for (size_t i = 0; i < 3; i++)
        (void)submit_one(proc, "cust-001");
    exec_scene_await_lines(proc, "most-reserve", 3);
    exec_scene_await_lines(proc, "most-charge", 1);
    step_scene_configure(proc, STEP_POLICY
                         "[steps]\norder = reserve, charge\n"
                         "[step \"reserve\"]\nhandler = exec\ncommand = @\n"
                         "[step \"charge\"]\nhandler = exec\ncommand = @\nconcurrency = 2\n");
    changed = at(ask_ok(proc, "'op': 'reload'"), "changed");
    assert_int_equal(json_size(changed), 1);
    assert_true(slice_is(json_text(json_at(changed, 0)), "step \"charge\".concurrency"));
    exec_scene_await_lines(proc, "most-charge", 2);
    step_scene_go_on(proc, "charge");
    await_count(proc, "fulfilled_total", 3, "'op': 'stats'");
}

static void a_step_that_is_gone_fails_by_name_and_goes_on_when_it_is_back(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    struct held held = step_scene_lease(proc, "pick");

    step_scene_complete(proc, &held, "a box");
    step_scene_await(proc, name.id, "pack");
    assert_int_equal(daemon_proc_stop(proc), 0);
    step_scene_configure(proc, STEP_POLICY "[steps]\norder = pick\n");
    daemon_proc_start(proc);
    await_status(proc, name.id, "FAILED");
    assert_string_equal(text_at(step_scene_get(proc, name.id), "failure_reason"),
                        "step 'pack' is not in the configuration");
    assert_int_equal(daemon_proc_stop(proc), 0);
    step_scene_configure(proc, STEP_POLICY "[steps]\norder = pack, pick\n");
    daemon_proc_start(proc);
    (void)ask_ok(proc, "'op': 'replay', 'order_ids': ['%s']", name.id);
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(step_scene_get(proc, name.id), "results.pick"), "a box");
}

static void an_undo_that_is_gone_fails_by_name(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");

    step_scene_await(proc, name.id, "charge");
    assert_int_equal(daemon_proc_stop(proc), 0);
    step_scene_configure(proc, STEP_POLICY "[steps]\norder = reserve, charge, ship\n"
                                           "[step \"charge\"]\nhandler = worker\n");
    daemon_proc_start(proc);
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    await_status(proc, name.id, "FAILED");
    assert_string_equal(text_at(step_scene_get(proc, name.id), "failure_reason"),
                        "step 'reserve' has no undo in the configuration");
}

static void a_stop_gives_back_what_runs_at_every_step(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name leased_one = submit_one(proc, "cust-001");
    struct order_name running;

    (void)step_scene_lease(proc, "charge");
    exec_scene_touch(proc, "hold-reserve");
    running = submit_one(proc, "cust-002");
    exec_scene_await_lines(proc, "most-reserve", 2);
    assert_int_equal(daemon_proc_stop(proc), 0);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'QUEUED' AND "
                                   "attempts = 0"),
                     2);
    step_scene_go_on(proc, "reserve");
    daemon_proc_start(proc);
    for (size_t i = 0; i < 2; i++) {
        struct held held = step_scene_lease(proc, "charge");

        step_scene_complete(proc, &held, "paid");
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
    held = step_scene_lease(proc, "charge");
    lease_peer_ask(fd, "'op': 'drain'");
    assert_int_equal(lease_peer_first(&fd, 1, 100), -1);
    step_scene_complete(proc, &held, "paid");
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
        STEP_TEST(a_reload_changes_the_bound_of_the_step_that_it_names,
                  STEP_POLICY "[steps]\norder = reserve, charge\n"
                              "[step \"reserve\"]\nhandler = exec\ncommand = @\n"
                              "[step \"charge\"]\nhandler = exec\ncommand = @\nconcurrency = 1\n"),
        STEP_TEST(a_step_that_is_gone_fails_by_name_and_goes_on_when_it_is_back, STEP_WORKERS),
        STEP_TEST(an_undo_that_is_gone_fails_by_name, STEP_MIXED),
        STEP_TEST(a_stop_gives_back_what_runs_at_every_step, STEP_MIXED),
        STEP_TEST(a_drain_waits_for_every_step, STEP_MIXED),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
