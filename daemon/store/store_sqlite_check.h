/* A store's file by itself: is all of it there and does it hold together, and what goes with it. */
#pragma once

#include <stdatomic.h>

#include "shared/err.h"
#include "shared/uuid.h"

struct store_checked {
    int64_t version; /* of its schema */
    int64_t orders;
    int64_t dead;     /* dead letters */
    int64_t last_seq; /* of its events */
};

/*
 * Reads a whole file that nobody writes, and changes nothing: SQLite's own integrity check, then
 * that every order has its whole history, that every dead letter is a FAILED order's and the other
 * way round, that no event is missing between the first and the last, that the totals are what the
 * rows add up to, that what orders are found by is complete, and that every order sums to its sum.
 * Of a file of an older version only the first of these.
 *
 * stop     true: give up; NULL: never
 * errors   ERR_NOT_FOUND: no such file; ERR_INVALID: corrupt, foreign, newer, not finished (its log
 *          lies beside it), or the first thing that does not hold; ERR_BUSY: stopped; ERR_INTERNAL
 * thread   any
 */
enum err store_sqlite_check_file(const char *path, atomic_bool *stop, struct store_checked *out,
                                 struct why *why);

/*
 * Makes a store's file, which nobody has open, stand alone: moves its log into it, and leaves none
 * beside it. ERR_INVALID when it is corrupt or no database; whatever lies there is left then.
 */
enum err store_sqlite_settle(const char *path, struct why *why);

/* A look at all that there is in a file, going on past what does not hold. */
struct store_verify_file {
    void (*fault)(void *self, const char *what); /* of the file, or of its rows as a whole */
    void (*broken)(void *self, const struct uuid *order, const char *what);
    void *self;
    int64_t checked;  /* out: orders */
    int64_t unsummed; /* out: of these, how many have no sum yet */
};

/*
 * Reads the store's file of an instance that does not run, with its log where a crash has left one,
 * and changes neither. Each thing that does not hold is told of, and every order that does not.
 *
 * errors   ERR_NOT_FOUND: no such file; ERR_INVALID: it cannot be looked at: no database, foreign,
 *          newer, or older and not migrated yet
 * thread   any
 */
enum err store_sqlite_verify_file(const char *path, struct store_verify_file *verify,
                                  struct why *why);
