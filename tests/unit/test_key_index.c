/* The places of idempotency keys: all that was put in is found again, and in order. */
#include <stdlib.h>

#include "tests/lib/test.h"

#include "daemon/store/key_index.h"
#include "shared/rng.h"

#define MANY 100000U

static bool holds(const struct key_tail *tail, uint64_t hash, uint32_t wanted)
{
    size_t at = 0;
    uint32_t n = 0;

    while (key_tail_find(tail, hash, &at, &n)) {
        if (n == wanted)
            return true;
    }
    return false;
}

static size_t count(const struct key_tail *tail, uint64_t hash)
{
    size_t at = 0, found = 0;
    uint32_t n = 0;

    while (key_tail_find(tail, hash, &at, &n))
        found++;
    return found;
}

static void add(struct key_tail *tail, uint64_t hash, uint32_t n)
{
    const struct key_place place = {hash, n};

    key_tail_add(tail, &place);
}

static void an_empty_tail_finds_nothing(void **state)
{
    struct key_tail tail = {0};

    (void)state;
    assert_int_equal(count(&tail, 0), 0);
    key_tail_done(&tail);
}

static void every_place_is_found_however_many_there_are(void **state)
{
    struct key_tail tail = {0};
    struct rng rng;

    (void)state;
    rng_seed(&rng, 1);
    for (uint32_t n = 0; n < MANY; n++)
        add(&tail, rng_next(&rng), n);
    rng_seed(&rng, 1);
    for (uint32_t n = 0; n < MANY; n++)
        assert_true(holds(&tail, rng_next(&rng), n));
    assert_int_equal(count(&tail, rng_next(&rng)), 0);
    key_tail_done(&tail);
}

/* The first and the last slots, and those behind each other, as no hash would have it. */
static void equal_and_crowded_hashes_are_all_found(void **state)
{
    struct key_tail tail = {0};

    (void)state;
    for (uint32_t n = 0; n < 3; n++)
        add(&tail, 0, n);
    for (uint32_t n = 0; n < 400; n++)
        add(&tail, UINT64_MAX - n % 200, n);
    assert_int_equal(count(&tail, 0), 3);
    assert_true(holds(&tail, 0, 2));
    for (uint32_t n = 0; n < 200; n++)
        assert_int_equal(count(&tail, UINT64_MAX - n), 2);
    key_tail_done(&tail);
}

static void places_come_out_by_hash_then_number(void **state)
{
    struct key_tail tail = {0};
    struct key_place *out = calloc(MANY, sizeof(*out));
    struct rng rng;

    (void)state;
    assert_non_null(out);
    rng_seed(&rng, 2);
    for (uint32_t n = 0; n < MANY; n++)
        add(&tail, rng_next(&rng) << (n % 7), MANY - n);
    assert_int_equal(tail.n, MANY);
    key_tail_sorted(&tail, out);
    for (uint32_t i = 1; i < MANY; i++)
        assert_true(out[i - 1].hash < out[i].hash ||
                    (out[i - 1].hash == out[i].hash && out[i - 1].n < out[i].n));
    free(out);
    key_tail_done(&tail);
}

static void a_filter_never_denies_what_was_added(void **state)
{
    uint32_t *filter = calloc(1, KEY_FILTER_BYTES);
    struct rng rng;
    unsigned wrong = 0;

    (void)state;
    assert_non_null(filter);
    rng_seed(&rng, 3);
    for (unsigned i = 0; i < KEY_RUN_MAX; i++)
        key_filter_add(filter, rng_next(&rng));
    for (unsigned i = 0; i < MANY; i++)
        wrong += key_filter_has(filter, rng_next(&rng));
    assert_true(wrong < MANY / 200); /* of others it lets few pass */
    rng_seed(&rng, 3);
    for (unsigned i = 0; i < KEY_RUN_MAX; i++)
        assert_true(key_filter_has(filter, rng_next(&rng)));
    free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_tail_finds_nothing),
        cmocka_unit_test(every_place_is_found_however_many_there_are),
        cmocka_unit_test(equal_and_crowded_hashes_are_all_found),
        cmocka_unit_test(places_come_out_by_hash_then_number),
        cmocka_unit_test(a_filter_never_denies_what_was_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
