/* What store.h promises of lists of orders, held against every backend. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <string.h>

struct list_case {
    const char *label;
    struct request_list query;
    const char *filter, *wanted;
};

/* Of 1..12: customers west bolt acme..., statuses fulfilled failed cancelled queued... */
static void check(struct store_scene *f, const struct list_case *cases, size_t n)
{
    store_scene_add_many(f, 12);
    for (size_t i = 0; i < n; i++) {
        struct request_list query = cases[i].query;
        struct store_scene_numbers got;

        (void)store_scene_filter(f, cases[i].filter, &query.filter);
        store_scene_list_all(f, &query, &got);
        store_scene_assert_numbers(cases[i].label, &got, cases[i].wanted);
    }
}

static void lists_of_statuses_are_in_the_order_asked_for(void **state)
{
    const struct list_case cases[] = {
        {"all", {0}, "", "12 11 10 9 8 7 6 5 4 3 2 1"},
        {"oldest", {.sort = SORT_OLDEST}, "", "1 2 3 4 5 6 7 8 9 10 11 12"},
        {"updated", {.sort = SORT_UPDATED}, "", "12 11 10 9 8 7 6 5 4 3 2 1"},
        {"queued", {.statuses = STATUS_BIT(STATUS_QUEUED)}, "", "12 8 4"},
        {"queued, oldest",
         {.statuses = STATUS_BIT(STATUS_QUEUED), .sort = SORT_OLDEST},
         "",
         "4 8 12"},
        {"fulfilled", {.statuses = STATUS_BIT(STATUS_FULFILLED)}, "", "9 5 1"},
        {"two rare ones", {0}, "status:FAILED,CANCELLED", "11 10 7 6 3 2"},
        {"rare, oldest", {.sort = SORT_OLDEST}, "status:FAILED,CANCELLED", "2 3 6 7 10 11"},
        {"a rare and a waiting one", {0}, "status:FAILED,QUEUED", "12 10 8 6 4 2"},
        {"none left", {.statuses = STATUS_BIT(STATUS_QUEUED)}, "-status:QUEUED", ""},
        {"not fulfilled", {0}, "-status:FULFILLED", "12 11 10 8 7 6 4 3 2"},
    };

    check(*state, cases, sizeof cases / sizeof cases[0]);
}

static void lists_hold_what_is_asked_for(void **state)
{
    const struct list_case cases[] = {
        {"customer", {.customer_id = SLICE("acme")}, "", "12 9 6 3"},
        {"customer, oldest", {.customer_id = SLICE("acme"), .sort = SORT_OLDEST}, "", "3 6 9 12"},
        {"customer term", {0}, "customer:bolt", "11 8 5 2"},
        {"customer pattern", {0}, "customer:acme*", "12 10 9 7 6 4 3 1"},
        {"? is no wildcard", {0}, "customer:acm?", ""},
        {"case counts", {0}, "customer:ACME", ""},
        {"reference", {.reference = SLICE("ref-4")}, "", "4"},
        {"reference term", {0}, "reference:ref-1*", "12 10"},
        {"product", {.product_id = SLICE("pear")}, "", "10 5"},
        {"product term", {0}, "product:zw*,pear", "10 5"},
        {"search customer", {.search = SLICE("acme-")}, "", "10 7 4 1"},
        {"search reference", {.search = SLICE("ref-1")}, "", "12 10"},
        {"search id", {.search = SLICE("01990000-0004")}, "", "4"},
        {"search a whole id", {.search = SLICE("01990000-0004-7000-8000-000000000004")}, "", "4"},
        {"search many ids", {.search = SLICE("01990000")}, "", "12 11 10 9 8 7 6 5 4 3 2 1"},
        {"word of a product", {0}, "pea", "12 11 10 9 8 7 6 5 4 3 2 1"},
        {"word of an id", {0}, "01990000-0009-7", "9"},
        {"reason", {0}, "reason:*stock*", "10 6 2"},
        {"group", {0}, "group:\"no stock in hall #\"", "10 6 2"},
        {"attempts", {0}, "attempts>=2", "11 8 5 2"},
        {"age", {0}, "age<90s", "12 11"},
        {"by", {0}, "by:alice -by:bob customer:bolt", "11 8 5 2"},
        {"by nobody", {0}, "by:carol", ""},
        {"from and to", {.from = T0 + 3 * SECOND, .to = T0 + 5 * SECOND}, "", "4 3"},
        {"all together",
         {.statuses = STATUS_BIT(STATUS_CANCELLED), .sort = SORT_OLDEST},
         "customer:acme* attempts<2",
         "3 7"},
    };

    check(*state, cases, sizeof cases / sizeof cases[0]);
}

static void a_list_begins_behind_the_order_named(void **state)
{
    static const struct {
        const char *label;
        enum list_sort sort;
        int64_t after;
        const char *filter, *wanted;
    } rows[] = {
        {"newest", SORT_NEWEST, 5, "", "4 3 2 1"},
        {"oldest", SORT_OLDEST, 5, "", "6 7 8 9 10 11 12"},
        {"updated", SORT_UPDATED, 5, "", "4 3 1"},
        {"behind the last changed", SORT_UPDATED, 2, "", "12 11 10 9 8 7 6 5 4 3 1"},
        {"behind one older than the events", SORT_UPDATED, 1, "", ""},
        {"behind one that does not match", SORT_NEWEST, 9, "customer:bolt", "8 5 2"},
        {"of a few statuses", SORT_OLDEST, 6, "status:QUEUED", "8 12"},
        {"behind the first", SORT_NEWEST, 1, "", ""},
        {"behind the last", SORT_OLDEST, 12, "", ""},
    };
    struct store_scene *f = *state;
    struct order second = store_scene_order(2);
    struct store_retention retention = {.events_before = T0 + 6 * SECOND, .limit = 100};

    store_scene_add_many(f, 12);
    second.updated_at = T0 + 50 * SECOND;
    second.customer_id = SLICE("bolt");
    store_scene_change(f, &second, STATUS_FAILED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request_list query = {.sort = rows[i].sort, .has_after = true};
        struct store_scene_numbers got;

        query.after = store_scene_uid(rows[i].after);
        (void)store_scene_filter(f, rows[i].filter, &query.filter);
        if (rows[i].sort == SORT_UPDATED) {
            must(f, store_begin(f->store, &f->why));
            must(f, store_retain(f->store, &retention, &f->why));
            must(f, store_commit(f->store, &f->why));
        }
        store_scene_list_all(f, &query, &got);
        store_scene_assert_numbers(rows[i].label, &got, rows[i].wanted);
    }
}

static void a_list_behind_an_order_that_is_not_there_is_not_found(void **state)
{
    struct store_scene *f = *state;
    struct store_page page = {.limit = 10};

    store_scene_add_many(f, 3);
    for (unsigned sort = SORT_NEWEST; sort <= SORT_UPDATED; sort++) {
        struct request_list query = {.sort = (enum list_sort)sort, .has_after = true};

        query.after = store_scene_uid(9);
        assert_int_equal(
            ERR_NOT_FOUND,
            store_list(f->reader, &(struct store_list_ask){.query = &query, .page = &page}, NULL));
    }
}

static void a_list_behind_an_order_counts_all_that_match(void **state)
{
    struct store_scene *f = *state;
    struct store_page page = {.limit = 10, .count = true};
    struct request_list query = {.customer_id = SLICE("acme"), .has_after = true};
    struct store_scene_numbers got = {0};

    store_scene_add_many(f, 12);
    query.after = store_scene_uid(6);
    must(f, store_list(f->reader,
                       &(struct store_list_ask){&query, T0, &page, store_scene_take_order, &got},
                       &f->why));
    store_scene_assert_numbers("the rest", &got, "3");
    assert_int_equal(4, page.matched);
}

static void the_last_changed_order_is_first_by_update(void **state)
{
    struct store_scene *f = *state;
    struct request_list query = {.sort = SORT_UPDATED};
    struct order second = store_scene_order(2);
    struct store_scene_numbers got;
    struct store_retention retention = {.events_before = T0 + 4 * SECOND, .limit = 100};

    store_scene_add_many(f, 6);
    second.customer_id = SLICE("bolt");
    second.updated_at = T0 + 50 * SECOND;
    store_scene_change(f, &second, STATUS_HELD);
    store_scene_list_all(f, &query, &got);
    store_scene_assert_numbers("all events kept", &got, "2 6 5 4 3 1");
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(3, retention.removed);
    store_scene_list_all(f, &query, &got);
    store_scene_assert_numbers("old events gone", &got, "2 6 5 4 3 1");
}

static void matched_counts_all_that_match(void **state)
{
    struct store_scene *f = *state;
    struct store_page page = {.limit = 2, .count = true};
    struct request_list query = {.customer_id = SLICE("acme")};
    struct store_totals totals = {0};
    struct store_scene_numbers got = {0};
    char cursor[STORE_CURSOR_MAX];

    store_scene_add_many(f, 12);
    must(f, store_list(f->reader,
                       &(struct store_list_ask){&query, T0, &page, store_scene_take_order, &got},
                       &f->why));
    assert_int_equal(4, page.matched);
    memcpy(cursor, page.next_cursor, sizeof cursor);
    page.cursor = slice_of(cursor);
    must(f, store_list(f->reader,
                       &(struct store_list_ask){&query, T0, &page, store_scene_take_order, &got},
                       &f->why));
    assert_int_equal(4, page.matched);
    totals.counts[STATUS_QUEUED] = MATCHED_MAX;
    totals.counts[STATUS_FAILED] = 1;
    must(f, store_begin(f->store, &f->why));
    must(f, store_save_totals(f->store, &totals, &f->why));
    must(f, store_commit(f->store, &f->why));
    page.cursor = (struct slice){NULL, 0};
    query = (struct request_list){.statuses = STATUS_BIT(STATUS_QUEUED)};
    must(f, store_list(f->reader,
                       &(struct store_list_ask){&query, T0, &page, store_scene_take_order, &got},
                       &f->why));
    assert_int_equal(MATCHED_MAX, page.matched);
    query.statuses = 0;
    must(f, store_list(f->reader,
                       &(struct store_list_ask){&query, T0, &page, store_scene_take_order, &got},
                       &f->why));
    assert_int_equal(-1, page.matched);
}

static void matched_is_the_same_on_every_page(void **state)
{
    struct store_scene *f = *state;
    const struct list_case cases[] = {
        {"a product", {.product_id = SLICE("apple")}, "", "12 11 9 8 7 6 4 3 2 1"},
        {"a product, oldest",
         {.product_id = SLICE("apple"), .sort = SORT_OLDEST},
         "",
         "1 2 3 4 6 7 8 9 11 12"},
        {"no product", {.product_id = SLICE("app")}, "", ""},
        {"times", {.from = T0 + 3 * SECOND}, "", "12 11 10 9 8 7 6 5 4 3"},
        {"search", {.search = SLICE("acme")}, "", "12 10 9 7 6 4 3 1"},
        {"by update", {.search = SLICE("acme"), .sort = SORT_UPDATED}, "", "12 10 9 7 6 4 3 1"},
        {"product and a frequent status",
         {.product_id = SLICE("pear"), .statuses = STATUS_BIT(STATUS_FULFILLED)},
         "",
         "5"},
        {"product and a time",
         {.product_id = SLICE("apple"), .from = T0 + 4 * SECOND, .to = T0 + 8 * SECOND},
         "",
         "7 6 4"},
        {"product and search", {.product_id = SLICE("pear"), .search = SLICE("bolt")}, "", "5"},
        {"product and a term", {.product_id = SLICE("pear")}, "customer:bolt*", "5"},
        {"search and a frequent status",
         {.search = SLICE("acme"), .statuses = STATUS_BIT(STATUS_FULFILLED)},
         "",
         "9 1"},
        {"search and a time, oldest",
         {.search = SLICE("acme"), .from = T0 + 4 * SECOND, .sort = SORT_OLDEST},
         "",
         "4 6 7 9 10 12"},
        {"search for an id's start",
         {.search = SLICE("01990000-0")},
         "",
         "12 11 10 9 8 7 6 5 4 3 2 1"},
        {"search for none", {.search = SLICE("01990001")}, "", ""},
        {"status and product",
         {.statuses = STATUS_BIT(STATUS_FAILED), .product_id = SLICE("apple")},
         "",
         "6 2"},
        {"attempts", {0}, "attempts>=1", "11 10 8 7 5 4 2 1"},
    };

    store_scene_add_many(f, 12);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request_list query = cases[i].query;
        struct store_page page = {.limit = 3, .count = true};
        struct store_scene_numbers got = {0};
        char cursor[STORE_CURSOR_MAX] = "";
        int64_t first = -1;

        (void)store_scene_filter(f, cases[i].filter, &query.filter);
        do {
            must(f, store_list(f->reader,
                               &(struct store_list_ask){&query, T0 + 100 * SECOND, &page,
                                                        store_scene_take_order, &got},
                               &f->why));
            if (page.cursor.p == NULL)
                first = page.matched;
            assert_int_equal(first, page.matched);
            memcpy(cursor, page.next_cursor, sizeof cursor);
            page.cursor = slice_of(cursor);
        } while (cursor[0] != '\0');
        store_scene_assert_numbers(cases[i].label, &got, cases[i].wanted);
        assert_int_equal(first, got.n);
    }
}

static void a_product_is_found_by_its_whole_id_alone(void **state)
{
    static const struct item tricky[] = {{{"x[", 2}, 1}, {{",z", 2}, 2}, {{"a\"b\\", 4}, 3}};
    struct store_scene *f = *state;
    const struct list_case cases[] = {
        {"ends in a bracket", {.product_id = SLICE("x[")}, "", "1"},
        {"begins by a comma", {.product_id = SLICE(",z")}, "", "1"},
        {"quotes and backslashes", {.product_id = SLICE("a\"b\\")}, "", "1"},
        {"part of one", {.product_id = SLICE("b\\")}, "", ""},
        {"what stands between two", {.product_id = SLICE(",1],[")}, "", ""},
        {"a term of it", {0}, "\"product:,1],[\"", ""},
        {"the escapes of another", {.product_id = SLICE("pear \\\"x\\\" \\n")}, "", ""},
        {"another's", {.product_id = SLICE("pear \"x\" \n")}, "", "2"},
        {"in other letters", {.product_id = SLICE("Zwetschge\xc3\xa4")}, "", "2"},
    };
    struct order order = store_scene_order(1);
    struct order other = store_scene_order(2);

    order.items = tricky;
    order.n_items = 3;
    store_scene_add(f, &order);
    store_scene_add(f, &other);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request_list query = cases[i].query;
        struct store_scene_numbers got;

        (void)store_scene_filter(f, cases[i].filter, &query.filter);
        store_scene_list_all(f, &query, &got);
        store_scene_assert_numbers(cases[i].label, &got, cases[i].wanted);
    }
}

static bool refuse(void *self, const struct order *order)
{
    struct store_scene_numbers *numbers = self;

    if (numbers->n == 1)
        return false;
    numbers->at[numbers->n++] = order->id;
    return true;
}

static void a_page_ends_before_the_row_that_was_refused(void **state)
{
    struct store_scene *f = *state;
    struct store_page page = {.limit = 10};
    const struct request_list query = {0};
    struct store_scene_numbers got = {0};
    char cursor[STORE_CURSOR_MAX];

    store_scene_add_many(f, 3);
    must(f,
         store_list(f->reader, &(struct store_list_ask){&query, T0, &page, refuse, &got}, &f->why));
    store_scene_assert_numbers("first", &got, "3");
    memcpy(cursor, page.next_cursor, sizeof cursor);
    page.cursor = slice_of(cursor);
    got.n = 0;
    must(f,
         store_list(f->reader, &(struct store_list_ask){&query, T0, &page, refuse, &got}, &f->why));
    store_scene_assert_numbers("second", &got, "2");
}

static void a_bad_cursor_is_invalid(void **state)
{
    static const char *const bad[] = {
        "",    "n",    "n:", "x:1", "o:1", "n:-1", "n:1x", "n: 1", "n:99999999999999999999",
        "u:1", "n:1:1"};
    struct store_scene *f = *state;
    const struct request_list query = {0};
    struct store_scene_numbers got = {0};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct store_page page = {.limit = 1, .cursor = slice_of(bad[i])};

        if (store_list(f->reader,
                       &(struct store_list_ask){&query, T0, &page, store_scene_take_order, &got},
                       NULL) != ERR_INVALID)
            fail_msg("'%s' was taken", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(lists_of_statuses_are_in_the_order_asked_for),
        STORE_SCENE_TESTS(lists_hold_what_is_asked_for),
        STORE_SCENE_TESTS(a_list_begins_behind_the_order_named),
        STORE_SCENE_TESTS(a_list_behind_an_order_that_is_not_there_is_not_found),
        STORE_SCENE_TESTS(a_list_behind_an_order_counts_all_that_match),
        STORE_SCENE_TESTS(the_last_changed_order_is_first_by_update),
        STORE_SCENE_TESTS(matched_counts_all_that_match),
        STORE_SCENE_TESTS(matched_is_the_same_on_every_page),
        STORE_SCENE_TESTS(a_product_is_found_by_its_whole_id_alone),
        STORE_SCENE_TESTS(a_page_ends_before_the_row_that_was_refused),
        STORE_SCENE_TESTS(a_bad_cursor_is_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
