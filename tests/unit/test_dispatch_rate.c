/* How starts are spaced: by hand-made times. */
#include "tests/lib/test.h"

#include "daemon/core/dispatch_rate.h"

#define SECOND 1000000LL

/* How many start between two times, asked again when the rate says so; the last at *last. */
static int starts(struct dispatch_rate *rate, int64_t from, int64_t to, int64_t *last)
{
    int64_t now = from;
    int n = 0;

    while (now < to) {
        for (; dispatch_rate_allows(rate, now); n++) {
            dispatch_rate_take(rate, now);
            *last = now;
        }
        assert_true(dispatch_rate_again(rate, now) > now);
        now = dispatch_rate_again(rate, now);
    }
    return n;
}

static void without_a_rate_all_may_start(void **state)
{
    struct dispatch_rate rate = {0};

    (void)state;
    for (int i = 0; i < 100000; i++) {
        assert_true(dispatch_rate_allows(&rate, 5));
        dispatch_rate_take(&rate, 5);
    }
}

static void as_many_start_in_a_second_as_the_rate_says(void **state)
{
    static const double rates[] = {1, 3, 10, 99, 100, 101, 250, 2000, 33333, 1000000};

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct dispatch_rate rate = {.per_s = rates[i]};
        int64_t last = 0;
        double n = starts(&rate, SECOND, 21 * SECOND, &last);
        double want = 20 * rates[i];

        if (n < want * 0.995 || n > want + 1 + rates[i] * 0.02)
            fail_msg("at %g: %g in 20 s", rates[i], n);
    }
}

static void those_far_apart_come_one_by_one(void **state)
{
    struct dispatch_rate rate = {.per_s = 4};
    int64_t now = 7 * SECOND;

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(dispatch_rate_allows(&rate, now));
        dispatch_rate_take(&rate, now);
        assert_false(dispatch_rate_allows(&rate, now + SECOND / 4 - 1));
        now += SECOND / 4;
    }
}

static void a_burst_is_what_two_ticks_have_room_for(void **state)
{
    struct dispatch_rate rate = {.per_s = 1000};
    int n = 0;

    (void)state;
    for (; dispatch_rate_allows(&rate, SECOND); n++)
        dispatch_rate_take(&rate, SECOND);
    assert_int_equal(n, 20);
    assert_true(dispatch_rate_again(&rate, SECOND) >= SECOND + 10000);
}

static void a_pause_is_not_made_up_for(void **state)
{
    struct dispatch_rate rate = {.per_s = 50};
    int64_t last = 0;

    (void)state;
    (void)starts(&rate, SECOND, 2 * SECOND, &last);
    assert_true(starts(&rate, 10 * SECOND, 11 * SECOND, &last) <= 51);
}

static void another_rate_holds_at_once(void **state)
{
    struct dispatch_rate rate = {.per_s = 0.001};

    (void)state;
    dispatch_rate_take(&rate, SECOND);
    dispatch_rate_set(&rate, 0.001);
    assert_false(dispatch_rate_allows(&rate, 2 * SECOND));
    dispatch_rate_set(&rate, 10);
    assert_true(dispatch_rate_allows(&rate, 2 * SECOND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rate_all_may_start),
        cmocka_unit_test(as_many_start_in_a_second_as_the_rate_says),
        cmocka_unit_test(those_far_apart_come_one_by_one),
        cmocka_unit_test(a_burst_is_what_two_ticks_have_room_for),
        cmocka_unit_test(a_pause_is_not_made_up_for),
        cmocka_unit_test(another_rate_holds_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
