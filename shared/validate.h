/* Every problem of an order, each with its field path. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"
#include "shared/order.h"

#define FIELD_MAX_BYTES 160 /* a field path and its NUL; more is cut */

struct problem {
    struct problem *next;
    const char *field; /* "items[2].quantity"; in the arena */
    const char *text;  /* "must be an integer from 1 to 1000000, not 0" */
};

/* A list of problems; all zero with an arena is empty. It keeps the first 500; `n` counts all. */
struct problems {
    struct arena *arena; /* borrowed */
    struct problem *first, *last;
    size_t n;
};

/* Adds one. `field` and text are copied; values shown in the text are made safe and cut. */
void problems_add(struct problems *problems, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds "is required" unless it was given, or has a problem already. */
void problems_require(struct problems *problems, const char *field, bool given);

/* Has this field (exactly) a problem already? */
bool problems_has(const struct problems *problems, const char *field);

/* "3 problems: items: must be ...; ..." (the first few) into `why`. Returns ERR_INVALID. */
enum err problems_why(const struct problems *problems, struct why *why);

/*
 * Adds every problem of the draft's values: lengths in code points, ranges, counts, control
 * characters, UTF-8. A field that has a problem already (a wrong type) is left alone. The rules
 * are those of docs/protocol.md, "Validation".
 */
void validate_draft(const struct order_draft *draft, struct problems *problems);

/* One text value on its own: valid UTF-8, no control characters, min to max code points. */
void validate_text(struct slice value, const char *field, size_t min, size_t max,
                   struct problems *problems);
