/* What store.h promises of orders of several steps, held against every backend. */
#include "tests/lib/store_steps.h"

#include <stdio.h>
#include <string.h>

/* ---- numbers ---- */

static void fulfil_is_known_from_the_start(void **state)
{
    struct store_scene *f = *state;

    assert_int_equal(1, store_steps(f->store));
    assert_true(slice_is(store_step_name(f->store, 0), "fulfil"));
    assert_int_equal(0, store_step_number(f->store, SLICE("fulfil")));
    assert_int_equal(STEPS_EVER_MAX, store_step_number(f->store, SLICE("ship")));
    assert_null(store_step_name(f->store, 1).p);
}

static void a_step_keeps_its_number(void **state)
{
    struct store_scene *f = *state;
    uint32_t number = 99;

    store_steps_know(f);
    must(f, store_add_step(f->store, SLICE("charge"), &number, &f->why));
    assert_int_equal(2, number);
    must(f, store_add_step(f->store, SLICE("fulfil"), &number, &f->why));
    assert_int_equal(0, number);
    assert_int_equal(4, store_steps(f->store));
    assert_true(slice_is(store_step_name(f->store, 2), "charge"));
}

static void steps_are_known_after_a_restart(void **state)
{
    struct store_scene *f = *state;

    store_steps_know(f);
    store_scene_close(f);
    store_scene_open(f);
    assert_int_equal(4, store_steps(f->store));
    assert_int_equal(3, store_step_number(f->store, SLICE("ship")));
}

static void there_are_so_many_steps_and_no_more(void **state)
{
    struct store_scene *f = *state;
    uint32_t number = 0;

    for (unsigned i = 1; i < STEPS_EVER_MAX; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "s%u", i);
        must(f, store_add_step(f->store, slice_of(name), &number, &f->why));
    }
    assert_int_equal(STEPS_EVER_MAX - 1, number);
    assert_int_equal(ERR_INVALID,
                     store_add_step(f->store, SLICE("one-too-many"), &number, &f->why));
    assert_non_null(strstr(f->why.text, "one-too-many"));
    must(f, store_add_step(f->store, SLICE("s7"), &number, &f->why));
    assert_int_equal(7, number);
}

static void no_order_waits_at_a_step_that_is_not_known(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_steps_order(1, "ship", STATUS_QUEUED);

    must(f, store_begin(f->store, &f->why));
    assert_int_equal(ERR_INTERNAL, store_add_order(f->store, &order, &f->why));
    assert_non_null(strstr(f->why.text, "ship"));
    store_rollback(f->store);
}

/* ---- pools ---- */

/* Orders 1.. at steps of their own: who waits where, and who runs. */
struct place {
    const char *step;
    int64_t due;
    enum status status;
    uint8_t priority;
};

static void add_at_steps(struct store_scene *f)
{
    static const struct place places[] = {
        {"reserve", 30, STATUS_QUEUED, 5},   {"charge", 20, STATUS_QUEUED, 5},
        {"charge", 10, STATUS_RETRYING, 0},  {"charge", 25, STATUS_UNDOING, 9},
        {"charge", 200, STATUS_UNDOING, 5},  {"charge", 0, STATUS_UNDOING, 5}, /* runs */
        {"charge", 0, STATUS_PROCESSING, 5}, {"ship", 0, STATUS_HELD, 5},
        {"reserve", 15, STATUS_UNDOING, 0},  {"ship", 5, STATUS_FAILED, 5},
        {"ship", 300, STATUS_QUEUED, 0},
    };

    store_steps_know(f);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct order order = store_steps_order((int64_t)i + 1, places[i].step, places[i].status);

        order.due_at = places[i].due;
        order.priority = places[i].priority;
        store_scene_add(f, &order);
    }
}

static void assert_waiting(struct store_scene *f, uint16_t pool, bool ready, const char *wanted)
{
    struct waiting out[8];
    struct store_waiting_ask ask = {ready, 100, 8, out, 0, pool};
    struct store_scene_numbers got = {.n = 0};
    char label[32];

    must(f, store_waiting(f->reader, &ask, &f->why));
    for (size_t i = 0; i < ask.n; i++) {
        got.at[got.n++] = out[i].id;
        assert_int_equal(pool, out[i].pool);
        assert_true(out[i].priority <= PRIORITY_MAX);
    }
    (void)snprintf(label, sizeof label, "pool %u, %s", pool, ready ? "ready" : "later");
    store_scene_assert_numbers(label, &got, wanted);
}

static void each_pool_has_those_that_wait_for_it(void **state)
{
    static const struct {
        const char *ready, *later;
        uint16_t pool;
    } rows[] = {
        {"", "", STORE_POOL(0, false)},    {"", "", STORE_POOL(0, true)},
        {"1", "", STORE_POOL(1, false)},   {"9", "", STORE_POOL(1, true)},
        {"3 2", "", STORE_POOL(2, false)}, {"4", "5", STORE_POOL(2, true)},
        {"", "11", STORE_POOL(3, false)},  {"", "", STORE_POOL(3, true)},
    };
    struct store_scene *f = *state;

    add_at_steps(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_waiting(f, rows[i].pool, true, rows[i].ready);
        assert_waiting(f, rows[i].pool, false, rows[i].later);
    }
}

static void the_oldest_is_told_of_all_that_is_queued_and_of_each_pool(void **state)
{
    static const int64_t oldest[] = {0, 0, 30, 15, 20, 25, 0, 0}; /* by pool */
    struct store_scene *f = *state;
    int64_t due = 0;

    add_at_steps(f);
    must(f, store_oldest_queued(f->reader, 100, &due, &f->why));
    assert_int_equal(20, due);
    must(f, store_oldest_queued(f->reader, 19, &due, &f->why));
    assert_int_equal(0, due);
    for (uint16_t pool = 0; pool < 8; pool++) {
        must(f, store_oldest_waiting(f->reader, pool, 100, &due, &f->why));
        if (due != oldest[pool])
            fail_msg("pool %u: %lld", pool, (long long)due);
    }
}

static void an_undo_under_way_runs(void **state)
{
    struct store_scene *f = *state;
    int64_t ids[8] = {0};
    struct store_ids running = {ids, 8, 0};

    add_at_steps(f);
    must(f, store_running(f->store, 0, &running, &f->why));
    assert_true(running.n == 2 && ids[0] == 6 && ids[1] == 7);
}

static void a_list_by_status_has_those_of_every_step_once(void **state)
{
    static const struct {
        const char *label;
        unsigned statuses;
        const char *wanted, *oldest;
    } rows[] = {
        {"queued", STATUS_BIT(STATUS_QUEUED), "11 2 1", "1 2 11"},
        {"queued and retrying", STATUS_BIT(STATUS_QUEUED) | STATUS_BIT(STATUS_RETRYING), "11 3 2 1",
         "1 2 3 11"},
        {"processing", STATUS_BIT(STATUS_PROCESSING), "7", "7"},
        {"undoing", STATUS_BIT(STATUS_UNDOING), "9 6 5 4", "4 5 6 9"},
        {"processing and undoing", STATUS_BIT(STATUS_PROCESSING) | STATUS_BIT(STATUS_UNDOING),
         "9 7 6 5 4", "4 5 6 7 9"},
        {"all that is under way",
         STATUS_BIT(STATUS_QUEUED) | STATUS_BIT(STATUS_PROCESSING) | STATUS_BIT(STATUS_RETRYING) |
             STATUS_BIT(STATUS_HELD) | STATUS_BIT(STATUS_UNDOING),
         "11 9 8 7 6 5 4 3 2 1", "1 2 3 4 5 6 7 8 9 11"},
    };
    struct store_scene *f = *state;

    add_at_steps(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request_list query = {.statuses = rows[i].statuses};
        struct store_scene_numbers got;

        store_scene_list_all(f, &query, &got);
        store_scene_assert_numbers(rows[i].label, &got, rows[i].wanted);
        query.sort = SORT_OLDEST;
        store_scene_list_all(f, &query, &got);
        store_scene_assert_numbers(rows[i].label, &got, rows[i].oldest);
    }
}

/* ---- totals ---- */

static struct store_totals save_and_load(struct store_scene *f, const struct store_totals *totals)
{
    struct store_totals got = {0};

    must(f, store_begin(f->store, &f->why));
    must(f, store_save_totals(f->store, totals, &f->why));
    must(f, store_commit(f->store, &f->why));
    must(f, store_load_totals(f->store, &got, &f->why));
    return got;
}

static void what_is_at_a_step_is_kept(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals = {.last_seq = 7};
    struct store_totals got;

    store_steps_know(f);
    totals.counts[STATUS_QUEUED] = 5;
    totals.counts[STATUS_FULFILLED] = 90;
    totals.by_step[1][STATUS_QUEUED] = 3;
    totals.by_step[3][STATUS_QUEUED] = 2;
    totals.by_step[3][STATUS_UNDOING] = 1;
    got = save_and_load(f, &totals);
    assert_memory_equal(&totals, &got, sizeof got);
}

static void of_a_single_step_all_that_is_not_final_is_at_it(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals = {.last_seq = 7};
    struct store_totals got;

    totals.counts[STATUS_QUEUED] = 5;
    totals.counts[STATUS_FAILED] = 2;
    totals.counts[STATUS_FULFILLED] = 90;
    got = save_and_load(f, &totals);
    store_steps_know(f); /* what was stored before stays true */
    must(f, store_load_totals(f->store, &got, &f->why));
    assert_int_equal(5, got.by_step[0][STATUS_QUEUED]);
    assert_int_equal(2, got.by_step[0][STATUS_FAILED]);
    assert_int_equal(0, got.by_step[0][STATUS_FULFILLED]);
    assert_int_equal(0, got.by_step[1][STATUS_QUEUED]);
}

static void what_is_removed_is_counted_by_its_step(void **state)
{
    struct store_scene *f = *state;
    int64_t failed[STEPS_EVER_MAX] = {0};
    struct store_retention retention = {
        .limit = 10, .discarded_before = T0 + 90 * SECOND, .removed_failed = failed};

    store_steps_know(f);
    for (int64_t id = 1; id <= 3; id++) {
        struct order order = store_steps_order(id, id == 1 ? "reserve" : "ship", STATUS_FAILED);

        order.due_at = 0; /* discarded */
        store_scene_add(f, &order);
    }
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(3, retention.removed_counts[STATUS_FAILED]);
    assert_true(failed[0] == 0 && failed[1] == 1 && failed[2] == 0 && failed[3] == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(fulfil_is_known_from_the_start),
        STORE_SCENE_TESTS(a_step_keeps_its_number),
        STORE_SCENE_ON(steps_are_known_after_a_restart, sqlite),
        STORE_SCENE_TESTS(there_are_so_many_steps_and_no_more),
        STORE_SCENE_TESTS(no_order_waits_at_a_step_that_is_not_known),
        STORE_SCENE_TESTS(each_pool_has_those_that_wait_for_it),
        STORE_SCENE_TESTS(the_oldest_is_told_of_all_that_is_queued_and_of_each_pool),
        STORE_SCENE_TESTS(an_undo_under_way_runs),
        STORE_SCENE_TESTS(a_list_by_status_has_those_of_every_step_once),
        STORE_SCENE_TESTS(what_is_at_a_step_is_kept),
        STORE_SCENE_TESTS(of_a_single_step_all_that_is_not_final_is_at_it),
        STORE_SCENE_TESTS(what_is_removed_is_counted_by_its_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
