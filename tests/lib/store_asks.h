/* Each operation of a store once, with a table that it needs. */
#pragma once

#include "tests/lib/store_scene.h"

/* What there must be: an order with the reference "ref", the key "key" and the lease "lease"; one
   that is FULFILLED; a dead letter, n 100 + id; replay 1; a set of that letter, its token uid 7. */
#define ASK_QUEUED 1
#define ASK_ENDED 2
#define ASK_DEAD 3

struct store_ask {
    const char *table; /* of the SQLite file; an operation is there once for each it needs */
    const char *label;
    enum err (*run)(struct store_scene *f); /* in a transaction */
};

const struct store_ask *store_asks(size_t *n);

/* Those of store_other_asks.c: changes, steps, alarms, other lists. The store knows the steps of
   store_steps.h. */
const struct store_ask *store_other_reads(size_t *n);
const struct store_ask *store_other_writes(size_t *n);
