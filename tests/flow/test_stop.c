/* How the daemon stops, and why it does not start. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define SLOW "[fulfilment]\nsuccess_rate = 1\nlatency = 1h\ntimeout = 2h\n"

static void assert_says(struct program_run *run, int code, const char *what)
{
    if (run->code != code || strstr(buf_text(&run->err), what) == NULL)
        fail_msg("exit %d and not %d, or no '%s' in: %s", run->code, code, what,
                 buf_text(&run->err));
    program_run_done(run);
}

static void a_stop_gives_attempts_back_and_does_not_count_them(void **state)
{
    static const char *const types[] = {"received",        "validated",  "stored",         "queued",
                                        "attempt_started", "given_back", "attempt_started"};
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *entries = NULL;

    await_status(proc, name.id, "PROCESSING");
    assert_int_equal(daemon_proc_stop(proc), 0);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'QUEUED' AND "
                                   "attempts = 0"),
                     1);
    daemon_proc_start(proc);
    await_status(proc, name.id, "PROCESSING");
    entries = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    assert_int_equal(json_size(entries), sizeof types / sizeof *types);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        assert_string_equal(text_at(json_at(entries, i), "type"), types[i]);
    assert_int_equal(int_at(entries, "6.attempt"), 1);
}

static void a_crash_uses_the_attempt_up(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *entries = NULL;

    await_status(proc, name.id, "PROCESSING");
    daemon_proc_kill(proc);
    daemon_proc_start(proc); /* past the stale sockets */
    entries = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    assert_string_equal(text_at(entries, "5.type"), "recovered");
    assert_string_equal(text_at(entries, "5.detail"), "daemon stopped during the attempt");
    assert_string_equal(text_at(entries, "6.type"), "retry_scheduled");
    assert_int_equal(
        int_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.attempts"), 1);
}

static void a_second_daemon_names_the_first_and_leaves_it_alone(void **state)
{
    struct daemon_proc *proc = *state;
    struct program_run run;
    char pid[16];

    (void)snprintf(pid, sizeof pid, "%d", (int)daemon_proc_pid(proc));
    daemon_proc_dofsd(proc, &run, NULL);
    assert_says(&run, 75, pid);
    (void)submit_one(proc, "cust-001");
}

static void a_file_that_is_no_socket_is_never_removed(void **state)
{
    struct daemon_proc *proc = *state;
    struct program_run run;
    const char *path = strchr(daemon_proc_request_url(proc), '/') + 2;
    FILE *file = NULL;

    assert_int_equal(daemon_proc_stop(proc), 0);
    (void)remove(path);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    daemon_proc_dofsd(proc, &run, NULL);
    assert_int_not_equal(run.code, 0);
    program_run_done(&run);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void a_bad_configuration_is_named_by_file_and_line(void **state)
{
    static const struct {
        const char *lines;
        const char *says; /* the file has six lines before them */
    } cases[] = {
        {"[rules]\nmax_total = 1\n", "dofsd.conf:8"},
        {"[nothing]\nx = 1\n", "dofsd.conf:"},
        {"[fulfilment]\nsuccess_rate = 2\n", "dofsd.conf:8"},
        {"[fulfilment]\ninterval = soon\n", "dofsd.conf:8"},
        {"[fulfilment]\n\nhandler = magic\n", "dofsd.conf:9"},
    };
    static const char *const check[] = {"--check-config", NULL};
    struct daemon_proc *proc = *state;
    struct program_run run;

    assert_int_equal(daemon_proc_stop(proc), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        daemon_proc_configure(proc, cases[i].lines);
        daemon_proc_dofsd(proc, &run, NULL);
        assert_says(&run, 78, cases[i].says);
        daemon_proc_dofsd(proc, &run, check);
        assert_says(&run, 78, cases[i].says);
    }
    daemon_proc_configure(proc, DAEMON_GOOD);
    daemon_proc_dofsd(proc, &run, check);
    assert_says(&run, 0, "");
}

static void a_newer_store_is_refused_and_left_as_it_is(void **state)
{
    struct daemon_proc *proc = *state;
    struct program_run run;
    const char *argv[] = {"sqlite3", daemon_proc_db(proc), "PRAGMA user_version = 999", NULL};

    (void)submit_one(proc, "cust-001");
    await_quiet(proc);
    assert_int_equal(daemon_proc_stop(proc), 0);
    program_run(argv, NULL, &run);
    assert_says(&run, 0, "");
    daemon_proc_dofsd(proc, &run, NULL);
    assert_says(&run, 78, "");
    assert_int_equal(sql_int(proc, "PRAGMA user_version"), 999);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), 1);
}

static void a_store_that_is_no_database_is_refused_and_left_as_it_is(void **state)
{
    struct daemon_proc *proc = *state;
    struct program_run run;
    char line[64] = "";
    FILE *file = NULL;

    assert_int_equal(daemon_proc_stop(proc), 0);
    file = fopen(daemon_proc_db(proc), "we");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("this is no database\n", file);
    assert_int_equal(fclose(file), 0);
    daemon_proc_dofsd(proc, &run, NULL);
    assert_says(&run, 78, "");
    file = fopen(daemon_proc_db(proc), "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(fclose(file), 0);
    assert_string_equal(line, "this is no database\n");
}

static void without_a_daemon_a_command_names_the_path_it_tried(void **state)
{
    struct daemon_proc *proc = *state;
    struct program_run run;

    assert_int_equal(daemon_proc_stop(proc), 0);
    daemon_proc_dofs(proc, &run, "info");
    assert_says(&run, 3, strchr(daemon_proc_request_url(proc), '/') + 2);
    daemon_proc_dofs(proc, &run, "submit", "--customer", "cust-001", "--item", "p:1");
    assert_says(&run, 3, strchr(daemon_proc_request_url(proc), '/') + 2);
}

static void wrong_usage_of_the_daemon_is_exit_2(void **state)
{
    static const char *const wrong[] = {"--nonsense", NULL};
    struct program_run run;

    daemon_proc_dofsd(*state, &run, wrong);
    assert_says(&run, 2, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(a_stop_gives_attempts_back_and_does_not_count_them, SLOW),
        DAEMON_TEST(a_crash_uses_the_attempt_up, SLOW "interval = 1h\njitter = none\n"),
        DAEMON_TEST(a_second_daemon_names_the_first_and_leaves_it_alone, DAEMON_GOOD),
        DAEMON_TEST(a_file_that_is_no_socket_is_never_removed, DAEMON_GOOD),
        DAEMON_TEST(a_bad_configuration_is_named_by_file_and_line, DAEMON_GOOD),
        DAEMON_TEST(a_newer_store_is_refused_and_left_as_it_is, DAEMON_GOOD),
        DAEMON_TEST(a_store_that_is_no_database_is_refused_and_left_as_it_is, DAEMON_GOOD),
        DAEMON_TEST(without_a_daemon_a_command_names_the_path_it_tried, DAEMON_GOOD),
        DAEMON_TEST(wrong_usage_of_the_daemon_is_exit_2, DAEMON_GOOD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
