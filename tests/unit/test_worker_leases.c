/* The leases that are held: each is found by its token, its order and its key, soonest first. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "daemon/handler/worker_leases.h"

#define MANY 10000

static struct attempt attempt_of(int64_t order)
{
    struct attempt attempt = {.order = order, .number = 1};

    for (size_t i = 0; i < 8; i++)
        attempt.uid.bytes[i] = (uint8_t)(order >> (8 * i));
    return attempt;
}

static struct worker_claim claim_of(const struct worker_lease *lease)
{
    return (struct worker_claim){lease->attempt.uid, slice_of(lease->token)};
}

static void many_are_found_and_gone_again(void **state)
{
    static struct worker_lease *held[MANY];
    struct worker_leases *leases = worker_leases_new();
    const struct worker_ask ask = {.worker = SLICE("w")};

    (void)state;
    for (int64_t i = 0; i < MANY; i++) {
        const struct attempt attempt = attempt_of(i);

        held[i] = worker_leases_add(leases, &attempt, &ask);
        worker_leases_time(leases, held[i], (i * 7919) % MANY);
    }
    for (int64_t i = 0; i < MANY; i++) {
        const struct worker_claim claim = claim_of(held[i]);

        assert_ptr_equal(worker_leases_find(leases, &claim), held[i]);
        assert_ptr_equal(worker_leases_of(leases, i), held[i]);
    }
    for (int64_t i = 0; i < MANY; i++) {
        struct worker_lease *soonest = worker_leases_soonest(leases);

        assert_int_equal(soonest->ends_at, i);
        worker_leases_remove(leases, soonest);
    }
    assert_int_equal(worker_leases_count(leases), 0);
    assert_null(worker_leases_soonest(leases));
    worker_leases_free(leases);
}

static void a_wrong_claim_finds_nothing(void **state)
{
    struct worker_leases *leases = worker_leases_new();
    const struct worker_ask ask = {.worker = SLICE("w")};
    const struct attempt attempt = attempt_of(1), other = attempt_of(2);
    const struct worker_lease *lease = worker_leases_add(leases, &attempt, &ask);
    const struct worker_claim wrong[] = {
        {other.uid, slice_of(lease->token)},
        {attempt.uid, SLICE("")},
        {attempt.uid, SLICE("00000000000000000000000000000000")},
        {attempt.uid, SLICE("ABCDEFABCDEFABCDEFABCDEFABCDEFAB")},
        {attempt.uid, {lease->token, LEASE_TOKEN_LEN - 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(worker_leases_find(leases, &wrong[i]));
    assert_null(worker_leases_of(leases, 2));
    worker_leases_free(leases);
}

static void a_key_leads_to_its_leases_as_long_as_there_are_any(void **state)
{
    struct worker_leases *leases = worker_leases_new();
    const struct worker_ask asks[] = {{.worker = SLICE("w"), .key = SLICE("kk")},
                                      {.worker = SLICE("wk"), .key = SLICE("k")}};
    struct worker_lease *held[5];

    (void)state;
    for (int64_t i = 0; i < 5; i++) {
        const struct attempt attempt = attempt_of(i + 1);

        held[i] = worker_leases_add(leases, &attempt, &asks[i % 2]);
    }
    assert_ptr_equal(worker_leases_round(leases, &asks[0]), held[0]);
    assert_ptr_equal(held[0]->next, held[2]);
    assert_ptr_equal(held[2]->next, held[4]);
    assert_ptr_equal(worker_leases_round(leases, &asks[1]), held[1]);
    worker_leases_remove(leases, held[4]);
    assert_null(held[2]->next);
    held[4] = worker_leases_add(leases, &(struct attempt){.order = 9}, &asks[0]);
    worker_leases_remove(leases, held[2]);
    assert_ptr_equal(held[0]->next, held[4]);
    worker_leases_remove(leases, held[0]);
    assert_ptr_equal(worker_leases_round(leases, &asks[0]), held[4]);
    worker_leases_remove(leases, held[4]);
    assert_null(worker_leases_round(leases, &asks[0]));
    assert_non_null(worker_leases_round(leases, &asks[1]));
    worker_leases_free(leases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_found_and_gone_again),
        cmocka_unit_test(a_wrong_claim_finds_nothing),
        cmocka_unit_test(a_key_leads_to_its_leases_as_long_as_there_are_any),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
