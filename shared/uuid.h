/* UUID version 7: made in rising order, as text and as 16 bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/rng.h"

#define UUID_TEXT_LEN 36

struct uuid {
    uint8_t bytes[16];
};

/* Makes ids of which each is greater than the one before, even when the clock goes back. */
struct uuid_maker {
    struct rng rng;
    uint64_t last_ms;
    uint16_t counter; /* within one millisecond, 12 bits */
};

void uuid_maker_init(struct uuid_maker *maker, uint64_t seed);

/* The next id; `wall_us` is now. Thread: one for each maker. */
struct uuid uuid_make(struct uuid_maker *maker, int64_t wall_us);

/* Writes 36 lower-case characters and a NUL. */
void uuid_format(const struct uuid *uuid, char out[UUID_TEXT_LEN + 1]);

/* Parses exactly 36 characters, lower case; false (and *out untouched) if it is none. */
bool uuid_parse(const char *text, size_t n, struct uuid *out);

/* Like memcmp. */
int uuid_compare(const struct uuid *a, const struct uuid *b);
