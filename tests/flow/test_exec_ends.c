/* Programs that do not end well: late, stubborn, loud, leaving others behind; and what stops them.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/exec_scene.h"
#include "tests/lib/test.h"

#define SHORT EXEC_SOON "timeout = 300ms\nmax_attempts = 2\n"
#define MEMORY_MAX_KIB (128L * 1024)

static const struct json *get(struct daemon_proc *proc, const struct order_name *name)
{
    return at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name->id), "order");
}

/* Entries of a type in its history. */
static int entries(struct daemon_proc *proc, const struct order_name *name, const char *type)
{
    const struct json *list =
        at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name->id), "entries");
    int n = 0;

    for (size_t i = 0; i < json_size(list); i++)
        n += strcmp(text_at(json_at(list, i), "type"), type) == 0;
    return n;
}

static long peak_kib(struct daemon_proc *proc)
{
    char path[64];
    char line[256];
    long kib = -1;
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon_proc_pid(proc));
    file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    }
    assert_int_equal(fclose(file), 0);
    return kib;
}

/* Both attempts were counted, once each, for this reason; nothing is left of them. */
static void check_late(struct daemon_proc *proc, const struct order_name *name)
{
    await_status(proc, name->id, "FAILED");
    assert_string_equal(text_at(get(proc, name), "failure_reason"), "timeout");
    assert_int_equal(int_at(get(proc, name), "attempts"), 2);
    assert_int_equal(entries(proc, name, "attempt_started"), 2);
    assert_int_equal(entries(proc, name, "attempt_failed"), 2);
    assert_int_equal(exec_scene_lines(proc, "runs"), 2);
    exec_scene_await_gone(proc, "pids");
}

static void one_that_hangs_is_ended_when_its_time_is_up(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "hang");

    check_late(proc, &name);
    assert_int_equal(exec_scene_lines(proc, "pids"), 2 * 2);
}

static void one_that_ignores_term_is_killed_with_its_group(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "stubborn");

    check_late(proc, &name);
    assert_int_equal(exec_scene_lines(proc, "pids"), 2 * 4);
}

static void what_it_leaves_running_is_ended_too(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "leaves");

    await_status(proc, name.id, "FULFILLED");
    assert_int_equal(int_at(get(proc, &name), "attempts"), 1);
    exec_scene_await_gone(proc, "pids");
    assert_int_equal(exec_scene_lines(proc, "pids"), 6);
}

static void what_another_still_needs_is_left_alone(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name first = submit_one(proc, "keeps");
    struct order_name second;

    exec_scene_await_lines(proc, "kept", 2);
    second = submit_one(proc, "leaves");
    await_status(proc, second.id, "FULFILLED");
    /* there is the first one itself, and what has no mark: it might be the first one's, too */
    while (exec_scene_alive(proc, "pids") > 2)
        await_status(proc, second.id, "FULFILLED");
    assert_int_equal(exec_scene_alive(proc, "kept"), 2);
    exec_scene_touch(proc, "go");
    await_status(proc, first.id, "FULFILLED");
    exec_scene_await_gone(proc, "kept");
    exec_scene_await_gone(proc, "pids");
}

static void output_without_end_is_kept_to_its_bound(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "flood");

    await_status(proc, name.id, "FULFILLED");
    assert_int_equal(json_text(at(get(proc, &name), "result")).n, 64 * 1024);
    name = submit_one(proc, "complain");
    await_status(proc, name.id, "FAILED");
    assert_string_equal(text_at(get(proc, &name), "failure_reason"), "last");
    if (peak_kib(proc) > MEMORY_MAX_KIB)
        fail_msg("the daemon took %ld KiB", peak_kib(proc));
}

static void a_noted_cancel_is_term(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name hangs = submit_one(proc, "hang");
    struct order_name finishes = submit_one(proc, "finishes");

    exec_scene_await_lines(proc, "pids", 3);
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", hangs.id);
    await_status(proc, hangs.id, "CANCELLED");
    assert_int_equal(entries(proc, &hangs, "attempt_started"), 1);
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", finishes.id);
    await_status(proc, finishes.id, "FULFILLED"); /* it was done in spite of it */
    exec_scene_await_gone(proc, "pids");
}

static void a_stop_gives_back_what_does_not_end(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name stubborn = submit_one(proc, "stubborn");
    struct order_name hangs = submit_one(proc, "hang");

    exec_scene_await_lines(proc, "pids", 4 + 2);
    assert_int_equal(daemon_proc_stop(proc), 0);
    exec_scene_await_gone(proc, "pids");
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'QUEUED' AND "
                                   "attempts = 0"),
                     2);
    exec_scene_configure(proc, "blind", EXEC_SOON);
    daemon_proc_start(proc);
    await_status(proc, stubborn.id, "FULFILLED");
    await_status(proc, hangs.id, "FULFILLED");
    assert_int_equal(int_at(get(proc, &hangs), "attempts"), 1);
    assert_int_equal(entries(proc, &hangs, "given_back"), 1);
}

static void a_stop_lets_one_finish_that_can(void **state)
{
    struct daemon_proc *proc = *state;

    (void)submit_one(proc, "finishes");
    exec_scene_await_lines(proc, "pids", 1);
    assert_int_equal(daemon_proc_stop(proc), 0);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'FULFILLED'"),
                     1);
}

static void a_second_signal_stops_at_once_and_leaves_nothing(void **state)
{
    struct daemon_proc *proc = *state; /* the grace is an hour */

    (void)submit_one(proc, "stubborn");
    exec_scene_await_lines(proc, "pids", 4);
    assert_int_equal(kill(daemon_proc_pid(proc), SIGTERM), 0);
    while (strstr(exec_scene_file(proc, "log"), "stopping: SIGTERM") == NULL)
        assert_true(exec_scene_alive(proc, "pids") == 4);
    assert_int_equal(daemon_proc_stop(proc), 0);
    exec_scene_await_gone(proc, "pids");
}

static void after_a_crash_it_runs_again_with_the_same_key(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "waits");
    char expected[256];

    exec_scene_await_lines(proc, "pids", 1);
    daemon_proc_kill(proc);
    (void)exec_scene_kill(proc, "pids", SIGKILL); /* what the service manager does */
    daemon_proc_start(proc);
    exec_scene_await_lines(proc, "runs", 2);
    exec_scene_touch(proc, "go");
    await_status(proc, name.id, "FULFILLED");
    (void)snprintf(expected, sizeof(expected), "%s-0 1\n%s-0 2\n", name.id, name.id);
    assert_string_equal(exec_scene_file(proc, "runs"), expected);
    assert_int_equal(int_at(get(proc, &name), "attempts"), 2);
    assert_int_equal(entries(proc, &name, "recovered"), 1);
}

static void a_reload_is_for_the_next_attempt(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name waits = submit_one(proc, "waits");
    struct order_name next;

    exec_scene_await_lines(proc, "runs", 1);
    exec_scene_configure(proc, "blind", EXEC_SOON);
    (void)ask_ok(proc, "'op': 'reload'");
    next = submit_one(proc, "code-1");
    await_status(proc, next.id, "FULFILLED");
    exec_scene_touch(proc, "go");
    await_status(proc, waits.id, "FULFILLED");
    assert_int_equal(exec_scene_lines(proc, "runs"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXEC_TEST(one_that_hangs_is_ended_when_its_time_is_up, SHORT),
        EXEC_TEST(one_that_ignores_term_is_killed_with_its_group, SHORT),
        EXEC_TEST(what_it_leaves_running_is_ended_too, EXEC_SOON),
        EXEC_TEST(what_another_still_needs_is_left_alone, EXEC_SOON),
        EXEC_TEST(output_without_end_is_kept_to_its_bound, EXEC_SOON "max_attempts = 1\n"),
        EXEC_TEST(a_noted_cancel_is_term, EXEC_SOON),
        EXEC_TEST(a_stop_gives_back_what_does_not_end, EXEC_SOON "[daemon]\nstop_grace = 300ms\n"),
        EXEC_TEST(a_stop_lets_one_finish_that_can, EXEC_SOON),
        EXEC_TEST(a_second_signal_stops_at_once_and_leaves_nothing,
                  EXEC_SOON "[daemon]\nstop_grace = 1h\n"),
        EXEC_TEST(after_a_crash_it_runs_again_with_the_same_key, EXEC_SOON),
        EXEC_TEST(a_reload_is_for_the_next_attempt, EXEC_SOON),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
