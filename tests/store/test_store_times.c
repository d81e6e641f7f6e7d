/* Lists by time against a plain look at each order, with clocks set back and orders gone. */
#include <stdio.h>
#include <string.h>

#include "daemon/store/store_sqlite.h"
#include "tests/lib/sql_file.h"
#include "tests/lib/store_scene.h"

static const char *const statements[SQL_COUNT] = {
#define SQL(id, text) [SQL_##id] = (text),
#include "daemon/store/store_sqlite.def"
#undef SQL
};

#define ORDERS 600
#define DEAD_FROM 1000 /* the number of order 0's dead letter */
#define ASKS 60

struct known {
    int64_t created_at, failed_at; /* 0: not a dead letter */
    unsigned customer;
    enum status status;
    bool there;
};

struct times_scene {
    struct store_scene *f;
    struct rng rng;
    struct known orders[ORDERS + 1];
    int64_t now;
    int64_t back_each; /* one in so many times the clock is set back */
};

static const char *const customers[] = {"acme", "bolt", "west"};
static const char *const reasons[] = {"timeout", "exit 1", "exit 2", "exit 3"};

static int64_t upto(struct times_scene *s, int64_t max)
{
    return rng_upto(&s->rng, max);
}

static int64_t tick(struct times_scene *s)
{
    s->now += upto(s, 3) * SECOND; /* some come at one time */
    if (upto(s, s->back_each - 1) == 0)
        s->now -= upto(s, s->back_each) * SECOND;
    return s->now;
}

static struct slice reason_of(int64_t id)
{
    return slice_of(reasons[id % 4]);
}

static void add_dead(struct times_scene *s, const struct order *order)
{
    const struct dead_letter dead = {.n = DEAD_FROM + order->id,
                                     .id = order->id,
                                     .uid = order->uid,
                                     .customer_id = order->customer_id,
                                     .failed_at = s->orders[order->id].failed_at,
                                     .attempts = 3,
                                     .failure_reason = reason_of(order->id),
                                     .group =
                                         order->id % 4 == 0 ? SLICE("timeout") : SLICE("exit #")};

    must(s->f, store_add_dead(s->f->store, &dead, &s->f->why));
}

static void add(struct times_scene *s, int64_t id)
{
    static const enum status statuses[] = {STATUS_FULFILLED, STATUS_FAILED, STATUS_QUEUED};
    struct known *known = &s->orders[id];
    struct order order = store_scene_order(id);

    known->status = statuses[upto(s, 2)];
    known->customer = (unsigned)upto(s, 2);
    known->created_at = tick(s);
    known->failed_at = known->status == STATUS_FAILED ? tick(s) : 0;
    order.created_at = order.updated_at = known->created_at;
    order.status = known->status;
    order.customer_id = slice_of(customers[known->customer]);
    if (upto(s, 1) == 0) /* retention leaves it */
        order.updated_at += 1000000 * SECOND;
    must(s->f, store_add_order(s->f->store, &order, &s->f->why));
    if (known->failed_at != 0)
        add_dead(s, &order);
}

/* The same numbers come again, at another time. */
static void add_in_vain(struct times_scene *s, int64_t id)
{
    struct rng rng = s->rng;
    int64_t now = s->now;

    must(s->f, store_begin(s->f->store, &s->f->why));
    s->now += (upto(s, 400) - 200) * SECOND;
    add(s, id);
    store_rollback(s->f->store);
    s->rng = rng;
    s->now = now;
}

static void retain(struct times_scene *s)
{
    struct store_retention retention = {.limit = ORDERS};

    retention.ended_before[STATUS_FULFILLED] = s->now - 30 * SECOND;
    must(s->f, store_begin(s->f->store, &s->f->why));
    must(s->f, store_retain(s->f->store, &retention, &s->f->why));
    for (int64_t id = 1; id <= ORDERS; id++) {
        if (s->orders[id].failed_at != 0 && upto(s, 4) == 0) {
            must(s->f, store_remove_dead(s->f->store, id, &s->f->why));
            s->orders[id].failed_at = 0;
        }
    }
    must(s->f, store_commit(s->f->store, &s->f->why));
    assert_true(retention.removed > 0);
}

static void look_around(struct times_scene *s)
{
    for (int64_t id = 1; id <= ORDERS; id++) {
        const struct uuid uid = store_scene_uid(id);
        int64_t found = 0;

        s->orders[id].there = store_find(s->f->store, &uid, &found, NULL) == OK;
    }
}

static void fill(struct times_scene *s, struct store_scene *f, int64_t back_each)
{
    *s = (struct times_scene){.f = f, .now = T0, .back_each = back_each};
    rng_seed(&s->rng, (uint64_t)back_each);
    for (int64_t id = 1; id <= ORDERS; id++) {
        if (id % 20 == 0)
            add_in_vain(s, id);
        must(f, store_begin(f->store, &f->why));
        add(s, id);
        must(f, store_commit(f->store, &f->why));
        if (id == ORDERS / 3) {
            store_scene_close(f);
            store_scene_open(f);
        }
        if (id == ORDERS / 2) /* the clock goes on from far behind: what is kept is the newest */
            s->now -= 100 * SECOND;
    }
    retain(s);
    look_around(s);
}

/* A list as it comes, and as it should. */
struct both {
    int64_t got[ORDERS], wanted[ORDERS];
    size_t n_got, n_wanted;
};

static bool take(void *self, const struct order *order)
{
    struct both *both = self;

    assert_true(both->n_got < ORDERS);
    both->got[both->n_got++] = order->id;
    return true;
}

static bool take_dead(void *self, const struct dead_letter *dead)
{
    struct both *both = self;

    assert_true(both->n_got < ORDERS);
    both->got[both->n_got++] = dead->id;
    return true;
}

static void assert_matched(const char *what, const struct both *both, int64_t matched)
{
    if (matched != (int64_t)both->n_wanted)
        fail_msg("%s: matched %lld of %zu", what, (long long)matched, both->n_wanted);
}

static void assert_same(const char *what, const struct both *both)
{
    assert_true(both->n_got <= ORDERS);
    if (both->n_got != both->n_wanted ||
        memcmp(both->got, both->wanted, both->n_got * sizeof *both->got) != 0)
        fail_msg("%s: %zu rows and not the %zu that are asked for", what, both->n_got,
                 both->n_wanted);
}

static bool in_time(int64_t at, int64_t from, int64_t to)
{
    return (from == 0 || at >= from) && (to == 0 || at < to);
}

static bool is_wanted(const struct known *known, const struct request_list *query)
{
    return known->there && in_time(known->created_at, query->from, query->to) &&
           (query->customer_id.p == NULL ||
            slice_is(query->customer_id, customers[known->customer])) &&
           (query->statuses == 0 || (query->statuses & STATUS_BIT(known->status)) != 0);
}

static void check_list(struct times_scene *s, const char *what, const struct request_list *query)
{
    struct store_page page = {.limit = 7, .count = true};
    struct both both = {.n_got = 0};
    char cursor[STORE_CURSOR_MAX];

    for (int64_t i = 1; i <= ORDERS; i++) {
        int64_t id = query->sort == SORT_OLDEST ? i : ORDERS + 1 - i;

        if (is_wanted(&s->orders[id], query))
            both.wanted[both.n_wanted++] = id;
    }
    do {
        must(s->f,
             store_list(s->f->reader, &(struct store_list_ask){query, s->now, &page, take, &both},
                        &s->f->why));
        assert_matched(what, &both, page.matched);
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    } while (cursor[0] != '\0');
    assert_same(what, &both);
}

static bool is_wanted_dead(int64_t id, const struct known *known, const struct dead_query *query)
{
    return known->failed_at != 0 && in_time(known->failed_at, query->from, query->to) &&
           (query->customer_id.p == NULL ||
            slice_is(query->customer_id, customers[known->customer])) &&
           (query->search.p == NULL ||
            slice_starts(slice_of(customers[known->customer]), query->search)) &&
           (query->reason.p == NULL || slice_eq(query->reason, reason_of(id)));
}

static void check_failed(struct times_scene *s, const char *what, const struct dead_query *query,
                         enum list_sort sort)
{
    struct store_page page = {.limit = 7, .count = true};
    struct both both = {.n_got = 0};
    const struct store_failed_ask ask = {.query = query,
                                         .sort = sort,
                                         .now_us = s->now,
                                         .page = &page,
                                         .row = take_dead,
                                         .self = &both};
    char cursor[STORE_CURSOR_MAX];

    for (int64_t i = 1; i <= ORDERS; i++) {
        int64_t id = sort == SORT_OLDEST ? i : ORDERS + 1 - i;

        if (is_wanted_dead(id, &s->orders[id], query))
            both.wanted[both.n_wanted++] = id;
    }
    do {
        must(s->f, store_failed(s->f->reader, &ask, &s->f->why));
        assert_matched(what, &both, page.matched);
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    } while (cursor[0] != '\0');
    assert_same(what, &both);
}

static int64_t some_time(struct times_scene *s)
{
    return T0 - 10 * SECOND + upto(s, (s->now - T0) / SECOND + 20) * SECOND;
}

/* [from, to), one of both or an empty one. */
static void draw(struct times_scene *s, int64_t *from, int64_t *to)
{
    int64_t kind = upto(s, 5);

    *from = kind == 0 ? 0 : some_time(s);
    *to = kind == 1 ? 0 : kind == 2 ? some_time(s) : some_time(s) + 20 * SECOND;
}

static void check_lists(struct store_scene *f, int64_t back_each)
{
    static struct times_scene s;

    fill(&s, f, back_each);
    for (int i = 0; i < ASKS; i++) {
        struct request_list query = {.sort = i % 2 == 0 ? SORT_NEWEST : SORT_OLDEST};

        draw(&s, &query.from, &query.to);
        check_list(&s, "by time", &query);
        query.statuses = STATUS_BIT(STATUS_FAILED);
        check_list(&s, "of a rare status", &query);
        query.statuses = STATUS_BIT(STATUS_FULFILLED);
        check_list(&s, "of a frequent status", &query);
        query.statuses = STATUS_BIT(STATUS_QUEUED);
        check_list(&s, "of those that wait", &query);
        query.statuses = 0;
        query.customer_id = slice_of(customers[upto(&s, 2)]);
        check_list(&s, "of a customer", &query);
    }
}

static void check_dead_letters(struct store_scene *f, int64_t back_each)
{
    static struct times_scene s;

    fill(&s, f, back_each);
    for (int i = 0; i < ASKS; i++) {
        enum list_sort sort = i % 2 == 0 ? SORT_NEWEST : SORT_OLDEST;
        struct dead_query query = {.from = 0}, more;

        draw(&s, &query.from, &query.to);
        if (query.from != 0 || query.to != 0)
            check_failed(&s, "by time", &query, sort);
        more = query;
        more.customer_id = slice_of(customers[upto(&s, 2)]);
        check_failed(&s, "of a customer", &more, sort);
        more = query;
        more.search = upto(&s, 1) == 0 ? SLICE("we") : SLICE("b");
        check_failed(&s, "searched", &more, sort);
        more = query;
        more.reason = reason_of(upto(&s, 3));
        check_failed(&s, "with a reason", &more, sort);
    }
}

static void a_list_by_time_has_all_of_that_time_whatever_the_clock_did(void **state)
{
    check_lists(*state, 60);
}

static void a_list_by_time_is_right_with_a_clock_that_is_never_right(void **state)
{
    check_lists(*state, 4);
}

static void dead_letters_by_time_are_all_of_that_time_whatever_the_clock_did(void **state)
{
    check_dead_letters(*state, 60);
}

static void dead_letters_by_time_are_right_with_a_clock_that_is_never_right(void **state)
{
    check_dead_letters(*state, 4);
}

static void a_clock_that_was_set_back_and_not_noted_is_found(void **state)
{
    static const struct {
        enum sql check;
        const char *lose, *wanted;
    } rows[] = {
        {SQL_CHECK_CREATED, "DELETE FROM clock_back WHERE kind=0 AND n=4", "4"},
        {SQL_CHECK_FAILED, "DELETE FROM clock_back WHERE kind=1 AND n=1003", "1003"},
    };
    static const int64_t created_at[] = {0, 10, 20, 30, 15, 40},
                         failed_at[] = {0, 50, 60, 55, 70, 80};
    struct store_scene *f = *state;
    static struct times_scene s;
    char path[96];

    s.f = f;
    for (int64_t id = 1; id <= 5; id++) {
        struct order order = store_scene_order(id);

        order.created_at = T0 + created_at[id];
        s.orders[id].failed_at = T0 + failed_at[id];
        must(f, store_begin(f->store, &f->why));
        must(f, store_add_order(f->store, &order, &f->why));
        add_dead(&s, &order);
        must(f, store_commit(f->store, &f->why));
    }
    (void)snprintf(path, sizeof path, "%s/orders.db", f->directory);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sql_file_assert(path, statements[rows[i].check], "");
        sql_file_run(path, rows[i].lose);
        sql_file_assert(path, statements[rows[i].check], rows[i].wanted);
    }
}

static void a_dead_letter_is_found_by_what_its_order_was_amended_to(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(3);
    const struct dead_query queries[] = {{.customer_id = SLICE("new one")},
                                         {.search = SLICE("new")},
                                         {.search = SLICE("new-r")},
                                         {.customer_id = SLICE("odd")}};
    const size_t wanted[] = {1, 1, 1, 1};

    for (int64_t id = 1; id <= 4; id++)
        store_scene_add_dead(f, id, "timeout", "timeout");
    order.status = STATUS_FAILED;
    order.customer_id = SLICE("new one");
    order.reference = SLICE("new-ref");
    must(f, store_begin(f->store, &f->why));
    must(f, store_amend_order(f->store, &order, &f->why));
    must(f, store_commit(f->store, &f->why));
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct store_page page = {.limit = 7, .count = true};
        struct both both = {.n_got = 0};
        const struct store_failed_ask ask = {
            .query = &queries[i], .page = &page, .row = take_dead, .self = &both};

        must(f, store_failed(f->reader, &ask, &f->why));
        assert_int_equal(both.n_got, wanted[i]);
        assert_int_equal(both.got[0], i < 3 ? 3 : 1);
        assert_int_equal(page.matched, wanted[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_ON(a_list_by_time_has_all_of_that_time_whatever_the_clock_did, sqlite),
        STORE_SCENE_ON(a_list_by_time_is_right_with_a_clock_that_is_never_right, sqlite),
        STORE_SCENE_ON(dead_letters_by_time_are_all_of_that_time_whatever_the_clock_did, sqlite),
        STORE_SCENE_ON(dead_letters_by_time_are_right_with_a_clock_that_is_never_right, sqlite),
        STORE_SCENE_ON(a_clock_that_was_set_back_and_not_noted_is_found, sqlite),
        STORE_SCENE_TESTS(a_dead_letter_is_found_by_what_its_order_was_amended_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
