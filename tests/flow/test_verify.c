/* Orders that are not what was stored: found by `dofs verify`, refused, and left alone. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/dofsd.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/program.h"
#include "tests/lib/sql_file.h"

#define ID_BYTES 37
#define MANY "40"

static void dofs(struct daemon_proc *proc, int code, const char *said, const char *const *words)
{
    struct program_run run = {0};

    daemon_proc_dofs_words(proc, &run, words);
    if (run.code != code || strstr(buf_text(&run.out), said) == NULL)
        fail_msg("dofs %s: exit %d, '%s', '%s'", words[0], run.code, buf_text(&run.out),
                 buf_text(&run.err));
    program_run_done(&run);
}

#define DOFS(proc, code, said, ...) dofs(proc, code, said, (const char *const[]){__VA_ARGS__, NULL})

/* The id of the order with this number, once its daemon has stopped or not. */
static void id_of(struct daemon_proc *proc, int number, char id[ID_BYTES])
{
    char sql[96];
    char *got = NULL;

    (void)snprintf(sql, sizeof(sql), "SELECT order_id FROM orders_view LIMIT 1 OFFSET %d",
                   number - 1);
    got = sql_file_ask(daemon_proc_db(proc), sql);
    assert_int_equal(strlen(got), ID_BYTES - 1);
    memcpy(id, got, ID_BYTES);
    free(got);
}

static void dofsd_verify_says(struct daemon_proc *proc, int code, const char *said)
{
    struct program_run run = {0};

    daemon_proc_dofsd(proc, &run, (const char *const[]){"--verify", NULL});
    if (run.code != code ||
        (strstr(buf_text(&run.out), said) == NULL && strstr(buf_text(&run.err), said) == NULL))
        fail_msg("dofsd --verify: exit %d, '%s', '%s'", run.code, buf_text(&run.out),
                 buf_text(&run.err));
    program_run_done(&run);
}

static void an_order_that_was_changed_is_found_and_refused(void **state)
{
    struct daemon_proc *proc = *state;
    char broken[ID_BYTES], sound[ID_BYTES];

    DOFS(proc, 0, "lost", "bench", "--orders", MANY, "--batch", MANY);
    DOFS(proc, 0, "Checked 40 orders: all hold.", "verify");
    id_of(proc, 7, broken);
    id_of(proc, 8, sound);
    sql_file_run(daemon_proc_db(proc), "UPDATE orders SET draw=draw+1 WHERE id=7");
    DOFS(proc, 1, "", "show", broken);
    DOFS(proc, 1, "", "show", broken, "--history");
    DOFS(proc, 0, "bench", "show", sound);
    DOFS(proc, 1, broken, "health");
    DOFS(proc, 1, broken, "verify");
    DOFS(proc, 1, "Checked 1 orders: 1 do not hold.", "verify", broken);
    DOFS(proc, 0, "Checked 1 orders: all hold.", "verify", sound);
    dofsd_verify_says(proc, DOFSD_IN_USE, "is held by process");
    assert_int_equal(daemon_proc_stop(proc), 0);
    dofsd_verify_says(proc, DOFSD_CONFIG, broken);
    /* Put right again it holds, and nothing is left of it. */
    sql_file_run(daemon_proc_db(proc), "UPDATE orders SET draw=draw-1 WHERE id=7");
    dofsd_verify_says(proc, DOFSD_OK, "Checked 40 orders: all hold.");
    daemon_proc_start(proc);
    DOFS(proc, 0, "", "health");
    DOFS(proc, 0, "all hold.", "verify");
}

/* It waits, but does not hold: it is left where it is, and what comes behind it goes on. */
static void an_attempt_of_it_does_not_begin(void **state)
{
    struct daemon_proc *proc = *state;
    char broken[ID_BYTES];

    DOFS(proc, 0, "", "pause");
    DOFS(proc, 0, "", "submit", "--customer", "acme", "--item", "apple:1");
    id_of(proc, 1, broken);
    assert_int_equal(daemon_proc_stop(proc), 0);
    sql_file_run(daemon_proc_db(proc), "UPDATE orders SET items='[[\"apple\",2]]' WHERE id=1");
    daemon_proc_start(proc);
    DOFS(proc, 0, "", "resume");
    DOFS(proc, 0, "", "submit", "--customer", "acme", "--item", "pear:1", "--wait");
    DOFS(proc, 1, broken, "health");
    sql_file_assert(daemon_proc_db(proc), "SELECT status FROM orders WHERE id=1", "1");
    sql_file_assert(daemon_proc_db(proc), "SELECT attempts FROM orders WHERE id=1", "0");
}

/* The daemon that finds it at its start goes on without it. */
static void one_that_a_crash_cut_short_does_not_stop_the_start(void **state)
{
    struct daemon_proc *proc = *state;
    char broken[ID_BYTES];

    DOFS(proc, 0, "", "submit", "--customer", "acme", "--item", "apple:1", "--wait");
    assert_int_equal(daemon_proc_stop(proc), 0);
    sql_file_run(daemon_proc_db(proc), "UPDATE orders SET status=2 WHERE id=1;");
    id_of(proc, 1, broken);
    daemon_proc_start(proc);
    DOFS(proc, 1, "", "show", broken);
    DOFS(proc, 0, "", "submit", "--customer", "acme", "--item", "pear:1", "--wait");
    dofs(proc, 1, broken, (const char *const[]){"verify", NULL});
}

/* Nor does one that waits for a later time. */
static void one_that_waits_does_not_stop_the_start(void **state)
{
    struct daemon_proc *proc = *state;
    char broken[ID_BYTES];

    DOFS(proc, 0, "", "submit", "--customer", "acme", "--item", "apple:1", "--not-before",
         "2100-01-01T00:00:00Z");
    assert_int_equal(daemon_proc_stop(proc), 0);
    sql_file_run(daemon_proc_db(proc), "UPDATE orders SET customer_id='evil' WHERE id=1");
    id_of(proc, 1, broken);
    daemon_proc_start(proc);
    DOFS(proc, 1, "", "show", broken);
    DOFS(proc, 0, "", "submit", "--customer", "acme", "--item", "pear:1", "--wait");
    DOFS(proc, 1, broken, "verify");
    sql_file_assert(daemon_proc_db(proc), "SELECT status FROM orders WHERE id=1", "1");
}

static char all_good[] = "[fulfilment]\nsuccess_rate = 1.0\n";

#define WITH_DAEMON(test)                                                                          \
    cmocka_unit_test_prestate_setup_teardown((test), daemon_proc_setup, daemon_proc_teardown,      \
                                             all_good)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DAEMON(an_order_that_was_changed_is_found_and_refused),
        WITH_DAEMON(an_attempt_of_it_does_not_begin),
        WITH_DAEMON(one_that_a_crash_cut_short_does_not_stop_the_start),
        WITH_DAEMON(one_that_waits_does_not_stop_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
