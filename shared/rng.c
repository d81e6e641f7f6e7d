/* Seeded draws by xoshiro256** (Blackman and Vigna), seeded by splitmix64. */
#include "shared/rng.h"

#define GOLDEN 0x9E3779B97F4A7C15ULL /* 2^64 by the golden ratio: splitmix64's step */

static uint64_t rotl(uint64_t x, unsigned k)
{
    return x << k | x >> (64 - k);
}

/* The end of splitmix64: each bit of `x` flips half of the bits of the result. */
static uint64_t finish(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

void rng_seed(struct rng *rng, uint64_t seed)
{
    for (unsigned i = 0; i < 4; i++)
        rng->s[i] = finish(seed += GOLDEN);
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double rng_as_unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1.0p-53;
}

double rng_unit(struct rng *rng)
{
    return rng_as_unit(rng_next(rng));
}

int64_t rng_upto(struct rng *rng, int64_t max)
{
    uint64_t range = (uint64_t)max + 1;
    uint64_t uneven = 0;
    uint64_t draw = 0;

    if (max <= 0)
        return 0;
    uneven = (UINT64_MAX - range + 1) % range; /* 2^64 modulo range: as many are drawn again */
    do {
        draw = rng_next(rng);
    } while (draw < uneven);
    return (int64_t)(draw % range);
}

/* Each number goes through the finisher by itself, so that neighbours give unlike results. */
uint64_t rng_mix(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t x = finish(a + GOLDEN);

    x = finish((x ^ b) + GOLDEN);
    return finish((x ^ c) + GOLDEN);
}
