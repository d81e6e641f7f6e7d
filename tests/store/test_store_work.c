/* What waits and what runs, wherever the store keeps track of it: in memory, in its table. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 11000LL /* more than are only in memory, whatever happens */
#define AT_ONCE 700
#define KEPT_EACH 1000 /* of so many one is not FULFILLED at once: orders 1, 1001 ... */
#define KEPT ((MANY + KEPT_EACH - 1) / KEPT_EACH)
#define NOW (T0 + MANY * SECOND)

static void put(struct store_scene *f, struct order *order)
{
    must(f, store_change_order(f->store, order, &f->why));
}

static enum status first_status(int64_t id)
{
    static const enum status statuses[] = {STATUS_QUEUED, STATUS_PROCESSING, STATUS_RETRYING};

    return statuses[id / KEPT_EACH % 3];
}

/* Orders 1 to `n`: most end in the transaction after the one they come in. */
static void add_all(struct store_scene *f, int64_t n)
{
    for (int64_t i = 1; i <= n; i += AT_ONCE) {
        must(f, store_begin(f->store, &f->why));
        for (int64_t id = i; id < i + AT_ONCE && id <= n; id++) {
            struct order order = store_scene_order(id);

            if (id % KEPT_EACH == 1)
                order.status = first_status(id);
            must(f, store_add_order(f->store, &order, &f->why));
            order.status = STATUS_FULFILLED;
            if (id % KEPT_EACH != 1)
                put(f, &order);
        }
        must(f, store_commit(f->store, &f->why));
    }
}

/* The numbers of a status, as the test goes by them: orders 1, 1001 ... by `now`. */
static void wanted_of(const enum status now[KEPT], enum status status,
                      struct store_scene_numbers *out)
{
    out->n = 0;
    for (size_t i = 0; i < KEPT; i++) {
        if (now[i] == status)
            out->at[out->n++] = (int64_t)i * KEPT_EACH + 1;
    }
}

static void assert_same(const char *label, const struct store_scene_numbers *got,
                        const struct store_scene_numbers *wanted)
{
    char text[512] = "";
    size_t n = 0;

    for (size_t i = 0; i < wanted->n; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%lld", i > 0 ? " " : "",
                              (long long)wanted->at[i]);
    store_scene_assert_numbers(label, got, text);
}

static int rising(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* What is ready, in pages of three, and sorted. */
static void ready(struct store_scene *f, struct store_scene_numbers *out)
{
    struct waiting got[64];
    struct store_waiting_ask ask = {.ready = true, .now_us = NOW, .max = 64, .out = got};

    must(f, store_waiting(f->reader, &ask, &f->why));
    out->n = 0;
    for (size_t i = 0; i < ask.n; i++) {
        assert_true(i == 0 || got[i].due_at >= got[i - 1].due_at); /* all have one priority */
        out->at[out->n++] = got[i].id;
    }
    qsort(out->at, out->n, sizeof out->at[0], rising);
}

static void running(struct store_scene *f, struct store_scene_numbers *out)
{
    int64_t after = 0;

    out->n = 0;
    for (;;) { /* in parts of two, from where the one before ended */
        struct store_ids ids = {.ids = out->at + out->n, .max = 2};

        must(f, store_begin(f->store, &f->why));
        must(f, store_running(f->store, after, &ids, &f->why));
        store_rollback(f->store);
        if (ids.n == 0)
            return;
        out->n += ids.n;
        after = out->at[out->n - 1];
    }
}

static void assert_all(struct store_scene *f, const enum status now[KEPT])
{
    static const enum status asked[] = {STATUS_QUEUED, STATUS_PROCESSING, STATUS_RETRYING};
    struct store_scene_numbers wanted = {.max = 64}, got = {.max = 64}, more = {.max = 64};
    int64_t due_at = 0;

    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        const struct request_list list = {.statuses = STATUS_BIT(asked[i]), .sort = SORT_OLDEST};

        got.n = 0;
        store_scene_list_all(f, &list, &got);
        wanted_of(now, asked[i], &wanted);
        assert_same(status_name(asked[i]), &got, &wanted);
    }
    running(f, &got);
    wanted_of(now, STATUS_PROCESSING, &wanted);
    assert_same("running", &got, &wanted);
    ready(f, &got);
    wanted_of(now, STATUS_QUEUED, &wanted);
    wanted_of(now, STATUS_RETRYING, &more);
    for (size_t i = 0; i < more.n; i++)
        wanted.at[wanted.n++] = more.at[i];
    qsort(wanted.at, wanted.n, sizeof wanted.at[0], rising);
    assert_same("ready", &got, &wanted);
    wanted_of(now, STATUS_QUEUED, &wanted);
    must(f, store_oldest_queued(f->reader, NOW, &due_at, &f->why));
    assert_int_equal(due_at, wanted.n > 0 ? T0 + wanted.at[0] * SECOND : 0);
}

static void change_one(struct store_scene *f, enum status now[KEPT], size_t i, enum status to)
{
    struct order order;
    int64_t id = (int64_t)i * KEPT_EACH + 1;

    must(f, store_begin(f->store, &f->why));
    must(f,
         store_load(f->store, &(struct store_load_ask){id, ORDER_ROW, &f->arena, &order}, &f->why));
    order.status = now[i] = to;
    put(f, &order);
    must(f, store_commit(f->store, &f->why));
}

static void open_again(struct store_scene *f)
{
    store_scene_close(f);
    store_scene_open(f);
}

static void each_is_found_where_it_is_and_nowhere_else(void **state)
{
    static const enum status to[] = {STATUS_PROCESSING, STATUS_FULFILLED, STATUS_QUEUED,
                                     STATUS_HELD, STATUS_RETRYING};
    struct store_scene *f = *state;
    enum status now[KEPT];

    add_all(f, MANY);
    for (size_t i = 0; i < KEPT; i++)
        now[i] = first_status((int64_t)i * KEPT_EACH + 1);
    assert_all(f, now);
    if (strcmp(f->url, "sqlite") == 0)
        open_again(f);
    assert_all(f, now);
    for (size_t turn = 0; turn < sizeof to / sizeof to[0]; turn++) {
        for (size_t i = turn % 2; i < KEPT; i += 2)
            change_one(f, now, i, to[(turn + i) % (sizeof to / sizeof to[0])]);
        assert_all(f, now);
    }
}

/* Rolled back after so many more came that places had to be put down in it. */
static void what_is_rolled_back_changes_no_place(void **state)
{
    struct store_scene *f = *state;
    enum status now[KEPT];
    struct order order;

    add_all(f, MANY);
    for (size_t i = 0; i < KEPT; i++)
        now[i] = first_status((int64_t)i * KEPT_EACH + 1);
    must(f, store_begin(f->store, &f->why));
    for (int64_t id = MANY + 1; id < 2 * MANY; id++) {
        order = store_scene_order(id);
        must(f, store_add_order(f->store, &order, &f->why));
    }
    store_rollback(f->store);
    assert_all(f, now);
    change_one(f, now, KEPT - 1, STATUS_QUEUED);
    change_one(f, now, 0, STATUS_FULFILLED);
    assert_all(f, now);
}

static void numbers_may_have_gaps(void **state)
{
    static const int64_t ids[] = {3, 5000, 1000000, 1000000000000, 1000000000001};
    struct store_scene *f = *state;
    struct waiting got[8];
    struct store_waiting_ask ask = {.ready = true, .now_us = INT64_MAX, .max = 8, .out = got};

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct order order = store_scene_order((int64_t)i + 1);

        order.id = ids[i];
        store_scene_add(f, &order);
    }
    must(f, store_waiting(f->reader, &ask, &f->why));
    assert_int_equal(ask.n, sizeof ids / sizeof ids[0]);
    for (size_t i = 0; i < ask.n; i++)
        assert_int_equal(got[i].id, ids[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(each_is_found_where_it_is_and_nowhere_else),
        STORE_SCENE_TESTS(what_is_rolled_back_changes_no_place),
        STORE_SCENE_TESTS(numbers_may_have_gaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
