/* How many may wait to be stored, by how long the last one did. */
#include "tests/lib/test.h"

#include "daemon/core/engine_pace.h"

#define S 1000000LL

struct pace_case {
    const char *label;
    size_t waiting; /* when the one followed was posted */
    int64_t took_us;
    size_t max_inbox, room;
    int64_t again_us; /* while 5,000 wait */
};

static void few_may_wait_where_it_takes_long(void **state)
{
    const struct pace_case cases[] = {
        {"fast", 10000, 200000, 10000, 10000, 100000},
        {"as long as may be", 10000, 500000, 10000, 10000, 250000},
        {"twice as long", 10000, 1 * S, 10000, 5000, 500000},
        {"ten times as long", 10000, 5 * S, 10000, 1024, 2500000},
        {"a stall", 10000, 60 * S, 10000, 1024, 5 * S},
        {"a slow sync for one alone", 1, 100000, 10000, 5120, 488281},
        {"a small inbox is not made larger", 10000, 60 * S, 100, 100, 5 * S},
        {"no time at all", 10000, 0, 10000, 10000, 100000},
        {"hardly any", 10000, 10, 10000, 10000, 10000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pace_case *c = &cases[i];
        struct engine_pace pace = {0};
        int command = 0;

        engine_pace_posted(&pace, &command, c->waiting, 7 * S);
        engine_pace_settled(&pace, 7 * S + c->took_us);
        if (engine_pace_room(&pace, c->max_inbox) != c->room ||
            engine_pace_again_us(&pace, 5000) != c->again_us)
            fail_msg("%s: room %zu, again %lld", c->label, engine_pace_room(&pace, c->max_inbox),
                     (long long)engine_pace_again_us(&pace, 5000));
    }
}

static void before_any_was_settled_the_inbox_is_the_bound(void **state)
{
    const struct engine_pace pace = {0};

    (void)state;
    assert_int_equal(engine_pace_room(&pace, 10000), 10000);
    assert_int_equal(engine_pace_again_us(&pace, 10000), 100000);
}

static void one_is_followed_at_a_time_and_the_next_one_counts_anew(void **state)
{
    struct engine_pace pace = {0};
    int a = 0, b = 0;

    (void)state;
    engine_pace_posted(&pace, &a, 10000, 0);
    engine_pace_posted(&pace, &b, 10000, 1 * S);
    assert_ptr_equal(pace.followed, &a);
    engine_pace_settled(&pace, 1 * S);
    assert_int_equal(engine_pace_room(&pace, 10000), 5000);
    engine_pace_posted(&pace, &b, 10000, 2 * S);
    assert_ptr_equal(pace.followed, &b);
    engine_pace_settled(&pace, 2 * S + 100000);
    assert_int_equal(engine_pace_room(&pace, 10000), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_may_wait_where_it_takes_long),
        cmocka_unit_test(before_any_was_settled_the_inbox_is_the_bound),
        cmocka_unit_test(one_is_followed_at_a_time_and_the_next_one_counts_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
