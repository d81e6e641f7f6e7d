/* Which orders are what was stored: a look at each of them, some at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/uuid.h"

struct store_reader;

struct store_verify_ask {
    const struct uuid *only; /* this one alone: ERR_NOT_FOUND; NULL: all, by rising id */
    struct uuid after;       /* in and out: behind it; all zero: from the first */
    uint32_t limit;          /* how many in one snapshot */
    /* One that does not hold, and what is wrong with it; both borrowed for the call. */
    void (*broken)(void *self, const struct uuid *uid, const char *what);
    void *self;
    int64_t checked;  /* out: added to */
    int64_t unsummed; /* out: added to: of these, how many have no sum yet */
    bool end;         /* out: there are no more */
};

/*
 * Reads orders with all that belongs to them, and compares it with the sums it was written with;
 * and what the dead-letter queue says of them. Those that cannot be read do not hold either.
 *
 * errors   the ids of orders cannot be read: nothing was looked at
 */
enum err store_verify(struct store_reader *reader, struct store_verify_ask *ask, struct why *why);

/* The order that an ERR_DAMAGED of the store is about, from its sentence. */
bool store_verify_named(const char *why, struct uuid *out);
