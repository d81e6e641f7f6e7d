/* Tests of engine_cache: an order comes back as it was put, whatever lay in its slot before. */
#include <string.h>

#include "daemon/core/engine_cache.h"
#include "tests/lib/test.h"

#define SLOTS 4
#define LONG_BYTES 3000

static void put(struct engine_cache *cache, int64_t id, const char *customer, struct slice reason)
{
    const struct order order = {
        .id = id, .customer_id = slice_of(customer), .failure_reason = reason};

    engine_cache_put(cache, &order);
}

static void check_there(struct engine_cache *cache, int64_t id, const char *customer,
                        struct slice reason)
{
    struct order got;

    assert_true(engine_cache_get(cache, id, &got));
    assert_true(slice_is(got.customer_id, customer));
    assert_int_equal(got.failure_reason.n, reason.n);
    assert_memory_equal(got.failure_reason.p, reason.p, reason.n);
}

/* Long and short ones in turn: their memory goes from slot to slot. */
static void texts_are_their_orders_own(void **state)
{
    static char bytes[LONG_BYTES];
    const struct slice longer = {bytes, sizeof bytes}, shorter = SLICE("no");
    struct engine_cache *cache = engine_cache_new(SLOTS);

    (void)state;
    memset(bytes, 'r', sizeof bytes);
    for (int64_t id = 1; id <= 3 * SLOTS + 1; id++)
        put(cache, id, id % 2 == 0 ? "even" : "odd", id % 3 == 0 ? longer : shorter);
    for (int64_t id = 2 * SLOTS + 2; id <= 3 * SLOTS + 1; id++)
        check_there(cache, id, id % 2 == 0 ? "even" : "odd", id % 3 == 0 ? longer : shorter);
    engine_cache_free(cache);
}

static void a_changed_order_may_be_made_of_what_was_got(void **state)
{
    struct engine_cache *cache = engine_cache_new(SLOTS);
    struct order order;

    (void)state;
    put(cache, 7, "ada", SLICE("first"));
    assert_true(engine_cache_get(cache, 7, &order));
    order.reference = SLICE("R-1");
    engine_cache_put(cache, &order);
    check_there(cache, 7, "ada", SLICE("first"));
    assert_true(engine_cache_get(cache, 7, &order));
    assert_true(slice_is(order.reference, "R-1"));
    engine_cache_free(cache);
}

static void what_has_no_room_is_not_there(void **state)
{
    static char bytes[2 * LONG_BYTES];
    struct engine_cache *cache = engine_cache_new(SLOTS);
    struct order got;

    (void)state;
    memset(bytes, 'r', sizeof bytes);
    put(cache, 1, "ada", SLICE("short"));
    put(cache, 1, "ada", (struct slice){bytes, sizeof bytes});
    assert_false(engine_cache_get(cache, 1, &got));
    put(cache, 1, "ada", SLICE("again"));
    check_there(cache, 1, "ada", SLICE("again"));
    engine_cache_free(cache);
}

static void cleared_it_is_empty_and_goes_on(void **state)
{
    struct engine_cache *cache = engine_cache_new(SLOTS);
    struct order got;

    (void)state;
    for (int64_t id = 1; id <= SLOTS; id++)
        put(cache, id, "ada", SLICE("before"));
    engine_cache_clear(cache);
    for (int64_t id = 1; id <= SLOTS; id++)
        assert_false(engine_cache_get(cache, id, &got));
    put(cache, 2, "bob", SLICE("after"));
    check_there(cache, 2, "bob", SLICE("after"));
    engine_cache_drop(cache, 2);
    assert_false(engine_cache_get(cache, 2, &got));
    engine_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_their_orders_own),
        cmocka_unit_test(a_changed_order_may_be_made_of_what_was_got),
        cmocka_unit_test(what_has_no_room_is_not_there),
        cmocka_unit_test(cleared_it_is_empty_and_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
