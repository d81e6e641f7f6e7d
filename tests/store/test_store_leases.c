/* Leases that their workers ended: kept with their order, and gone with it. */
#include "tests/lib/store_scene.h"

static void add(struct store_scene *f, int64_t order, struct lease_end end)
{
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_lease(f->store, order, &end, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static enum err find(struct store_scene *f, int64_t order, struct lease_end *end)
{
    const struct uuid uid = store_scene_uid(order);

    return store_find_lease(f->reader, &uid, end, &f->why);
}

static void an_ended_lease_is_found_by_order_and_token(void **state)
{
    struct store_scene *f = *state;
    struct lease_end end = {.token = SLICE("two")};

    store_scene_add_many(f, 2);
    add(f, 1, (struct lease_end){SLICE("one"), LEASE_FAILED, STATUS_RETRYING, T0 + SECOND});
    add(f, 1, (struct lease_end){SLICE("two"), LEASE_COMPLETED, STATUS_FULFILLED, 0});
    must(f, find(f, 1, &end));
    assert_int_equal(end.op, LEASE_COMPLETED);
    assert_int_equal(end.status, STATUS_FULFILLED);
    assert_int_equal(end.next_attempt_at, 0);
    end.token = SLICE("one");
    must(f, find(f, 1, &end));
    assert_int_equal(end.op, LEASE_FAILED);
    assert_int_equal(end.status, STATUS_RETRYING);
    assert_int_equal(end.next_attempt_at, T0 + SECOND);
    assert_int_equal(find(f, 2, &end), ERR_LEASE_LOST);
    end.token = SLICE("three");
    assert_int_equal(find(f, 1, &end), ERR_LEASE_LOST);
    assert_int_equal(find(f, 3, &end), ERR_NOT_FOUND);
}

static void it_goes_with_its_order(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);
    struct store_retention retention = {.limit = 100};
    struct lease_end end = {SLICE("one"), LEASE_COMPLETED, STATUS_FULFILLED, 0};

    store_scene_add(f, &order);
    store_scene_change(f, &order, STATUS_PROCESSING);
    store_scene_change(f, &order, STATUS_FULFILLED);
    add(f, 1, end);
    retention.ended_before[STATUS_FULFILLED] = T0 + 1000 * SECOND;
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(retention.removed_counts[STATUS_FULFILLED], 1);
    store_scene_add(f, &order); /* another one of the same number */
    assert_int_equal(find(f, 1, &end), ERR_LEASE_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(an_ended_lease_is_found_by_order_and_token),
        STORE_SCENE_TESTS(it_goes_with_its_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
