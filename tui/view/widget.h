/* What screens are made of: table, tabs, field, sparkline, lines and boxes. */
#pragma once

#include "tui/model/model_input.h"
#include "tui/model/model_layout.h"
#include "tui/view/canvas.h"

/* A table in a rect: its first line is the header. */
struct widget_column {
    const char *header;
    int min, max; /* cells, without the blank behind it */
    int grow;     /* its share of what is left over; 0: none */
    bool right;
    int first_out; /* when it is narrow, the column with the highest goes first; 0: never */
    size_t id;     /* the caller's; a click on the header gives it */
};

#define WIDGET_COLUMNS_MAX 16

/* Widths for `cols` cells; 0: left out. */
void widget_widths(const struct widget_column *columns, size_t n, int cols, int *widths);

struct widget_table {
    struct rect at;
    const struct widget_column *columns;
    size_t n_columns;
    size_t n_rows, top, selected;
    bool focused; /* the hardware cursor sits on the selected row */
    int row_spot; /* enum spot of its rows; its columns are SPOT_COLUMN; 0: no clicks */
    void *self;
    /* Two cells before the row, such as ">!"; the `row`-th of all. */
    void (*mark)(void *self, size_t row, struct canvas *c, int x, int y);
    void (*cell)(void *self, size_t row, size_t column, struct canvas *c, struct rect at);
};
void widget_table_draw(struct canvas *c, const struct widget_table *table);

struct widget_tab {
    char text[40];
    bool on;
};
/* " 1 Overview [2 Orders] 3 Failed(12)"; each a SPOT_TAB. Returns cells taken. */
int widget_tabs(struct canvas *c, struct span at, const struct widget_tab *tabs, size_t n);

/* A text field: its end near the cursor is shown; with the focus the hardware cursor is in it. */
void widget_field(struct canvas *c, struct span at, const struct input *input, bool focused);

/* The newest on the right; a blank or '_' is 0; eight heights in UTF-8, digits 1 to 9
   in ASCII. When there are more values than cells, a cell shows the highest of several. */
void widget_sparkline(struct canvas *c, struct span at, const uint32_t *values, size_t n,
                      unsigned style);

/* A bar, filled by share 0 to 1. */
void widget_bar(struct canvas *c, struct span at, double share, unsigned style);

/* A horizontal line with a title on the left and words on the right. */
void widget_rule(struct canvas *c, struct span at, const char *left, const char *right);

/* A vertical line in column `x`, beside a rect. */
void widget_divider(struct canvas *c, int x, struct rect beside);

/* Clears a box in the middle of the canvas, with a border and a title; returns its inside. */
struct rect widget_box(struct canvas *c, int w, int h, const char *title);

/* A button, reversed with the focus; SPOT_BUTTON with `index`. Returns cells taken. */
int widget_button(struct canvas *c, struct span at, const char *text, bool focused, size_t index);
