/* The fields of a request as rows of a table: how each kind is read, checked and written. */
#pragma once

#include <stddef.h>

#include "shared/wire_request.h"

enum request_kind {
    /* request_kinds.c */
    REQUEST_TEXT,      /* struct slice: min to max characters, none of them control */
    REQUEST_BYTES,     /* struct slice: UTF-8 of min to max bytes */
    REQUEST_INT,       /* int64_t: min to max; 0 is not written, unless required */
    REQUEST_INT_MAYBE, /* int64_t: min to max; `second`: bool, whether it was given */
    REQUEST_LIMIT,     /* uint32_t: 1 to max, `initial` unless given */
    REQUEST_RATE,      /* double: above 0 to max */
    REQUEST_BOOL,      /* bool */
    REQUEST_TRUE,      /* bool: only true may be given */
    REQUEST_FROM,      /* bool: "start" is true, "failed" false */
    REQUEST_ID,        /* struct uuid */
    REQUEST_ID_MAYBE,  /* struct uuid; `second`: bool, whether it was given */
    REQUEST_STATUSES,  /* unsigned: STATUS_BITs, from a list of names */
    REQUEST_TOPICS,    /* unsigned: topic bits, from a list of names */
    REQUEST_SORT,      /* enum list_sort: up to max */
    REQUEST_NAMES,     /* struct name_list: 1 to max names of up to `min` characters */
    /* request_order_kinds.c */
    REQUEST_ONE,    /* struct selection: a single id */
    REQUEST_IDS,    /* struct selection: 1 to max ids */
    REQUEST_WHICH,  /* struct selection: a filter's text */
    REQUEST_FILTER, /* struct slice, the text; `second`: struct filter */
    REQUEST_DEAD,   /* struct request_replay: a filter, as text or as a map */
    REQUEST_STOP,   /* struct request_stop_if: a map */
    REQUEST_SHARE,  /* double: 0 to 1 */
    REQUEST_ORDER,  /* struct order_draft */
    REQUEST_ORDERS, /* struct request: submit_batch */
    REQUEST_KINDS
};

struct request_row {
    struct slice name;
    enum request_kind kind;
    size_t offset;
    size_t second;
    int64_t min, max;
    uint32_t initial;
    bool required;
    bool choice; /* of all these rows exactly one must be given */
};

struct request_table {
    const struct request_row *rows;
    uint32_t n; /* at most 32 */
};

#define REQUEST_TABLE(rows)                                                                        \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof(rows)[0]                                                     \
    }

/* What is read from, and where problems go. */
struct request_in {
    struct mp_reader *r;
    struct problems *problems;
    const char *of; /* what the fields are in, such as "filter"; NULL: nothing */
    bool top;       /* the request itself: `v`, `op` and `as` are read elsewhere */
};

/* Reads `pairs` pairs into `base`; all that is wrong becomes problems. */
void request_rows_read(const struct request_in *in, uint32_t pairs,
                       const struct request_table *table, void *base);

/* How many rows have a value to be written. */
uint32_t request_rows_given(const struct request_table *table, const void *base);

/* Writes the pairs of the rows that have one. */
void request_rows_write(struct buf *out, const struct request_table *table, const void *base);

/* The entry of a batch and the request `submit` alike: offsets within struct submission. */
const struct request_table *request_submission(void);

/* The fields of `stop_if`: offsets within struct request_stop_if. */
const struct request_table *request_stop_if(void);

/* The fields of `failed`, but for paging: offsets within struct dead_query. */
const struct request_table *request_dead_query(void);
