/* Alarms of a daemon that has just begun: what stood stands until that is known to be over. */
#include "tests/lib/test.h"

#include <math.h>

#include "tests/lib/alarm_scene.h"

#define S ALARM_SCENE_S

/* An alarm that stood when the last daemon ended, an hour ago. */
static void restore(struct alarm_scene *scene, const char *name)
{
    const struct alarm_row kept = {.name = slice_of(name),
                                   .alarm = true,
                                   .since_at = HAND_CLOCK_WALL - 3600 * S,
                                   .acknowledged_by = SLICE("ana")};

    alarms_restore(scene->alarms, &kept);
}

/* It stands as it was restored, and nothing was told. */
static void check_stands(const struct alarm_scene *scene, enum alarm_id id)
{
    struct alarm_row row = alarm_scene_row(scene, id);

    assert_true(row.alarm);
    assert_int_equal(row.since_at, HAND_CLOCK_WALL - 3600 * S);
    assert_true(slice_is(row.acknowledged_by, "ana"));
    assert_int_equal(scene->changes, 0);
}

/* It is over now, which was told once. */
static void check_over(const struct alarm_scene *scene, enum alarm_id id)
{
    struct alarm_row row = alarm_scene_row(scene, id);

    assert_false(row.alarm);
    assert_int_equal(row.since_at, clock_wall(&scene->hand.clock));
    assert_null(row.acknowledged_by.p);
    assert_int_equal(scene->changes, 1);
    assert_int_equal(scene->last, id);
}

static void one_that_stood_stands_on_while_it_is_bad(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_figures bad = {.dlq_depth = 7, .disk_free = 0.9};

    restore(scene, "dlq_depth");
    check_stands(scene, ALARM_DLQ_DEPTH);
    alarm_scene_look(scene, &bad);
    check_stands(scene, ALARM_DLQ_DEPTH);
    hand_clock_turn(&scene->hand, S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_over(scene, ALARM_DLQ_DEPTH);
}

static void one_that_is_over_by_the_first_look_is_told_then(void **state)
{
    static const char *const names[] = {"dlq_depth", "queue_age", "disk_free", "wal_size"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct alarm_scene *scene = NULL;
        enum alarm_id id = ALARM_COUNT;

        (void)alarm_scene_begin(state);
        scene = *state;
        assert_true(alarm_parse(slice_of(names[i]), &id));
        restore(scene, names[i]);
        alarm_scene_look(scene, &alarm_scene_quiet);
        check_over(scene, id);
        (void)alarm_scene_end(state);
    }
}

static void one_that_cannot_be_measured_yet_stands_until_it_can(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_figures unread = {.queue_oldest_us = -1, .disk_free = -1};

    restore(scene, "queue_age");
    alarm_scene_look(scene, &unread);
    assert_true(isnan(alarm_scene_row(scene, ALARM_QUEUE_AGE).value));
    check_stands(scene, ALARM_QUEUE_AGE);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_over(scene, ALARM_QUEUE_AGE);
}

static void a_failure_rate_that_stood_needs_its_whole_window(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_figures good = {.fulfilled = 50, .disk_free = 0.9};
    const struct alarm_figures bad = {.failed = 50, .disk_free = 0.9};

    restore(scene, "failure_rate");
    alarm_scene_look(scene, &alarm_scene_quiet); /* nothing has ended yet */
    check_stands(scene, ALARM_FAILURE_RATE);
    alarm_scene_look(scene, &good);
    check_stands(scene, ALARM_FAILURE_RATE);
    alarm_scene_look(scene, &bad);
    alarm_scene_look(scene, &good);
    check_stands(scene, ALARM_FAILURE_RATE);
    hand_clock_turn(&scene->hand, ALARM_RATE_SECONDS * S - 1);
    alarm_scene_look(scene, &good);
    check_stands(scene, ALARM_FAILURE_RATE);
    hand_clock_turn(&scene->hand, 1);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_over(scene, ALARM_FAILURE_RATE);
}

static void what_was_stalled_is_so_until_an_attempt_ends(void **state)
{
    struct alarm_scene *scene = *state;

    restore(scene, "stalled");
    alarm_scene_look(scene, &alarm_scene_quiet); /* nothing is under way yet */
    check_stands(scene, ALARM_STALLED);
    hand_clock_turn(&scene->hand, 59 * S);
    alarms_committed(scene->alarms, &alarm_scene_queued, 1, 1);
    hand_clock_turn(&scene->hand, S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_stands(scene, ALARM_STALLED);
    alarms_committed(scene->alarms, &alarm_scene_fulfilled, 1, 1);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_over(scene, ALARM_STALLED);
}

static void what_was_stalled_is_not_without_work(void **state)
{
    struct alarm_scene *scene = *state;

    restore(scene, "stalled");
    hand_clock_turn(&scene->hand, 60 * S - 1);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_stands(scene, ALARM_STALLED);
    hand_clock_turn(&scene->hand, 1);
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_over(scene, ALARM_STALLED);
}

static void one_that_stood_and_is_off_now_is_over(void **state)
{
    struct alarm_scene *scene = *state;

    restore(scene, "backup_age"); /* off in these settings, and not known either */
    alarm_scene_look(scene, &alarm_scene_quiet);
    check_over(scene, ALARM_BACKUP_AGE);
}

static void one_that_was_ok_is_so_since_then(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_row kept = {
        .name = SLICE("dlq_depth"), .alarm = false, .since_at = HAND_CLOCK_WALL - 3600 * S};
    const struct alarm_row unknown = {.name = SLICE("of_later"), .alarm = true, .since_at = 1};
    const struct alarm_figures bad = {.dlq_depth = 7, .disk_free = 0.9};

    alarms_restore(scene->alarms, &kept);
    alarms_restore(scene->alarms, &unknown);
    assert_int_equal(alarm_scene_row(scene, ALARM_DLQ_DEPTH).since_at, HAND_CLOCK_WALL - 3600 * S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_int_equal(scene->changes, 0);
    alarm_scene_look(scene, &bad);
    assert_true(alarm_scene_row(scene, ALARM_DLQ_DEPTH).alarm);
    assert_int_equal(scene->changes, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, alarm_scene_begin, alarm_scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_stood_stands_on_while_it_is_bad),
        cmocka_unit_test(one_that_is_over_by_the_first_look_is_told_then),
        TEST(one_that_cannot_be_measured_yet_stands_until_it_can),
        TEST(a_failure_rate_that_stood_needs_its_whole_window),
        TEST(what_was_stalled_is_so_until_an_attempt_ends),
        TEST(what_was_stalled_is_not_without_work),
        TEST(one_that_stood_and_is_off_now_is_over),
        TEST(one_that_was_ok_is_so_since_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
