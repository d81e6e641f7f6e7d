/* What only few orders have, and are found by: a rare status, a reference, a customer's name that
 * looks like the start of an id. */
#include "tests/lib/store_scene.h"

#include <stdio.h>

static void assert_listed(struct store_scene *f, const char *label, const struct request_list *ask,
                          const char *wanted)
{
    struct store_scene_numbers got = {.max = 64};

    store_scene_list_all(f, ask, &got);
    store_scene_assert_numbers(label, &got, wanted);
}

/* Of orders 1 and 2, the second is under `status` and no other. */
static void assert_second_is(struct store_scene *f, enum status status)
{
    char label[64];

    for (unsigned i = 1; i < STATUS_COUNT; i++) {
        const struct request_list ask = {.statuses = STATUS_BIT(i), .sort = SORT_NEWEST};
        bool first = i == STATUS_HELD, second = i == (unsigned)status;

        (void)snprintf(label, sizeof label, "%s while the second is %s",
                       status_name((enum status)i), status_name(status));
        assert_listed(f, label, &ask, first && second ? "2 1" : first ? "1" : second ? "2" : "");
    }
}

static void load(struct store_scene *f, int64_t id, struct order *out)
{
    must(f, store_begin(f->store, &f->why));
    must(f,
         store_load(f->store, &(struct store_load_ask){id, ORDER_WHOLE, &f->arena, out}, &f->why));
    store_rollback(f->store);
}

static void an_order_is_listed_by_the_status_it_has_and_no_other(void **state)
{
    static const enum status path[] = {STATUS_PROCESSING, STATUS_RETRYING,  STATUS_HELD,
                                       STATUS_QUEUED,     STATUS_FAILED,    STATUS_FAILED,
                                       STATUS_UNDOING,    STATUS_FULFILLED, STATUS_REJECTED,
                                       STATUS_CANCELLED,  STATUS_QUEUED};
    struct store_scene *f = *state;
    struct order first = store_scene_order(1), second = store_scene_order(2);

    first.status = STATUS_HELD;
    store_scene_add(f, &first);
    store_scene_add(f, &second);
    assert_second_is(f, STATUS_QUEUED);
    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
        if (i % 2 == 0) /* as one that is read again, as one that was kept */
            load(f, 2, &second);
        store_scene_change(f, &second, path[i]);
        assert_second_is(f, path[i]);
    }
}

static void what_is_rolled_back_is_listed_as_before(void **state)
{
    struct store_scene *f = *state;
    struct order first = store_scene_order(1), second = store_scene_order(2), kept;

    first.status = STATUS_HELD;
    store_scene_add(f, &first);
    store_scene_add(f, &second);
    store_scene_change(f, &second, STATUS_FAILED);
    kept = second;
    second.status = STATUS_CANCELLED;
    must(f, store_begin(f->store, &f->why));
    must(f, store_change_order(f->store, &second, &f->why));
    store_rollback(f->store);
    assert_second_is(f, STATUS_FAILED);
    store_scene_change(f, &kept, STATUS_QUEUED);
    assert_second_is(f, STATUS_QUEUED);
}

static void an_amended_order_is_found_by_its_new_reference(void **state)
{
    const struct request_list old = {.reference = SLICE("old"), .sort = SORT_OLDEST},
                              new = {.reference = SLICE("new"), .sort = SORT_OLDEST},
                              word = {.search = SLICE("old"), .sort = SORT_OLDEST};
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);
    int64_t id = 0;

    order.reference = old.reference;
    store_scene_add(f, &order);
    assert_listed(f, "before", &old, "1");
    load(f, 1, &order);
    order.reference = new.reference;
    must(f, store_begin(f->store, &f->why));
    must(f, store_amend_order(f->store, &order, &f->why));
    must(f, store_change_order(f->store, &order, &f->why));
    assert_int_equal(ERR_NOT_FOUND, store_find_reference(f->store, old.reference, &id, &f->why));
    must(f, store_find_reference(f->store, new.reference, &id, &f->why));
    assert_int_equal(1, id);
    must(f, store_commit(f->store, &f->why));
    assert_listed(f, "the old one", &old, "");
    assert_listed(f, "the old one as a word", &word, "");
    assert_listed(f, "the new one", &new, "1");
}

/* Orders' ids begin with 01990000, and so does a customer's name. */
static void a_customer_that_looks_like_an_id_is_searched_for(void **state)
{
    const struct request_list word = {.search = SLICE("01990000-0002"), .sort = SORT_OLDEST};
    struct store_scene *f = *state;
    struct order orders[] = {store_scene_order(1), store_scene_order(2), store_scene_order(3)};

    store_scene_add(f, &orders[0]);
    store_scene_add(f, &orders[1]);
    assert_listed(f, "an id alone", &word, "2");
    orders[2].customer_id = SLICE("01990000-0002 & sons");
    store_scene_add(f, &orders[2]);
    assert_listed(f, "an id and a customer", &word, "2 3");
}

static void what_was_removed_is_in_no_list(void **state)
{
    const struct request_list cancelled = {.statuses = STATUS_BIT(STATUS_CANCELLED)},
                              named = {.reference = SLICE("r")};
    struct store_scene *f = *state;
    struct order orders[] = {store_scene_order(1), store_scene_order(2)};
    struct store_retention retention = {.limit = 10};

    for (size_t i = 0; i < 2; i++) {
        orders[i].status = STATUS_CANCELLED;
        orders[i].reference = named.reference;
        store_scene_add(f, &orders[i]);
    }
    retention.ended_before[STATUS_CANCELLED] = orders[1].updated_at;
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(1, retention.removed);
    assert_listed(f, "by status", &cancelled, "2");
    assert_listed(f, "by reference", &named, "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(an_order_is_listed_by_the_status_it_has_and_no_other),
        STORE_SCENE_TESTS(what_is_rolled_back_is_listed_as_before),
        STORE_SCENE_TESTS(an_amended_order_is_found_by_its_new_reference),
        STORE_SCENE_TESTS(a_customer_that_looks_like_an_id_is_searched_for),
        STORE_SCENE_TESTS(what_was_removed_is_in_no_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
