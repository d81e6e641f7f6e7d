/* `dofs work` and the worker of docs/worker.py: real programs, real ends. */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/exec_scene.h"
#include "tests/lib/lease_peer.h"
#include "tests/lib/step_scene.h"
#include "tests/lib/test.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define WORKER WORKER_HANDLER "timeout = 10s\nmax_attempts = 2\n"
#define PATIENT "[fulfilment]\nhandler = worker\ninterval = 1h\ntimeout = 10s\n"
#define MANY 60

static pid_t workers[4]; /* of the test that runs: ended with it */
static size_t n_workers;

static int tear_down(void **state)
{
    int code = 0;

    for (; n_workers > 0; n_workers--) {
        if (kill(workers[n_workers - 1], SIGKILL) == 0)
            (void)program_wait(workers[n_workers - 1], &code);
    }
    return daemon_proc_teardown(state);
}

#define WORK_TEST(test, config)                                                                    \
    {                                                                                              \
#test, test, daemon_proc_setup, tear_down, (char[])                                        \
        {                                                                                          \
            config                                                                                 \
        }                                                                                          \
    }

/* A worker process, its output in DIR/NAME. */
static pid_t start(struct daemon_proc *proc, const char *name, const char *const *argv)
{
    char path[128];
    pid_t pid = -1;
    int out = -1;

    (void)snprintf(path, sizeof path, "%s/%s", daemon_proc_dir(proc), name);
    out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    assert_true(out >= 0);
    pid = program_spawn(argv, daemon_proc_env(proc), out, out);
    (void)close(out);
    workers[n_workers++] = pid;
    return pid;
}

static void forget(pid_t pid)
{
    for (size_t i = 0; i < n_workers; i++) {
        if (workers[i] == pid)
            workers[i] = workers[--n_workers];
    }
}

/* `dofs work` with the program of exec_scene. */
static pid_t start_work(struct daemon_proc *proc, const char *parallel, const char *lease)
{
    char path[256], command[256];
    const char *argv[] = {
        path,  "work", "--exec", command, "--parallel", parallel, lease != NULL ? "--lease" : NULL,
        lease, NULL};

    program_path("dofs", path);
    (void)snprintf(command, sizeof command, "tests/lib/exec_program.sh '%s'",
                   daemon_proc_dir(proc));
    return start(proc, "work", argv);
}

/* One that serves the step `pick` alone. */
static pid_t start_picker(struct daemon_proc *proc)
{
    char path[256], command[256];
    const char *argv[] = {path, "work", "--step", "pick", "--exec", command, NULL};

    program_path("dofs", path);
    (void)snprintf(command, sizeof command, "tests/lib/step_program.sh '%s'",
                   daemon_proc_dir(proc));
    return start(proc, "work", argv);
}

static int stop(pid_t pid)
{
    int code = -1;

    assert_int_equal(kill(pid, SIGTERM), 0);
    if (!program_wait(pid, &code))
        fail_msg("the worker does not end");
    forget(pid);
    return code;
}

static const struct json *get(struct daemon_proc *proc, const char *id)
{
    return at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", id), "order");
}

static void an_exit_decides_what_becomes_of_the_order(void **state)
{
    static const struct {
        const char *customer, *status, *reason;
        int attempts;
    } cases[] = {
        {"cust-001", "FULFILLED", NULL, 1},        {"code-65", "FAILED", "no label for 65", 1},
        {"code-1", "FAILED", "no label for 1", 2}, {"quiet-75", "FAILED", "exit 75", 2},
        {"signal-KILL", "FAILED", "signal 9", 2},  {"complain", "FAILED", "last", 2},
        {"flood", "FULFILLED", NULL, 1},
    };
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "2", NULL);

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct order_name name = submit_one(proc, cases[i].customer);
        const struct json *order = NULL;

        await_status(proc, name.id, cases[i].status);
        order = get(proc, name.id);
        assert_int_equal(int_at(order, "attempts"), cases[i].attempts);
        if (cases[i].reason != NULL)
            assert_string_equal(text_at(order, "failure_reason"), cases[i].reason);
    }
    assert_int_equal(stop(pid), 0);
}

static void the_program_knows_the_order_and_its_attempt(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "1", NULL);
    struct order_name env = submit_one(proc, "env"), order = submit_one(proc, "order");
    char expected[128];
    struct json *input = NULL;
    const char *result = NULL;

    await_status(proc, order.id, "FULFILLED");
    (void)snprintf(expected, sizeof expected, "%s|1|default|fulfil", env.id);
    assert_string_equal(text_at(get(proc, env.id), "result"), expected);
    result = text_at(get(proc, order.id), "result");
    assert_int_equal(json_parse(result, strlen(result), &input, NULL), OK);
    assert_string_equal(text_at(input, "order_id"), order.id);
    assert_string_equal(text_at(input, "status"), "PROCESSING");
    json_free(input);
    assert_int_equal(stop(pid), 0);
}

static void a_program_may_set_the_delay_itself(void **state)
{
    struct daemon_proc *proc = *state; /* the interval is an hour */
    pid_t pid = start_work(proc, "1", NULL);
    struct order_name name = submit_one(proc, "again");

    await_status(proc, name.id, "FULFILLED");
    assert_int_equal(int_at(get(proc, name.id), "attempts"), 2);
    assert_int_equal(stop(pid), 0);
}

/* Heartbeats hold the lease while the program is ended. */
static void a_program_that_takes_too_long_is_ended_with_all_it_started(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "2", "100ms");
    struct order_name hang = submit_one(proc, "hang"), stubborn = submit_one(proc, "stubborn");

    await_status(proc, hang.id, "FAILED");
    await_status(proc, stubborn.id, "FAILED");
    assert_string_equal(text_at(get(proc, hang.id), "failure_reason"), "timeout");
    assert_string_equal(text_at(get(proc, stubborn.id), "failure_reason"), "timeout");
    assert_int_equal(int_at(get(proc, stubborn.id), "attempts"), 2);
    exec_scene_await_gone(proc, "pids");
    assert_int_equal(stop(pid), 0);
}

static void what_a_program_leaves_behind_is_ended(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "1", NULL);
    struct order_name name = submit_one(proc, "leaves");

    await_status(proc, name.id, "FULFILLED");
    exec_scene_await_gone(proc, "pids");
    assert_int_equal(stop(pid), 0);
}

static void a_cancel_ends_the_program(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "1", "300ms");
    struct order_name name = submit_one(proc, "finishes");

    await_status(proc, name.id, "PROCESSING");
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    await_status(proc, name.id, "FULFILLED"); /* it makes an end of it at TERM */
    assert_int_equal(stop(pid), 0);
}

static void a_stop_finishes_what_runs_and_takes_no_more(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "1", NULL);
    struct order_name name = submit_one(proc, "waits");
    struct order_name next;
    int code = -1;

    exec_scene_await_lines(proc, "runs", 1);
    next = submit_one(proc, "cust-002");
    assert_int_equal(kill(pid, SIGTERM), 0);
    while (strstr(exec_scene_file(proc, "work"), "no more orders") == NULL)
        daemon_proc_pause();
    exec_scene_touch(proc, "go");
    assert_true(program_wait(pid, &code));
    forget(pid);
    assert_int_equal(code, 0);
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(text_at(get(proc, next.id), "status"), "QUEUED");
    assert_int_equal(int_at(get(proc, next.id), "attempts"), 0);
}

static void a_second_stop_ends_what_runs(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "1", NULL);
    struct order_name name = submit_one(proc, "hang");

    exec_scene_await_lines(proc, "pids", 2);
    assert_int_equal(kill(pid, SIGTERM), 0);
    while (strstr(exec_scene_file(proc, "work"), "no more orders") == NULL)
        daemon_proc_pause();
    assert_int_equal(stop(pid), 0);
    assert_string_equal(text_at(get(proc, name.id), "failure_reason"), "worker stopped");
    exec_scene_await_gone(proc, "pids");
}

static void of_two_workers_one_is_killed_and_every_order_ends_once(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t stays = -1, dies = start_work(proc, "8", "500ms");
    int code = 0;

    (void)submit_one(proc, "waits");
    for (int i = 0; i < MANY; i++)
        (void)submit_one(proc, i % 8 == 3 ? "waits" : "counted");
    exec_scene_await_lines(proc, "runs", 8);
    stays = start_work(proc, "4", "500ms");
    exec_scene_await_lines(proc, "runs", 12);
    assert_int_equal(kill(dies, SIGKILL), 0);
    assert_true(program_wait(dies, &code));
    forget(dies);
    (void)exec_scene_kill(proc, "pids", SIGKILL); /* nobody is left to do it for them */
    exec_scene_touch(proc, "go");
    await_quiet(proc);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'FULFILLED'"),
                     MANY + 1);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "fulfilled_total"), MANY + 1);
    assert_true(sql_int(proc, "SELECT count(*) FROM orders WHERE attempts > 1") > 0);
    assert_int_equal(stop(stays), 0);
}

static void a_worker_goes_on_when_the_daemon_comes_back(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_work(proc, "2", NULL);
    struct order_name name = submit_one(proc, "cust-001");

    await_status(proc, name.id, "FULFILLED");
    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    name = submit_one(proc, "cust-002");
    await_status(proc, name.id, "FULFILLED");
    assert_int_equal(stop(pid), 0);
}

static void what_cannot_work_says_why(void **state)
{
    static const struct {
        const char *exec, *parallel;
        int code;
        const char *says;
    } cases[] = {
        {"true", "1", 1, "wrong_state"}, {"'true", "1", 2, "--exec"},       {" ", "1", 2, "--exec"},
        {"true", "0", 2, "--parallel"},  {"true", "1000", 2, "--parallel"},
    };
    struct daemon_proc *proc = *state;
    struct program_run run;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        daemon_proc_dofs(proc, &run, "work", "--exec", cases[i].exec, "--parallel",
                         cases[i].parallel, NULL);
        if (run.code != cases[i].code || strstr(buf_text(&run.err), cases[i].says) == NULL)
            fail_msg("%s: exit %d: %s", cases[i].exec, run.code, buf_text(&run.err));
        program_run_done(&run);
    }
    assert_int_equal(daemon_proc_stop(proc), 0);
    daemon_proc_dofs(proc, &run, "work", "--exec", "true", NULL);
    assert_int_equal(run.code, 3);
    program_run_done(&run);
}

static void the_worker_in_python_works(void **state)
{
    struct daemon_proc *proc = *state;
    const char *socket = strchr(daemon_proc_request_url(proc), '/') + 2;
    const char *argv[] = {"python3", "docs/worker.py", socket, NULL};
    pid_t pid = start(proc, "python", argv);
    struct order_name good = submit_one(proc, "cust-001"), bad = submit_one(proc, "nobody-1");
    char result[128];

    await_status(proc, good.id, "FULFILLED");
    await_status(proc, bad.id, "FAILED");
    (void)snprintf(result, sizeof result, "booked 2 parcels, %s-0", good.id);
    assert_string_equal(text_at(get(proc, good.id), "result"), result);
    assert_string_equal(text_at(get(proc, bad.id), "failure_reason"), "there is no such customer");
    assert_int_equal(int_at(get(proc, bad.id), "attempts"), 1);
    daemon_proc_kill(proc); /* it asks again, until there is a daemon */
    daemon_proc_start(proc);
    good = submit_one(proc, "cust-002");
    await_status(proc, good.id, "FULFILLED");
    assert_int_equal(stop(pid), 0);
}

static void it_serves_the_step_that_it_is_told_and_its_undo(void **state)
{
    struct daemon_proc *proc = *state;
    pid_t pid = start_picker(proc);
    struct order_name name = submit_one(proc, "cust-001");
    char want[200];

    step_scene_await(proc, name.id, "pack"); /* which it does not serve */
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    await_status(proc, name.id, "CANCELLED");
    (void)snprintf(want, sizeof want, "pick %s-0-pick\npick-undo %s-0-pick-undo\n", name.id,
                   name.id);
    assert_string_equal(exec_scene_file(proc, "ledger"), want);
    assert_non_null(strstr(exec_scene_file(proc, "input-pick-undo"), "\"result\":\"pick done\""));
    assert_int_equal(stop(pid), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORK_TEST(an_exit_decides_what_becomes_of_the_order, WORKER),
        WORK_TEST(the_program_knows_the_order_and_its_attempt, WORKER),
        WORK_TEST(a_program_may_set_the_delay_itself, PATIENT),
        WORK_TEST(a_program_that_takes_too_long_is_ended_with_all_it_started, WORKER),
        WORK_TEST(what_a_program_leaves_behind_is_ended, WORKER),
        WORK_TEST(a_cancel_ends_the_program, WORKER),
        WORK_TEST(a_stop_finishes_what_runs_and_takes_no_more, WORKER),
        WORK_TEST(a_second_stop_ends_what_runs, PATIENT),
        WORK_TEST(of_two_workers_one_is_killed_and_every_order_ends_once,
                  WORKER_HANDLER "max_attempts = 9\n"),
        WORK_TEST(a_worker_goes_on_when_the_daemon_comes_back, WORKER),
        WORK_TEST(it_serves_the_step_that_it_is_told_and_its_undo,
                  WORKER_HANDLER "[steps]\norder = pick, pack\n[step \"pick\"]\nundo = worker\n"),
        WORK_TEST(what_cannot_work_says_why, DAEMON_GOOD),
        WORK_TEST(the_worker_in_python_works, WORKER),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
