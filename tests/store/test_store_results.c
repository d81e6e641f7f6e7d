/* What steps hand on: kept with their order, told in the order of its list. */
#include "tests/lib/store_steps.h"

#include <stdio.h>
#include <string.h>

/* The order's own row goes with it: it says what is beside it. */
static void add_result(struct store_scene *f, int64_t id, const char *step, const char *text)
{
    const struct pair result = {slice_of(step), slice_of(text)};
    struct order order = {0};

    must(f,
         store_load(f->store, &(struct store_load_ask){id, ORDER_ROW, &f->arena, &order}, &f->why));
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_result(f->store, &order, &result, &f->why));
    must(f, store_change_order(f->store, &order, &f->why));
    must(f, store_commit(f->store, &f->why));
}

/* "reserve=shelf 7 charge=" */
static void assert_results(struct store_scene *f, int64_t id, const char *wanted)
{
    struct uuid uid = store_scene_uid(id);
    struct order got = {0}, loaded = {0};
    char text[256] = "";
    size_t len = 0;

    must(f, store_get(f->reader, &uid, &f->arena, &got, &f->why));
    for (size_t i = 0; i < got.n_results; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s=%.*s", i > 0 ? " " : "",
                                SLICE_ARGS(got.results[i].key), SLICE_ARGS(got.results[i].value));
    assert_string_equal(wanted, text);
    must(f, store_load(f->store, &(struct store_load_ask){id, ORDER_WHOLE, &f->arena, &loaded},
                       &f->why));
    assert_int_equal(got.n_results, loaded.n_results);
}

static void an_order_is_read_with_its_list(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_steps_order(1, "reserve", STATUS_QUEUED),
                 usual = store_scene_order(2);
    struct order got = {0};

    store_steps_know(f);
    store_scene_add(f, &order);
    store_scene_add(f, &usual);
    must(f, store_load(f->store, &(struct store_load_ask){1, ORDER_ROW, &f->arena, &got}, &f->why));
    assert_true(slice_is(got.steps, STORE_STEPS) && slice_is(got.step, "reserve"));
    must(f, store_get(f->reader, &usual.uid, &f->arena, &got, &f->why));
    assert_null(got.steps.p);
    assert_true(slice_is(got.step, "fulfil") && got.n_results == 0);
}

static void results_come_in_the_order_of_the_list(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_steps_order(1, "ship", STATUS_QUEUED);
    struct order other = store_steps_order(2, "charge", STATUS_QUEUED);

    store_steps_know(f);
    store_scene_add(f, &order);
    store_scene_add(f, &other);
    assert_results(f, 1, "");
    add_result(f, 1, "reserve", "shelf 7");
    add_result(f, 1, "charge", "");
    add_result(f, 2, "reserve", "shelf 8");
    assert_results(f, 1, "reserve=shelf 7 charge=");
    add_result(f, 1, "reserve", "shelf 9"); /* a replay from the start did it again */
    assert_results(f, 1, "reserve=shelf 9 charge=");
    assert_results(f, 2, "reserve=shelf 8");
}

static void what_was_done_before_a_replay_from_the_start_is_kept_but_not_shown(void **state)
{
    static const struct {
        enum status status;
        const char *step, *results;
    } rows[] = {
        {STATUS_QUEUED, "reserve", ""},
        {STATUS_RETRYING, "charge", "reserve=shelf 7"},
        {STATUS_FAILED, "charge", "reserve=shelf 7"},
        {STATUS_UNDOING, "charge", "reserve=shelf 7 charge=paid"},
        {STATUS_UNDOING, "reserve", "reserve=shelf 7 charge=paid"},
        {STATUS_CANCELLED, "reserve", "reserve=shelf 7 charge=paid"},
    };
    struct store_scene *f = *state;
    struct order order = store_steps_order(1, "ship", STATUS_QUEUED), got = {0};
    const struct store_load_ask ask = {1, ORDER_ROW, &f->arena, &got};

    store_steps_know(f);
    store_scene_add(f, &order);
    add_result(f, 1, "reserve", "shelf 7");
    add_result(f, 1, "charge", "paid");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        must(f, store_load(f->store, &ask, &f->why));
        assert_int_equal(got.n_done, 2);
        got.step = slice_of(rows[i].step);
        store_scene_change(f, &got, rows[i].status);
        assert_results(f, 1, rows[i].results);
    }
}

static void a_fulfilled_order_has_the_result_of_its_last_step_too(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_steps_order(1, "ship", STATUS_PROCESSING);

    store_steps_know(f);
    store_scene_add(f, &order);
    add_result(f, 1, "reserve", "shelf 7");
    must(f,
         store_load(f->store, &(struct store_load_ask){1, ORDER_ROW, &f->arena, &order}, &f->why));
    order.result = SLICE("parcel 12");
    store_scene_change(f, &order, STATUS_FULFILLED);
    assert_results(f, 1, "reserve=shelf 7 ship=parcel 12");
}

static void results_go_with_their_order(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_steps_order(1, "ship", STATUS_CANCELLED);
    struct store_retention retention = {.limit = 10};

    store_steps_know(f);
    store_scene_add(f, &order);
    add_result(f, 1, "reserve", "shelf 7");
    retention.ended_before[STATUS_CANCELLED] = T0 + 90 * SECOND;
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(1, retention.removed);
    store_scene_add(f, &order); /* another one of the same number */
    assert_results(f, 1, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(an_order_is_read_with_its_list),
        STORE_SCENE_TESTS(results_come_in_the_order_of_the_list),
        STORE_SCENE_TESTS(what_was_done_before_a_replay_from_the_start_is_kept_but_not_shown),
        STORE_SCENE_TESTS(a_fulfilled_order_has_the_result_of_its_last_step_too),
        STORE_SCENE_TESTS(results_go_with_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
