/* Which orders or dead letters have a time in a span, without an index over times. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

#define TIMES_SPANS_MAX 16

struct conn;
struct sqlite_store;

/* What has a number and a time; the table `clock_back` has these. */
enum times_kind { TIMES_CREATED, TIMES_FAILED, TIMES_KINDS };

struct last_time { /* of the last that was added */
    bool known;
    int64_t at;
};

/* Numbers from `first` to `last`, both in it. */
struct times_span {
    int64_t first, last;
};

struct times_spans {
    struct times_span at[TIMES_SPANS_MAX]; /* the highest first */
    size_t n;
    bool cut; /* the clock was set back so often that the last one holds others, too */
};

/* All there are. */
static inline struct times_spans times_all(void)
{
    return (struct times_spans){.at = {{1, INT64_MAX}}, .n = 1};
}

/*
 * Those whose time is in [from, to). In a snapshot.
 *
 * between    from and to, µs since 1970; 0: open
 */
enum err times_find(struct conn *conn, enum times_kind kind, const int64_t between[2],
                    struct times_spans *out, struct why *why);

/* One is added, whose number is the highest yet; the transaction is rolled back. The writer's. */
enum err times_note(struct sqlite_store *store, enum times_kind kind, int64_t n, int64_t at,
                    struct why *why);
void times_rolled_back(struct sqlite_store *store);
