/* The Prometheus text: every family has HELP and TYPE, and labels are escaped. */
#include "tests/lib/test.h"

#include <ctype.h>
#include <string.h>

#include "daemon/observe/metrics_text.h"

static const struct slice step_names[] = {{"fulfil", 6}, {"a\"b\\c\nd", 7}};
static const uint32_t today[] = {1, 0};

static struct buf text_of(const struct metrics_extra *extra)
{
    const int64_t by_step[2][STATUS_COUNT] = {{[STATUS_HELD] = 3}, {[STATUS_QUEUED] = 2}};
    struct metrics_totals totals = {
        .counts = {[STATUS_HELD] = 3}, .accepted = 12, .dlq_depth = 2, .by_step = by_step};
    const struct step_list list = {step_names, 2, today, 2};
    const struct event again = {.entry = ENTRY_RETRY_SCHEDULED,
                                .from = STATUS_PROCESSING,
                                .to = STATUS_RETRYING,
                                .step = step_names[1]};
    struct clock clock;
    struct metrics *metrics = NULL;
    struct buf out;

    clock_init(&clock);
    metrics = metrics_new(&clock);
    metrics_set_steps(metrics, &list);
    metrics_committed(metrics, &again, 1, &totals);
    metrics_set_step_oldest(metrics, 1, 1250);
    metrics_request(metrics, OP_SUBMIT, ERR_BUSY, 1500);
    buf_init(&out, 1 << 20);
    metrics_text(metrics, extra, &out);
    metrics_free(metrics);
    return out;
}

static const struct metrics_extra plain = {
    .version = "1",
    .instance = "default",
    .store = "sqlite",
    .handler = "simulate",
    .started_at = 1500000,
    .paused = true,
    .wal_bytes = 4096,
    .net = {.peers_now = 5, .bytes_out = 1ULL << 40},
};

static void figures_stand_under_their_names(void **state)
{
    static const char *const lines[] = {
        "dofs_info{version=\"1\",instance=\"default\",store=\"sqlite\",handler=\"simulate\"} 1\n",
        "dofs_start_time_seconds 1.500\n",
        "dofs_paused 1\n",
        "dofs_draining 0\n",
        "dofs_orders{status=\"HELD\"} 3\n",
        "dofs_orders{status=\"QUEUED\"} 0\n",
        "dofs_orders_accepted_total 12\n",
        "dofs_dead_letters 2\n",
        "dofs_success_ratio NaN\n",
        "dofs_step_orders{step=\"fulfil\",status=\"HELD\"} 3\n",
        "dofs_step_orders{step=\"fulfil\",status=\"QUEUED\"} 0\n",
        "dofs_step_orders{step=\"a\\\"b\\\\c\\nd\",status=\"QUEUED\"} 2\n",
        "dofs_step_done_total{step=\"fulfil\"} 0\n",
        "dofs_step_failed_total{step=\"a\\\"b\\\\c\\nd\"} 0\n",
        "dofs_step_attempts_failed_total{step=\"a\\\"b\\\\c\\nd\"} 1\n",
        "dofs_step_oldest_seconds{step=\"a\\\"b\\\\c\\nd\"} 1.250\n",
        "dofs_step_oldest_seconds{step=\"fulfil\"} 0.000\n",
        "dofs_submit_seconds{quantile=\"0.99\"} 0\n",
        "dofs_accept_rate{window=\"15m\"} 0\n",
        "dofs_requests_total{op=\"submit\",result=\"busy\"} 1\n",
        "dofs_request_seconds_total{op=\"submit\"} 0.001500\n",
        "dofs_store_wal_bytes 4096\n",
        "dofs_peers 5\n",
        "dofs_sent_bytes_total 1099511627776\n",
    };
    struct buf out = text_of(&plain);

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        print_message("  %s", lines[i]);
        assert_non_null(strstr(buf_text(&out), lines[i]));
    }
    buf_done(&out);
}

/* The name that a sample's line begins with. */
static struct slice name_of(struct slice line)
{
    struct slice name = {line.p, 0};

    while (name.n < line.n && (isalnum((unsigned char)line.p[name.n]) || line.p[name.n] == '_'))
        name.n++;
    return name;
}

static void every_sample_follows_the_help_and_type_of_its_family(void **state)
{
    struct buf out = text_of(&plain);
    struct slice rest = slice_of(buf_text(&out));
    struct slice family = SLICE("");
    bool typed = false;

    (void)state;
    assert_int_equal(rest.p[rest.n - 1], '\n');
    rest.n--;
    while (rest.p != NULL) {
        struct slice line = slice_cut(&rest, '\n');

        if (slice_starts(line, SLICE("# HELP "))) {
            family = name_of((struct slice){line.p + 7, line.n - 7});
            typed = false;
            assert_true(slice_starts(family, SLICE("dofs_")));
        } else if (slice_starts(line, SLICE("# TYPE "))) {
            assert_true(slice_eq(name_of((struct slice){line.p + 7, line.n - 7}), family));
            typed = true;
        } else {
            assert_true(typed);
            assert_true(slice_eq(name_of(line), family));
        }
    }
    buf_done(&out);
}

static void label_values_are_escaped(void **state)
{
    struct metrics_extra extra = plain;
    struct buf out;

    (void)state;
    extra.instance = "a\"b\\c\nd";
    out = text_of(&extra);
    assert_non_null(strstr(buf_text(&out), "instance=\"a\\\"b\\\\c\\nd\""));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_stand_under_their_names),
        cmocka_unit_test(every_sample_follows_the_help_and_type_of_its_family),
        cmocka_unit_test(label_values_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
