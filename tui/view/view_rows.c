/* The table of a list of orders or of dead letters. */
#include "tui/view/view_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

#define TIME_W 5 /* "59s"; the other styles need more */
#define TIME_LONG_W 11

/* By enum column: least and most cells, share of what is left, right, when it goes out. */
static const struct widget_column shapes[COLUMN_COUNT] = {
    [COLUMN_ID] = {.min = 13, .max = 18, .grow = 1},
    [COLUMN_CUSTOMER] = {.min = 14, .max = 40, .grow = 4, .first_out = 2},
    [COLUMN_REFERENCE] = {.min = 10, .max = 24, .grow = 2, .first_out = 8},
    [COLUMN_QUANTITY] = {.min = 4, .max = 9, .grow = 1, .right = true, .first_out = 9},
    [COLUMN_STATUS] = {.min = 15, .max = 20, .grow = 2, .first_out = 1},
    [COLUMN_TRY] = {.min = 4, .max = 6, .right = true, .first_out = 7},
    [COLUMN_REASON] = {.min = 9, .max = 80, .grow = 5, .first_out = 6},
    [COLUMN_AGE] = {.min = TIME_W, .max = TIME_LONG_W, .right = true, .first_out = 3},
    [COLUMN_CHANGED] = {.min = 7, .max = TIME_LONG_W, .right = true, .first_out = 10},
    [COLUMN_NEXT] = {.min = TIME_W, .max = TIME_LONG_W, .right = true, .first_out = 11},
    [COLUMN_PRIORITY] = {.min = 3, .max = 3, .right = true, .first_out = 13},
    [COLUMN_STEP] = {.min = 8, .max = 16, .grow = 1, .first_out = 12},
    [COLUMN_REPLAYS] = {.min = 7, .max = 7, .right = true, .first_out = 14},
};

struct rows {
    const struct model *m;
    const struct list *list;
    struct widget_column columns[WIDGET_COLUMNS_MAX];
    size_t n_columns;
};

static bool is_time(size_t column)
{
    return column == COLUMN_AGE || column == COLUMN_CHANGED || column == COLUMN_NEXT;
}

/* The failed ones as a pane of the orders' view. */
static bool beside(const struct model *m, enum list_kind kind)
{
    return kind == LIST_FAILED && model_base(m) == SCREEN_ORDERS;
}

static void choose_columns(struct rows *rows)
{
    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        struct widget_column *column = &rows->columns[rows->n_columns];

        if (!list_column(rows->list, (enum column)i))
            continue;
        *column = shapes[i];
        if (i == COLUMN_REASON && rows->list->kind == LIST_FAILED)
            column->first_out = 0; /* what a list of failed orders is for */
        column->header = column_row((enum column)i)->header;
        column->id = i;
        if (i == COLUMN_ID && beside(rows->m, rows->list->kind))
            column->header = "FAILED ORDER";
        if (is_time(i) && rows->m->time_style != TIMES_RELATIVE)
            column->min = TIME_LONG_W;
        rows->n_columns++;
    }
}

static void draw_mark(void *self, size_t i, struct canvas *c, int x, int y)
{
    const struct rows *rows = self;
    const struct row *row = rows->list->rows[i];
    bool marked = marks_has(&rows->list->marks, &row->uid);
    const char *mark = marked ? "*" : i == rows->list->selected ? ">" : " ";
    char status[] = {status_mark(row->status), '\0'};

    (void)canvas_put(c, span_of(x, y, 1), slice_of(mark),
                     marked ? COLOUR_ACCENT | STYLE_BOLD : COLOUR_PLAIN);
    (void)canvas_put(c, span_of(x + 1, y, 1), slice_of(status),
                     row->gone ? COLOUR_FAINT : style_status(row->status));
}

static void put_time(const struct rows *rows, int64_t at_us, struct canvas *c, struct span at)
{
    char text[VIEW_TIME_MAX];

    if (at_us == 0)
        return;
    view_time(rows->m, at_us, text);
    (void)canvas_put_right(c, at, slice_of(text), COLOUR_FAINT);
}

static void put_try(const struct row *row, struct canvas *c, struct span at, unsigned style)
{
    char text[VIEW_PART_MAX];

    if (row->max_attempts > 0)
        (void)snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, row->attempts, row->max_attempts);
    else
        (void)snprintf(text, sizeof text, "%" PRIu32, row->attempts);
    (void)canvas_put_right(c, at, slice_of(text), style);
}

static void put_number(int64_t n, struct canvas *c, struct span at, unsigned style)
{
    char text[VIEW_PART_MAX];

    view_count(n, at.w, text);
    (void)canvas_put_right(c, at, slice_of(text), style);
}

static void put_status(const struct rows *rows, const struct row *row, struct canvas *c,
                       struct span at)
{
    char word[VIEW_PART_MAX];

    view_status_word(rows->m, row, word);
    (void)canvas_put_cut(c, at, slice_of(word),
                         row->gone ? COLOUR_FAINT : style_status(row->status));
}

/* In the next step's time a retry is due in the future: the relative style counts down to it. */
static void put_next(const struct rows *rows, const struct row *row, struct canvas *c,
                     struct span at)
{
    char text[UNITS_TEXT_MAX];

    if (row->next_attempt_at == 0 || rows->m->time_style != TIMES_RELATIVE) {
        put_time(rows, row->next_attempt_at, c, at);
        return;
    }
    units_format_age(row->next_attempt_at - rows->m->wall_us, text);
    (void)canvas_put_right(c, at, slice_of(text), COLOUR_FAINT);
}

static void draw_cell(void *self, size_t i, size_t column, struct canvas *c, struct rect rect)
{
    const struct rows *rows = self;
    const struct row *row = rows->list->rows[i];
    struct span at = span_of(rect.x, rect.y, rect.w);
    unsigned style = row->gone ? COLOUR_FAINT : COLOUR_PLAIN;

    switch ((enum column)rows->columns[column].id) {
    case COLUMN_ID:
        view_id(c, at, &row->uid, row->gone ? COLOUR_FAINT : COLOUR_ACCENT);
        return;
    case COLUMN_CUSTOMER:
        (void)canvas_put_cut(c, at, slice_of(row->customer), style);
        return;
    case COLUMN_REFERENCE:
        (void)canvas_put_cut(c, at, slice_of(row->reference), style);
        return;
    case COLUMN_QUANTITY:
        put_number(row->total_quantity, c, at, style);
        return;
    case COLUMN_STATUS:
        put_status(rows, row, c, at);
        return;
    case COLUMN_TRY:
        put_try(row, c, at, style);
        return;
    case COLUMN_REASON:
        (void)canvas_put_cut(c, at, slice_of(row->reason), style);
        return;
    case COLUMN_AGE:
        put_time(rows, row->failed_at != 0 ? row->failed_at : row->created_at, c, at);
        return;
    case COLUMN_CHANGED:
        put_time(rows, row->updated_at, c, at);
        return;
    case COLUMN_NEXT:
        put_next(rows, row, c, at);
        return;
    case COLUMN_PRIORITY:
        put_number(row->priority, c, at, style);
        return;
    case COLUMN_STEP:
        (void)canvas_put_cut(c, at, slice_of(row->step), style);
        return;
    case COLUMN_REPLAYS:
        put_number(row->replays, c, at, style);
        return;
    case COLUMN_COUNT:
        return;
    }
}

static const char *why_empty(const struct model *m, const struct list *list)
{
    if (list->refused[0] != '\0')
        return list->refused;
    if (!list->loaded)
        return m->link.state == LINK_OFFLINE ? "no data: the daemon is not there" : "asking ...";
    if (list->filter.text[0] != '\0')
        return "no order matches the filter";
    return list->kind == LIST_FAILED ? "nothing has failed" : "no orders yet: n makes one";
}

void view_rows(const struct model *m, struct canvas *c, enum list_kind kind, struct rect at,
               bool focused)
{
    const struct list *list = &m->lists[kind];
    struct rows rows = {.m = m, .list = list};
    struct widget_table table = {.at = at,
                                 .columns = rows.columns,
                                 .n_rows = list->n,
                                 .top = list->top,
                                 .selected = list->selected,
                                 .focused = focused,
                                 .self = &rows,
                                 .mark = draw_mark,
                                 .cell = draw_cell};

    choose_columns(&rows);
    table.n_columns = rows.n_columns;
    table.row_spot = beside(m, kind) ? SPOT_FAILED_ROW : SPOT_ROW;
    widget_table_draw(c, &table);
    if (list->n == 0)
        view_empty(c, at, why_empty(m, list));
}
