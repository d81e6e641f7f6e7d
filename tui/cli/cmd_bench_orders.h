/* Orders for a bench: few customers that order much, many that order little. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shared/rng.h"
#include "shared/uuid.h"
#include "shared/wire_request.h"

/* The names that all share: built once. */
struct bench_names;
struct bench_names *bench_names_new(void);
void bench_names_free(struct bench_names *names);

/* Makes orders one after the other; each call in flight has its own. */
struct bench_maker;
struct bench_maker *bench_maker_new(const struct bench_names *names, size_t max_orders,
                                    uint64_t seed, bool keys);
void bench_maker_free(struct bench_maker *maker);

/* `n` new submissions, 1 to max_orders; borrowed until the next call. */
struct submission *bench_maker_make(struct bench_maker *maker, size_t n, int64_t wall_us);
