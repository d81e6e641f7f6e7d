/* Attempts under way: each is found by its order, and the one whose time is up first is first. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "daemon/core/dispatch_flights.h"

#define MANY 5000 /* more than are kept to be used again, and than there are buckets */

static struct flight *add(struct dispatch_flights *flights, int64_t order)
{
    return dispatch_flights_add(flights, &(struct waiting){.id = order, .pool = 3});
}

static void each_is_found_by_its_order_until_it_is_removed(void **state)
{
    struct dispatch_flights *flights = calloc(1, sizeof *flights);

    (void)state;
    assert_non_null(flights);
    for (int round = 0; round < 2; round++) { /* what is used again is as good as new */
        for (int64_t order = 1; order <= MANY; order++)
            assert_int_equal(add(flights, order)->pool, 3);
        assert_int_equal(flights->n, MANY);
        for (int64_t order = MANY; order > 0; order--) {
            struct flight *flight = dispatch_flights_find(flights, order);

            assert_non_null(flight);
            assert_int_equal(flight->waiting.id, order);
            assert_false(flight->timed || flight->stored);
            flight->stored = true;
            dispatch_flights_remove(flights, flight);
            assert_null(dispatch_flights_find(flights, order));
        }
        assert_int_equal(flights->n, 0);
        assert_true(flights->n_pool > 0 && flights->n_pool < MANY);
    }
    dispatch_flights_done(flights);
    free(flights);
}

static void they_are_in_the_order_of_their_deadlines(void **state)
{
    static const int64_t deadlines[] = {50, 10, 50, 70, 5, 60, 10, 80};
    static const int64_t wanted[] = {5, 2, 7, 1, 3, 6, 4, 8}; /* orders, from 1 */
    struct dispatch_flights *flights = calloc(1, sizeof *flights);
    const struct flight *flight = NULL;
    size_t n = sizeof deadlines / sizeof *deadlines;

    (void)state;
    assert_non_null(flights);
    for (size_t i = 0; i < n; i++)
        dispatch_flights_time(flights, add(flights, (int64_t)i + 1), deadlines[i]);
    flight = flights->first;
    for (size_t i = 0; i < n; i++, flight = flight->next) {
        assert_non_null(flight);
        assert_int_equal(flight->waiting.id, wanted[i]);
        assert_ptr_equal(flight->next != NULL ? flight->next->prev : flights->last, flight);
    }
    assert_null(flight);
    dispatch_flights_untime(flights, flights->first);
    assert_int_equal(flights->first->waiting.id, wanted[1]);
    dispatch_flights_untime(flights, flights->last);
    assert_int_equal(flights->last->waiting.id, wanted[n - 2]);
    dispatch_flights_done(flights);
    free(flights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_by_its_order_until_it_is_removed),
        cmocka_unit_test(they_are_in_the_order_of_their_deadlines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
