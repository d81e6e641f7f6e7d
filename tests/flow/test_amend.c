/* Orders corrected by a person, over real sockets and by the command. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define ORDER(customer, more)                                                                      \
    "'order': {'customer_id': '" customer                                                          \
    "', 'items': [{'product_id': 'p-9', 'quantity': 7}]" more "}"

static struct order_name failed_one(struct daemon_proc *proc)
{
    struct order_name name = submit_one(proc, "cust-001");

    await_status(proc, name.id, "FAILED");
    return name;
}

static void a_failed_order_is_amended_and_stays_in_the_dlq(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = failed_one(proc);
    const struct json *reply = NULL;
    int64_t seq = 0;

    reply = ask_ok(proc, "'op': 'amend', 'order_id': '%s', 'reason': 'slip', %s", name.id,
                   ORDER("bolt", ", 'reference': 'r-1', 'metadata': {'k': 'v'}, 'priority': 2"));
    assert_string_equal(text_at(reply, "status"), "FAILED");
    assert_string_equal(text_at(reply, "order_id"), name.id);
    reply = ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id);
    assert_string_equal(text_at(reply, "order.customer_id"), "bolt");
    assert_string_equal(text_at(reply, "order.reference"), "r-1");
    assert_string_equal(text_at(reply, "order.metadata.k"), "v");
    assert_string_equal(text_at(reply, "order.items.0.product_id"), "p-9");
    assert_int_equal(json_size(at(reply, "order.items")), 1);
    assert_int_equal(int_at(reply, "order.total_quantity"), 7);
    assert_int_equal(int_at(reply, "order.priority"), 2);
    seq = int_at(reply, "order.seq");
    reply = ask_ok(proc, "'op': 'failed', 'customer_id': 'bolt'");
    assert_string_equal(text_at(reply, "failed.0.order_id"), name.id);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'stats'"), "dlq_depth"), 1);
    reply = ask_ok(proc, "'op': 'events', 'after': %lld, 'topics': ['order.FAILED']",
                   (long long)seq - 1);
    assert_string_equal(text_at(reply, "events.0.type"), "amended");
    assert_string_equal(text_at(reply, "events.0.from"), "FAILED");
    assert_string_equal(text_at(reply, "events.0.to"), "FAILED");
    assert_string_equal(text_at(reply, "events.0.reason"), "slip");
    assert_string_equal(text_at(reply, "events.0.customer_id"), "bolt");
    reply = ask_ok(proc, "'op': 'events', 'after': %lld, 'topics': ['dlq']", (long long)seq - 1);
    assert_int_equal(json_size(at(reply, "events")), 0);
}

static void its_history_keeps_what_changed_each_time(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = failed_one(proc);
    const struct json *entries = NULL;
    size_t n = 0;

    for (int i = 0; i < 2; i++)
        (void)ask_ok(proc, "'op': 'amend', 'order_id': '%s', 'reason': 'slip', %s", name.id,
                     ORDER("bolt", ""));
    entries = at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", name.id), "entries");
    n = json_size(entries);
    assert_string_equal(json_text(json_get(json_at(entries, n - 2), "type")).p, "amended");
    assert_string_equal(json_text(json_get(json_at(entries, n - 2), "detail")).p,
                        "slip; customer_id: \"cust-001\" -> \"bolt\"; items[0]: \"prod-1\" x 2 -> "
                        "\"p-9\" x 7");
    assert_string_equal(json_text(json_get(json_at(entries, n - 1), "type")).p, "amended");
    assert_string_equal(json_text(json_get(json_at(entries, n - 1), "detail")).p, "slip");
}

static void a_refused_amendment_changes_nothing(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = failed_one(proc);
    const struct json *error = NULL;
    int64_t seq = int_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.seq");

    (void)ask_ok(proc, "'op': 'submit', %s", ORDER("other", ", 'reference': 'taken'"));
    await_quiet(proc);
    error = ask_refused(proc, ERR_CONFLICT, "'op': 'amend', 'order_id': '%s', 'reason': 'x', %s",
                        name.id, ORDER("bolt", ", 'reference': 'taken'"));
    assert_non_null(strstr(text_at(error, "message"), "the reference belongs to order"));
    error = ask_refused(proc, ERR_INVALID,
                        "'op': 'amend', 'order_id': '%s', 'reason': 'x', 'order': {'customer_id': "
                        "'bolt', 'items': [{'product_id': 'p', 'quantity': 101}]}",
                        name.id);
    assert_string_equal(text_at(error, "details.0.field"), "order");
    (void)ask_refused(proc, ERR_INVALID,
                      "'op': 'amend', 'order_id': '%s', 'reason': 'x', 'order': {'customer_id': "
                      "'b', 'items': []}",
                      name.id);
    (void)ask_refused(proc, ERR_INVALID, "'op': 'amend', 'order_id': '%s', %s", name.id,
                      ORDER("bolt", ""));
    (void)ask_refused(proc, ERR_NOT_FOUND,
                      "'op': 'amend', 'order_id': '01890a5d-ac96-774b-bcce-b302099a8057', "
                      "'reason': 'x', %s",
                      ORDER("bolt", ""));
    (void)ask_refused(proc, ERR_FORBIDDEN,
                      "'op': 'amend', 'as': 'viewer', 'order_id': '%s', 'reason': 'x', %s", name.id,
                      ORDER("bolt", ""));
    assert_int_equal(int_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.seq"),
                     seq);
}

static void it_keeps_its_own_reference_and_frees_it(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = failed_one(proc);

    for (int i = 0; i < 2; i++)
        (void)ask_ok(proc, "'op': 'amend', 'order_id': '%s', 'reason': 'slip', %s", name.id,
                     ORDER("bolt", ", 'reference': 'mine'"));
    (void)ask_refused(proc, ERR_CONFLICT, "'op': 'submit', %s",
                      ORDER("other", ", 'reference': 'mine'"));
    (void)ask_ok(proc, "'op': 'amend', 'order_id': '%s', 'reason': 'slip', %s", name.id,
                 ORDER("bolt", ""));
    (void)ask_ok(proc, "'op': 'submit', %s", ORDER("other", ", 'reference': 'mine'"));
}

static void a_held_order_goes_on_as_amended(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;

    (void)ask_ok(proc, "'op': 'pause'");
    name = submit_one(proc, "cust-001");
    (void)ask_refused(proc, ERR_WRONG_STATE, "'op': 'amend', 'order_id': '%s', 'reason': 'x', %s",
                      name.id, ORDER("bolt", ""));
    (void)ask_ok(proc, "'op': 'hold', 'order_id': '%s'", name.id);
    assert_string_equal(text_at(ask_ok(proc, "'op': 'amend', 'order_id': '%s', 'reason': 'x', %s",
                                       name.id, ORDER("bolt", "")),
                                "status"),
                        "HELD");
    (void)ask_ok(proc, "'op': 'resume'");
    (void)ask_ok(proc, "'op': 'release', 'order_id': '%s'", name.id);
    await_status(proc, name.id, "FULFILLED");
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.customer_id"),
        "bolt");
}

static void the_command_takes_a_file(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = failed_one(proc);
    struct program_run run;
    char path[160];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/order.json", daemon_proc_dir(proc));
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("{\"customer_id\": \"bolt\", \"items\": [{\"product_id\": \"p\", \"quantity\": 1}],"
                "\n \"reference\": null}\n",
                file);
    assert_int_equal(fclose(file), 0);
    daemon_proc_dofs(proc, &run, "amend", name.id, "--file", path, "--reason", "slip");
    assert_int_equal(run.code, 0);
    assert_non_null(strstr(buf_text(&run.out), "FAILED"));
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "amend", name.id, "--file", path, "--reason", "slip", "--json");
    assert_non_null(strstr(buf_text(&run.out), "\"status\":\"FAILED\""));
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "amend", name.id, "--file", "/nowhere", "--reason", "slip");
    assert_int_equal(run.code, 1);
    program_run_done(&run);
    daemon_proc_dofs(proc, &run, "amend", name.id, "--file", path);
    assert_int_equal(run.code, 2);
    program_run_done(&run);
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.customer_id"),
        "bolt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(a_failed_order_is_amended_and_stays_in_the_dlq, DAEMON_BAD),
        DAEMON_TEST(its_history_keeps_what_changed_each_time, DAEMON_BAD),
        DAEMON_TEST(a_refused_amendment_changes_nothing, DAEMON_BAD),
        DAEMON_TEST(it_keeps_its_own_reference_and_frees_it, DAEMON_BAD),
        DAEMON_TEST(a_held_order_goes_on_as_amended, DAEMON_GOOD),
        DAEMON_TEST(the_command_takes_a_file, DAEMON_BAD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
