/* Ten thousand simulated orders: how many are fulfilled, retried, dead and replayed. */
#include <stdlib.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define CONFIG "[fulfilment]\nsuccess_rate = 0.70\nseed = 20240601\ninterval = 1ms\n"
#define ORDERS 10000

static void assert_share(int64_t part, int64_t whole, double low, double high)
{
    double share = (double)part / (double)whole;

    if (share < low || share > high)
        fail_msg("%lld of %lld is %.4f, not %.3f to %.3f", (long long)part, (long long)whole, share,
                 low, high);
}

static void submit_many(struct daemon_proc *proc)
{
    struct program_run run;
    struct json *report = NULL;

    daemon_proc_dofs(proc, &run, "bench", "--orders", "10000", "--batch", "20", "--parallel", "8",
                     "--json");
    if (run.code != 0)
        fail_msg("bench: exit %d: %s", run.code, buf_text(&run.err));
    assert_int_equal(json_parse(buf_text(&run.out), run.out.len, &report, NULL), OK);
    assert_int_equal(int_at(report, "accepted"), ORDERS);
    assert_int_equal(int_at(report, "lost"), 0);
    assert_true(json_number(at(report, "orders_per_s")) > 0);
    json_free(report);
    program_run_done(&run);
}

static void seven_of_ten_are_fulfilled_and_the_rest_is_dead_until_replayed(void **state)
{
    struct daemon_proc *proc = *state;
    int64_t failed = 0;
    int64_t replayed = 0;

    submit_many(proc);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), ORDERS);
    assert_share(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'FULFILLED'"),
                 ORDERS, 0.685, 0.715);
    failed = sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'FAILED'");
    assert_int_equal(failed + sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = "
                                            "'FULFILLED' AND attempts = 1"),
                     ORDERS);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status = 'FAILED' AND "
                                   "attempts <> 3"),
                     0);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM failed_orders f JOIN orders o ON o.id = "
                                   "f.order_id JOIN statuses s USING (status) WHERE s.name = "
                                   "'FAILED' AND f.attempts = 3"),
                     failed);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM failed_orders"), failed);

    assert_int_equal(int_at(ask_ok(proc, "'op': 'replay', 'all': true"), "matched"), failed);
    await_count(proc, "replays.0.moved", failed, "'op': 'replays'");
    await_quiet(proc);
    replayed = sql_int(proc, "SELECT count(*) FROM orders_view WHERE replays = 1 AND status = "
                             "'FULFILLED'");
    assert_share(replayed, failed, 0.67, 0.73);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM failed_orders"), failed - replayed);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM failed_orders_view WHERE replays = 1"),
                     failed - replayed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(seven_of_ten_are_fulfilled_and_the_rest_is_dead_until_replayed, CONFIG),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
