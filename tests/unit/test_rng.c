/* Seeded draws: repeatable, even, and without pattern where it would hurt. */
#include "tests/lib/test.h"

#include <math.h>

#include "shared/rng.h"

#define DRAWS 100000

/* From the authors' reference: splitmix64 of seed 0 fills the state, then xoshiro256**. */
static void a_seed_gives_the_same_numbers_everywhere(void **state)
{
    struct rng rng;

    (void)state;
    rng_seed(&rng, 0);
    assert_true(rng.s[0] == 0xE220A8397B1DCDAFULL);
    assert_true(rng.s[1] == 0x6E789E6AA1B965F4ULL);
    assert_true(rng.s[2] == 0x06C45D188009454FULL);
    assert_true(rng.s[3] == 0xF88BB8A8724C81ECULL);
    rng = (struct rng){{1, 2, 3, 4}};
    assert_true(rng_next(&rng) == 11520);
    assert_true(rng_next(&rng) == 0);
    assert_true(rng_next(&rng) == 1509978240);
    assert_true(rng_next(&rng) == 1215971899390074240);
}

static void unit_draws_are_below_one_and_even(void **state)
{
    struct rng rng;
    double sum = 0;

    (void)state;
    rng_seed(&rng, 42);
    for (int i = 0; i < DRAWS; i++) {
        double u = rng_unit(&rng);

        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 0.005);
    assert_true(rng_as_unit(UINT64_MAX) < 1);
    assert_true(rng_as_unit(0) == 0);
}

static void bounded_draws_reach_both_ends_and_no_further(void **state)
{
    struct rng rng;
    int seen[7] = {0};

    (void)state;
    rng_seed(&rng, 1);
    for (int i = 0; i < 7 * 10000; i++) {
        int64_t n = rng_upto(&rng, 6);

        assert_in_range(n, 0, 6);
        seen[n]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 9500, 10500);
    assert_int_equal(rng_upto(&rng, 0), 0);
    for (int i = 0; i < 1000; i++)
        assert_true(rng_upto(&rng, INT64_MAX) >= 0);
}

/* How many bits of 256 results change when this bit of this number does. */
static int flipped_bits(unsigned word, unsigned bit)
{
    int flipped = 0;

    for (uint64_t i = 0; i < 256; i++) {
        uint64_t in[3] = {7, i, 0};
        uint64_t plain = rng_mix(in[0], in[1], in[2]);

        in[word] ^= 1ULL << bit;
        flipped += __builtin_popcountll(plain ^ rng_mix(in[0], in[1], in[2]));
    }
    return flipped;
}

static void a_mix_spreads_every_bit_of_every_number(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * 64; i++)
        assert_in_range(flipped_bits(i / 64, i % 64), 256 * 29, 256 * 35);
}

static void neighbouring_orders_draw_evenly(void **state)
{
    int below = 0;

    (void)state;
    for (uint64_t n = 1; n <= DRAWS; n++)
        below += rng_as_unit(rng_mix(42, n, 0)) < 0.70;
    assert_in_range(below, DRAWS * 69 / 100, DRAWS * 71 / 100);
    assert_true(rng_mix(1, 2, 3) != rng_mix(3, 2, 1));
    assert_true(rng_mix(0, 0, 1) != rng_mix(0, 1, 0));
}

static void the_kernel_gives_different_seeds(void **state)
{
    (void)state;
    assert_true(rng_entropy() != rng_entropy());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_numbers_everywhere),
        cmocka_unit_test(unit_draws_are_below_one_and_even),
        cmocka_unit_test(bounded_draws_reach_both_ends_and_no_further),
        cmocka_unit_test(a_mix_spreads_every_bit_of_every_number),
        cmocka_unit_test(neighbouring_orders_draw_evenly),
        cmocka_unit_test(the_kernel_gives_different_seeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
