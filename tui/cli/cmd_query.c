/* The lists: list, failed. */
#include "tui/cli/cmd.h"

#include <stdio.h>

#include "shared/limits.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"

#define TEXT_CELLS 24
#define REASON_CELLS 48

static const struct column order_columns[] = {
    {"ID", COLUMN_LEFT, 0},
    {"STATUS", COLUMN_LEFT, 0},
    {"CUSTOMER", COLUMN_LEFT, TEXT_CELLS},
    {"REFERENCE", COLUMN_LEFT, TEXT_CELLS},
    {"QTY", COLUMN_RIGHT, 0},
    {"TRIES", COLUMN_RIGHT, 0},
    {"CREATED", COLUMN_RIGHT, 0},
    {"REASON", COLUMN_LEFT, REASON_CELLS},
};

static const struct column dead_columns[] = {
    {"ID", COLUMN_LEFT, 0},
    {"FAILED", COLUMN_RIGHT, 0},
    {"CUSTOMER", COLUMN_LEFT, TEXT_CELLS},
    {"REFERENCE", COLUMN_LEFT, TEXT_CELLS},
    {"TRIES", COLUMN_RIGHT, 0},
    {"REPLAYS", COLUMN_RIGHT, 0},
    {"REASON", COLUMN_LEFT, REASON_CELLS},
};

static const struct column group_columns[] = {
    {"COUNT", COLUMN_RIGHT, 0},           {"OLDEST", COLUMN_RIGHT, 0}, {"NEWEST", COLUMN_RIGHT, 0},
    {"STEP", COLUMN_LEFT, STEP_NAME_MAX}, {"REASON", COLUMN_LEFT, 96},
};

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* How one kind of list is asked for and shown. */
struct listing {
    struct request request;
    struct page *page; /* of the request */
    const char *key;   /* of the rows in the reply */
    const struct column *columns;
    size_t n_columns;
    void (*row)(struct table *table, struct mp_reader *r, int64_t now);
    const char *none; /* said when there is nothing */
};

static void cell_id(struct table *table, const struct uuid *uuid)
{
    char text[UUID_TEXT_LEN + 1];

    cmd_short_id(uuid, text);
    table_cell(table, slice_of(text));
}

static void order_row(struct table *table, struct mp_reader *r, int64_t now)
{
    struct arena arena = {0};
    struct order order = {0};

    wire_order_read(r, &arena, &order);
    cell_id(table, &order.uid);
    table_cell_status(table, order.status);
    table_cell(table, order.customer_id);
    table_cell(table, order.reference);
    table_cell_text(table, "%lld", (long long)order.total_quantity);
    table_cell_text(table, "%u/%u", (unsigned)order.attempts, (unsigned)order.max_attempts);
    table_cell_age(table, order.created_at, now);
    table_cell(table, order.failure_reason);
    arena_done(&arena);
}

static void dead_row(struct table *table, struct mp_reader *r, int64_t now)
{
    struct dead_letter dead = {0};

    wire_dead_read(r, &dead);
    cell_id(table, &dead.uid);
    table_cell_age(table, dead.failed_at, now);
    table_cell(table, dead.customer_id);
    table_cell(table, dead.reference);
    table_cell_text(table, "%u", (unsigned)dead.attempts);
    table_cell_text(table, "%u", (unsigned)dead.replays);
    table_cell(table, dead.failure_reason);
}

static void group_row(struct table *table, struct mp_reader *r, int64_t now)
{
    struct reason_group group = {0};

    wire_group_read(r, &group);
    table_cell_text(table, "%lld", (long long)group.count);
    table_cell_age(table, group.oldest_at, now);
    table_cell_age(table, group.newest_at, now);
    table_cell(table, group.step);
    table_cell(table, group.group);
}

/* Prints the rows of one page; returns how many, or -1 when the reply cannot be read. */
static int64_t print_page(const struct cmd_run *run, const struct listing *listing,
                          const struct client_answer *answer, struct table *table)
{
    int64_t now = clock_wall(&run->clock);
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, listing->key, &rows, &n))
        return -1;
    for (uint32_t i = 0; i < n && !mp_failed(&rows); i++) {
        if (run->json)
            out_json_line(&rows, NULL);
        else
            listing->row(table, &rows, now);
    }
    table_print(table, run->colour);
    return mp_failed(&rows) ? -1 : (int64_t)n;
}

/* "(the first 50 of 12,481)" when the limit cut the list. */
static void say_more(int64_t printed, int64_t matched)
{
    char all[UNITS_TEXT_MAX];

    if (matched < 0) {
        (void)fprintf(stderr, "(the first %lld; --limit 0 for all)\n", (long long)printed);
        return;
    }
    units_format_count(matched, all);
    (void)fprintf(stderr, "(the first %lld of %s; --limit 0 for all)\n", (long long)printed, all);
}

/* Follows the cursors page by page; `limit` 0: to the end. */
static int print_list(struct cmd_run *run, struct listing *listing, int64_t limit)
{
    struct table *table = table_new(listing->columns, listing->n_columns);
    struct client_answer answer = {0};
    int64_t printed = 0;
    int64_t matched = -1;
    int code = EXIT_DONE;
    bool more = true;

    while (more) {
        int64_t left = limit == 0 ? PAGE_MAX : limit - printed;
        int64_t got = 0;

        listing->page->limit = left > PAGE_MAX ? PAGE_MAX : (uint32_t)left;
        code = cmd_ask(run, &listing->request, &answer);
        if (code != EXIT_DONE)
            break;
        got = print_page(run, listing, &answer, table);
        if (got < 0)
            code = cmd_odd_reply(run);
        printed += got < 0 ? 0 : got;
        matched = cmd_reply_int(&answer, "matched", -1);
        listing->page->cursor = slice_copy(&run->arena, cmd_next_cursor(&answer));
        client_answer_done(&answer);
        more = code == EXIT_DONE && listing->page->cursor.p != NULL &&
               (limit == 0 || printed < limit) && ferror(stdout) == 0;
    }
    table_free(table);
    if (code != EXIT_DONE || run->json)
        return code;
    if (printed == 0)
        (void)fprintf(stderr, "%s\n", listing->none);
    else if (listing->page->cursor.p != NULL)
        say_more(printed, matched);
    return code;
}

static bool limit_good(const struct cmd_run *run, int64_t *limit, int *code)
{
    *limit = cmd_int(run, "limit", PAGE_DEFAULT);
    if (*limit >= 0)
        return true;
    *code = cmd_usage(run, "--limit takes 0 (all) or a number of rows");
    return false;
}

static int run_list(struct cmd_run *run)
{
    struct listing listing = {
        .request = {.op = OP_LIST, .list = {.filter_text = cmd_filter_words(run)}},
        .key = "orders",
        .columns = order_columns,
        .n_columns = COUNT_OF(order_columns),
        .row = order_row,
        .none = "No order matches.",
    };
    int64_t limit = 0;
    int code = EXIT_DONE;

    listing.page = &listing.request.list.page;
    return limit_good(run, &limit, &code) ? print_list(run, &listing, limit) : code;
}

static int run_failed(struct cmd_run *run)
{
    struct listing listing = {
        .request = {.op = OP_FAILED, .failed = {.query = {.filter_text = cmd_filter_words(run)}}},
        .key = "failed",
        .columns = dead_columns,
        .n_columns = COUNT_OF(dead_columns),
        .row = dead_row,
        .none = "The dead-letter queue holds nothing that matches.",
    };
    int64_t limit = 0;
    int code = EXIT_DONE;

    listing.page = &listing.request.failed.page;
    if (!limit_good(run, &limit, &code))
        return code;
    if (!cmd_given(run, "summary"))
        return print_list(run, &listing, limit);
    if (run->n_arguments > 0)
        return cmd_usage(run, "--summary is of all reasons: it takes no filter");
    listing.request = (struct request){.op = OP_FAILED_SUMMARY};
    listing.page = &listing.request.failed_summary;
    listing.key = "reasons";
    listing.columns = group_columns;
    listing.n_columns = COUNT_OF(group_columns);
    listing.row = group_row;
    return print_list(run, &listing, limit);
}

static const struct flag list_flags[] = {
    {"limit", 'n', FLAG_INT, 0, "N", "at most this many (default: 50; 0: all)"},
    {0},
};

static const struct flag failed_flags[] = {
    {"summary", 's', FLAG_SWITCH, 0, NULL, "count by step and reason"},
    {"limit", 'n', FLAG_INT, 0, "N", "at most this many (default: 50; 0: all)"},
    {0},
};

const struct cmd cmd_list = {
    .name = "list",
    .arguments = "[FILTER...]",
    .max_arguments = SIZE_MAX,
    .help = "List orders, newest first",
    .flags = list_flags,
    .run = run_list,
};

const struct cmd cmd_failed = {
    .name = "failed",
    .arguments = "[FILTER...]",
    .max_arguments = SIZE_MAX,
    .help = "List the dead-letter queue, newest first",
    .flags = failed_flags,
    .run = run_failed,
};
