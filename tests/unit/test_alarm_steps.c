/* Alarms by step: the instance's thresholds, held against the figures of each step alone. */
#include "tests/lib/test.h"

#include <math.h>
#include <string.h>

#include "tests/lib/alarm_scene.h"

#define S ALARM_SCENE_S

enum { RESERVE, CHARGE, SHIP, STEPS };

static const struct slice names[STEPS] = {{"reserve", 7}, {"charge", 6}, {"ship", 4}};

static int begin(void **state)
{
    struct alarm_scene *scene = NULL;

    (void)alarm_scene_begin(state);
    scene = *state;
    alarms_set_steps(scene->alarms, names, STEPS);
    return 0;
}

static void look(struct alarm_scene *scene, const struct alarm_step_figures *steps)
{
    struct alarm_figures figures = alarm_scene_quiet;

    figures.steps = steps;
    alarm_scene_look(scene, &figures);
}

/* Of a step in use at which nothing is bad. */
#define QUIET                                                                                      \
    {                                                                                              \
        .used = true                                                                               \
    }

static size_t place_of(const struct alarm_scene *scene, const char *name)
{
    size_t place = 0;

    if (!alarms_find(scene->alarms, slice_of(name), &place))
        fail_msg("there is no alarm %s", name);
    return place;
}

static struct alarm_row row_of(const struct alarm_scene *scene, const char *name)
{
    return alarm_scene_row(scene, place_of(scene, name));
}

static size_t count_shown(const struct alarm_scene *scene)
{
    struct alarm_row row;
    size_t n = 0;

    for (size_t i = 0; i < alarms_places(scene->alarms); i++)
        n += alarms_get(scene->alarms, i, &row);
    return n;
}

static void each_is_raised_by_its_own_step_alone(void **state)
{
    static const struct {
        const char *name;
        struct alarm_step_figures good, bad;
    } rows[] = {
        {"dlq_depth/charge", {.used = true, .dlq_depth = 4}, {.used = true, .dlq_depth = 5}},
        {"queue_age/charge",
         {.used = true, .queue_oldest_us = 60 * S - 1},
         {.used = true, .queue_oldest_us = 60 * S}},
        {"failure_rate/charge",
         {.used = true, .done = 11, .failed = 10},
         {.used = true, .done = 10, .failed = 10}},
        {"failure_rate/charge",
         {.used = true, .failed = ALARM_ENDED_MIN - 1},
         {.used = true, .failed = ALARM_ENDED_MIN}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct alarm_step_figures good[STEPS] = {QUIET, rows[i].good, QUIET};
        const struct alarm_step_figures bad[STEPS] = {QUIET, rows[i].bad, QUIET};
        struct alarm_scene *scene = NULL;

        (void)begin(state);
        scene = *state;
        look(scene, good);
        if (scene->changes != 0)
            fail_msg("%s is raised too soon", rows[i].name);
        look(scene, bad);
        if (scene->changes != 1 || scene->last != place_of(scene, rows[i].name))
            fail_msg("%s is not raised, or not alone", rows[i].name);
        look(scene, good);
        if (scene->changes != 2 || row_of(scene, rows[i].name).alarm)
            fail_msg("%s is not over", rows[i].name);
        (void)alarm_scene_end(state);
    }
}

static void a_step_is_stalled_while_another_goes_on(void **state)
{
    struct alarm_scene *scene = *state;
    struct alarm_step_figures steps[STEPS] = {QUIET, QUIET, QUIET};

    steps[RESERVE].processing = steps[CHARGE].processing = 2;
    look(scene, steps);
    hand_clock_turn(&scene->hand, 59 * S);
    steps[RESERVE].ended = 7;
    look(scene, steps);
    assert_int_equal(scene->changes, 0);
    hand_clock_turn(&scene->hand, S);
    look(scene, steps);
    assert_int_equal(scene->changes, 1);
    assert_true(row_of(scene, "stalled/charge").alarm);
    assert_true(row_of(scene, "stalled/charge").value == 60);
    assert_true(row_of(scene, "stalled/reserve").value == 1);
    assert_true(row_of(scene, "stalled/ship").value == 0);
    steps[CHARGE].processing = 0;
    look(scene, steps);
    assert_false(row_of(scene, "stalled/charge").alarm);
}

static void what_is_not_known_is_no_alarm(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_step_figures unread = {.used = true, .dlq_depth = -1, .queue_oldest_us = -1};
    const struct alarm_step_figures steps[STEPS] = {unread, unread, unread};

    look(scene, steps);
    assert_int_equal(scene->changes, 0);
    assert_true(isnan(row_of(scene, "dlq_depth/ship").value));
    assert_true(isnan(row_of(scene, "queue_age/ship").value));
}

static void alarms_of_steps_come_behind_those_of_the_instance(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_step_figures steps[STEPS] = {QUIET, QUIET, QUIET};
    struct alarm_row row;

    look(scene, steps);
    assert_int_equal(count_shown(scene), ALARM_COUNT + (4 * STEPS));
    assert_true(alarms_get(scene->alarms, ALARM_COUNT, &row));
    assert_true(slice_is(row.name, "dlq_depth/reserve"));
    assert_true(row.threshold == 5);
    assert_false(alarms_find(scene->alarms, SLICE("wal_size/charge"), &(size_t){0}));
    assert_false(alarms_find(scene->alarms, SLICE("queue_age/bake"), &(size_t){0}));
}

static void one_step_alone_has_no_alarms_of_its_own(void **state)
{
    struct alarm_scene *scene = *state;

    alarms_set_steps(scene->alarms, names, 1);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_int_equal(alarms_places(scene->alarms), ALARM_COUNT);
}

static void a_step_that_goes_out_of_use_takes_its_alarm_along(void **state)
{
    struct alarm_scene *scene = *state;
    struct alarm_step_figures steps[STEPS] = {QUIET, QUIET, QUIET};

    steps[CHARGE].queue_oldest_us = 60 * S;
    look(scene, steps);
    assert_true(row_of(scene, "queue_age/charge").alarm);
    steps[CHARGE].used = false;
    look(scene, steps);
    assert_int_equal(scene->changes, 2);
    assert_false(row_of(scene, "queue_age/charge").alarm);
    assert_int_equal(count_shown(scene), ALARM_COUNT + (4 * 2));
    steps[SHIP].used = false; /* one is left: it is the instance */
    look(scene, steps);
    assert_int_equal(count_shown(scene), ALARM_COUNT);
}

static void what_was_kept_of_a_step_is_taken_up(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_step_figures unread = {.used = true, .dlq_depth = -1, .queue_oldest_us = -1};
    struct alarm_step_figures steps[STEPS] = {QUIET, unread, QUIET};
    const struct alarm_row kept = {
        .name = SLICE("queue_age/charge"), .alarm = true, .since_at = 17};
    const struct alarm_row gone = {.name = SLICE("queue_age/bake"), .alarm = true, .since_at = 18};

    alarms_restore(scene->alarms, &kept);
    alarms_restore(scene->alarms, &gone);
    look(scene, steps);
    assert_int_equal(scene->changes, 0);
    assert_int_equal(row_of(scene, "queue_age/charge").since_at, 17);
    steps[CHARGE].queue_oldest_us = 0;
    look(scene, steps);
    assert_int_equal(scene->changes, 1);
    assert_false(row_of(scene, "queue_age/charge").alarm);
}

static void it_is_acknowledged_by_its_place_and_told_in_its_unit(void **state)
{
    struct alarm_scene *scene = *state;
    struct alarm_step_figures steps[STEPS] = {QUIET, QUIET, QUIET};
    struct alarm_row row;
    char text[UNITS_TEXT_MAX];

    steps[SHIP].queue_oldest_us = 90 * S;
    look(scene, steps);
    row = row_of(scene, "queue_age/ship");
    alarms_acknowledge(scene->alarms, scene->last, row.since_at, SLICE("ana"));
    assert_true(slice_is(row_of(scene, "queue_age/ship").acknowledged_by, "ana"));
    alarm_format(row.name, row.value, text);
    assert_string_equal(text, "1m30s");
    alarm_format(SLICE("failure_rate/ship"), 0.5, text);
    assert_string_equal(text, "50.0%");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, alarm_scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_raised_by_its_own_step_alone),
        TEST(a_step_is_stalled_while_another_goes_on),
        TEST(what_is_not_known_is_no_alarm),
        TEST(alarms_of_steps_come_behind_those_of_the_instance),
        cmocka_unit_test_setup_teardown(one_step_alone_has_no_alarms_of_its_own, alarm_scene_begin,
                                        alarm_scene_end),
        TEST(a_step_that_goes_out_of_use_takes_its_alarm_along),
        TEST(what_was_kept_of_a_step_is_taken_up),
        TEST(it_is_acknowledged_by_its_place_and_told_in_its_unit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
