/* Where an idempotency key's row is: the table of the newest, and the filters of the runs. */
#include "daemon/store/key_index.h"

#include <stdlib.h>

#include "shared/need.h"

#define SLOTS_MIN 1024
#define KEY_TAIL_SLACK 512
#define FILTER_WORDS 8 /* of 32 bits: a block; each key sets one bit in each */
#define FILTER_BLOCKS (KEY_FILTER_BYTES / (FILTER_WORDS * sizeof(uint32_t)))

void key_tail_done(struct key_tail *tail)
{
    free(tail->slots);
    *tail = (struct key_tail){0};
}

/* False where the slack at the end is used up. */
static bool place_it(struct key_tail *tail, const struct key_place *place)
{
    size_t i = (size_t)(place->hash >> tail->shift);

    while (i < tail->n_slots && tail->slots[i].n != 0)
        i++;
    if (i == tail->n_slots)
        return false;
    tail->slots[i] = *place;
    return true;
}

static void make(struct key_tail *tail, size_t slots)
{
    tail->n_slots = slots + KEY_TAIL_SLACK;
    tail->shift = (unsigned)(64 - __builtin_ctzll(slots));
    tail->slots = need(calloc(tail->n_slots, sizeof(*tail->slots)));
}

/* Copies all; false where they crowd at the end. */
static bool refill(struct key_tail *tail, const struct key_tail *old)
{
    for (size_t i = 0; i < old->n_slots; i++) {
        if (old->slots[i].n != 0 && !place_it(tail, &old->slots[i]))
            return false;
    }
    return true;
}

static void grow(struct key_tail *tail)
{
    struct key_tail old = *tail;
    size_t slots = SLOTS_MIN;

    if (old.slots == NULL) {
        make(tail, slots);
        return;
    }
    slots = (old.n_slots - KEY_TAIL_SLACK) * 2;
    make(tail, slots);
    while (!refill(tail, &old)) { /* more room parts them */
        free(tail->slots);
        slots *= 2;
        make(tail, slots);
    }
    free(old.slots);
}

void key_tail_add(struct key_tail *tail, const struct key_place *place)
{
    const struct key_place kept = {place->hash, place->n + 1};

    while (tail->slots == NULL || tail->n * 2 >= tail->n_slots || !place_it(tail, &kept))
        grow(tail);
    tail->n++;
}

bool key_tail_find(const struct key_tail *tail, uint64_t hash, size_t *at, uint32_t *n)
{
    size_t i = *at;

    if (tail->slots == NULL)
        return false;
    for (i = i > 0 ? i : (size_t)(hash >> tail->shift); i < tail->n_slots && tail->slots[i].n != 0;
         i++) {
        if (tail->slots[i].hash != hash)
            continue;
        *n = tail->slots[i].n - 1;
        *at = i + 1;
        return true;
    }
    return false;
}

static bool before(const struct key_place *a, const struct key_place *b)
{
    return a->hash != b->hash ? a->hash < b->hash : a->n < b->n;
}

/* They are at most a few places from where they belong. */
void key_tail_sorted(const struct key_tail *tail, struct key_place *out)
{
    size_t n = 0;

    for (size_t i = 0; i < tail->n_slots; i++) {
        struct key_place place = tail->slots[i];
        size_t to = n;

        if (place.n == 0)
            continue;
        place.n--;
        for (; to > 0 && before(&place, &out[to - 1]); to--)
            out[to] = out[to - 1];
        out[to] = place;
        n++;
    }
}

/* The block's first word, and a bit for each word of it from the hash's lower half. */
static size_t block_of(uint64_t hash)
{
    return (size_t)(hash >> 32) % FILTER_BLOCKS * FILTER_WORDS;
}

static uint32_t bit_of(uint64_t hash, unsigned word)
{
    static const uint32_t odd[FILTER_WORDS] = {0x9e3779b1U, 0x85ebca6bU, 0xc2b2ae35U, 0x27d4eb2fU,
                                               0x165667b1U, 0xd3a2646dU, 0xfd7046c5U, 0xb55a4f09U};

    return 1U << ((uint32_t)hash * odd[word] >> 27);
}

void key_filter_add(uint32_t *filter, uint64_t hash)
{
    for (unsigned i = 0; i < FILTER_WORDS; i++)
        filter[block_of(hash) + i] |= bit_of(hash, i);
}

bool key_filter_has(const uint32_t *filter, uint64_t hash)
{
    const uint32_t *block = filter + block_of(hash);

    for (unsigned i = 0; i < FILTER_WORDS; i++) {
        if ((block[i] & bit_of(hash, i)) == 0)
            return false;
    }
    return true;
}
