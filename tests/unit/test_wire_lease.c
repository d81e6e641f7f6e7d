/* A lease on the wire, both ways. */
#include "tests/lib/test.h"

#include "shared/wire_lease.h"
#include "tests/lib/mp_from_text.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

static void a_lease_is_read_as_it_was_written(void **state)
{
    const struct item items[] = {{SLICE("p-1"), 3}};
    struct order order = {.status = STATUS_PROCESSING,
                          .attempts = 2,
                          .customer_id = SLICE("acme"),
                          .items = items,
                          .n_items = 1};
    const struct lease_row row = {.lease = SLICE("token"),
                                  .step = SLICE("fulfil"),
                                  .attempt = 2,
                                  .key = SLICE(ID "-1"),
                                  .expires_at = 1700000000000000};
    struct buf out = {.max = 65536};
    struct lease_row got = {0};
    struct order read = {0};
    struct arena arena = {0};
    struct slice bytes = {0};
    struct mp_reader r, inside;

    (void)state;
    wire_lease_write(&out, &row, &order);
    mp_reader_init(&r, out.data, out.len);
    wire_lease_read(&r, &got, &bytes);
    assert_false(mp_failed(&r));
    assert_int_equal(mp_peek(&r), MP_END);
    assert_true(slice_eq(got.lease, row.lease));
    assert_true(slice_eq(got.step, row.step));
    assert_true(slice_eq(got.key, row.key));
    assert_int_equal(got.attempt, 2);
    assert_int_equal(got.expires_at, row.expires_at);
    assert_false(got.undo);
    mp_reader_init(&inside, bytes.p, bytes.n);
    wire_order_read(&inside, &arena, &read);
    assert_false(mp_failed(&inside));
    assert_int_equal(read.n_items, 1);
    assert_int_equal(read.items[0].quantity, 3);
    arena_done(&arena);
    buf_done(&out);
}

static void what_lacks_its_token_or_order_is_no_lease(void **state)
{
    static const char *const texts[] = {
        "{'lease': 'l'}",
        "{'order': {}}",
        "{'lease': null, 'order': {}}",
        "[]",
        "5",
        "{'lease': 'l', 'order': {}, 'attempt': 'one'}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf bytes = mp_of_text(texts[i]);
        struct lease_row got;
        struct slice order;
        struct mp_reader r;

        mp_reader_init(&r, bytes.data, bytes.len);
        wire_lease_read(&r, &got, &order);
        if (!mp_failed(&r))
            fail_msg("%s is taken", texts[i]);
        buf_done(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_is_read_as_it_was_written),
        cmocka_unit_test(what_lacks_its_token_or_order_is_no_lease),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
