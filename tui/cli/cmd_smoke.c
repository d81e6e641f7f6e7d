/* smoke: the staging report's orders again, on a live instance, each metric against what is
   expected. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/cmd.h"
#include "tui/cli/cmd_smoke_report.h"
#include "tui/cli/cmd_submit_outcome.h"
#include "tui/cli/cmd_submit_wait.h"

#define RESPONSE_MS 250.0           /* slower than this, a person waits */
#define ENDING_US (120 * 1000000LL) /* all attempts of an order, with default intervals */
#define SIMULATED "Fulfillment simulation failed"

/* A literal as a constant slice. */
#define TEXT(literal)                                                                              \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#define ORDER(customer, list)                                                                      \
    {                                                                                              \
        .customer_id = TEXT(customer), .items = (list), .n_items = sizeof(list) / sizeof *(list),  \
        .priority = PRIORITY_DEFAULT                                                               \
    }

static const struct item items_1[] = {{TEXT("prod-widget-staging"), 3},
                                      {TEXT("prod-gadget-staging"), 1}};
static const struct item items_2[] = {{TEXT("prod-book-staging"), 2}};
static const struct item items_3[] = {{TEXT("prod-laptop-staging"), 1}};

static const struct order_draft drafts[SMOKE_ORDERS] = {
    ORDER("cust-staging-001", items_1),
    ORDER("cust-staging-002", items_2),
    ORDER("cust-staging-003", items_3),
};

static const struct item items_bad[] = {{TEXT(""), 0}};

static double ms_since(const struct cmd_run *run, int64_t began_us)
{
    return (double)(clock_mono(&run->clock) - began_us) / 1000;
}

static int ask_info(struct cmd_run *run, struct reply_info *out)
{
    const struct request request = {.op = OP_INFO};
    struct client_answer answer = {0};
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (wire_read_info(answer.reply, answer.len, out, NULL) != OK)
        code = cmd_odd_reply(run);
    out->instance = slice_copy(&run->arena, out->instance);
    out->version = slice_copy(&run->arena, out->version);
    out->handler = slice_copy(&run->arena, out->handler);
    out->store = slice_copy(&run->arena, out->store);
    client_answer_done(&answer);
    return code;
}

static int submit_order(struct cmd_run *run, struct smoke_order *one)
{
    struct request request = {.op = OP_SUBMIT, .submit = {.draft = one->draft}};
    struct client_answer answer = {0};
    struct reply_submit reply = {0};
    char key[UUID_TEXT_LEN + 1];
    int64_t began_us = 0;
    int code = EXIT_DONE;

    cmd_new_key(key);
    request.submit.key = slice_of(key);
    began_us = clock_mono(&run->clock);
    code = cmd_ask(run, &request, &answer);
    one->submit_ms = ms_since(run, began_us);
    if (code != EXIT_DONE)
        return code;
    if (wire_read_submit(answer.reply, answer.len, &run->arena, &reply, NULL) != OK)
        code = cmd_odd_reply(run);
    one->id = reply.order_id;
    one->accepted = reply.status == STATUS_QUEUED;
    client_answer_done(&answer);
    return code;
}

/* At once after the reply: it must be stored by then. */
static int find_order(struct cmd_run *run, struct smoke_order *one)
{
    const struct request request = {.op = OP_GET, .get = {.order_id = one->id}};
    struct client_answer answer = {0};
    struct why why = {0};
    enum err refusal = OK;
    int64_t began_us = clock_mono(&run->clock);
    int code = cmd_ask_quietly(run, &request, &answer, &refusal, &why);

    one->get_ms = ms_since(run, began_us);
    one->stored = code == EXIT_DONE;
    client_answer_done(&answer);
    return code == EXIT_NO_DAEMON ? code : EXIT_DONE;
}

static int follow_order(struct cmd_run *run, struct submit_wait *wait, struct smoke_order *one)
{
    struct client_answer answer = {0};
    struct order order = {0};
    int code = submit_wait_end(wait, &one->id, ENDING_US, &answer, &order);

    if (answer.message == NULL)
        return code;
    one->order = order;
    one->order.failure_reason = slice_copy(&run->arena, order.failure_reason);
    one->ended = status_settled(order.status);
    one->as_expected = order.status == STATUS_FULFILLED ||
                       (order.status == STATUS_FAILED && slice_is(order.failure_reason, SIMULATED));
    client_answer_done(&answer);
    return EXIT_DONE;
}

/* Its row in the dead-letter queue, if it has one. */
static int find_dead(struct cmd_run *run, struct smoke_order *one)
{
    struct request request = {.op = OP_FAILED, .failed = {.page = {.limit = PAGE_MAX}}};
    struct client_answer answer = {0};
    struct mp_reader rows;
    char id[UUID_TEXT_LEN + 1];
    uint32_t n = 0;
    int code = EXIT_DONE;

    uuid_format(&one->id, id);
    request.failed.query.search = slice_of(id);
    code = cmd_ask(run, &request, &answer);
    if (code != EXIT_DONE)
        return code;
    if (cmd_rows(&answer, "failed", &rows, &n) && n > 0) {
        wire_dead_read(&rows, &one->letter);
        one->letter.customer_id = slice_copy(&run->arena, one->letter.customer_id);
        one->letter.failure_reason = slice_copy(&run->arena, one->letter.failure_reason);
        one->dead = !mp_failed(&rows) && uuid_compare(&one->letter.uid, &one->id) == 0;
    }
    client_answer_done(&answer);
    return code;
}

/* An order with three things wrong, which must be refused with each of them named. */
static void submit_bad(struct cmd_run *run, struct smoke_report *report)
{
    const struct request request = {
        .op = OP_SUBMIT,
        .submit = {.draft = {.customer_id = SLICE("x"), .items = items_bad, .n_items = 1}}};
    struct buf bytes = {.max = (size_t)FRAME_MAX_BYTES};
    struct client_answer answer = {0};
    struct why why = {0};
    struct mp_reader r;
    uint32_t n = 0;

    wire_request_write(&bytes, &request, ROLE_NONE);
    client_ask(run->client, &bytes, run->timeout_us, &answer);
    buf_clear(&bytes);
    if (answer.outcome == CLIENT_ANSWERED &&
        submit_outcomes(&answer, &r, &n, &why) == ERR_INVALID) {
        struct submit_outcome outcome;

        mp_reader_init(&r, answer.reply, answer.len);
        submit_outcome_next(&r, &run->arena, &outcome);
        report->refusal = err_name(outcome.code);
        submit_outcome_details(&outcome, &bytes);
        report->details = arena_copy(&run->arena, bytes.data, bytes.len);
    }
    client_answer_done(&answer);
    buf_done(&bytes);
}

static struct smoke_metric *add_metric(struct smoke_report *report, const char *name)
{
    struct smoke_metric *metric = &report->metrics[report->n_metrics++];

    metric->name = name;
    return metric;
}

static void add_count(struct smoke_report *report, const char *name, size_t expected,
                      size_t measured)
{
    struct smoke_metric *metric = add_metric(report, name);

    (void)snprintf(metric->expected, sizeof metric->expected, "%zu", expected);
    (void)snprintf(metric->measured, sizeof metric->measured, "%zu", measured);
    metric->good = expected == measured;
}

static void add_time(struct smoke_report *report, const char *name, double slowest_ms)
{
    struct smoke_metric *metric = add_metric(report, name);

    (void)snprintf(metric->expected, sizeof metric->expected, "at most %.0f ms", RESPONSE_MS);
    (void)snprintf(metric->measured, sizeof metric->measured, "%.2f ms", slowest_ms);
    metric->good = slowest_ms <= RESPONSE_MS;
}

static void weigh(struct smoke_report *report)
{
    size_t accepted = 0, stored = 0, ended = 0, as_expected = 0, failed = 0, dead = 0, named = 0;
    double submit_ms = 0, get_ms = 0;

    for (size_t i = 0; i < SMOKE_ORDERS; i++) {
        const struct smoke_order *one = &report->orders[i];

        accepted += one->accepted;
        stored += one->stored;
        ended += one->ended;
        as_expected += one->as_expected;
        failed += one->order.status == STATUS_FAILED;
        dead += one->dead && slice_eq(one->letter.failure_reason, one->order.failure_reason);
        submit_ms = one->submit_ms > submit_ms ? one->submit_ms : submit_ms;
        get_ms = one->get_ms > get_ms ? one->get_ms : get_ms;
    }
    for (const char *p = report->details; p != NULL && *p != '\0'; p++)
        named += *p == '\n';
    add_count(report, "orders accepted", SMOKE_ORDERS, accepted);
    add_time(report, "slowest submit", submit_ms);
    add_count(report, "orders stored when answered", SMOKE_ORDERS, stored);
    add_time(report, "slowest get", get_ms);
    add_count(report, "orders that ended", SMOKE_ORDERS, ended);
    add_count(report, "endings fulfilled, or failed as simulated", SMOKE_ORDERS, as_expected);
    add_count(report, "failed orders in the dead-letter queue", failed, dead);
    add_count(report, "malformed order refused", 1, report->refusal != NULL);
    add_count(report, "problems of it that were named", 3, named);
    report->good = true;
    for (size_t i = 0; i < report->n_metrics; i++)
        report->good = report->good && report->metrics[i].good;
}

static int carry_out(struct cmd_run *run, struct smoke_report *report)
{
    struct submit_wait *wait = submit_wait_open(run);
    int code = ask_info(run, &report->info);

    for (size_t i = 0; i < SMOKE_ORDERS && code == EXIT_DONE; i++) {
        report->orders[i].draft = drafts[i];
        code = submit_order(run, &report->orders[i]);
        if (code == EXIT_DONE)
            code = find_order(run, &report->orders[i]);
    }
    if (code == EXIT_DONE)
        submit_bad(run, report);
    for (size_t i = 0; i < SMOKE_ORDERS && code == EXIT_DONE; i++) {
        code = follow_order(run, wait, &report->orders[i]);
        if (code == EXIT_DONE)
            code = find_dead(run, &report->orders[i]);
    }
    submit_wait_close(wait);
    return code;
}

static int run_smoke(struct cmd_run *run)
{
    const char *name = cmd_text(run, "report");
    struct smoke_report report = {.at = clock_wall(&run->clock)};
    FILE *out = stdout;
    int code = EXIT_DONE;

    if (name != NULL) {
        out = fopen(name, "we");
        if (out == NULL)
            return cmd_usage(run, "cannot write '%.200s'", name);
    }
    code = carry_out(run, &report);
    if (code == EXIT_DONE) {
        weigh(&report);
        if (run->json)
            smoke_report_json(&report, stdout);
        if (!run->json || name != NULL)
            smoke_report_markdown(&report, out);
        code = report.good ? EXIT_DONE : EXIT_REFUSED;
    }
    if (out != stdout && fclose(out) != 0) {
        (void)fprintf(stderr, "dofs smoke: the report could not be written\n");
        code = EXIT_REFUSED;
    }
    return code;
}

static const struct flag smoke_flags[] = {
    {"report", 0, FLAG_TEXT, 0, "FILE", "write the report there (default: standard output)"},
    {0},
};

const struct cmd cmd_smoke = {
    .name = "smoke",
    .arguments = "",
    .help = "Submit the three orders of the staging report and check what comes of them",
    .flags = smoke_flags,
    .run = run_smoke,
};
