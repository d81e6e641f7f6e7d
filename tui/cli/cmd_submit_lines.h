/* Lines of a file with their numbers, none longer than a bound. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "shared/buf.h"

/* Room for the largest order that is valid, in any spelling. */
#define SUBMIT_LINE_MAX ((size_t)512 * 1024)

struct submit_lines {
    FILE *file;
    struct buf text;  /* the line, with its end */
    size_t number;    /* its own, from 1 */
    size_t bytes;     /* read so far */
    bool too_long;    /* the rest of it was passed over */
    struct buf chunk; /* read ahead */
    size_t at;        /* in the chunk */
};

void submit_lines_init(struct submit_lines *lines, FILE *file);
void submit_lines_done(struct submit_lines *lines);

/* The next line; false at the end. A mark of UTF-8 at the very start is passed over. */
bool submit_lines_next(struct submit_lines *lines);
