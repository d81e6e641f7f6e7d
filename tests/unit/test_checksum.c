/* Digests tell orders apart, and only those. */
#include "tests/lib/test.h"

#include "daemon/store/checksum.h"

static const struct item items[] = {{{"pear", 4}, 1}, {{"apple", 5}, 2}};
static const struct item turned[] = {{{"apple", 5}, 2}, {{"pear", 4}, 1}};
static const struct item shifted[] = {{{"pear", 4}, 1}, {{"appl", 4}, 2}};
static const struct pair pairs[] = {{{"a", 1}, {"1", 1}}, {{"b", 1}, {"2", 1}}};
static const struct pair swapped[] = {{{"b", 1}, {"2", 1}}, {{"a", 1}, {"1", 1}}};
static const struct pair crossed[] = {{{"a", 1}, {"2", 1}}, {{"b", 1}, {"1", 1}}};

static struct order_draft draft(void)
{
    return (struct order_draft){.customer_id = SLICE("acme"),
                                .items = items,
                                .n_items = 2,
                                .metadata = pairs,
                                .n_metadata = 2,
                                .priority = 5};
}

static void metadata_may_come_in_any_order(void **state)
{
    struct order_draft a = draft(), b = draft();

    (void)state;
    b.metadata = swapped;
    assert_true(draft_same(&a, &b));
    assert_true(checksum_draft(&a) == checksum_draft(&b));
}

/* Digests are stored: another number here would make old keys conflict. */
static void a_digest_never_changes(void **state)
{
    struct order_draft a = draft();

    (void)state;
    assert_true(checksum_draft(&a) == 0x95e59bc7761020bcULL);
}

/* SipHash-2-4 under a key of its own, by another implementation of it. */
static void the_sum_of_a_row_never_changes(void **state)
{
    (void)state;
    assert_true(checksum_row("abc", 3) == 0xf3822e99b19c5011ULL);
    assert_true(checksum_row(NULL, 0) == 0x6604c72a7cea2127ULL);
}

static void any_difference_gives_another_digest(void **state)
{
    struct order_draft rows[9];
    uint64_t first = 0;

    (void)state;
    for (unsigned i = 0; i < 9; i++)
        rows[i] = draft();
    rows[1].customer_id = SLICE("acm");
    rows[2].reference = SLICE("");
    rows[3].items = turned;
    rows[4].items = shifted;
    rows[5].n_items = 1;
    rows[6].metadata = crossed;
    rows[7].priority = 4;
    rows[8].not_before = 1;
    first = checksum_draft(&rows[0]);
    for (unsigned i = 1; i < 9; i++) {
        if (checksum_draft(&rows[i]) == first)
            fail_msg("row %u has the digest of another order", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_may_come_in_any_order),
        cmocka_unit_test(a_digest_never_changes),
        cmocka_unit_test(the_sum_of_a_row_never_changes),
        cmocka_unit_test(any_difference_gives_another_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
