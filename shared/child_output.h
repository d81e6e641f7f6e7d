/* What a program says, bounded: the start of its output, the last line of its errors. */
#pragma once

#include "shared/buf.h"
#include "shared/exec_end.h"

/* The last line that says something, of all that comes. All zero is an empty one. */
struct child_line {
    char now[EXEC_LINE_BYTES]; /* the line that comes; what is longer is cut */
    size_t n_now;
    char last[EXEC_LINE_BYTES]; /* the last whole one */
    size_t n_last;
};

void child_line_add(struct child_line *line, const char *bytes, size_t n);
struct slice child_line_last(const struct child_line *line); /* trimmed; absent: there is none */

/* Keeps the first EXEC_KEPT_BYTES; the rest is let go. */
void child_output_keep(struct buf *kept, const char *bytes, size_t n);
