/* The best of what waits, with far more than the window holds: the best come first, what was left
   out is known to be there, and nothing that is worse comes before it. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "daemon/core/dispatch_window.h"
#include "shared/rng.h"

#define MANY ((size_t)3 * DISPATCH_WINDOW_MAX)

static struct waiting one(int64_t id, uint8_t priority, int64_t due_at)
{
    return (struct waiting){.id = id, .priority = priority, .due_at = due_at};
}

static int best_first(const void *x, const void *y)
{
    const struct waiting *a = x, *b = y;

    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    if (a->due_at != b->due_at)
        return a->due_at < b->due_at ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int soonest_first(const void *x, const void *y)
{
    const struct waiting *a = x, *b = y;

    if (a->due_at != b->due_at)
        return a->due_at < b->due_at ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static struct waiting *some_of_all(size_t n)
{
    struct waiting *all = calloc(n, sizeof *all);
    struct rng rng;

    assert_non_null(all);
    rng_seed(&rng, 7);
    for (size_t i = 0; i < n; i++)
        all[i] = one((int64_t)i + 1, (uint8_t)(rng_next(&rng) % 3), (int64_t)(rng_next(&rng) % 99));
    return all;
}

static void more_than_it_holds_come_out_best_first_until_it_asks_for_the_rest(void **state)
{
    (void)state;
    for (int soonest = 0; soonest < 2; soonest++) {
        struct dispatch_window *window = dispatch_window_new(soonest != 0);
        struct waiting *all = some_of_all(MANY);
        size_t n = 0;

        for (size_t i = 0; i < MANY; i++)
            dispatch_window_push(window, &all[i]);
        qsort(all, MANY, sizeof *all, soonest != 0 ? soonest_first : best_first);
        assert_true(window->n > DISPATCH_WINDOW_LOW && window->n <= DISPATCH_WINDOW_MAX);
        assert_true(window->more);
        assert_false(dispatch_window_wants(window));
        for (; dispatch_window_top(window) != NULL; n++) {
            assert_int_equal(dispatch_window_top(window)->id, all[n].id);
            assert_int_equal(dispatch_window_pop(window).id, all[n].id);
        }
        assert_true(n > DISPATCH_WINDOW_LOW && n < MANY);
        assert_true(dispatch_window_wants(window)); /* the rest is in the store */
        free(all);
        dispatch_window_free(window);
    }
}

static void what_is_worse_than_what_was_left_out_is_left_out_too(void **state)
{
    struct dispatch_window *window = dispatch_window_new(true);
    const struct waiting worse = one(1, 0, (int64_t)MANY + 1), better = one(2, 0, 0);
    size_t n = 0;

    (void)state;
    for (int64_t i = 1; i <= DISPATCH_WINDOW_MAX + 1; i++) {
        const struct waiting item = one(i + 10, 0, i);

        dispatch_window_push(window, &item);
    }
    assert_true(window->more);
    n = window->n;
    dispatch_window_push(window, &worse);
    assert_int_equal(window->n, n);
    dispatch_window_push(window, &better);
    assert_int_equal(window->n, n + 1);
    assert_int_equal(dispatch_window_top(window)->id, better.id);
    dispatch_window_free(window);
}

static void what_comes_while_it_is_filled_is_not_forgotten(void **state)
{
    const struct waiting stored[] = {one(3, 5, 10), one(1, 5, 20), one(2, 5, 30)};
    const struct waiting fresh = one(9, 1, 50), late = one(8, 5, 40);
    struct dispatch_window *window = dispatch_window_new(false);

    (void)state;
    dispatch_window_fill_begin(window);
    dispatch_window_push(window, &fresh);
    dispatch_window_push(window, &late);
    dispatch_window_fill_end(window, stored, 3, true);
    assert_int_equal(window->n, 4); /* `late` is worse than the last the store gave, of more */
    assert_int_equal(dispatch_window_pop(window).id, 9);
    assert_int_equal(dispatch_window_pop(window).id, 3);
    assert_int_equal(dispatch_window_pop(window).id, 1);
    assert_int_equal(dispatch_window_pop(window).id, 2);
    assert_true(dispatch_window_wants(window));

    dispatch_window_fill_begin(window);
    dispatch_window_push(window, &late);
    dispatch_window_fill_end(window, NULL, 0, false);
    assert_int_equal(window->n, 1);
    assert_false(dispatch_window_wants(window)); /* there is no more than this */
    dispatch_window_free(window);
}

static void more_than_it_remembers_while_it_is_filled_makes_it_stale(void **state)
{
    struct dispatch_window *window = dispatch_window_new(false);

    (void)state;
    dispatch_window_fill_begin(window);
    for (int64_t i = 1; i <= DISPATCH_WINDOW_MAX; i++) {
        const struct waiting item = one(i, 5, i);

        dispatch_window_push(window, &item);
    }
    dispatch_window_fill_end(window, NULL, 0, false);
    assert_false(dispatch_window_wants(window)); /* as many as it remembers: all are there */
    assert_int_equal(window->n, DISPATCH_WINDOW_MAX);

    dispatch_window_fill_begin(window);
    for (int64_t i = 1; i <= DISPATCH_WINDOW_MAX + 1; i++) {
        const struct waiting item = one(i, 5, i);

        dispatch_window_push(window, &item);
    }
    dispatch_window_fill_end(window, NULL, 0, false);
    assert_true(dispatch_window_wants(window));
    dispatch_window_free(window);
}

static void a_fill_that_failed_is_asked_for_again(void **state)
{
    struct dispatch_window *window = dispatch_window_new(false);

    (void)state;
    assert_false(dispatch_window_wants(window));
    dispatch_window_fill_begin(window);
    dispatch_window_fill_fail(window);
    assert_true(dispatch_window_wants(window));
    assert_null(dispatch_window_top(window));
    dispatch_window_free(window);
    dispatch_window_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_it_holds_come_out_best_first_until_it_asks_for_the_rest),
        cmocka_unit_test(what_is_worse_than_what_was_left_out_is_left_out_too),
        cmocka_unit_test(what_comes_while_it_is_filled_is_not_forgotten),
        cmocka_unit_test(more_than_it_remembers_while_it_is_filled_makes_it_stale),
        cmocka_unit_test(a_fill_that_failed_is_asked_for_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
