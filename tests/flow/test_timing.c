/* When attempts start: priority, not_before, max_rate, and policies by reason; over real sockets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/units.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define RATE 40
#define RATED "[fulfilment]\nsuccess_rate = 1\nmax_rate = 40\n"
#define ONE_BY_ONE "[fulfilment]\nsuccess_rate = 1\nconcurrency = 1\nlatency = 2ms\n"
#define BY_REASON                                                                                  \
    "[fulfilment]\nsuccess_rate = 0\ninterval = 1h\n"                                              \
    "[retry \"other*\"]\nmax_attempts = 1\n"                                                       \
    "[retry \"*simulation failed\"]\nmax_attempts = 5\ninterval = 1ms\n"
#define ORDERS 20

static struct order_name submit_with(struct daemon_proc *proc, const char *more)
{
    struct order_name name;
    const struct json *reply =
        ask_ok(proc,
               "'op': 'submit', 'order': {'customer_id': 'cust-001', 'items': [{'product_id': 'p', "
               "'quantity': 1}], %s}",
               more);

    (void)snprintf(name.id, sizeof(name.id), "%s", text_at(reply, "order_id"));
    return name;
}

/* µs since 1970 of the entry at `place` in the order's history. */
static int64_t time_of(struct daemon_proc *proc, const char *id, const char *place)
{
    const struct json *reply = ask_ok(proc, "'op': 'history', 'order_id': '%s'", id);
    int64_t at_us = 0;

    assert_true(units_time(slice_of(text_at(reply, place)), &at_us));
    return at_us;
}

static int64_t first_start(struct daemon_proc *proc, const char *id)
{
    return time_of(proc, id, "entries.4.at");
}

static void what_is_due_starts_by_priority(void **state)
{
    static const int priorities[] = {9, 5, 0, 7, 2};
    static const size_t wanted[] = {2, 4, 1, 3, 0};
    struct daemon_proc *proc = *state;
    struct order_name names[5];
    int64_t before = 0;

    (void)ask_ok(proc, "'op': 'pause'");
    for (size_t i = 0; i < 5; i++) {
        char more[32];

        (void)snprintf(more, sizeof(more), "'priority': %d", priorities[i]);
        names[i] = submit_with(proc, more);
    }
    (void)ask_ok(proc, "'op': 'resume'");
    await_quiet(proc);
    for (size_t i = 0; i < 5; i++) {
        int64_t seq = int_at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", names[wanted[i]].id),
                             "entries.4.seq");

        assert_true(seq > before);
        before = seq;
    }
}

static void nothing_starts_before_its_time(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name now = submit_with(proc, "'priority': 5");
    int64_t not_before = time_of(proc, now.id, "entries.0.at") + 700000;
    struct order_name later;
    char more[64];

    (void)snprintf(more, sizeof(more), "'not_before': %lld, 'priority': 0", (long long)not_before);
    later = submit_with(proc, more);
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", later.id), "order.status"), "QUEUED");
    await_status(proc, later.id, "FULFILLED");
    assert_true(first_start(proc, later.id) >= not_before);
    assert_true(first_start(proc, now.id) < not_before);
}

static void a_release_keeps_not_before(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;
    char more[64];

    (void)snprintf(more, sizeof(more), "'not_before': 4102444800000000"); /* 2100 */
    name = submit_with(proc, more);
    (void)ask_ok(proc, "'op': 'hold', 'order_id': '%s'", name.id);
    (void)ask_ok(proc, "'op': 'release', 'order_id': '%s'", name.id);
    (void)submit_with(proc, "'priority': 9");
    await_count(proc, "counts.FULFILLED", 1, "'op': 'stats'");
    await_status(proc, name.id, "QUEUED");
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Only ever too late, never too early: a slow machine makes the gaps wider. */
static void starts_are_spaced_by_max_rate(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name names[ORDERS];
    int64_t starts[ORDERS];

    (void)ask_ok(proc, "'op': 'pause'");
    for (size_t i = 0; i < ORDERS; i++)
        names[i] = submit_with(proc, "'priority': 5");
    (void)ask_ok(proc, "'op': 'resume'");
    await_quiet(proc);
    for (size_t i = 0; i < ORDERS; i++)
        starts[i] = first_start(proc, names[i].id);
    qsort(starts, ORDERS, sizeof(*starts), by_time);
    assert_true(starts[ORDERS - 1] - starts[0] >= (ORDERS - 2) * 1000000LL / RATE);
}

static void each_reason_has_its_policy(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *reply = NULL;

    await_status(proc, name.id, "FAILED");
    reply = ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id);
    assert_int_equal(int_at(reply, "order.attempts"), 5);
    assert_int_equal(int_at(reply, "order.max_attempts"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(what_is_due_starts_by_priority, ONE_BY_ONE),
        DAEMON_TEST(nothing_starts_before_its_time, DAEMON_GOOD),
        DAEMON_TEST(a_release_keeps_not_before, DAEMON_GOOD),
        DAEMON_TEST(starts_are_spaced_by_max_rate, RATED),
        DAEMON_TEST(each_reason_has_its_policy, BY_REASON),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
