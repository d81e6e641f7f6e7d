/* bench: submits a load, waits until every order is final, and says how long it took. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "shared/json.h"
#include "shared/limits.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/cmd.h"
#include "tui/cli/cmd_bench_load.h"

#define ORDERS 10000
#define ORDERS_MAX 100000000
#define PARALLEL 64
#define PARALLEL_MAX 1024
#define ASK_EVERY_US 5000
#define STALLED_US (60 * 1000000LL) /* no order has ended for so long: the rest counts as lost */

#define UNFINISHED                                                                                 \
    (STATUS_BIT(STATUS_QUEUED) | STATUS_BIT(STATUS_PROCESSING) | STATUS_BIT(STATUS_RETRYING) |     \
     STATUS_BIT(STATUS_UNDOING))

struct report {
    size_t orders;
    struct bench_result load;
    int64_t took_us; /* from the first request to the last ending */
    int64_t lost;
    struct stats before, after;
};

static int64_t sum(const struct stats *stats, unsigned statuses)
{
    int64_t n = 0;

    for (int i = 1; i < STATUS_COUNT; i++)
        if ((statuses & STATUS_BIT(i)) != 0)
            n += stats->counts[i];
    return n;
}

static int say(const struct why *why, int code)
{
    (void)fputs("dofs bench: ", stderr);
    out_safe(1, slice_of(why->text));
    (void)fputc('\n', stderr);
    return code;
}

static int ask_stats(struct cmd_run *run, struct stats *out)
{
    const struct request request = {.op = OP_STATS};
    struct client_answer answer = {0};
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (wire_read_stats(answer.reply, answer.len, out, NULL) != OK)
        code = cmd_odd_reply(run);
    client_answer_done(&answer);
    return code;
}

/* Until nothing is unfinished, or nothing has ended for a long time. */
static int wait_endings(struct cmd_run *run, struct report *report)
{
    const struct timespec pause = {.tv_nsec = ASK_EVERY_US * 1000L};
    int64_t moved_us = clock_mono(&run->clock);
    int64_t left = INT64_MAX;

    for (;;) {
        int code = ask_stats(run, &report->after);
        int64_t now = clock_mono(&run->clock);
        int64_t unfinished = sum(&report->after, UNFINISHED);

        report->took_us = now - report->load.began_us;
        if (code != EXIT_DONE || unfinished == 0)
            return code;
        if (unfinished != left)
            moved_us = now;
        left = unfinished;
        if (now - moved_us > STALLED_US)
            return EXIT_DONE;
        (void)nanosleep(&pause, NULL);
    }
}

/* Asks for a sample of the acknowledged orders by name; how many are not there. */
static int count_missing(struct cmd_run *run, const struct bench_result *load, int64_t *missing)
{
    for (size_t i = 0; i < load->n_samples; i++) {
        struct request request = {.op = OP_GET, .get = {.order_id = load->samples[i]}};
        struct client_answer answer = {0};
        struct why why = {0};
        enum err code = OK;
        int exit_code = cmd_ask_quietly(run, &request, &answer, &code, &why);

        if (exit_code == EXIT_DONE)
            client_answer_done(&answer);
        else if (code == ERR_NOT_FOUND && exit_code == EXIT_REFUSED)
            (*missing)++;
        else if (exit_code == EXIT_REFUSED)
            return cmd_refused(run, code, &why);
        else
            return say(&why, EXIT_NO_DAEMON);
    }
    return EXIT_DONE;
}

/* Acknowledged orders that are not there, or have not ended. */
static int count_lost(struct cmd_run *run, struct report *report)
{
    int64_t come = sum(&report->after, STATUS_ALL_BITS) - sum(&report->before, STATUS_ALL_BITS);
    int64_t missing = 0;
    int code = count_missing(run, &report->load, &missing);

    report->lost = (int64_t)report->load.acked - come;
    if (report->lost < missing)
        report->lost = missing;
    report->lost += sum(&report->after, UNFINISHED);
    return code;
}

static double quantile_ms(const struct bench_result *load, double q)
{
    size_t at = (size_t)(q * (double)load->n_latencies);

    if (load->n_latencies == 0)
        return 0;
    if (at >= load->n_latencies)
        at = load->n_latencies - 1;
    return (double)load->latencies_us[at] / 1000;
}

static int64_t came_to(const struct report *report, enum status status)
{
    return report->after.counts[status] - report->before.counts[status];
}

static void print_text(const struct report *report, double rate)
{
    out_pair("orders", "%zu", report->orders);
    out_pair("accepted", "%zu", report->load.acked);
    out_pair("refused", "%zu", report->load.refused);
    out_pair("fulfilled", "%" PRId64, came_to(report, STATUS_FULFILLED));
    out_pair("failed", "%" PRId64, came_to(report, STATUS_FAILED));
    out_pair("seconds", "%.3f", (double)report->took_us / 1e6);
    out_pair("orders_per_s", "%.0f", rate);
    out_pair("submit_p50_ms", "%.3f", quantile_ms(&report->load, 0.50));
    out_pair("submit_p99_ms", "%.3f", quantile_ms(&report->load, 0.99));
    out_pair("submit_max_ms", "%.3f", quantile_ms(&report->load, 1.0));
    out_pair("lost", "%" PRId64, report->lost);
}

static void put_int(struct json_writer *w, const char *key, int64_t value)
{
    json_key(w, key);
    json_put_int(w, value);
}

static void put_number(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_number(w, value);
}

static void print_json(const struct report *report, double rate)
{
    struct buf text = {.max = 4096};
    struct json_writer w;

    json_writer_init(&w, &text);
    json_open_map(&w);
    put_int(&w, "orders", (int64_t)report->orders);
    put_int(&w, "accepted", (int64_t)report->load.acked);
    put_int(&w, "refused", (int64_t)report->load.refused);
    put_int(&w, "fulfilled", came_to(report, STATUS_FULFILLED));
    put_int(&w, "failed", came_to(report, STATUS_FAILED));
    put_number(&w, "seconds", (double)report->took_us / 1e6);
    put_number(&w, "orders_per_s", rate);
    put_number(&w, "submit_p50_ms", quantile_ms(&report->load, 0.50));
    put_number(&w, "submit_p99_ms", quantile_ms(&report->load, 0.99));
    put_number(&w, "submit_max_ms", quantile_ms(&report->load, 1.0));
    put_int(&w, "lost", report->lost);
    json_close_map(&w);
    (void)puts(buf_text(&text));
    buf_done(&text);
}

static int check_load(struct cmd_run *run, struct report *report, struct bench_settings *settings)
{
    struct why why = {0};
    int code = ask_stats(run, &report->before);

    if (code != EXIT_DONE)
        return code;
    if (bench_load(settings, run->client, &run->clock, &report->load, &why) != OK)
        return say(&why, EXIT_NO_DAEMON);
    if (report->load.refused > 0)
        (void)say(&report->load.why, EXIT_REFUSED);
    return report->load.no_daemon ? say(&report->load.why, EXIT_NO_DAEMON) : EXIT_DONE;
}

static int check_settings(struct cmd_run *run, struct bench_settings *out)
{
    int64_t orders = cmd_int(run, "orders", ORDERS);
    int64_t parallel = cmd_int(run, "parallel", PARALLEL);
    int64_t batch = cmd_int(run, "batch", 1);

    if (orders < 1 || orders > ORDERS_MAX)
        return cmd_usage(run, "--orders must be from 1 to %d", ORDERS_MAX);
    if (parallel < 1 || parallel > PARALLEL_MAX)
        return cmd_usage(run, "--parallel must be from 1 to %d", PARALLEL_MAX);
    if (batch < 1 || batch > BATCH_ORDERS_MAX)
        return cmd_usage(run, "--batch must be from 1 to %d", BATCH_ORDERS_MAX);
    *out = (struct bench_settings){.orders = (size_t)orders,
                                   .parallel = (size_t)parallel,
                                   .batch = (size_t)batch,
                                   .keys = !cmd_given(run, "no-key"),
                                   .timeout_us = run->timeout_us};
    return EXIT_DONE;
}

static int run_bench(struct cmd_run *run)
{
    struct report report = {0};
    struct bench_settings settings = {0};
    int code = check_settings(run, &settings);

    if (code != EXIT_DONE)
        return code;
    report.orders = settings.orders;
    code = check_load(run, &report, &settings);
    if (code == EXIT_DONE)
        code = wait_endings(run, &report);
    if (code == EXIT_DONE)
        code = count_lost(run, &report);
    if (code == EXIT_DONE) {
        double rate = (double)report.load.acked * 1e6 / (double)report.took_us;

        if (run->json)
            print_json(&report, rate);
        else
            print_text(&report, rate);
        code = report.lost == 0 && report.load.refused == 0 ? EXIT_DONE : EXIT_REFUSED;
    }
    bench_result_done(&report.load);
    return code;
}

static const struct flag bench_flags[] = {
    {"orders", 'n', FLAG_INT, 0, "N", "how many orders (default: 10000)"},
    {"parallel", 'p', FLAG_INT, 0, "N", "requests in flight (default: 64)"},
    {"batch", 'b', FLAG_INT, 0, "N", "orders in a request (default: 1)"},
    {"no-key", 0, FLAG_SWITCH, 0, NULL, "without idempotency keys"},
    {0},
};

const struct cmd cmd_bench = {
    .name = "bench",
    .arguments = "",
    .help = "Submit a load, wait until every order is final, and tell the timings",
    .flags = bench_flags,
    .run = run_bench,
};
