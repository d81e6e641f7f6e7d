/* What a smoke test found, as Markdown or JSON. */
#include "tui/cli/cmd_smoke_report.h"

#include "shared/json.h"
#include "shared/units.h"

#define CELL_MAX ((size_t)16 * 1024)

/* A cell of stored text: nothing in it ends the cell or moves a cursor. */
static void put_cell(FILE *out, struct slice text)
{
    struct buf safe = {.max = CELL_MAX};

    text_escape(&safe, text);
    (void)fputc(' ', out);
    for (size_t i = 0; i < safe.len; i++) {
        if (safe.data[i] == '|')
            (void)fputc('\\', out);
        (void)fputc(safe.data[i], out);
    }
    (void)fputs(" |", out);
    buf_done(&safe);
}

static void put_id(FILE *out, const struct uuid *uuid)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(uuid, id);
    (void)fprintf(out, "| `%s` |", id);
}

static void put_head(FILE *out, const struct smoke_report *report)
{
    char time[UNITS_TEXT_MAX];

    units_format_time(report->at, time);
    (void)fprintf(out, "# Smoke test: %s\n\n", report->good ? "passed" : "FAILED");
    (void)fputs("|  |  |\n| --- | --- |\n| time |", out);
    put_cell(out, slice_of(time));
    (void)fputs("\n| instance |", out);
    put_cell(out, report->info.instance);
    (void)fputs("\n| version |", out);
    put_cell(out, report->info.version);
    (void)fputs("\n| handler |", out);
    put_cell(out, report->info.handler);
    (void)fputs("\n| store |", out);
    put_cell(out, report->info.store);
    (void)fputs("\n\n", out);
}

static void put_submits(FILE *out, const struct smoke_report *report)
{
    (void)fputs("## Orders submitted\n\n"
                "| order | customer | items | submitted in | stored | read in |\n"
                "| --- | --- | --- | ---: | --- | ---: |\n",
                out);
    for (size_t i = 0; i < SMOKE_ORDERS; i++) {
        const struct smoke_order *one = &report->orders[i];
        struct buf items = {.max = CELL_MAX};

        for (size_t j = 0; j < one->draft.n_items; j++)
            buf_printf(&items, "%s%lld x %.*s", j > 0 ? ", " : "",
                       (long long)one->draft.items[j].quantity,
                       SLICE_ARGS(one->draft.items[j].product_id));
        put_id(out, &one->id);
        put_cell(out, one->draft.customer_id);
        put_cell(out, (struct slice){buf_text(&items), items.len});
        (void)fprintf(out, " %.2f ms | %s | %.2f ms |\n", one->submit_ms,
                      one->stored ? "yes" : "NO", one->get_ms);
        buf_done(&items);
    }
    (void)fputc('\n', out);
}

static void put_endings(FILE *out, const struct smoke_report *report)
{
    (void)fputs("## Orders\n\n"
                "| order | customer | status | attempts | reason |\n"
                "| --- | --- | --- | ---: | --- |\n",
                out);
    for (size_t i = 0; i < SMOKE_ORDERS; i++) {
        const struct order *order = &report->orders[i].order;

        put_id(out, &report->orders[i].id);
        put_cell(out, report->orders[i].draft.customer_id);
        put_cell(out, slice_of(status_name(order->status)));
        (void)fprintf(out, " %u of %u |", (unsigned)order->attempts, (unsigned)order->max_attempts);
        put_cell(out, order->failure_reason);
        (void)fputc('\n', out);
    }
    (void)fputc('\n', out);
}

static void put_dead(FILE *out, const struct smoke_report *report)
{
    size_t n = 0;

    (void)fputs("## Failed orders\n\n", out);
    for (size_t i = 0; i < SMOKE_ORDERS; i++) {
        const struct dead_letter *letter = &report->orders[i].letter;
        char time[UNITS_TEXT_MAX];

        if (!report->orders[i].dead)
            continue;
        if (n++ == 0)
            (void)fputs("| order | customer | attempts | failed at | reason |\n"
                        "| --- | --- | ---: | --- | --- |\n",
                        out);
        units_format_time(letter->failed_at, time);
        put_id(out, &letter->uid);
        put_cell(out, letter->customer_id);
        (void)fprintf(out, " %u |", (unsigned)letter->attempts);
        put_cell(out, slice_of(time));
        put_cell(out, letter->failure_reason);
        (void)fputc('\n', out);
    }
    (void)fputs(n > 0 ? "\n" : "None of the three.\n\n", out);
}

static void put_refusal(FILE *out, const struct smoke_report *report)
{
    struct slice rest = slice_of(report->details);

    (void)fputs("## A malformed order\n\n", out);
    if (report->refusal == NULL) {
        (void)fputs("It was NOT refused.\n\n", out);
        return;
    }
    (void)fprintf(out, "Refused: `%s`\n\n", report->refusal);
    while (rest.n > 0) {
        struct slice line = slice_cut(&rest, '\n');

        if (line.n > 0)
            (void)fprintf(out, "- %.*s\n", SLICE_ARGS(line));
    }
    (void)fputc('\n', out);
}

void smoke_report_markdown(const struct smoke_report *report, FILE *out)
{
    put_head(out, report);
    put_submits(out, report);
    put_endings(out, report);
    put_dead(out, report);
    put_refusal(out, report);
    (void)fputs("## Metrics\n\n| metric | expected | measured | as expected |\n"
                "| --- | ---: | ---: | --- |\n",
                out);
    for (size_t i = 0; i < report->n_metrics; i++)
        (void)fprintf(out, "| %s | %s | %s | %s |\n", report->metrics[i].name,
                      report->metrics[i].expected, report->metrics[i].measured,
                      report->metrics[i].good ? "yes" : "NO");
}

static void put_text(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, key);
    json_put_str(w, slice_of(text));
}

static void put_json_order(struct json_writer *w, const struct smoke_order *one)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&one->id, id);
    json_open_map(w);
    put_text(w, "order_id", id);
    put_text(w, "status", status_name(one->order.status));
    json_key(w, "attempts");
    json_put_int(w, one->order.attempts);
    json_key(w, "failure_reason");
    json_put_str(w, one->order.failure_reason);
    json_key(w, "submit_ms");
    json_put_number(w, one->submit_ms);
    json_key(w, "get_ms");
    json_put_number(w, one->get_ms);
    json_close_map(w);
}

void smoke_report_json(const struct smoke_report *report, FILE *out)
{
    struct buf text = {.max = (size_t)1 << 20};
    struct json_writer w;

    json_writer_init(&w, &text);
    json_open_map(&w);
    json_key(&w, "passed");
    json_put_bool(&w, report->good);
    json_key(&w, "orders");
    json_open_list(&w);
    for (size_t i = 0; i < SMOKE_ORDERS; i++)
        put_json_order(&w, &report->orders[i]);
    json_close_list(&w);
    json_key(&w, "metrics");
    json_open_list(&w);
    for (size_t i = 0; i < report->n_metrics; i++) {
        json_open_map(&w);
        put_text(&w, "name", report->metrics[i].name);
        put_text(&w, "expected", report->metrics[i].expected);
        put_text(&w, "measured", report->metrics[i].measured);
        json_key(&w, "as_expected");
        json_put_bool(&w, report->metrics[i].good);
        json_close_map(&w);
    }
    json_close_list(&w);
    json_close_map(&w);
    (void)fprintf(out, "%s\n", buf_text(&text));
    buf_done(&text);
}
