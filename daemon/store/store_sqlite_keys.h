/*
 * What the store knows of idempotency keys while it is open: the tail and the runs (key_index.h),
 * and how a tail becomes a run.
 */
#pragma once

#include "daemon/store/checksum.h"
#include "daemon/store/key_index.h"
#include "daemon/store/store_sqlite.h"

#define KEY_PLACE_BYTES 12 /* of a part's blob: the hash and the number, the high byte first */

struct key_run {
    int64_t id, first_n, last_n;
    uint32_t *filter;
};

struct sqlite_keys {
    uint8_t seed[CHECKSUM_SEED_BYTES];
    struct key_tail tail;
    int64_t tail_first; /* what numbers in the tail are counted from */
    int64_t next_n;
    struct key_run *runs; /* oldest first */
    size_t n_runs, cap_runs;
    bool touched; /* runs came or went in this transaction */
};

/* A row with this hash has come: number next_n, which it moves on. */
void keys_add_place(struct sqlite_keys *keys, uint64_t hash);

/* The full tail becomes a run, and begins anew. In a transaction. */
enum err keys_seal(struct sqlite_store *store, struct why *why);

/* Removes runs of whose rows none is left. In a transaction. */
enum err keys_drop_runs(struct sqlite_store *store, struct why *why);
