/* The system's clock: its hands go forward together. */
#include "tests/lib/test.h"

#include "shared/clock.h"

#define YEAR_2020_US 1577836800000000

static void the_hands_do_not_go_back(void **state)
{
    struct clock clock;
    int64_t before = 0;

    (void)state;
    clock_init(&clock);
    before = clock_mono(&clock);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_mono(&clock);

        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall(&clock) > YEAR_2020_US);
}

static void due_times_are_on_the_scale_of_wall_time_but_measured_by_mono(void **state)
{
    struct clock clock;
    int64_t low = 0;
    int64_t due = 0;

    (void)state;
    clock_init(&clock);
    low = clock.anchor_us + clock_mono(&clock);
    due = clock_due(&clock);
    assert_true(due >= low);
    assert_true(due <= clock.anchor_us + clock_mono(&clock));
    assert_true(due > YEAR_2020_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hands_do_not_go_back),
        cmocka_unit_test(due_times_are_on_the_scale_of_wall_time_but_measured_by_mono),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
