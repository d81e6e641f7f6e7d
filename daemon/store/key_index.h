/*
 * Where an idempotency key's row is, by the key's hash: the newest in a table in memory, the older
 * ones behind a filter for each sealed run that says, but for few in ten thousand, which runs need
 * not be asked.
 *
 * A client's key is random. An index over all keys would have each new one dirty a page of its own;
 * here a key costs a row at the end of a table, and a run is written once, in order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row's number is counted from the tail's or run's first one. */
struct key_place {
    uint64_t hash;
    uint32_t n;
};

#define KEY_RUN_MAX 131072 /* keys in the tail, and so in a run */
#define KEY_PARTS 512      /* of a run; by the hash's upper bits */
#define KEY_PART_SHIFT 55
#define KEY_FILTER_BYTES (256UL * 1024) /* 16 bits a key */

/* ---- the newest, not yet in a run ---- */

/* All zero is an empty one. Places lie by the upper bits of their hashes, so that they are nearly
   in order already when a run is made of them. Hashes must be spread as chance would have it. */
struct key_tail {
    struct key_place *slots; /* n + 1 is kept, 0: free */
    size_t n_slots;          /* a power of two, and KEY_TAIL_SLACK more, for there is no wrapping */
    unsigned shift;
    size_t n;
};

void key_tail_done(struct key_tail *tail); /* empty afterwards */
void key_tail_add(struct key_tail *tail, const struct key_place *place);

/* The next place with this hash from *at (0 at first), which is moved behind it; false: none. */
bool key_tail_find(const struct key_tail *tail, uint64_t hash, size_t *at, uint32_t *n);

/* All, by hash and then number; `out` has room for tail->n. */
void key_tail_sorted(const struct key_tail *tail, struct key_place *out);

/* ---- the filter of a run: KEY_FILTER_BYTES ---- */

void key_filter_add(uint32_t *filter, uint64_t hash);
bool key_filter_has(const uint32_t *filter, uint64_t hash);
