/* Seeded draws: the same seed gives the same numbers on every machine. */
#pragma once

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* Starts a sequence; every seed is good, 0 too. */
void rng_seed(struct rng *rng, uint64_t seed);

/* A seed from the kernel. */
uint64_t rng_entropy(void);

/* The next 64 bits. */
uint64_t rng_next(struct rng *rng);

/* Uniform in [0, 1). */
double rng_unit(struct rng *rng);

/* Uniform in 0..max, both included; max >= 0. */
int64_t rng_upto(struct rng *rng, int64_t max);

/* Three numbers mixed into one of good quality, without state: hash for draws tied to an order. */
uint64_t rng_mix(uint64_t a, uint64_t b, uint64_t c);

/* A 64-bit number as a unit draw in [0, 1). */
double rng_as_unit(uint64_t bits);
