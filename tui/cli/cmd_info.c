/* How the daemon is: info, stats, health, metrics. */
#include "tui/cli/cmd.h"

#include <stdio.h>

#include "shared/steps.h"
#include "shared/units.h"
#include "shared/wire_steps.h"
#include "tui/cli/cli_out.h"

/* A request without fields, whose reply is printed as it is or by `print`. */
static int ask_and_print(struct cmd_run *run, enum op op,
                         int (*print)(struct cmd_run *run, const struct client_answer *answer))
{
    const struct request request = {.op = op};
    struct client_answer answer = {0};
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (run->json)
        cmd_print_reply(&answer);
    else
        code = print(run, &answer);
    client_answer_done(&answer);
    return code;
}

/* The names of today's steps, where there are several. */
static void print_list(const struct client_answer *answer)
{
    struct arena arena = {0};
    struct mp_reader r;
    struct slice steps = {NULL, 0};
    struct step step;

    if (wire_reply_find(answer->reply, answer->len, "steps", &r))
        steps = wire_steps_read(&r, &arena);
    for (size_t i = 0; steps_count(steps) > 1 && steps_at(steps, i, &step); i++)
        (void)printf("%-16s  %.*s%s\n", i == 0 ? "steps" : "", SLICE_ARGS(step.name),
                     step.undo ? " (undo)" : "");
    arena_done(&arena);
}

static int print_info(struct cmd_run *run, const struct client_answer *answer)
{
    struct reply_info info = {0};

    if (wire_read_info(answer->reply, answer->len, &info, NULL) != OK)
        return cmd_odd_reply(run);
    out_pair_slice("name", info.name);
    out_pair_slice("version", info.version);
    out_pair_slice("instance", info.instance);
    out_pair("pid", "%lld", (long long)info.pid);
    out_pair_time("started", info.started_at, clock_wall(&run->clock));
    out_pair_slice("epoch", info.epoch);
    out_pair_slice("store", info.store);
    out_pair_slice("handler", info.handler);
    print_list(answer);
    out_pair_slice("your role", info.role);
    out_pair("paused", "%s", info.paused ? "yes" : "no");
    out_pair("draining", "%s", info.draining ? "yes" : "no");
    return EXIT_DONE;
}

static void count_pair(const char *name, int64_t n)
{
    char text[UNITS_TEXT_MAX];

    units_format_count(n, text);
    out_pair(name, "%s", text);
}

static void quantile_pair(const char *name, const struct quantiles *q)
{
    out_pair(name, "p50 %.1f  p95 %.1f  p99 %.1f  max %.1f ms", q->p50, q->p95, q->p99, q->max);
}

static const struct column step_columns[] = {
    {"STEP", COLUMN_LEFT, STEP_NAME_MAX},
    {"QUEUED", COLUMN_RIGHT, 0},
    {"PROCESSING", COLUMN_RIGHT, 0},
    {"RETRYING", COLUMN_RIGHT, 0},
    {"HELD", COLUMN_RIGHT, 0},
    {"UNDOING", COLUMN_RIGHT, 0},
    {"FAILED", COLUMN_RIGHT, 0},
    {"RATE", COLUMN_RIGHT, 0},
    {"OLDEST", COLUMN_RIGHT, 0},
};

static void step_row(struct table *table, const struct step_figures *step)
{
    const int64_t counts[] = {step->queued, step->processing, step->retrying,
                              step->held,   step->undoing,    step->failed};
    char text[UNITS_TEXT_MAX];

    table_cell(table, slice_of(step->name));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        units_format_count(counts[i], text);
        table_cell(table, slice_of(text));
    }
    table_cell_text(table, "%.2f/s", step->rate_1m);
    units_format_age(step->oldest_ms * 1000, text);
    table_cell(table, slice_of(step->oldest_ms > 0 ? text : "-"));
}

/* What is at each step, where there are several. */
static void print_steps(const struct cmd_run *run, const struct stats *stats)
{
    struct table *table = NULL;

    if (stats->n_steps < 2)
        return;
    (void)putchar('\n');
    table = table_new(step_columns, sizeof step_columns / sizeof *step_columns);
    for (size_t i = 0; i < stats->n_steps; i++)
        step_row(table, &stats->steps[i]);
    table_print(table, run->colour);
    table_free(table);
}

static int print_stats(struct cmd_run *run, const struct client_answer *answer)
{
    struct stats stats = {0};
    char age[UNITS_TEXT_MAX];

    if (wire_read_stats(answer->reply, answer->len, &stats, NULL) != OK)
        return cmd_odd_reply(run);
    for (int i = 1; i < STATUS_COUNT; i++) {
        char count[UNITS_TEXT_MAX];

        units_format_count(stats.counts[i], count);
        (void)printf("%c %-14s  %s\n", status_mark((enum status)i), status_name((enum status)i),
                     count);
    }
    count_pair("dead letters", stats.dlq_depth);
    units_format_age(stats.queue_oldest_ms * 1000, age);
    out_pair("oldest queued", "%s", stats.counts[STATUS_QUEUED] > 0 ? age : "-");
    (void)putchar('\n');
    count_pair("accepted", stats.accepted_total);
    count_pair("fulfilled", stats.fulfilled_total);
    count_pair("retried", stats.retried_total);
    count_pair("failed", stats.failed_total);
    count_pair("rejected", stats.rejected_total);
    out_pair("rate", "%.2f/s in 1 min, %.2f/s in 5, %.2f/s in 15", stats.rate_1m, stats.rate_5m,
             stats.rate_15m);
    if (stats.success_rate_5m >= 0)
        out_pair("success, 5 min", "%.1f%%", stats.success_rate_5m * 100);
    else
        out_pair("success, 5 min", "-");
    quantile_pair("submit", &stats.submit_ms);
    quantile_pair("order", &stats.order_ms);
    print_steps(run, &stats);
    return EXIT_DONE;
}

/* Each problem as "name: message"; false when the reply cannot be read. */
static bool print_problems(const struct client_answer *answer)
{
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "problems", &rows, &n))
        return false;
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct slice name = {0};
        struct slice message = {0};

        for (uint32_t pairs = mp_map(&rows); pairs > 0; pairs--) {
            struct slice key = mp_str(&rows);

            if (slice_is(key, "name"))
                name = mp_str(&rows);
            else if (slice_is(key, "message"))
                message = mp_str(&rows);
            else
                mp_skip(&rows);
        }
        out_safe(0, name);
        (void)fputs(": ", stdout);
        out_safe(0, message);
        (void)putchar('\n');
    }
    return !mp_failed(&rows);
}

static int run_health(struct cmd_run *run)
{
    const struct request request = {.op = OP_HEALTH};
    struct client_answer answer = {0};
    struct mp_reader r;
    bool healthy = false;
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    healthy = wire_reply_find(answer.reply, answer.len, "healthy", &r) && mp_bool(&r);
    code = healthy ? EXIT_DONE : EXIT_REFUSED;
    if (run->json)
        cmd_print_reply(&answer);
    else if (healthy)
        (void)puts("healthy");
    else if (!print_problems(&answer))
        code = cmd_odd_reply(run);
    client_answer_done(&answer);
    return code;
}

/* Line by line: the text is the daemon's, and safe, but for what it may quote. */
static int print_metrics(struct cmd_run *run, const struct client_answer *answer)
{
    struct mp_reader r;
    struct slice text = {0};

    if (wire_reply_find(answer->reply, answer->len, "text", &r))
        text = mp_str(&r);
    if (text.p == NULL)
        return cmd_odd_reply(run);
    while (text.p != NULL && text.n > 0) {
        out_safe(0, slice_cut(&text, '\n'));
        (void)putchar('\n');
    }
    return EXIT_DONE;
}

static int run_info(struct cmd_run *run)
{
    return ask_and_print(run, OP_INFO, print_info);
}

static int run_stats(struct cmd_run *run)
{
    return ask_and_print(run, OP_STATS, print_stats);
}

static int run_metrics(struct cmd_run *run)
{
    return ask_and_print(run, OP_METRICS, print_metrics);
}

const struct cmd cmd_info = {
    .name = "info",
    .help = "Tell which daemon answers, and your role there",
    .run = run_info,
};

const struct cmd cmd_stats = {
    .name = "stats",
    .help = "Count orders by status; rates and times",
    .run = run_stats,
};

const struct cmd cmd_health = {
    .name = "health",
    .help = "Exit 0 when the daemon is healthy, else 1 with what is wrong",
    .run = run_health,
};

const struct cmd cmd_metrics = {
    .name = "metrics",
    .help = "Print all metrics in the Prometheus format",
    .run = run_metrics,
};
