/* How long the orders of each step wait, as it is read from a store. */
#include "daemon/core/step_ages.h"
#include "tests/lib/store_steps.h"

enum { FULFIL, RESERVE, CHARGE, SHIP };

#define NOW 100

static void add(struct store_scene *f, int64_t id, const char *step, enum status status,
                int64_t due_at)
{
    struct order order = store_steps_order(id, step, status);

    order.due_at = due_at;
    store_scene_add(f, &order);
}

static void read_ages(struct store_scene *f, const struct store_totals *totals, bool ahead,
                      struct step_ages *out)
{
    step_ages_begin(out, f->store, totals, ahead);
    must(f, step_ages_read(out, f->reader, NOW, &f->why));
}

static void each_step_has_the_age_of_its_oldest(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals = {0};
    struct step_ages ages;

    store_steps_know(f);
    add(f, 1, "charge", STATUS_QUEUED, 40);
    add(f, 2, "charge", STATUS_QUEUED, 30);
    add(f, 3, "charge", STATUS_UNDOING, 20);
    add(f, 4, "ship", STATUS_QUEUED, 50);
    add(f, 5, "reserve", STATUS_QUEUED, 400); /* not yet */
    totals.by_step[CHARGE][STATUS_QUEUED] = 2;
    totals.by_step[CHARGE][STATUS_UNDOING] = 1;
    totals.by_step[SHIP][STATUS_QUEUED] = 1;
    totals.by_step[RESERVE][STATUS_QUEUED] = 1;
    read_ages(f, &totals, true, &ages);
    assert_int_equal(4, ages.n_steps);
    assert_int_equal(30, ages.queued_due_at); /* without undos */
    assert_int_equal(0, ages.due_at[FULFIL]);
    assert_int_equal(0, ages.due_at[RESERVE]);
    assert_int_equal(20, ages.due_at[CHARGE]);
    assert_int_equal(50, ages.due_at[SHIP]);
    assert_int_equal(400, ages.next_due_at);
    read_ages(f, &totals, false, &ages);
    assert_int_equal(0, ages.next_due_at);
    assert_int_equal(20, ages.due_at[CHARGE]);
}

static void where_none_waits_nothing_is_read(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals = {0};
    struct step_ages ages;

    store_steps_know(f);
    add(f, 1, "charge", STATUS_QUEUED, 40);
    add(f, 2, "ship", STATUS_QUEUED, 50);
    totals.by_step[SHIP][STATUS_QUEUED] = 1; /* so say the totals */
    read_ages(f, &totals, true, &ages);
    assert_int_equal(0, ages.due_at[CHARGE]);
    assert_int_equal(50, ages.due_at[SHIP]);
}

static void the_only_step_is_the_queue(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals = {0};
    struct step_ages ages;
    struct order order = store_scene_order(1);

    order.due_at = 60;
    store_scene_add(f, &order);
    read_ages(f, &totals, true, &ages);
    assert_int_equal(1, ages.n_steps);
    assert_int_equal(60, ages.queued_due_at);
    assert_int_equal(60, ages.due_at[FULFIL]);
    assert_int_equal(0, ages.next_due_at);
}

static void the_only_step_tells_when_the_next_is_due(void **state)
{
    struct store_scene *f = *state;
    struct store_totals totals = {0};
    struct step_ages ages;
    struct order order = store_scene_order(1);

    order.due_at = 160;
    store_scene_add(f, &order);
    read_ages(f, &totals, true, &ages);
    assert_int_equal(0, ages.queued_due_at);
    assert_int_equal(160, ages.next_due_at);
}

static void what_is_not_due_has_not_waited(void **state)
{
    (void)state;
    assert_int_equal(70, step_ages_waited(30, 100));
    assert_int_equal(0, step_ages_waited(0, 100));
    assert_int_equal(0, step_ages_waited(130, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(each_step_has_the_age_of_its_oldest),
        STORE_SCENE_TESTS(where_none_waits_nothing_is_read),
        STORE_SCENE_TESTS(the_only_step_is_the_queue),
        STORE_SCENE_TESTS(the_only_step_tells_when_the_next_is_due),
        cmocka_unit_test(what_is_not_due_has_not_waited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
