/* What commands print: aligned columns, JSON lines, colour; stored text always made safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/mp.h"
#include "shared/order.h"

/* Makes this thread count cells by Unicode, whatever the environment says. Once, before output. */
void out_init(void);

/* Cells that a text takes on a terminal: two for wide characters, none for combining ones. */
size_t out_cells(struct slice text);

/* The longest start of `text` that takes at most `cells`. */
struct slice out_cut(struct slice text, size_t cells);

enum column_align { COLUMN_LEFT, COLUMN_RIGHT };

struct column {
    const char *head;
    enum column_align align;
    size_t max_cells; /* cut with "..." past it; 0: never */
};

/*
 * Rows are gathered and printed with every column as wide as its widest cell (by wcwidth). A table
 * may be printed several times, page by page: the heads come once, columns never get narrower.
 */
struct table;
struct table *table_new(const struct column *columns, size_t n);
void table_cell(struct table *table, struct slice text); /* made safe */
void table_cell_text(struct table *table, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void table_cell_status(struct table *table, enum status status);   /* mark, word, colour */
void table_cell_age(struct table *table, int64_t at, int64_t now); /* "28s ago", or nothing */
void table_print(struct table *table, bool colour); /* prints, then empties it; nothing if empty */
void table_free(struct table *table);

/* "name   value" lines, such as `dofs info` prints. */
void out_pair(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_pair_slice(const char *name, struct slice value);     /* absent: no line */
void out_pair_time(const char *name, int64_t at, int64_t now); /* 0: no line */

/* "28s ago", "in 3s" or, for 0, nothing. */
void out_age(int64_t at, int64_t now, char out[64]);

/* One msgpack value as a line of JSON on standard output (order_json_write). */
void out_json_line(struct mp_reader *value, const char *const *skip);

/* Safe text to standard output or standard error. */
void out_safe(int fd_is_stderr, struct slice text);

/* A status as "! FAILED", in its colour. */
void out_status(enum status status, bool colour);
