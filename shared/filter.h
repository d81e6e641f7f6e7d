/* The filter language: text to terms and back, and whether something matches. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/order.h"

enum filter_field {
    FILTER_WORD, /* start of an order id, customer, reference or product */
    FILTER_STATUS,
    FILTER_CUSTOMER,
    FILTER_PRODUCT,
    FILTER_REFERENCE,
    FILTER_REASON,
    FILTER_GROUP,
    FILTER_STEP,
    FILTER_BY,
    FILTER_AGE,
    FILTER_ATTEMPTS,
    FILTER_FIELDS
};

enum filter_cmp { FILTER_EQ, FILTER_LT, FILTER_LE, FILTER_GT, FILTER_GE };

#define FILTER_VALUES_MAX 16

/* One term; any of its values will do. */
struct filter_term {
    enum filter_field field;
    bool negated;
    enum filter_cmp cmp;                    /* AGE and ATTEMPTS; else EQ */
    unsigned statuses;                      /* STATUS: STATUS_BITs */
    int64_t number;                         /* AGE: µs; ATTEMPTS: a count */
    size_t n_values;                        /* of the text fields */
    struct slice values[FILTER_VALUES_MAX]; /* may hold `*` */
};

/* All terms must hold; none: everything matches. */
struct filter {
    size_t n;
    const struct filter_term *terms; /* in the arena */
};

/*
 * Parses a filter's text; blanks between terms, quotes around words with blanks, `-` negates.
 *
 * errors   ERR_INVALID naming the wrong term
 * thread   any; slices borrow from `text` or the arena
 * source   docs/protocol.md, "Filters"
 */
enum err filter_parse(struct slice text, struct arena *arena, struct filter *out, struct why *why);

/* Writes it as text that parses to the same filter. */
void filter_write(const struct filter *filter, struct buf *out);

/* What a filter is held against. Absent fields match no value. */
struct filter_subject {
    const struct uuid *uid;
    enum status status;
    struct slice customer_id, reference, reason, group, step, by;
    const struct item *items;
    size_t n_items;
    uint32_t attempts;
    int64_t created_at;
};

/* Does it match? `now_us`: for ages. Thread: any. */
bool filter_matches(const struct filter *filter, const struct filter_subject *subject,
                    int64_t now_us);

/* A whole value against one of the term's values (with `*`); the word rule for FILTER_WORD. */
bool filter_value_matches(const struct filter_term *term, struct slice value);
