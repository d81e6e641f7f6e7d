/* What commands print: aligned columns, JSON lines, colour; stored text always made safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/mp.h"
#include "shared/order.h"

enum column_align { COLUMN_LEFT, COLUMN_RIGHT };

struct column {
    const char *head;
    enum column_align align;
    size_t max_cells; /* cut with "..." past it; 0: never */
};

/* Rows are gathered and printed with every column as wide as its widest cell (by wcwidth). */
struct table;
struct table *table_new(const struct column *columns, size_t n);
void table_cell(struct table *table, struct slice text); /* made safe */
void table_cell_text(struct table *table, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void table_cell_status(struct table *table, enum status status); /* mark, word, colour */
void table_print(struct table *table, bool colour);              /* prints, then empties it */
void table_free(struct table *table);

/* "name   value" lines, such as `dofs info` prints. */
void out_pair(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_pair_slice(const char *name, struct slice value);

/* One msgpack value as a line of JSON on standard output (order_json_write). */
void out_json_line(struct mp_reader *value, const char *const *skip);

/* Safe text to standard output or standard error. */
void out_safe(int fd_is_stderr, struct slice text);
