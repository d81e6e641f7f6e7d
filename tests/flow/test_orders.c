/* Orders over real sockets: what is taken, what is not, and how it is found again. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define ORDER(customer)                                                                            \
    "'customer_id': '" customer "', 'items': [{'product_id': 'p-1', 'quantity': 2}]"

/* The types of an order's history are these, in this order. */
static void assert_history(struct daemon_proc *proc, const char *id, const char *const *types)
{
    const struct json *entries =
        at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", id), "entries");
    size_t n = 0;

    for (; n < json_size(entries) && types[n] != NULL; n++)
        assert_string_equal(text_at(json_at(entries, n), "type"), types[n]);
    assert_null(types[n]);
    assert_int_equal(json_size(entries), n);
}

static void an_order_is_fulfilled_and_its_history_says_how(void **state)
{
    static const char *const types[] = {"received",        "validated", "stored", "queued",
                                        "attempt_started", "fulfilled", NULL};
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");

    await_status(proc, name.id, "FULFILLED");
    assert_history(proc, name.id, types);
}

static void get_tells_every_part_of_an_order(void **state)
{
    struct daemon_proc *proc = *state;
    char id[40];
    const struct json *order = NULL;

    (void)snprintf(id, sizeof id, "%s",
                   text_at(ask_ok(proc, "'op': 'submit', 'order': {" ORDER(
                                            "cust-002") ", "
                                                        "'reference': 'R-1', 'priority': 2, "
                                                        "'metadata': {'colour': 'red'}}"),
                           "order_id"));
    await_status(proc, id, "FULFILLED");
    order = at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", id), "order");
    assert_string_equal(text_at(order, "order_id"), id);
    assert_string_equal(text_at(order, "customer_id"), "cust-002");
    assert_string_equal(text_at(order, "reference"), "R-1");
    assert_string_equal(text_at(order, "items.0.product_id"), "p-1");
    assert_int_equal(int_at(order, "items.0.quantity"), 2);
    assert_string_equal(text_at(order, "metadata.colour"), "red");
    assert_int_equal(int_at(order, "priority"), 2);
    assert_true(nil_at(order, "not_before"));
    assert_int_equal(int_at(order, "attempts"), 1);
    assert_int_equal(int_at(order, "max_attempts"), 3);
    assert_int_equal(int_at(order, "total_quantity"), 2);
    assert_true(strcmp(text_at(order, "updated_at"), text_at(order, "created_at")) > 0);
    assert_true(nil_at(order, "next_attempt_at"));
    assert_true(nil_at(order, "failure_reason"));
    assert_int_equal(int_at(order, "replays"), 0);
    assert_true(int_at(order, "seq") >= 3);
    (void)at(order, "step");
    (void)at(order, "results");
    (void)at(order, "result");
}

static void a_repeated_key_gives_the_first_order(void **state)
{
    struct daemon_proc *proc = *state;
    char id[40];
    const struct json *reply =
        ask_ok(proc, "'op': 'submit', 'idempotency_key': 'k', 'order': {" ORDER("cust-003") "}");

    assert_false(true_at(reply, "duplicate"));
    (void)snprintf(id, sizeof id, "%s", text_at(reply, "order_id"));
    reply = ask_ok(proc, "'op': 'submit', 'idempotency_key': 'k', 'order': {" ORDER(
                             "cust-003") ", 'priority': 5}"); /* the same after defaults */
    assert_true(true_at(reply, "duplicate"));
    assert_string_equal(text_at(reply, "order_id"), id);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), 1);
}

static void a_key_with_another_order_is_a_conflict(void **state)
{
    struct daemon_proc *proc = *state;

    (void)ask_ok(proc, "'op': 'submit', 'idempotency_key': 'k', 'order': {" ORDER("cust-004") "}");
    (void)ask_refused(proc, ERR_CONFLICT,
                      "'op': 'submit', 'idempotency_key': 'k', 'order': {" ORDER("cust-005") "}");
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), 1);
}

static void a_reference_that_exists_is_a_conflict_that_names_its_holder(void **state)
{
    struct daemon_proc *proc = *state;
    char id[40];
    const struct json *error = NULL;

    (void)snprintf(
        id, sizeof id, "%s",
        text_at(ask_ok(proc, "'op': 'submit', 'order': {" ORDER("cust-006") ", 'reference': 'R'}"),
                "order_id"));
    error = ask_refused(proc, ERR_CONFLICT,
                        "'op': 'submit', 'order': {" ORDER("cust-007") ", 'reference': 'R'}");
    assert_non_null(strstr(text_at(error, "message"), id));
}

static void a_broken_rule_rejects_the_order_with_its_reasons(void **state)
{
    static const char *const types[] = {"received", "validated", "stored", "rejected", NULL};
    struct daemon_proc *proc = *state;
    char id[40];
    const struct json *reply =
        ask_ok(proc, "'op': 'submit', 'order': {'customer_id': 'cust-008', 'items': "
                     "[{'product_id': 'p-1', 'quantity': 101}], 'reference': 'R'}");

    assert_string_equal(text_at(reply, "status"), "REJECTED");
    assert_int_equal(json_size(at(reply, "reasons")), 1);
    (void)snprintf(id, sizeof id, "%s", text_at(reply, "order_id"));
    assert_history(proc, id, types);
    /* Its reference is free again. */
    (void)ask_ok(proc, "'op': 'submit', 'order': {" ORDER("cust-008") ", 'reference': 'R'}");
}

static void a_malformed_order_names_every_problem_and_is_not_stored(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *error =
        ask_refused(proc, ERR_INVALID,
                    "'op': 'submit', 'order': {'customer_id': 'ab', 'items': [{'product_id': 'p'}, "
                    "{'product_id': '', 'quantity': 0}], 'extra': 1}");
    static const char *const fields[] = {"customer_id", "items[0].quantity", "items[1].product_id",
                                         "items[1].quantity", "extra"};
    const struct json *details = at(error, "details");

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t n = 0;

        for (size_t j = 0; j < json_size(details); j++)
            n += strcmp(text_at(json_at(details, j), "field"), fields[i]) == 0;
        if (n != 1)
            fail_msg("%s is named %zu times", fields[i], n);
    }
    assert_int_equal(json_size(details), sizeof fields / sizeof *fields);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), 0);
}

static void each_order_of_a_batch_stands_alone(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *results = at(
        ask_ok(proc, "'op': 'submit_batch', 'orders': [{'order': {" ORDER(
                         "cust-009") "}}, "
                                     "{'order': {'customer_id': 'c'}}, "
                                     "{'order': {" ORDER(
                                         "cust-010") "}, 'idempotency_key': 'k'}, "
                                                     "{'order': {" ORDER(
                                                         "cust-010") "}, 'idempotency_key': 'k'}]"),
        "results");

    assert_int_equal(json_size(results), 4);
    assert_string_equal(text_at(results, "0.status"), "QUEUED");
    assert_string_equal(text_at(results, "1.error.code"), "invalid");
    assert_false(true_at(results, "2.duplicate"));
    assert_true(true_at(results, "3.duplicate"));
    assert_string_equal(text_at(results, "2.order_id"), text_at(results, "3.order_id"));
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), 2);
}

static void an_order_that_is_not_there_is_not_found(void **state)
{
    struct daemon_proc *proc = *state;

    (void)ask_refused(proc, ERR_NOT_FOUND,
                      "'op': 'get', 'order_id': '01890000-0000-7000-8000-000000000000'");
    (void)ask_refused(proc, ERR_NOT_FOUND,
                      "'op': 'history', 'order_id': '01890000-0000-7000-8000-000000000000'");
    (void)ask_refused(proc, ERR_INVALID, "'op': 'get', 'order_id': 'x'");
}

/* Five orders: a FULFILLED one of each of three customers, a REJECTED and a CANCELLED one. */
static void fill(struct daemon_proc *proc)
{
    char id[40];

    (void)ask_ok(proc, "'op': 'submit', 'order': {" ORDER("acme-1") ", 'reference': 'RA'}");
    (void)ask_ok(proc, "'op': 'submit', 'order': {" ORDER("acme-2") "}");
    (void)ask_ok(proc, "'op': 'submit', 'order': {'customer_id': 'zeta', 'items': [{'product_id': "
                       "'q-9', 'quantity': 3}]}");
    (void)ask_ok(proc, "'op': 'submit', 'order': {'customer_id': 'zeta', 'items': [{'product_id': "
                       "'q-9', 'quantity': 300}]}");
    await_quiet(proc);
    (void)ask_ok(proc, "'op': 'pause'");
    (void)snprintf(id, sizeof id, "%s", submit_one(proc, "acme-3").id);
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", id);
}

static void list_finds_by_each_of_its_fields(void **state)
{
    static const struct {
        const char *fields;
        int64_t matched;
    } cases[] = {
        {"'limit': 50", 5},
        {"'status': ['FULFILLED']", 3},
        {"'status': ['REJECTED', 'CANCELLED']", 2},
        {"'customer_id': 'zeta'", 2},
        {"'customer_id': 'acme'", 0},
        {"'product_id': 'q-9'", 2},
        {"'reference': 'RA'", 1},
        {"'search': 'acme'", 3},
        {"'search': 'RA'", 1},
        {"'from': 1", 5},
        {"'to': 1", 0},
        {"'filter': 'customer:acme*'", 3},
        {"'filter': 'status:FULFILLED customer:acme*'", 2},
        {"'filter': '-status:FULFILLED'", 2},
        {"'filter': 'product:q*'", 2},
        {"'filter': 'reference:RA'", 1},
        {"'filter': 'age<1h'", 5},
        {"'filter': 'age>1h'", 0},
        {"'filter': 'attempts>=1'", 3},
        {"'filter': 'zeta'", 2},
        {"'filter': 'acme', 'status': ['CANCELLED']", 1},
    };
    struct daemon_proc *proc = *state;

    fill(proc);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct json *reply = ask_ok(proc, "'op': 'list', %s", cases[i].fields);

        if (int_at(reply, "matched") != cases[i].matched ||
            (int64_t)json_size(at(reply, "orders")) != cases[i].matched)
            fail_msg("%s found %lld, %zu rows", cases[i].fields,
                     (long long)int_at(reply, "matched"), json_size(at(reply, "orders")));
        assert_true(nil_at(reply, "next_cursor"));
    }
    (void)ask_refused(proc, ERR_INVALID, "'op': 'list', 'filter': 'colour:red'");
    (void)ask_refused(proc, ERR_INVALID, "'op': 'list', 'limit': 501");
    (void)ask_refused(proc, ERR_INVALID, "'op': 'list', 'cursor': 'x'");
}

static void pages_of_a_list_hold_each_order_once(void **state)
{
    struct daemon_proc *proc = *state;
    char seen[25][40];
    char cursor[512] = "";
    size_t n = 0;

    for (int i = 0; i < 25; i++)
        (void)submit_one(proc, "cust-011");
    await_quiet(proc);
    do {
        const struct json *reply =
            ask_ok(proc, "'op': 'list', 'sort': 'oldest', 'limit': 10%s%s%s",
                   cursor[0] != '\0' ? ", 'cursor': '" : "", cursor, cursor[0] != '\0' ? "'" : "");
        const struct json *orders = at(reply, "orders");

        for (size_t i = 0; i < json_size(orders); i++) {
            assert_true(n < 25);
            (void)snprintf(seen[n++], 40, "%s", text_at(json_at(orders, i), "order_id"));
            if (n > 1)
                assert_true(strcmp(seen[n - 1], seen[n - 2]) > 0);
        }
        (void)snprintf(cursor, sizeof cursor, "%s",
                       nil_at(reply, "next_cursor") ? "" : text_at(reply, "next_cursor"));
    } while (cursor[0] != '\0');
    assert_int_equal(n, 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(an_order_is_fulfilled_and_its_history_says_how, DAEMON_GOOD),
        DAEMON_TEST(get_tells_every_part_of_an_order, DAEMON_GOOD),
        DAEMON_TEST(a_repeated_key_gives_the_first_order, DAEMON_GOOD),
        DAEMON_TEST(a_key_with_another_order_is_a_conflict, DAEMON_GOOD),
        DAEMON_TEST(a_reference_that_exists_is_a_conflict_that_names_its_holder, DAEMON_GOOD),
        DAEMON_TEST(a_broken_rule_rejects_the_order_with_its_reasons, DAEMON_GOOD),
        DAEMON_TEST(a_malformed_order_names_every_problem_and_is_not_stored, DAEMON_GOOD),
        DAEMON_TEST(each_order_of_a_batch_stands_alone, DAEMON_GOOD),
        DAEMON_TEST(an_order_that_is_not_there_is_not_found, DAEMON_GOOD),
        DAEMON_TEST(list_finds_by_each_of_its_fields, DAEMON_GOOD),
        DAEMON_TEST(pages_of_a_list_hold_each_order_once, DAEMON_GOOD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
