/* A table in a rect: which columns fit, how wide they are, and the rows on the screen. */
#include "tui/view/widget.h"

#include "tui/model/model.h"

#define MARKS_W 3 /* two marks and a blank before each row */

/* Cells that the columns in use take at least, a blank between them. */
static int least(const struct widget_column *columns, size_t n, const int *widths)
{
    int cells = 0;

    for (size_t i = 0; i < n; i++)
        cells += widths[i] > 0 ? columns[i].min + 1 : 0;
    return cells > 0 ? cells - 1 : 0;
}

/* The column in use that goes first; n when none may. */
static size_t next_out(const struct widget_column *columns, size_t n, const int *widths)
{
    size_t out = n;

    for (size_t i = 0; i < n; i++) {
        if (widths[i] > 0 && columns[i].first_out > 0 &&
            (out == n || columns[i].first_out > columns[out].first_out))
            out = i;
    }
    return out;
}

/* Hands `left` cells to the columns that grow, one at a time to the one that has least of its
   share. */
static void grow(const struct widget_column *columns, size_t n, int left, int *widths)
{
    while (left > 0) {
        size_t next = n;

        for (size_t i = 0; i < n; i++) {
            bool can = widths[i] > 0 && columns[i].grow > 0 && widths[i] < columns[i].max;

            if (can && (next == n || (widths[i] - columns[i].min) * columns[next].grow <
                                         (widths[next] - columns[next].min) * columns[i].grow))
                next = i;
        }
        if (next == n)
            return;
        widths[next]++;
        left--;
    }
}

void widget_widths(const struct widget_column *columns, size_t n, int cols, int *widths)
{
    size_t out = 0;
    int at = 0;

    for (size_t i = 0; i < n; i++)
        widths[i] = columns[i].min;
    while (out < n && least(columns, n, widths) > cols) {
        out = next_out(columns, n, widths);
        if (out < n)
            widths[out] = 0;
    }
    grow(columns, n, cols - least(columns, n, widths), widths);
    for (size_t i = 0; i < n; i++) { /* what may not go is cut */
        if (widths[i] > cols - at)
            widths[i] = cols > at ? cols - at : 0;
        at += widths[i] > 0 ? widths[i] + 1 : 0;
    }
}

static void draw_header(struct canvas *c, const struct widget_table *t, const int *widths)
{
    int x = t->at.x + MARKS_W;

    for (size_t i = 0; i < t->n_columns; i++) {
        struct span at = span_of(x, t->at.y, widths[i]);
        struct slice text = slice_of(t->columns[i].header);

        if (widths[i] == 0)
            continue;
        (void)(t->columns[i].right ? canvas_put_right : canvas_put_cut)(c, at, text, STYLE_BOLD);
        if (t->row_spot != 0)
            canvas_note_spot(
                c, (struct canvas_spot){x, t->at.y, widths[i], SPOT_COLUMN, t->columns[i].id});
        x += widths[i] + 1;
    }
}

static void draw_row(struct canvas *c, const struct widget_table *t, const int *widths, size_t row)
{
    int y = t->at.y + 1 + (int)(row - t->top);
    int x = t->at.x + MARKS_W;

    t->mark(t->self, row, c, t->at.x, y);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (widths[i] == 0)
            continue;
        t->cell(t->self, row, i, c, (struct rect){x, y, widths[i], 1});
        x += widths[i] + 1;
    }
    if (row == t->selected && t->focused) {
        canvas_add_style(c, span_of(t->at.x, y, t->at.w), STYLE_REVERSE);
        canvas_cursor(c, t->at.x, y);
    }
    if (t->row_spot != 0)
        canvas_note_spot(c, (struct canvas_spot){t->at.x, y, t->at.w, t->row_spot, row});
}

void widget_table_draw(struct canvas *c, const struct widget_table *table)
{
    int widths[WIDGET_COLUMNS_MAX] = {0};
    size_t rows = (size_t)layout_list_rows(table->at);

    if (table->at.h < 1 || table->at.w <= MARKS_W)
        return;
    widget_widths(table->columns, table->n_columns, table->at.w - MARKS_W, widths);
    draw_header(c, table, widths);
    for (size_t row = table->top; row < table->n_rows && row - table->top < rows; row++)
        draw_row(c, table, widths, row);
}
