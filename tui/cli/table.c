/* Tables of aligned columns, cut and padded by the cells that their text takes. */
#include "tui/cli/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cli/cli_out.h"

#define GAP_CELLS 2
#define CELLS_MAX_BYTES ((size_t)64 * 1024 * 1024)

static const char cut_mark[] = "...";

struct cell {
    size_t offset, n, cells;
    const char *colour; /* "": none */
    const char *head;   /* in place of text in the table's buf */
};

struct table {
    const struct column *columns;
    size_t n_columns;
    size_t *widths;
    struct buf text;
    struct cell *list;
    size_t n, cap;
    bool heads_printed;
};

const char *table_status_colour(enum status status)
{
    static const char *const colours[STATUS_COUNT] = {
        [STATUS_PROCESSING] = "\033[36m", [STATUS_RETRYING] = "\033[33m",
        [STATUS_HELD] = "\033[35m",       [STATUS_FULFILLED] = "\033[32m",
        [STATUS_FAILED] = "\033[31m",     [STATUS_UNDOING] = "\033[33m",
        [STATUS_REJECTED] = "\033[31m",   [STATUS_CANCELLED] = "\033[2m",
    };

    return (unsigned)status < STATUS_COUNT && colours[status] != NULL ? colours[status] : "";
}

struct table *table_new(const struct column *columns, size_t n)
{
    struct table *table = calloc(1, sizeof *table);

    if (table == NULL)
        abort();
    table->columns = columns;
    table->n_columns = n;
    table->widths = calloc(n + 1, sizeof *table->widths);
    if (table->widths == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        table->widths[i] = out_cells(slice_of(columns[i].head));
    buf_init(&table->text, CELLS_MAX_BYTES);
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    buf_done(&table->text);
    free(table->list);
    free(table->widths);
    free(table);
}

static struct slice cell_text(const struct table *table, const struct cell *cell)
{
    return (struct slice){(const char *)table->text.data + cell->offset, cell->n};
}

static void add_cell(struct table *table, size_t offset, const char *colour)
{
    size_t at = table->n % table->n_columns;
    size_t max = table->columns[at].max_cells;
    struct cell cell = {offset, table->text.len - offset, 0, colour, NULL};

    cell.cells = out_cells(cell_text(table, &cell));
    if (max != 0 && cell.cells > max) {
        cell.n = out_cut(cell_text(table, &cell), max - (sizeof cut_mark - 1)).n;
        table->text.len = offset + cell.n;
        buf_add_text(&table->text, cut_mark);
        cell.n = table->text.len - offset;
        cell.cells = out_cells(cell_text(table, &cell));
    }
    if (cell.cells > table->widths[at])
        table->widths[at] = cell.cells;
    if (table->n == table->cap) {
        table->cap = table->cap == 0 ? 256 : table->cap * 2;
        table->list = realloc(table->list, table->cap * sizeof *table->list);
        if (table->list == NULL)
            abort();
    }
    table->list[table->n++] = cell;
}

void table_cell(struct table *table, struct slice text)
{
    size_t offset = table->text.len;

    if (text.p != NULL)
        text_escape(&table->text, text);
    add_cell(table, offset, "");
}

void table_cell_text(struct table *table, const char *fmt, ...)
{
    char text[256];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    table_cell(table, slice_of(text));
}

void table_cell_status(struct table *table, enum status status)
{
    size_t offset = table->text.len;

    if (status == STATUS_NONE)
        buf_add_text(&table->text, "-");
    else
        buf_printf(&table->text, "%c %s", status_mark(status), status_name(status));
    add_cell(table, offset, table_status_colour(status));
}

void table_cell_age(struct table *table, int64_t at, int64_t now)
{
    char age[64];

    out_age(at, now, age);
    table_cell(table, slice_of(age));
}

static void pad(size_t cells)
{
    for (size_t i = 0; i < cells; i++)
        (void)putchar(' ');
}

/* Blanks are held back in *blanks until text follows: lines end where their text ends. */
static void print_cell(const struct table *table, size_t at, const struct cell *cell,
                       size_t *blanks)
{
    struct slice text = cell->head != NULL ? slice_of(cell->head) : cell_text(table, cell);
    size_t fill = table->widths[at] - cell->cells;
    bool right = table->columns[at].align == COLUMN_RIGHT;
    bool last = at + 1 == table->n_columns;

    *blanks += right ? fill : 0;
    if (text.n > 0) {
        pad(*blanks);
        *blanks = 0;
        (void)printf("%s%.*s%s", cell->colour, SLICE_ARGS(text),
                     cell->colour[0] != '\0' ? TABLE_COLOUR_OFF : "");
    }
    *blanks += (right ? 0 : fill) + GAP_CELLS;
    if (!last)
        return;
    (void)putchar('\n');
    *blanks = 0;
}

static void print_heads(const struct table *table, bool colour)
{
    size_t blanks = 0;

    for (size_t i = 0; i < table->n_columns; i++) {
        const char *head = table->columns[i].head;
        const struct cell cell = {.cells = out_cells(slice_of(head)),
                                  .colour = colour ? TABLE_COLOUR_HEAD : "",
                                  .head = head};

        print_cell(table, i, &cell, &blanks);
    }
}

void table_print(struct table *table, bool colour)
{
    size_t blanks = 0;

    if (table->n == 0 || table->n_columns == 0)
        return;
    if (!table->heads_printed)
        print_heads(table, colour);
    table->heads_printed = true;
    for (size_t i = 0; i < table->n; i++) {
        struct cell *cell = &table->list[i];

        if (!colour)
            cell->colour = "";
        print_cell(table, i % table->n_columns, cell, &blanks);
    }
    table->n = 0;
    buf_clear(&table->text);
}
