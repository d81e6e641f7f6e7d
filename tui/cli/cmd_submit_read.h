/* Orders from a file, JSON Lines or CSV, one after the other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "shared/order.h"
#include "shared/validate.h"

/* One order of the file, or what is wrong with it. All inside lives until the next one is read. */
struct submit_row {
    size_t line; /* its first, from 1 */
    struct order_draft draft;
    struct slice key;         /* the line's own `idempotency_key`; absent: none */
    struct problems problems; /* n > 0: it is not to be sent */
    struct slice text;        /* the lines it was read from, with their ends */
};

struct submit_reader;

/*
 * Looks at the name and the first bytes to see which format it is.
 *
 * file     borrowed
 * errors   ERR_INVALID: a CSV header with a missing or unknown column
 */
enum err submit_reader_open(FILE *file, const char *name, struct submit_reader **out,
                            struct why *why);
void submit_reader_close(struct submit_reader *reader); /* takes NULL */

/* The next order; false at the end. */
bool submit_reader_next(struct submit_reader *reader, struct submit_row *row);

/* Bytes read so far. */
size_t submit_reader_bytes(const struct submit_reader *reader);

/* The CSV header line as it stands in the file; absent for JSON Lines. */
struct slice submit_reader_header(const struct submit_reader *reader);
