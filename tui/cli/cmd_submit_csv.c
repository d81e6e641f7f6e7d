/* Orders from CSV: successive rows of one reference are one order. */
#include "tui/cli/cmd_submit_csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"

#define COLUMNS_MAX (4 + METADATA_PAIRS_MAX)
#define TEXT_MAX (SUBMIT_LINE_MAX * 4) /* of one order's rows */
#define META "meta."

enum column_kind {
    COLUMN_REFERENCE,
    COLUMN_CUSTOMER,
    COLUMN_PRODUCT,
    COLUMN_QUANTITY,
    COLUMN_META
};

static const char *const column_names[COLUMN_META] = {
    [COLUMN_REFERENCE] = "reference",
    [COLUMN_CUSTOMER] = "customer_id",
    [COLUMN_PRODUCT] = "product_id",
    [COLUMN_QUANTITY] = "quantity",
};

/* One row as libcsv gives it: its cells, in an arena. */
struct cells {
    struct arena arena;
    struct slice at[COLUMNS_MAX];
    size_t n; /* may be more than there is room for */
    size_t line;
    bool whole;     /* its end has come */
    bool broken;    /* wrong quotes, or an end within a line */
    bool split;     /* this: a CR alone */
    bool too_long;  /* a line longer than may be */
    struct buf raw; /* the lines it was read from */
};

struct submit_csv {
    struct submit_lines *lines; /* borrowed */
    struct csv_parser parser;
    struct cells row;
    bool have_row; /* `row` was read and is not yet part of an order */
    struct buf header;
    size_t n_columns;
    enum column_kind kinds[COLUMNS_MAX];
    struct slice names[COLUMNS_MAX]; /* of metadata */
    struct arena arena;              /* of the names */
    struct buf text;                 /* the rows of the order */
};

static void take_cell(void *bytes, size_t n, void *self)
{
    struct cells *row = self;

    if (row->n < COLUMNS_MAX)
        row->at[row->n] = (struct slice){
            n > 0 ? arena_copy(&row->arena, bytes, n) : arena_alloc(&row->arena, 1), n};
    row->n++;
}

static void take_row_end(int end, void *self)
{
    struct cells *row = self;

    (void)end;
    row->whole = true;
}

/* After wrong quotes the parser is in the middle of nowhere. */
static void parser_anew(struct submit_csv *csv)
{
    csv_free(&csv->parser);
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
}

static bool parse(struct submit_csv *csv, const uint8_t *bytes, size_t n)
{
    return csv_parse(&csv->parser, bytes, n, take_cell, take_row_end, &csv->row) == n;
}

/* The line without its end. */
static size_t body_len(const struct buf *line)
{
    size_t n = line->len;

    if (n > 0 && line->data[n - 1] == '\n')
        n--;
    return n > 0 && line->data[n - 1] == '\r' ? n - 1 : n;
}

/* Hands the current line to the parser, which takes a CR alone for the end of a row, too: in the
   middle of a line, where it would make two rows of one, it is refused. */
static void parse_line(struct submit_csv *csv)
{
    const struct buf *line = &csv->lines->text;
    struct cells *row = &csv->row;
    size_t n = body_len(line);

    if (row->raw.len == 0)
        row->line = csv->lines->number;
    buf_add(&row->raw, line->data, line->len);
    row->too_long = csv->lines->too_long || row->raw.failed;
    row->broken = row->too_long || !parse(csv, line->data, n);
    row->split = !row->broken && row->whole;
    row->broken = row->broken || row->split || !parse(csv, line->data + n, line->len - n);
}

static void row_clear(struct cells *row)
{
    arena_done(&row->arena);
    row->n = 0;
    row->whole = row->broken = row->split = row->too_long = false;
    buf_clear(&row->raw);
}

/* Reads a whole row, over several lines where a quoted cell holds their ends; the first line may be
   read already. False at the end of the file. */
static bool read_row(struct submit_csv *csv, bool have_line)
{
    struct cells *row = &csv->row;

    row_clear(row);
    while (!row->whole && !row->broken) {
        if (!have_line && !submit_lines_next(csv->lines)) {
            if (csv_fini(&csv->parser, take_cell, take_row_end, row) != 0)
                row->broken = true; /* a quote that was never closed */
            break;
        }
        have_line = false;
        parse_line(csv);
        if (!row->whole && row->n == 0 && row->raw.len <= 2)
            buf_clear(&row->raw); /* an empty line: the row has not begun */
    }
    if (row->broken)
        parser_anew(csv);
    return row->whole || row->broken;
}

/* The header --------------------------------------------------------------------------------------
 */

static bool column_kind(struct slice name, enum column_kind *out)
{
    for (int i = 0; i < COLUMN_META; i++) {
        if (slice_is(name, column_names[i])) {
            *out = (enum column_kind)i;
            return true;
        }
    }
    *out = COLUMN_META;
    return slice_starts(name, SLICE(META)) && name.n > sizeof META - 1;
}

static enum err take_header(struct submit_csv *csv, struct why *why)
{
    unsigned seen = 0;

    if (csv->row.broken || csv->row.n > COLUMNS_MAX)
        return err_set(why, ERR_INVALID, "line 1: no CSV header");
    csv->n_columns = csv->row.n;
    for (size_t i = 0; i < csv->n_columns; i++) {
        struct slice name = csv->row.at[i];

        if (!column_kind(name, &csv->kinds[i]))
            return err_set(why, ERR_INVALID, "line 1: unknown column '%.*s'",
                           name.n > 60 ? 60 : (int)name.n, name.p);
        if (csv->kinds[i] != COLUMN_META && (seen & (1U << csv->kinds[i])) != 0)
            return err_set(why, ERR_INVALID, "line 1: column '%s' stands there twice",
                           column_names[csv->kinds[i]]);
        seen |= 1U << csv->kinds[i];
        if (csv->kinds[i] == COLUMN_META)
            csv->names[i] = slice_copy(
                &csv->arena, (struct slice){name.p + sizeof META - 1, name.n - (sizeof META - 1)});
    }
    for (int i = COLUMN_CUSTOMER; i <= COLUMN_QUANTITY; i++)
        if ((seen & (1U << i)) == 0)
            return err_set(why, ERR_INVALID, "line 1: no column '%s'", column_names[i]);
    buf_add(&csv->header, csv->row.raw.data, csv->row.raw.len);
    return OK;
}

enum err submit_csv_open(struct submit_lines *lines, struct submit_csv **out, struct why *why)
{
    struct submit_csv *csv = calloc(1, sizeof *csv);
    enum err e = OK;

    if (csv == NULL || csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort(); /* no memory for a bounded need of our own */
    csv->lines = lines;
    buf_init(&csv->row.raw, SUBMIT_LINE_MAX);
    buf_init(&csv->header, SUBMIT_LINE_MAX);
    buf_init(&csv->text, TEXT_MAX);
    (void)read_row(csv, true);
    e = take_header(csv, why);
    if (e != OK) {
        submit_csv_close(csv);
        return e;
    }
    csv->have_row = read_row(csv, false);
    *out = csv;
    return OK;
}

void submit_csv_close(struct submit_csv *csv)
{
    if (csv == NULL)
        return;
    csv_free(&csv->parser);
    arena_done(&csv->row.arena);
    arena_done(&csv->arena);
    buf_done(&csv->row.raw);
    buf_done(&csv->header);
    buf_done(&csv->text);
    free(csv);
}

struct slice submit_csv_header(const struct submit_csv *csv)
{
    return (struct slice){(const char *)csv->header.data, csv->header.len};
}

/* Orders ----------------------------------------------------------------------------------------
 */

/* The order that is being put together from rows. */
struct building {
    struct arena *arena;
    struct submit_row *row;
    struct item *items;
    struct pair *pairs;
};

/* The cell of a column; absent where the row has none, or an empty one. */
static struct slice cell(const struct submit_csv *csv, enum column_kind kind)
{
    for (size_t i = 0; i < csv->n_columns && i < csv->row.n; i++)
        if (csv->kinds[i] == kind && csv->row.at[i].n > 0)
            return csv->row.at[i];
    return (struct slice){0};
}

static void add_item(const struct submit_csv *csv, struct building *b)
{
    struct order_draft *draft = &b->row->draft;
    struct slice quantity = cell(csv, COLUMN_QUANTITY);
    struct item item = {slice_copy(b->arena, cell(csv, COLUMN_PRODUCT)), 0};

    if (draft->n_items == ITEMS_MAX) {
        if (!problems_has(&b->row->problems, "items"))
            problems_add(&b->row->problems, "items", "must be at most %d", ITEMS_MAX);
        return;
    }
    if (!text_int(quantity, &item.quantity)) {
        char field[FIELD_MAX_BYTES];

        (void)snprintf(field, sizeof field, "items[%zu].quantity", draft->n_items);
        problems_add(&b->row->problems, field, "must be an integer");
    }
    b->items[draft->n_items++] = item;
}

/* A later row may leave the order's own cells out, but not say something else. */
static void add_meta(const struct submit_csv *csv, struct building *b, size_t i)
{
    struct order_draft *draft = &b->row->draft;
    struct slice value = i < csv->row.n ? csv->row.at[i] : (struct slice){0};

    if (value.n == 0)
        return;
    for (size_t j = 0; j < draft->n_metadata; j++) {
        if (!slice_eq(b->pairs[j].key, csv->names[i]))
            continue;
        if (!slice_eq(b->pairs[j].value, value))
            problems_add(&b->row->problems, "metadata", "'%.*s' differs between its rows",
                         SLICE_ARGS(utf8_cut(csv->names[i], 40)));
        return;
    }
    b->pairs[draft->n_metadata].key = csv->names[i];
    b->pairs[draft->n_metadata++].value = slice_copy(b->arena, value);
}

static void add_customer(const struct submit_csv *csv, struct building *b)
{
    struct order_draft *draft = &b->row->draft;
    struct slice customer = cell(csv, COLUMN_CUSTOMER);

    if (draft->customer_id.p == NULL)
        draft->customer_id = slice_copy(b->arena, customer);
    else if (customer.p != NULL && !slice_eq(customer, draft->customer_id))
        problems_add(&b->row->problems, "customer_id", "differs between the rows of its reference");
}

/* Makes the current row a part of the order. */
static void add_row(struct submit_csv *csv, struct building *b)
{
    struct problems *problems = &b->row->problems;

    buf_add(&csv->text, csv->row.raw.data, csv->row.raw.len);
    if (csv->row.too_long) {
        problems_add(problems, "", "a line is longer than %zu KiB", SUBMIT_LINE_MAX / 1024);
    } else if (csv->row.broken) {
        problems_add(problems, "", csv->row.split ? "a CR within the line" : "wrong quotes");
    } else if (csv->row.n != csv->n_columns) {
        problems_add(problems, "", "%zu cells where the header has %zu", csv->row.n,
                     csv->n_columns);
    } else {
        add_customer(csv, b);
        add_item(csv, b);
        for (size_t i = 0; i < csv->n_columns; i++)
            if (csv->kinds[i] == COLUMN_META)
                add_meta(csv, b, i);
    }
}

/* Does the row that was read ahead belong to the order? */
static bool goes_on(const struct submit_csv *csv, const struct submit_row *row)
{
    struct slice reference = row->draft.reference;

    return csv->have_row && !csv->row.broken && reference.p != NULL &&
           slice_eq(cell(csv, COLUMN_REFERENCE), reference);
}

bool submit_csv_next(struct submit_csv *csv, struct arena *arena, struct submit_row *row)
{
    struct building b = {.arena = arena, .row = row};

    if (!csv->have_row)
        return false;
    b.items = arena_alloc(arena, ITEMS_MAX * sizeof *b.items);
    b.pairs = arena_alloc(arena, COLUMNS_MAX * sizeof *b.pairs);
    row->line = csv->row.line;
    row->draft =
        (struct order_draft){.items = b.items, .metadata = b.pairs, .priority = PRIORITY_DEFAULT};
    buf_clear(&csv->text);
    if (!csv->row.broken)
        row->draft.reference = slice_copy(arena, cell(csv, COLUMN_REFERENCE));
    do {
        add_row(csv, &b);
        csv->have_row = read_row(csv, false);
    } while (goes_on(csv, row));
    row->text = (struct slice){(const char *)csv->text.data, csv->text.len};
    return true;
}
