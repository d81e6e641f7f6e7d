/* export: every order that matches, as CSV or JSON Lines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/units.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/cmd.h"

/* As the view orders_view of the store names them, where a list tells them. */
static const char header[] =
    "order_id,customer_id,reference,status,attempts,max_attempts,replays,priority,total_quantity,"
    "created_at,updated_at,not_before,next_attempt_at,step,failure_reason,seq\n";

/* What a spreadsheet would take for a formula; the wide forms are folded to these by some. */
static const char *const formula_starts[] = {
    "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0",
};

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static bool is_formula(struct slice text)
{
    for (size_t i = 0; i < COUNT_OF(formula_starts); i++)
        if (slice_starts(text, slice_of(formula_starts[i])))
            return true;
    return text.n > 0 && (text.p[0] == '\t' || text.p[0] == '\r' || text.p[0] == '\0');
}

static void put_comma(struct buf *out)
{
    if (out->len > 0)
        buf_add_byte(out, ',');
}

/* A cell of stored text: harmless to terminals and spreadsheets, quoted where it must be. */
static void put_text(struct buf *out, struct slice text)
{
    struct buf safe = {.max = (size_t)1 << 20};
    bool formula = is_formula(text);

    put_comma(out);
    text_escape(&safe, text);
    if (!formula && (safe.len == 0 || strpbrk(buf_text(&safe), ",\"\r\n ") == NULL)) {
        buf_add(out, safe.data, safe.len);
        buf_done(&safe);
        return;
    }
    buf_add_byte(out, '"');
    if (formula)
        buf_add_byte(out, '\'');
    for (size_t i = 0; i < safe.len; i++) {
        if (safe.data[i] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, safe.data[i]);
    }
    buf_add_byte(out, '"');
    buf_done(&safe);
}

static void put_int(struct buf *out, int64_t value)
{
    put_comma(out);
    buf_printf(out, "%" PRId64, value);
}

static void put_time(struct buf *out, int64_t us)
{
    char text[UNITS_TEXT_MAX] = "";

    if (us != 0)
        units_format_time(us, text);
    put_comma(out);
    buf_add_text(out, text);
}

static void put_order(struct buf *out, const struct order *order)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&order->uid, id);
    buf_add_text(out, id);
    put_text(out, order->customer_id);
    put_text(out, order->reference);
    put_text(out, slice_of(status_name(order->status)));
    put_int(out, order->attempts);
    put_int(out, order->max_attempts);
    put_int(out, order->replays);
    put_int(out, order->priority);
    put_int(out, order->total_quantity);
    put_time(out, order->created_at);
    put_time(out, order->updated_at);
    put_time(out, order->not_before);
    put_time(out, order->next_attempt_at);
    put_text(out, order->step);
    put_text(out, order->failure_reason);
    put_int(out, order->seq);
    buf_add_byte(out, '\n');
}

static void print_csv(struct mp_reader *rows, struct buf *line)
{
    struct arena arena = {0};
    struct order order = {0};

    wire_order_read(rows, &arena, &order);
    buf_clear(line);
    put_order(line, &order);
    (void)fwrite(line->data, 1, line->len, stdout);
    arena_done(&arena);
}

static int print_page(const struct cmd_run *run, const struct client_answer *answer, bool csv)
{
    struct buf line = {.max = (size_t)8 << 20};
    struct mp_reader rows = {0};
    uint32_t n = 0;
    bool good = cmd_rows(answer, "orders", &rows, &n);

    for (; good && n > 0; n--) {
        if (csv)
            print_csv(&rows, &line);
        else
            out_json_line(&rows, NULL);
        good = !mp_failed(&rows);
    }
    buf_done(&line);
    return good ? EXIT_DONE : cmd_odd_reply(run);
}

/* Oldest first: what comes meanwhile is behind what was printed. */
static int run_export(struct cmd_run *run)
{
    const char *format = cmd_text(run, "format");
    struct request request = {.op = OP_LIST,
                              .list = {.filter_text = cmd_filter_words(run),
                                       .sort = SORT_OLDEST,
                                       .page = {PAGE_MAX, {0}}}};
    char cursor[512];
    bool csv = !run->json;
    int code = EXIT_DONE;

    if (format != NULL) {
        csv = strcmp(format, "csv") == 0;
        if (!csv && strcmp(format, "jsonl") != 0)
            return cmd_usage(run, "--format must be csv or jsonl, not '%.40s'", format);
    }
    do {
        struct client_answer answer = {0};
        struct slice next = {0};

        code = cmd_ask(run, &request, &answer);
        if (code != EXIT_DONE)
            break;
        if (csv && request.list.page.cursor.p == NULL)
            (void)fputs(header, stdout);
        code = print_page(run, &answer, csv);
        next = cmd_next_cursor(&answer);
        if (next.n > sizeof cursor)
            code = cmd_odd_reply(run);
        else if (next.p != NULL)
            memcpy(cursor, next.p, next.n); /* its pages may be many: not one copy for each */
        request.list.page.cursor = (struct slice){next.p != NULL ? cursor : NULL, next.n};
        client_answer_done(&answer);
    } while (code == EXIT_DONE && request.list.page.cursor.p != NULL && ferror(stdout) == 0);
    return code;
}

static const struct flag export_flags[] = {
    {"format", 'f', FLAG_TEXT, 0, "csv|jsonl", "csv is for spreadsheets; jsonl is exact"},
    {0},
};

const struct cmd cmd_export = {
    .name = "export",
    .arguments = "[FILTER...]",
    .max_arguments = SIZE_MAX,
    .help = "Print every order that matches, oldest first, as CSV (or JSON Lines)",
    .flags = export_flags,
    .run = run_export,
};
