/* Orders fulfilled by programs: what each way to end makes of the order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/exec_scene.h"
#include "tests/lib/test.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static const struct json *get(struct daemon_proc *proc, const struct order_name *name)
{
    return at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name->id), "order");
}

static struct order_name fulfilled(struct daemon_proc *proc, const char *customer)
{
    struct order_name name = submit_one(proc, customer);

    await_status(proc, name.id, "FULFILLED");
    return name;
}

static void the_seed_orders_are_booked_by_a_program(void **state)
{
    static const char *const customers[] = {"cust-staging-001", "cust-staging-002",
                                            "cust-staging-003"};
    struct daemon_proc *proc = *state;
    char result[64];

    for (size_t i = 0; i < LENGTH(customers); i++) {
        struct order_name name = fulfilled(proc, customers[i]);

        (void)snprintf(result, sizeof(result), "booked %s\n", customers[i]);
        assert_string_equal(text_at(get(proc, &name), "result"), result);
        assert_int_equal(int_at(get(proc, &name), "attempts"), 1);
    }
    assert_int_equal(exec_scene_lines(proc, "runs"), LENGTH(customers));
    exec_scene_await_gone(proc, "pids");
}

static void the_program_gets_the_order_as_show_prints_it(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = fulfilled(proc, "order");
    struct json *order = NULL;
    const char *result = text_at(get(proc, &name), "result");

    assert_int_equal(json_parse(result, strlen(result), &order, NULL), OK);
    assert_string_equal(text_at(order, "order_id"), name.id);
    assert_string_equal(text_at(order, "status"), "PROCESSING");
    assert_string_equal(text_at(order, "items.0.product_id"), "prod-1");
    assert_string_equal(text_at(order, "step"), "fulfil");
    assert_int_equal(int_at(order, "items.0.quantity"), 2);
    assert_int_equal(int_at(order, "attempts"), 1);
    assert_non_null(strstr(text_at(order, "created_at"), "Z"));
    json_free(order);
}

static void the_environment_says_which_attempt_it_is(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = fulfilled(proc, "env");
    char expected[128];

    (void)snprintf(expected, sizeof(expected), "%s|1|default|fulfil", name.id);
    assert_string_equal(text_at(get(proc, &name), "result"), expected);
}

static void an_exit_decides_what_becomes_of_the_order(void **state)
{
    static const struct {
        const char *customer, *status, *reason;
        int attempts;
    } cases[] = {
        {"code-65", "FAILED", "no label for 65", 1}, {"quiet-65", "FAILED", "exit 65", 1},
        {"code-1", "FAILED", "no label for 1", 2},   {"quiet-2", "FAILED", "exit 2", 2},
        {"quiet-75", "FAILED", "exit 75", 2},        {"quiet-255", "FAILED", "exit 255", 2},
        {"signal-SEGV", "FAILED", "signal 11", 2},   {"signal-KILL", "FAILED", "signal 9", 2},
        {"signal-TERM", "FAILED", "signal 15", 2},
    };
    struct daemon_proc *proc = *state;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct order_name name = submit_one(proc, cases[i].customer);
        const struct json *order = NULL;

        await_status(proc, name.id, cases[i].status);
        order = get(proc, &name);
        if (strcmp(text_at(order, "failure_reason"), cases[i].reason) != 0 ||
            int_at(order, "attempts") != cases[i].attempts)
            fail_msg("%s: '%s' after %d", cases[i].customer, text_at(order, "failure_reason"),
                     (int)int_at(order, "attempts"));
    }
    assert_int_equal(exec_scene_lines(proc, "runs"), 2 + 7 * 2);
}

static void a_program_may_set_the_delay_itself(void **state)
{
    struct daemon_proc *proc = *state; /* the interval is an hour */
    struct order_name name = fulfilled(proc, "again");

    assert_int_equal(int_at(get(proc, &name), "attempts"), 2);
    assert_true(nil_at(get(proc, &name), "result"));
}

static void a_program_that_is_not_there_is_a_failed_attempt(void **state)
{
    static const struct {
        const char *command, *reason;
    } cases[] = {
        {"/nowhere/book", "cannot start '/nowhere/book': No such file or directory"},
        {"no-such-program x", "cannot start 'no-such-program': No such file or directory"},
        {"/dev/null", "cannot start '/dev/null': Permission denied"},
    };
    struct daemon_proc *proc = *state;
    char lines[256];

    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct order_name name;

        (void)snprintf(lines, sizeof(lines),
                       "[fulfilment]\nhandler = exec\nmax_attempts = 1\ncommand = %s\n",
                       cases[i].command);
        daemon_proc_configure(proc, lines);
        (void)ask_ok(proc, "'op': 'reload'");
        name = submit_one(proc, "cust-001");
        await_status(proc, name.id, "FAILED");
        assert_string_equal(text_at(get(proc, &name), "failure_reason"), cases[i].reason);
    }
}

static void what_is_kept_of_its_output_is_text(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = fulfilled(proc, "bytes");

    assert_string_equal(text_at(get(proc, &name), "result"), "a\xef\xbf\xbd"
                                                             "b");
}

static void nothing_of_the_daemon_is_handed_down_but_three_pipes(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = fulfilled(proc, "files");

    /* `ls` has the directory it reads open, too */
    assert_string_equal(text_at(get(proc, &name), "result"), "0\n1\n2\n3\n");
    name = fulfilled(proc, "signals");
    assert_string_equal(text_at(get(proc, &name), "result"), "SigBlk:0000000\nSigIgn:0000000\n");
}

/* An order whose JSON is larger than a pipe takes: its long ids are escaped in it. */
static struct order_name submit_big(struct daemon_proc *proc, const char *customer)
{
    struct buf items = {.max = 1 << 20};
    struct order_name name;

    for (int i = 0; i < 100; i++) {
        buf_add_text(&items, i > 0 ? ", {'product_id': '" : "{'product_id': '");
        for (int c = 0; c < 128; c++)
            buf_add_text(&items, "\xe2\x80\x8b");
        buf_add_text(&items, "', 'quantity': 1}");
    }
    (void)snprintf(
        name.id, sizeof(name.id), "%s",
        text_at(ask_ok(proc, "'op': 'submit', 'order': {'customer_id': '%s', 'items': [%s]}",
                       customer, buf_text(&items)),
                "order_id"));
    buf_done(&items);
    return name;
}

static void an_order_larger_than_a_pipe_is_read_to_its_end(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_big(proc, "size");

    await_status(proc, name.id, "FULFILLED");
    /* each id's 128 characters are six bytes of JSON, each */
    assert_true(strtol(text_at(get(proc, &name), "result"), NULL, 10) > 100L * 128 * 6);
}

static void a_program_need_not_read_its_order(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;

    exec_scene_configure(proc, "blind", EXEC_SOON);
    (void)ask_ok(proc, "'op': 'reload'");
    name = submit_big(proc, "cust-001");
    await_status(proc, name.id, "FULFILLED");
    assert_int_equal(int_at(get(proc, &name), "attempts"), 1);
}

static void no_more_run_at_once_than_may(void **state)
{
    struct daemon_proc *proc = *state;
    const char *line = NULL;
    long most = 0;

    for (int i = 0; i < 20; i++)
        (void)submit_one(proc, "counted");
    await_quiet(proc);
    assert_int_equal(exec_scene_lines(proc, "counts"), 20);
    for (line = exec_scene_file(proc, "counts"); *line != '\0'; line = strchr(line, '\n') + 1) {
        long n = strtol(line, NULL, 10);

        most = n > most ? n : most;
    }
    assert_in_range(most, 2, 3);
}

static void a_replay_round_has_a_key_of_its_own(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "code-1");
    char expected[512];

    await_status(proc, name.id, "FAILED");
    (void)ask_ok(proc, "'op': 'replay', 'order_ids': ['%s']", name.id);
    exec_scene_await_lines(proc, "runs", 4);
    await_status(proc, name.id, "FAILED");
    (void)snprintf(expected, sizeof(expected), "%s-0 1\n%s-0 2\n%s-1 1\n%s-1 2\n", name.id, name.id,
                   name.id, name.id);
    assert_string_equal(exec_scene_file(proc, "runs"), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXEC_TEST(the_seed_orders_are_booked_by_a_program, EXEC_SOON),
        EXEC_TEST(the_program_gets_the_order_as_show_prints_it, EXEC_SOON),
        EXEC_TEST(the_environment_says_which_attempt_it_is, EXEC_SOON),
        EXEC_TEST(an_exit_decides_what_becomes_of_the_order, EXEC_SOON "max_attempts = 2\n"),
        EXEC_TEST(a_program_may_set_the_delay_itself, "interval = 1h\n"),
        EXEC_TEST(a_program_that_is_not_there_is_a_failed_attempt, EXEC_SOON),
        EXEC_TEST(what_is_kept_of_its_output_is_text, EXEC_SOON),
        EXEC_TEST(nothing_of_the_daemon_is_handed_down_but_three_pipes, EXEC_SOON),
        EXEC_TEST(an_order_larger_than_a_pipe_is_read_to_its_end, EXEC_SOON),
        EXEC_TEST(a_program_need_not_read_its_order, EXEC_SOON),
        EXEC_TEST(no_more_run_at_once_than_may, "concurrency = 3\n"),
        EXEC_TEST(a_replay_round_has_a_key_of_its_own, EXEC_SOON "max_attempts = 2\n"),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
