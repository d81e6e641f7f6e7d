/* One order: show, with its history. */
#include "tui/cli/cmd.h"

#include <stdio.h>

#include "shared/limits.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/cmd_show_steps.h"

static void print_quantities(const struct order *order)
{
    for (size_t i = 0; i < order->n_items; i++) {
        (void)printf("%-16s  %lld x ", i == 0 ? "items" : "", (long long)order->items[i].quantity);
        out_safe(0, order->items[i].product_id);
        (void)putchar('\n');
    }
    out_pair("total quantity", "%lld", (long long)order->total_quantity);
}

static void print_pairs(const char *name, const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        (void)printf("%-16s  ", i == 0 ? name : "");
        out_safe(0, pairs[i].key);
        (void)fputs(" = ", stdout);
        out_safe(0, pairs[i].value);
        (void)putchar('\n');
    }
}

static const char *cancelling_words(const struct order *order)
{
    if (!order->cancelling || order->status == STATUS_UNDOING)
        return "";
    return order->status == STATUS_FAILED ? "  (its undo failed)" : "  (a cancel is noted)";
}

static void print_order(const struct cmd_run *run, const struct order *order)
{
    int64_t now = clock_wall(&run->clock);
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&order->uid, id);
    out_pair("order", "%s", id);
    (void)printf("%-16s  ", "status");
    out_status(order->status, run->colour);
    (void)printf("%s\n", cancelling_words(order));
    out_pair_slice("reason", order->failure_reason);
    out_pair_slice("customer", order->customer_id);
    out_pair_slice("reference", order->reference);
    print_quantities(order);
    print_pairs("metadata", order->metadata, order->n_metadata);
    out_pair("priority", "%u", (unsigned)order->priority);
    out_pair("attempts", "%u of %u", (unsigned)order->attempts, (unsigned)order->max_attempts);
    if (order->replays > 0)
        out_pair("replays", "%u", (unsigned)order->replays);
    out_pair_slice("step", order->step);
    out_pair_time("created", order->created_at, now);
    out_pair_time("updated", order->updated_at, now);
    out_pair_time("not before", order->not_before, now);
    out_pair_time("next attempt", order->next_attempt_at, now);
    if (order->steps.n == 0)
        print_pairs("results", order->results, order->n_results);
    out_pair_slice("result", order->result);
}

static int print_answer(struct cmd_run *run, const struct client_answer *answer)
{
    struct order order = {0};
    struct mp_reader r;

    if (!wire_reply_find(answer->reply, answer->len, "order", &r))
        return cmd_odd_reply(run);
    if (run->json) {
        out_json_line(&r, NULL);
        return EXIT_DONE;
    }
    wire_order_read(&r, &run->arena, &order);
    if (mp_failed(&r))
        return cmd_odd_reply(run);
    print_order(run, &order);
    cmd_show_steps(run, &order);
    cmd_show_today(run, &order);
    return EXIT_DONE;
}

/* History ---------------------------------------------------------------------------------------
 */

static const struct column entry_columns[] = {
    {"TIME", COLUMN_LEFT, 0},   {"SEQ", COLUMN_RIGHT, 0}, {"TYPE", COLUMN_LEFT, 0},
    {"STEP", COLUMN_LEFT, 0},   {"TRY", COLUMN_RIGHT, 0}, {"BY", COLUMN_LEFT, 24},
    {"DETAIL", COLUMN_LEFT, 0},
};

static void entry_row(struct table *table, struct mp_reader *r)
{
    struct entry entry = {0};
    char time[UNITS_TEXT_MAX];

    wire_entry_read(r, &entry);
    units_format_time(entry.at, time);
    table_cell(table, slice_of(time));
    table_cell_text(table, "%lld", (long long)entry.seq);
    table_cell(table, slice_of(entry_name(entry.type)));
    table_cell(table, entry.step);
    if (entry.attempt > 0)
        table_cell_text(table, "%u", (unsigned)entry.attempt);
    else
        table_cell(table, SLICE(""));
    table_cell(table, entry.by);
    table_cell(table, entry.detail);
}

static int print_entries(const struct cmd_run *run, const struct client_answer *answer,
                         struct table *table)
{
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "entries", &rows, &n))
        return cmd_odd_reply(run);
    for (; n > 0 && !mp_failed(&rows); n--) {
        if (run->json)
            out_json_line(&rows, NULL);
        else
            entry_row(table, &rows);
    }
    table_print(table, run->colour);
    return mp_failed(&rows) ? cmd_odd_reply(run) : EXIT_DONE;
}

static int print_history(struct cmd_run *run, const struct uuid *id)
{
    struct request request = {.op = OP_HISTORY,
                              .history = {.order_id = *id, .page = {.limit = PAGE_MAX}}};
    struct table *table = table_new(entry_columns, sizeof entry_columns / sizeof *entry_columns);
    struct client_answer answer = {0};
    int code = EXIT_DONE;

    if (!run->json)
        (void)putchar('\n');
    do {
        code = cmd_ask(run, &request, &answer);
        if (code != EXIT_DONE)
            break;
        code = print_entries(run, &answer, table);
        request.history.page.cursor = slice_copy(&run->arena, cmd_next_cursor(&answer));
        client_answer_done(&answer);
    } while (code == EXIT_DONE && request.history.page.cursor.p != NULL);
    table_free(table);
    return code;
}

static int run_show(struct cmd_run *run)
{
    struct request request = {.op = OP_GET};
    struct client_answer answer = {0};
    int code = EXIT_DONE;

    if (!cmd_order_id(run, run->arguments[0], &request.get.order_id, &code))
        return code;
    code = cmd_ask(run, &request, &answer);
    if (code != EXIT_DONE)
        return code;
    code = print_answer(run, &answer);
    client_answer_done(&answer);
    if (code == EXIT_DONE && cmd_given(run, "history"))
        code = print_history(run, &request.get.order_id);
    return code;
}

static const struct flag show_flags[] = {
    {"history", 'H', FLAG_SWITCH, 0, NULL, "and each step it went through"},
    {0},
};

const struct cmd cmd_show = {
    .name = "show",
    .arguments = "ID",
    .min_arguments = 1,
    .max_arguments = 1,
    .help = "Show an order; ID may be the start of one",
    .flags = show_flags,
    .run = run_show,
};
