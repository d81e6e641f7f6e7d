/* Who may do what, over real sockets: lesser roles by `as`, and another user of the machine. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define ORDER "'order': {'customer_id': 'cust-001', 'items': [{'product_id': 'p', 'quantity': 1}]}"
#define NOBODY "65534"

static bool forbids(struct daemon_proc *proc, const char *request, const char *role)
{
    const struct json *reply = ask(proc, "%s, 'as': '%s'", request, role);

    return !true_at(reply, "ok") && strcmp(text_at(reply, "error.code"), "forbidden") == 0;
}

static void each_role_may_do_its_own_and_no_more(void **state)
{
    static const struct {
        const char *request;
        const char *allowed; /* first letters of the roles */
    } cases[] = {
        {"'op': 'info'", "vowa"},
        {"'op': 'stats'", "vowa"},
        {"'op': 'list'", "vowa"},
        {"'op': 'failed'", "vowa"},
        {"'op': 'failed_summary'", "vowa"},
        {"'op': 'replays'", "vowa"},
        {"'op': 'events', 'after': 0, 'limit': 1", "vowa"},
        {"'op': 'metrics'", "vowa"},
        {"'op': 'health'", "vowa"},
        {"'op': 'submit', " ORDER, "oa"},
        {"'op': 'submit_batch', 'orders': [{" ORDER "}]", "oa"},
        {"'op': 'pause'", "oa"},
        {"'op': 'resume'", "oa"},
        {"'op': 'replay', 'all': true, 'dry_run': true", "oa"},
        {"'op': 'discard', 'all': true, 'note': 'n'", "oa"},
        {"'op': 'hold', 'filter': 'customer:none'", "oa"},
        {"'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 0", "wa"},
        {"'op': 'reload'", "a"},
    };
    static const char *const roles[] = {"viewer", "operator", "worker", "admin"};
    struct daemon_proc *proc = *state;

    for (size_t i = 0; i < 4 * sizeof cases / sizeof *cases; i++) {
        const char *role = roles[i % 4];
        bool allowed = strchr(cases[i / 4].allowed, role[0]) != NULL;

        if (forbids(proc, cases[i / 4].request, role) == allowed)
            fail_msg("%s as %s", cases[i / 4].request, role);
    }
}

static void info_names_the_role_of_the_caller(void **state)
{
    struct daemon_proc *proc = *state;

    assert_string_equal(text_at(ask_ok(proc, "'op': 'info'"), "role"), "admin");
    assert_string_equal(text_at(ask_ok(proc, "'op': 'info', 'as': 'viewer'"), "role"), "viewer");
}

static void requests_are_refused_in_the_order_of_the_contract(void **state)
{
    struct daemon_proc *proc = *state;

    (void)ask_refused(proc, ERR_UNKNOWN_OP, "'op': 'nothing'");
    (void)ask_refused(proc, ERR_INVALID, "'op': 5");
    (void)ask_refused(proc, ERR_INVALID, "'x': 1");
    (void)ask_refused(proc, ERR_INVALID, "'op': 'info', 'extra': 1");
    (void)ask_refused(proc, ERR_FORBIDDEN, "'op': 'pause', 'extra': 1, 'as': 'viewer'");
    (void)ask_refused(proc, ERR_MALFORMED, "'op': 'info', 'op': 'info'");
}

/* `dofs` as another user. */
static void run_as_nobody(struct daemon_proc *proc, struct program_run *run,
                          const char *const *words)
{
    char path[256];
    const char *argv[16] = {"setpriv", "--reuid=" NOBODY, "--regid=" NOBODY, "--clear-groups",
                            path};
    size_t n = 5;

    program_path("dofs", path);
    for (; *words != NULL; words++)
        argv[n++] = *words;
    argv[n] = NULL;
    program_run(argv, daemon_proc_env(proc), run);
}

static void a_stranger_is_forbidden(void **state)
{
    static const char *const info[] = {"info", NULL};
    struct program_run run;

    if (geteuid() != 0)
        skip();
    run_as_nobody(*state, &run, info);
    assert_int_equal(run.code, 1);
    assert_non_null(strstr(buf_text(&run.err), "forbidden"));
    assert_int_equal(run.out.len, 0);
    program_run_done(&run);
}

static void a_viewer_may_look_and_not_submit(void **state)
{
    static const char *const list[] = {"list", "--json", NULL};
    static const char *const submit[] = {"submit", "--customer", "cust-001", "--item", "p:1", NULL};
    struct program_run run;

    if (geteuid() != 0)
        skip();
    (void)submit_one(*state, "cust-002");
    run_as_nobody(*state, &run, list);
    assert_int_equal(run.code, 0);
    assert_non_null(strstr(buf_text(&run.out), "cust-002"));
    program_run_done(&run);
    run_as_nobody(*state, &run, submit);
    assert_int_equal(run.code, 1);
    assert_non_null(strstr(buf_text(&run.err), "forbidden"));
    program_run_done(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(each_role_may_do_its_own_and_no_more, DAEMON_GOOD),
        DAEMON_TEST(info_names_the_role_of_the_caller, DAEMON_GOOD),
        DAEMON_TEST(requests_are_refused_in_the_order_of_the_contract, DAEMON_GOOD),
        DAEMON_TEST(a_stranger_is_forbidden, "mode = 0666\n"),
        DAEMON_TEST(a_viewer_may_look_and_not_submit, "mode = 0666\n[access]\nviewer = nobody\n"),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
