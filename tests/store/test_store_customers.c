/* The orders of a customer, wherever the store keeps track of them: in memory, on the way, moved.
 */
#include <stdio.h>
#include <string.h>

#include "tests/lib/store_scene.h"

#include "daemon/store/recent_orders.h"

#define MANY (2LL * RECENT_ORDERS_MAX + 5000) /* one batch is moved, a second is on its way */
#define AT_ONCE 1000
#define EACH 1000LL /* order i is of customer i % EACH */

static struct slice customer_of(int64_t i, char text[32])
{
    (void)snprintf(text, 32, "customer-%lld", (long long)(i % EACH));
    return slice_of(text);
}

static void add_some(struct store_scene *f, int64_t from, int64_t to)
{
    char text[32];

    must(f, store_begin(f->store, &f->why));
    for (int64_t i = from; i < to; i++) {
        struct order order = store_scene_order(i);

        order.customer_id = customer_of(i, text);
        order.status = i % 4 == 1 ? STATUS_FULFILLED : STATUS_QUEUED;
        must(f, store_add_order(f->store, &order, &f->why));
    }
    must(f, store_commit(f->store, &f->why));
}

static void add_all(struct store_scene *f, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i += AT_ONCE)
        add_some(f, i, i + AT_ONCE < to ? i + AT_ONCE : to);
}

/* Rows that have to come in steps of EACH. */
struct steps {
    int64_t next, step, n, wrong;
};

static bool take(void *self, const struct order *order)
{
    struct steps *steps = self;

    steps->wrong += order->id != steps->next;
    steps->next = order->id + steps->step;
    steps->n++;
    return true;
}

static struct steps list(struct store_scene *f, const struct request_list *query,
                         struct steps steps)
{
    struct store_page page = {.limit = 7};
    char cursor[STORE_CURSOR_MAX];

    do {
        must(f, store_list(f->reader,
                           &(struct store_list_ask){query, T0 + MANY * SECOND, &page, take, &steps},
                           &f->why));
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    } while (cursor[0] != '\0');
    return steps;
}

/* Orders first, first + EACH ... up to last are the customer's, in either direction. */
static void assert_orders(struct store_scene *f, int64_t first, int64_t last)
{
    struct request_list query = {.sort = SORT_OLDEST};
    struct steps got = {0};
    char text[32];

    query.customer_id = customer_of(first, text);
    got = list(f, &query, (struct steps){.next = first, .step = EACH});
    assert_int_equal(got.wrong, 0);
    assert_int_equal(got.n, (last - first) / EACH + 1);
    query.sort = SORT_NEWEST;
    got = list(f, &query, (struct steps){.next = last, .step = -EACH});
    assert_int_equal(got.wrong, 0);
    assert_int_equal(got.n, (last - first) / EACH + 1);
}

static void every_order_of_a_customer_is_listed_once_in_either_direction(void **state)
{
    struct store_scene *f = *state;
    int64_t end = MANY / EACH * EACH;

    add_all(f, 1, end);
    assert_orders(f, 1, end - EACH + 1);
    assert_orders(f, EACH - 1, end - 1);
    store_scene_close(f);
    store_scene_open(f);
    assert_orders(f, 1, end - EACH + 1);
    assert_orders(f, EACH - 1, end - 1);
    add_all(f, end, end + 2 * EACH);
    assert_orders(f, 1, end + EACH + 1);
}

static void a_list_is_right_while_a_batch_is_on_its_way(void **state)
{
    struct store_scene *f = *state;

    add_all(f, 1, RECENT_ORDERS_MAX + 1);
    for (int64_t i = RECENT_ORDERS_MAX + 1; i < RECENT_ORDERS_MAX + 20; i++) {
        add_some(f, i, i + 1);
        assert_orders(f, 5, (RECENT_ORDERS_MAX - 5) / EACH * EACH + 5);
    }
    store_scene_close(f); /* and the rest is moved after a restart */
    store_scene_open(f);
    assert_orders(f, 5, (RECENT_ORDERS_MAX - 5) / EACH * EACH + 5);
}

static void what_was_rolled_back_is_no_order_of_the_customer(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(EACH + 3);
    char text[32];

    add_some(f, 3, 4);
    must(f, store_begin(f->store, &f->why));
    order.customer_id = customer_of(3, text);
    must(f, store_add_order(f->store, &order, &f->why));
    store_rollback(f->store);
    assert_orders(f, 3, 3);
    add_some(f, EACH + 3, EACH + 4);
    assert_orders(f, 3, EACH + 3);
}

static void an_amended_order_is_its_new_customer_s(void **state)
{
    static const int64_t ids[] = {10, RECENT_ORDERS_MAX + 700, MANY - 1};
    struct store_scene *f = *state;

    add_all(f, 1, MANY);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct request_list query = {.sort = SORT_NEWEST, .customer_id = SLICE("new one")};
        struct order order = store_scene_order(ids[i]);
        struct steps got = {0};
        char text[32];

        order.customer_id = query.customer_id;
        must(f, store_begin(f->store, &f->why));
        must(f, store_amend_order(f->store, &order, &f->why));
        must(f, store_commit(f->store, &f->why));
        got = list(f, &query, (struct steps){.next = ids[i]});
        assert_int_equal(got.n, (int64_t)i + 1);
        query.customer_id = customer_of(ids[i], text);
        got = list(f, &query, (struct steps){.next = 0});
        assert_int_equal(got.n, (MANY - 1 - ids[i] % EACH) / EACH + (ids[i] % EACH != 0) - 1);
    }
}

/* `matched` of a customer's first page and of the one behind it. */
static void assert_matched(struct store_scene *f, const char *label, struct slice customer,
                           int64_t wanted)
{
    const struct request_list query = {.customer_id = customer};
    struct store_page page = {.limit = 2, .count = true};
    char cursor[STORE_CURSOR_MAX] = "first";

    for (int i = 0; i < 2 && cursor[0] != '\0'; i++) {
        struct steps got = {0};

        must(f, store_list(f->reader, &(struct store_list_ask){&query, T0, &page, take, &got},
                           &f->why));
        if (page.matched != wanted)
            fail_msg("%s: matched is %lld, not %lld", label, (long long)page.matched,
                     (long long)wanted);
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    }
}

static void amend(struct store_scene *f, int64_t id, const char *customer)
{
    struct order order = store_scene_order(id);

    order.customer_id = slice_of(customer);
    must(f, store_begin(f->store, &f->why));
    must(f, store_amend_order(f->store, &order, &f->why));
    must(f, store_commit(f->store, &f->why));
}

/* All whose status is FULFILLED and that ended before an order of this number: one in four. */
static void retain_before(struct store_scene *f, int64_t id)
{
    struct store_retention retention = {.limit = 2 * MANY};

    retention.ended_before[STATUS_FULFILLED] = T0 + id * SECOND;
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void matched_is_exact_wherever_the_places_are(void **state)
{
    /* in the table, in the batch on its way there, and in the one that is filled */
    static const int64_t homes[] = {5, RECENT_ORDERS_MAX + 1005, 2LL * RECENT_ORDERS_MAX + 1005};
    struct store_scene *f = *state;
    int64_t each = MANY / EACH;

    add_all(f, 1, MANY / EACH * EACH);
    assert_matched(f, "as they came", SLICE("customer-7"), each);
    for (size_t i = 0; i < 3; i++) {
        int64_t id = homes[i] / EACH * EACH + 7;

        amend(f, id, "new one");
        assert_matched(f, "one went", SLICE("customer-7"), each - (int64_t)i - 1);
        assert_matched(f, "one came", SLICE("new one"), (int64_t)i + 1);
        amend(f, id + 1, "new one");
        amend(f, id + 1, "customer-8");
        assert_matched(f, "there and back", SLICE("customer-8"), each);
        assert_matched(f, "not there", SLICE("new one"), (int64_t)i + 1);
    }
    add_all(f, MANY / EACH * EACH, MANY / EACH * EACH + 2LL * RECENT_ORDERS_MAX);
    each += 2LL * RECENT_ORDERS_MAX / EACH + 1;
    assert_matched(f, "moved on", SLICE("customer-7"), each - 3);
    assert_matched(f, "the others moved on", SLICE("new one"), 3);
    store_scene_close(f);
    store_scene_open(f);
    assert_matched(f, "opened anew", SLICE("customer-7"), each - 3);
}

static void matched_of_a_customer_knows_no_order_that_is_gone(void **state)
{
    struct store_scene *f = *state;
    int64_t end = MANY / EACH * EACH, each = MANY / EACH;
    int64_t more = 2LL * RECENT_ORDERS_MAX / EACH + 2; /* for all that was there to be moved */

    add_all(f, 1, end);
    retain_before(f, end); /* of all numbers 1, 5, 9 ...: those of every fourth customer */
    assert_matched(f, "gone", SLICE("customer-9"), 0);
    assert_matched(f, "there", SLICE("customer-10"), each);
    add_all(f, end, end + more * EACH);
    assert_matched(f, "moved on", SLICE("customer-9"), more);
}

/* Its number is given to another customer's order: only that one has a place in the table. */
static void matched_knows_no_order_that_was_rolled_back(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);

    order.customer_id = SLICE("customer-7");
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_order(f->store, &order, &f->why));
    store_rollback(f->store);
    add_all(f, 1, MANY / EACH * EACH);
    assert_matched(f, "rolled back", SLICE("customer-7"), MANY / EACH);
    assert_matched(f, "in its place", SLICE("customer-1"), MANY / EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_ON(every_order_of_a_customer_is_listed_once_in_either_direction, sqlite),
        STORE_SCENE_ON(a_list_is_right_while_a_batch_is_on_its_way, sqlite),
        STORE_SCENE_ON(what_was_rolled_back_is_no_order_of_the_customer, sqlite),
        STORE_SCENE_ON(an_amended_order_is_its_new_customer_s, sqlite),
        STORE_SCENE_ON(matched_is_exact_wherever_the_places_are, sqlite),
        STORE_SCENE_ON(matched_knows_no_order_that_was_rolled_back, sqlite),
        STORE_SCENE_ON(matched_of_a_customer_knows_no_order_that_is_gone, sqlite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
