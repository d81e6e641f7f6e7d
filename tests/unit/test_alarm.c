/* Alarms by a clock that is turned by hand: each is raised, acknowledged, and over again. */
#include "tests/lib/test.h"

#include <math.h>

#include "tests/lib/alarm_scene.h"

#define S ALARM_SCENE_S

/* Each just before its threshold and at it. */
static const struct threshold {
    const char *label;
    enum alarm_id id;
    struct alarm_figures good, bad;
    double value; /* when it is bad */
} thresholds[] = {
    {"dlq_depth", ALARM_DLQ_DEPTH, {.dlq_depth = 4}, {.dlq_depth = 5}, 5},
    {"queue_age",
     ALARM_QUEUE_AGE,
     {.queue_oldest_us = 60 * S - 1},
     {.queue_oldest_us = 60 * S},
     60},
    {"failure_rate",
     ALARM_FAILURE_RATE,
     {.fulfilled = 11, .failed = 10},
     {.fulfilled = 10, .failed = 10},
     0.5},
    {"failure_rate of too few",
     ALARM_FAILURE_RATE,
     {.failed = ALARM_ENDED_MIN - 1},
     {.failed = ALARM_ENDED_MIN},
     1},
    {"disk_free", ALARM_DISK_FREE, {.disk_free = 0.05}, {.disk_free = 0.0499}, 0.0499},
    {"wal_size",
     ALARM_WAL_SIZE,
     {.wal_bytes = 64 * ALARM_SCENE_MIB - 1},
     {.wal_bytes = 64 * ALARM_SCENE_MIB},
     64 * ALARM_SCENE_MIB},
};

/* What does not matter for an alarm is as it should be. */
static struct alarm_figures whole(const struct threshold *t, struct alarm_figures figures)
{
    if (t->id != ALARM_DISK_FREE)
        figures.disk_free = 0.9;
    return figures;
}

static void each_is_raised_at_its_threshold_and_over_before_it(void **state)
{
    for (size_t i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++) {
        const struct threshold *t = &thresholds[i];
        struct alarm_figures good = whole(t, t->good), bad = whole(t, t->bad);
        struct alarm_scene *scene = NULL;
        struct alarm_row row;

        (void)alarm_scene_begin(state);
        scene = *state;
        alarm_scene_look(scene, &good);
        if (scene->changes != 0)
            fail_msg("%s is raised too soon", t->label);
        hand_clock_turn(&scene->hand, S);
        alarm_scene_look(scene, &bad);
        row = alarm_scene_row(scene, t->id);
        if (scene->changes != 1 || scene->last != t->id || !row.alarm || row.value != t->value)
            fail_msg("%s is not raised, or not alone", t->label);
        assert_int_equal(row.since_at, HAND_CLOCK_WALL + S);
        hand_clock_turn(&scene->hand, S);
        alarm_scene_look(scene, &bad);
        assert_int_equal(scene->changes, 1);
        assert_int_equal(alarm_scene_row(scene, t->id).since_at, HAND_CLOCK_WALL + S);
        alarm_scene_look(scene, &good);
        if (scene->changes != 2 || alarm_scene_row(scene, t->id).alarm)
            fail_msg("%s is not over", t->label);
        (void)alarm_scene_end(state);
    }
}

static void work_that_ends_nothing_is_stalled(void **state)
{
    struct alarm_scene *scene = *state;

    alarms_committed(scene->alarms, NULL, 0, 1);
    hand_clock_turn(&scene->hand, 59 * S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_false(alarm_scene_row(scene, ALARM_STALLED).alarm);
    alarms_committed(scene->alarms, &alarm_scene_queued, 1, 1); /* no end */
    hand_clock_turn(&scene->hand, S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_true(alarm_scene_row(scene, ALARM_STALLED).alarm);
    assert_true(alarm_scene_row(scene, ALARM_STALLED).value == 60);
    alarms_committed(scene->alarms, &alarm_scene_fulfilled, 1, 1);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_false(alarm_scene_row(scene, ALARM_STALLED).alarm);
}

static void nothing_in_flight_is_not_stalled(void **state)
{
    struct alarm_scene *scene = *state;

    alarms_committed(scene->alarms, NULL, 0, 1);
    alarms_committed(scene->alarms, &alarm_scene_fulfilled, 1, 0);
    hand_clock_turn(&scene->hand, 3600 * S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_true(alarm_scene_row(scene, ALARM_STALLED).value == 0);
    alarms_committed(scene->alarms, NULL, 0, 1); /* begins to count only now */
    hand_clock_turn(&scene->hand, S);
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_true(alarm_scene_row(scene, ALARM_STALLED).value == 1);
    assert_int_equal(scene->changes, 0);
}

static void an_acknowledgement_lasts_until_the_state_changes(void **state)
{
    struct alarm_scene *scene = *state;
    const struct alarm_figures bad = {.dlq_depth = 7, .disk_free = 0.9};
    int64_t since = 0;

    alarms_acknowledge(scene->alarms, ALARM_DLQ_DEPTH, HAND_CLOCK_WALL, SLICE("ana"));
    assert_null(alarm_scene_row(scene, ALARM_DLQ_DEPTH).acknowledged_by.p); /* it is OK */
    hand_clock_turn(&scene->hand, S);
    alarm_scene_look(scene, &bad);
    since = alarm_scene_row(scene, ALARM_DLQ_DEPTH).since_at;
    alarms_acknowledge(scene->alarms, ALARM_DLQ_DEPTH, since - 1, SLICE("ana"));
    assert_null(
        alarm_scene_row(scene, ALARM_DLQ_DEPTH).acknowledged_by.p); /* that was another one */
    alarms_acknowledge(scene->alarms, ALARM_DLQ_DEPTH, since, SLICE("ana"));
    alarm_scene_look(scene, &bad);
    assert_true(slice_is(alarm_scene_row(scene, ALARM_DLQ_DEPTH).acknowledged_by, "ana"));
    alarm_scene_look(scene, &alarm_scene_quiet);
    assert_null(alarm_scene_row(scene, ALARM_DLQ_DEPTH).acknowledged_by.p);
    alarm_scene_look(scene, &bad);
    assert_null(alarm_scene_row(scene, ALARM_DLQ_DEPTH).acknowledged_by.p);
}

static void one_that_is_off_or_not_known_is_ok(void **state)
{
    struct alarm_scene *scene = *state;
    struct alarm_settings settings = alarm_scene_settings;
    const struct alarm_figures bad = {.dlq_depth = 7, .disk_free = -1};

    alarm_scene_look(scene, &bad);
    assert_int_equal(scene->changes, 1); /* dlq_depth: the disk is not known */
    assert_true(isnan(alarm_scene_row(scene, ALARM_DISK_FREE).value));
    assert_true(isnan(alarm_scene_row(scene, ALARM_BACKUP_AGE).threshold));
    settings.at[ALARM_DLQ_DEPTH] = 0;
    alarms_set(scene->alarms, &settings);
    alarm_scene_look(scene, &bad);
    assert_false(alarm_scene_row(scene, ALARM_DLQ_DEPTH).alarm);
    assert_true(isnan(alarm_scene_row(scene, ALARM_DLQ_DEPTH).threshold));
    assert_true(alarm_scene_row(scene, ALARM_DLQ_DEPTH).value == 7);
}

static void a_row_is_read_as_it_was_written(void **state)
{
    const struct alarm_row rows[] = {
        {SLICE("dlq_depth"), true, 7, 5, 12, SLICE("ana")},
        {SLICE("failure_rate"), false, 0.25, 0.5, 13, {NULL, 0}},
        {SLICE("backup_age"), false, NAN, NAN, 14, {NULL, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct alarm_row *row = &rows[i];
        struct alarm_row got;
        struct mp_reader r;
        struct buf out;

        buf_init(&out, 4096);
        alarm_write(&out, row);
        mp_reader_init(&r, out.data, out.len);
        alarm_read(&r, &got);
        assert_false(mp_failed(&r));
        assert_true(slice_eq(got.name, row->name));
        assert_int_equal(got.alarm, row->alarm);
        assert_true(isnan(row->value) ? isnan(got.value) : got.value == row->value);
        assert_true(isnan(row->threshold) ? isnan(got.threshold) : got.threshold == row->threshold);
        assert_int_equal(got.since_at, row->since_at);
        assert_true(slice_eq(got.acknowledged_by, row->acknowledged_by));
        buf_done(&out);
    }
}

static void values_are_shown_in_their_units(void **state)
{
    static const struct {
        struct slice name;
        double value;
        const char *want;
    } cases[] = {
        {{"dlq_depth", 9}, 12, "12"},         {{"queue_age", 9}, 65.4, "1m5s"},
        {{"failure_rate", 12}, 0.5, "50.0%"}, {{"wal_size", 8}, 64.0 * 1024 * 1024, "64.0 MiB"},
        {{"stalled", 7}, NAN, "-"},           {{"of_later", 8}, 3, "3"},
    };
    char text[UNITS_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        alarm_format(cases[i].name, cases[i].value, text);
        assert_string_equal(text, cases[i].want);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, alarm_scene_begin, alarm_scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_raised_at_its_threshold_and_over_before_it),
        TEST(work_that_ends_nothing_is_stalled),
        TEST(nothing_in_flight_is_not_stalled),
        TEST(an_acknowledgement_lasts_until_the_state_changes),
        TEST(one_that_is_off_or_not_known_is_ok),
        cmocka_unit_test(a_row_is_read_as_it_was_written),
        cmocka_unit_test(values_are_shown_in_their_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
