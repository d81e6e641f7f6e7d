/* UUID version 7: made in rising order, as text and as 16 bytes. */
#include "shared/uuid.h"

#include <string.h>

#define COUNTER_MAX 0x0FFFU

/* Where the two digits of each byte stand in the text. */
static const uint8_t places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

void uuid_maker_init(struct uuid_maker *maker, uint64_t seed)
{
    *maker = (struct uuid_maker){0};
    rng_seed(&maker->rng, seed);
}

/* On to the next pair of millisecond and counter; runs ahead of the clock rather than back. */
static void advance(struct uuid_maker *maker, uint64_t now_ms)
{
    if (now_ms > maker->last_ms) {
        maker->last_ms = now_ms;
        maker->counter = 0;
    } else if (maker->counter < COUNTER_MAX) {
        maker->counter++;
    } else {
        maker->last_ms++;
        maker->counter = 0;
    }
}

struct uuid uuid_make(struct uuid_maker *maker, int64_t wall_us)
{
    struct uuid uuid;
    uint64_t tail = rng_next(&maker->rng);

    advance(maker, wall_us > 0 ? (uint64_t)wall_us / 1000 : 0);
    for (unsigned i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(maker->last_ms >> (40 - 8 * i));
    uuid.bytes[6] = (uint8_t)(0x70U | maker->counter >> 8);
    uuid.bytes[7] = (uint8_t)maker->counter;
    for (unsigned i = 0; i < 8; i++)
        uuid.bytes[8 + i] = (uint8_t)(tail >> (56 - 8 * i));
    uuid.bytes[8] = (uint8_t)(0x80U | (uuid.bytes[8] & 0x3FU));
    return uuid;
}

void uuid_format(const struct uuid *uuid, char out[UUID_TEXT_LEN + 1])
{
    static const char digits[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                    '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    out[8] = out[13] = out[18] = out[23] = '-';
    for (unsigned i = 0; i < 16; i++) {
        out[places[i]] = digits[uuid->bytes[i] >> 4];
        out[places[i] + 1] = digits[uuid->bytes[i] & 0x0FU];
    }
    out[UUID_TEXT_LEN] = '\0';
}

/* One more than the value of a lower-case hex digit; 0 for all else. */
static const uint8_t hex_values[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* More than 15 for what is no digit. */
static unsigned hex_value(char c)
{
    return hex_values[(uint8_t)c] - 1U;
}

bool uuid_parse(const char *text, size_t n, struct uuid *out)
{
    struct uuid uuid;
    unsigned bad = 0;

    if (n != UUID_TEXT_LEN || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-')
        return false;
    for (unsigned i = 0; i < 16; i++) {
        unsigned high = hex_value(text[places[i]]);
        unsigned low = hex_value(text[places[i] + 1]);

        bad |= high | low;
        uuid.bytes[i] = (uint8_t)(high << 4 | low);
    }
    if (bad > 15)
        return false;
    *out = uuid;
    return true;
}

int uuid_compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
