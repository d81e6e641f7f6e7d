/* What store.h promises of orders, keys and totals, held against every backend. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <string.h>

static const struct pair two_pairs[] = {{{"note", 4}, {"a \\ b", 5}}, {{"empty", 5}, {"", 0}}};

static void an_order_is_read_as_it_was_written(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(7), got = {0}, row = {0};

    order.reference = SLICE("ref");
    order.metadata = two_pairs;
    order.n_metadata = 2;
    order.not_before = T0 + 5;
    store_scene_add(f, &order);
    must(f, store_get(f->reader, &order.uid, &f->arena, &got, &f->why));
    assert_int_equal(7, got.id);
    assert_int_equal(0, uuid_compare(&order.uid, &got.uid));
    assert_int_equal(STATUS_QUEUED, got.status);
    assert_int_equal(5, got.priority);
    assert_true(got.draw == order.draw);
    assert_true(got.created_at == order.created_at && got.due_at == order.due_at);
    assert_true(got.not_before == order.not_before && got.next_attempt_at == 0);
    assert_true(slice_is(got.customer_id, "acme") && slice_is(got.reference, "ref"));
    assert_true(slice_is(got.step, "fulfil"));
    assert_null(got.failure_reason.p);
    assert_null(got.result.p);
    assert_int_equal(3, got.n_items);
    assert_true(slice_eq(got.items[1].product_id, store_scene_items[1].product_id));
    assert_true(slice_eq(got.items[2].product_id, store_scene_items[2].product_id));
    assert_int_equal(3, got.items[2].quantity);
    assert_int_equal(2, got.n_metadata);
    assert_true(slice_is(got.metadata[0].value, "a \\ b"));
    assert_true(got.metadata[1].value.p != NULL && got.metadata[1].value.n == 0);
    must(f, store_load(f->store, &(struct store_load_ask){7, ORDER_ROW, &f->arena, &row}, &f->why));
    assert_int_equal(0, row.n_items);
    assert_true(row.seq == order.seq && slice_is(row.customer_id, "acme"));
}

static void a_change_is_of_all_but_what_was_asked_for(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1), got = {0};

    store_scene_add(f, &order);
    order.attempts = 2;
    order.cancelling = true;
    order.cancel_by = SLICE("anna");
    order.cancel_reason = SLICE("not wanted");
    order.failure_reason = SLICE("late");
    store_scene_change(f, &order, STATUS_PROCESSING);
    order.result = SLICE("42");
    order.failure_reason = (struct slice){NULL, 0};
    store_scene_change(f, &order, STATUS_FULFILLED);
    must(f,
         store_load(f->store, &(struct store_load_ask){1, ORDER_WHOLE, &f->arena, &got}, &f->why));
    assert_int_equal(STATUS_FULFILLED, got.status);
    assert_true(slice_is(got.result, "42"));
    assert_null(got.failure_reason.p);
    assert_true(got.cancelling && got.attempts == 2 && got.n_items == 3);
    assert_true(slice_is(got.cancel_by, "anna") && slice_is(got.cancel_reason, "not wanted"));
}

static void what_is_not_there_is_not_found(void **state)
{
    struct store_scene *f = *state;
    struct uuid uid = store_scene_uid(9);
    struct order order = store_scene_order(9);
    struct store_key key;
    struct store_replay replay;
    struct store_page page = {.limit = 1};
    int64_t id = 0;

    assert_int_equal(ERR_NOT_FOUND, store_get(f->reader, &uid, &f->arena, &order, &f->why));
    assert_non_null(strstr(f->why.text, "01990000-0009-7000-8000-000000000009"));
    assert_int_equal(
        ERR_NOT_FOUND,
        store_load(f->store, &(struct store_load_ask){9, ORDER_ROW, &f->arena, &order}, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_find(f->store, &uid, &id, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_find_reference(f->store, SLICE("r"), &id, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_find_key(f->store, SLICE("k"), &key, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_load_replay(f->store, 1, &f->arena, &replay, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_find_replay(f->store, &uid, &id, NULL));
    assert_int_equal(
        ERR_NOT_FOUND,
        store_history(f->reader, &(struct store_history_ask){&uid, &page, NULL, NULL}, NULL));
    must(f, store_begin(f->store, &f->why));
    order = store_scene_order(9);
    assert_int_equal(ERR_NOT_FOUND, store_change_order(f->store, &order, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_remove_dead(f->store, 9, NULL));
    store_rollback(f->store);
}

static void nothing_of_a_rolled_back_transaction_is_there(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);
    int64_t id = 0;

    must(f, store_begin(f->store, &f->why));
    must(f, store_add_order(f->store, &order, &f->why));
    store_rollback(f->store);
    assert_int_equal(ERR_NOT_FOUND, store_find(f->store, &order.uid, &id, NULL));
    assert_int_equal(ERR_READ_ONLY, store_add_order(f->store, &order, NULL));
    assert_int_equal(ERR_READ_ONLY, store_commit(f->store, NULL));
}

static void a_reader_sees_a_transaction_whole_or_not_at_all(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1), got = {0};
    struct store_reader *other = NULL;

    must(f, store_reader_open(f->store, &other, &f->why));
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_order(f->store, &order, &f->why));
    assert_int_equal(ERR_NOT_FOUND, store_get(f->reader, &order.uid, &f->arena, &got, NULL));
    must(f, store_commit(f->store, &f->why));
    must(f, store_get(f->reader, &order.uid, &f->arena, &got, &f->why));
    must(f, store_get(other, &order.uid, &f->arena, &got, &f->why));
    must(f, store_probe(other, &f->why));
    store_reader_close(other);
}

static void a_reference_is_free_once_its_order_is_cancelled(void **state)
{
    struct store_scene *f = *state;
    struct order first = store_scene_order(1), second = store_scene_order(2);
    int64_t id = 0;

    first.reference = second.reference = SLICE("po-1");
    store_scene_add(f, &first);
    must(f, store_find_reference(f->store, SLICE("po-1"), &id, &f->why));
    assert_int_equal(1, id);
    store_scene_change(f, &first, STATUS_CANCELLED);
    assert_int_equal(ERR_NOT_FOUND, store_find_reference(f->store, SLICE("po-1"), &id, NULL));
    store_scene_add(f, &second);
    must(f, store_find_reference(f->store, SLICE("po-1"), &id, &f->why));
    assert_int_equal(2, id);
}

static void keys_are_found_replaced_and_forgotten_when_old(void **state)
{
    struct store_scene *f = *state;
    struct store_key key = {1, 0xFFFFFFFFFFFFFFF0ULL, T0}, got;
    int64_t removed = 0;

    must(f, store_begin(f->store, &f->why));
    must(f, store_add_key(f->store, SLICE("a"), &key, &f->why));
    key.at += SECOND;
    must(f, store_add_key(f->store, SLICE("b"), &key, &f->why));
    key.at += SECOND;
    key.order = 2;
    must(f, store_add_key(f->store, SLICE("a"), &key, &f->why));
    must(f, store_find_key(f->store, SLICE("a"), &got, &f->why));
    assert_true(got.order == 2 && got.digest == key.digest && got.at == T0 + 2 * SECOND);
    must(f, store_expire_keys(f->store, T0 + 2 * SECOND, 10, &removed, &f->why));
    assert_int_equal(2, removed); /* what `a` was first, and `b` */
    assert_int_equal(ERR_NOT_FOUND, store_find_key(f->store, SLICE("b"), &got, NULL));
    must(f, store_find_key(f->store, SLICE("a"), &got, &f->why));
    must(f, store_expire_keys(f->store, T0 + 2 * SECOND, 10, &removed, &f->why));
    assert_int_equal(0, removed);
    must(f, store_commit(f->store, &f->why));
}

static void totals_and_orders_survive_a_restart(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals, got;
    struct order order = store_scene_order(3), read = {0};

    must(f, store_load_totals(f->store, &totals, &f->why));
    assert_true(totals.last_seq == 0 && totals.counts[STATUS_QUEUED] == 0 && !totals.paused);
    totals = (struct store_totals){.last_seq = 11,
                                   .last_order = 3,
                                   .last_dead = 4,
                                   .last_replay = 5,
                                   .dlq_depth = 6,
                                   .accepted = 1LL << 40,
                                   .retried = 9,
                                   .paused = true};
    totals.counts[STATUS_CANCELLED] = 1LL << 33;
    store_scene_add(f, &order);
    must(f, store_begin(f->store, &f->why));
    must(f, store_save_totals(f->store, &totals, &f->why));
    must(f, store_commit(f->store, &f->why));
    if (strcmp(f->url, "memory") != 0) {
        store_scene_close(f);
        store_scene_open(f);
    }
    must(f, store_load_totals(f->store, &got, &f->why));
    assert_true(got.last_seq == 11 && got.last_order == 3 && got.last_dead == 4);
    assert_true(got.last_replay == 5 && got.dlq_depth == 6 && got.accepted == 1LL << 40);
    assert_true(got.retried == 9 && got.paused && got.counts[STATUS_CANCELLED] == 1LL << 33);
    must(f, store_get(f->reader, &order.uid, &f->arena, &read, &f->why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(an_order_is_read_as_it_was_written),
        STORE_SCENE_TESTS(a_change_is_of_all_but_what_was_asked_for),
        STORE_SCENE_TESTS(what_is_not_there_is_not_found),
        STORE_SCENE_TESTS(nothing_of_a_rolled_back_transaction_is_there),
        STORE_SCENE_TESTS(a_reader_sees_a_transaction_whole_or_not_at_all),
        STORE_SCENE_TESTS(a_reference_is_free_once_its_order_is_cancelled),
        STORE_SCENE_TESTS(keys_are_found_replaced_and_forgotten_when_old),
        STORE_SCENE_TESTS(totals_and_orders_survive_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
