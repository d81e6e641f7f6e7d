/* Our msgpack reader against msgpack-c's, on random values under a fixed seed. */
#include "tests/lib/test.h"

#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include "shared/mp.h"
#include "shared/rng.h"
#include "tests/lib/mp_same.h"

#define ROUNDS 20000
#define SEED 20260131
#define LEVELS 6

static void put_scalar(msgpack_packer *pk, struct rng *rng)
{
    static char bytes[70000];
    int64_t n = rng_upto(rng, 40);
    int64_t value = (int64_t)(rng_next(rng) >> rng_upto(rng, 63));

    if (rng_upto(rng, 200) == 0)
        n = rng_upto(rng, (int64_t)sizeof(bytes));
    switch (rng_upto(rng, 8)) {
    case 0:
        (void)msgpack_pack_nil(pk);
        return;
    case 1:
        (void)(n % 2 == 0 ? msgpack_pack_true(pk) : msgpack_pack_false(pk));
        return;
    case 2:
        (void)msgpack_pack_int64(pk, n % 2 == 0 ? value : -value);
        return;
    case 3:
        (void)msgpack_pack_uint64(pk, (uint64_t)value);
        return;
    case 4:
        (void)msgpack_pack_float(pk, (float)value);
        return;
    case 5:
        (void)msgpack_pack_double(pk, (double)value);
        return;
    case 6:
        (void)msgpack_pack_bin_with_body(pk, bytes, (size_t)n);
        return;
    case 7:
        (void)msgpack_pack_ext_with_body(pk, bytes, (size_t)n, (int8_t)value);
        return;
    default:
        (void)msgpack_pack_str_with_body(pk, bytes, (size_t)n);
    }
}

/* How many values are open at each level; a map's are keys and values in turn. */
struct plan {
    uint64_t left;
    bool map;
};

static uint64_t open_one(msgpack_packer *pk, struct rng *rng, struct plan *plan, bool map)
{
    uint64_t n = (uint64_t)rng_upto(rng, rng_upto(rng, 20) == 0 ? 40 : 5);

    *plan = (struct plan){map ? 2 * n : n, map};
    (void)(map ? msgpack_pack_map(pk, n) : msgpack_pack_array(pk, n));
    return n;
}

/* A random map, its keys numbered so that none is there twice. */
static void put_map(msgpack_packer *pk, struct rng *rng)
{
    struct plan plans[LEVELS];
    size_t depth = 1;
    char key[24];

    (void)open_one(pk, rng, &plans[0], true);
    while (depth > 0) {
        struct plan *top = &plans[depth - 1];

        if (top->left == 0) {
            depth--;
            continue;
        }
        top->left--;
        if (top->map && top->left % 2 == 1) {
            (void)snprintf(key, sizeof(key), "k%llu", (unsigned long long)top->left);
            (void)msgpack_pack_str_with_body(pk, key, strlen(key));
        } else if (depth < LEVELS && rng_upto(rng, 3) == 0) {
            (void)open_one(pk, rng, &plans[depth++], rng_upto(rng, 1) == 0);
        } else {
            put_scalar(pk, rng);
        }
    }
}

static void both_read_the_same_from_random_messages(void **state)
{
    struct rng rng;
    msgpack_sbuffer out;

    (void)state;
    rng_seed(&rng, SEED);
    msgpack_sbuffer_init(&out);
    for (int i = 0; i < ROUNDS; i++) {
        msgpack_packer pk;
        msgpack_unpacked theirs;
        struct mp_reader r;
        struct why why;

        msgpack_sbuffer_clear(&out);
        msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
        put_map(&pk, &rng);
        msgpack_unpacked_init(&theirs);
        assert_int_equal(msgpack_unpack_next(&theirs, out.data, out.size, NULL),
                         MSGPACK_UNPACK_SUCCESS);
        if (mp_check(out.data, out.size, &why) != OK)
            fail_msg("round %d of seed %d: %s", i, SEED, why.text);
        mp_reader_init(&r, out.data, out.size);
        if (!mp_same(&r, &theirs.data) || mp_peek(&r) != MP_END)
            fail_msg("round %d of seed %d reads differently", i, SEED);
        msgpack_unpacked_destroy(&theirs);
    }
    msgpack_sbuffer_destroy(&out);
}

/* What we call well-formed after a byte was changed, msgpack-c must call so too. */
static void a_changed_byte_never_passes_what_the_oracle_refuses(void **state)
{
    struct rng rng;
    msgpack_sbuffer out;
    int passed = 0;

    (void)state;
    rng_seed(&rng, SEED + 1);
    msgpack_sbuffer_init(&out);
    for (int i = 0; i < ROUNDS; i++) {
        msgpack_packer pk;
        msgpack_unpacked theirs;
        size_t off = 0;

        msgpack_sbuffer_clear(&out);
        msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
        put_map(&pk, &rng);
        out.data[rng_upto(&rng, (int64_t)out.size - 1)] = (char)rng_next(&rng);
        if (mp_check(out.data, out.size, NULL) != OK)
            continue;
        passed++;
        msgpack_unpacked_init(&theirs);
        if (msgpack_unpack_next(&theirs, out.data, out.size, &off) != MSGPACK_UNPACK_SUCCESS ||
            off != out.size)
            fail_msg("round %d of seed %d", i, SEED + 1);
        msgpack_unpacked_destroy(&theirs);
    }
    assert_true(passed > ROUNDS / 20);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_read_the_same_from_random_messages),
        cmocka_unit_test(a_changed_byte_never_passes_what_the_oracle_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
