/* What people ask of a big store that bench_fill has filled. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/rng.h"
#include "shared/wire_request.h"

#define SCALE_IDS 300

/* What is known of the store. */
struct scale_store {
    struct rng rng;
    struct uuid ids[SCALE_IDS]; /* of orders here and there */
    size_t n_ids;
    int64_t oldest, newest; /* created_at */
    int64_t last_seq;
    char text[64]; /* what the last request borrows */
};

struct scale_question {
    const char *name;
    size_t page; /* where in the request its struct page is; 0: it has none */
    enum op op;
    bool goal; /* by one field at most: its p99 has a bound */
    bool deep; /* worth many pages */
    /* Fills a request that is zero but for `op` and the page's limit. */
    void (*fill)(struct scale_store *store, struct request *request);
};

const struct scale_question *scale_questions(size_t *n);

int64_t scale_some_time(struct scale_store *store); /* between the oldest and the newest */
