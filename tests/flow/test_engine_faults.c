/* What the engine makes of a store that fails: nothing half done, no end of an attempt lost. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "tests/lib/engine_scene.h"
#include "tests/lib/store_faulty.h"

static int set_up(void **state)
{
    struct engine_scene *scene = malloc(sizeof(*scene));

    if (scene == NULL)
        return -1;
    engine_scene_init(scene, "sqlite");
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    engine_scene_done(*state);
    free(*state);
    return 0;
}

/* The engine closed first, for its thread uses the table until then. */
static void restart(struct engine_scene *scene, struct store_faulty *faulty)
{
    engine_close(scene->engine);
    store_faulty_free(faulty);
    store_close(scene->store);
    engine_scene_open(scene);
}

static void a_full_disk_refuses_submits_and_goes_on(void **state)
{
    struct engine_scene *scene = *state;
    struct store_faulty *faulty = store_faulty_new(scene->store, FAULT_REFUSED, 1, 1);
    struct command_order o = engine_scene_order("cust", 1);

    o.key = SLICE("k");
    o.digest = 1;
    assert_int_equal(engine_scene_submit(scene, o).result, ERR_READ_ONLY);
    assert_int_equal(engine_writes(scene->engine, NULL), ERR_READ_ONLY);
    assert_int_equal(scene->n_events, 0);
    assert_int_equal(engine_totals(scene->engine)->last_seq, 0);
    o = engine_scene_submit(scene, o);
    assert_int_equal(o.result, OK);
    assert_false(o.duplicate);
    assert_int_equal(engine_writes(scene->engine, NULL), OK);
    assert_int_equal(engine_totals(scene->engine)->last_order, 1);
    assert_int_equal(engine_totals(scene->engine)->last_seq, 1);
    engine_scene_check_counts(scene);
    assert_int_equal(scene->failed, OK);
    restart(scene, faulty);
}

static void the_end_of_an_attempt_is_kept_until_there_is_space(void **state)
{
    struct engine_scene *scene = *state;
    struct store_faulty *faulty = NULL;

    (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    engine_scene_close(scene);
    scene->workflow.retry.interval_us = 0;
    engine_scene_open(scene);
    faulty = store_faulty_new(scene->store, FAULT_REFUSED, 2, 2);
    assert_int_equal(engine_scene_start(scene, 1, NULL), OK);
    assert_int_equal(engine_scene_end(scene, 1, OUTCOME_FULFILLED, NULL), OK);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_FULFILLED], 1);
    engine_scene_check_counts(scene);
    restart(scene, faulty);
}

static void count_alarm(void *self, const struct alarm_row *alarm)
{
    size_t *n = self;

    (*n)++;
    assert_true(slice_is(alarm->name, "dlq_depth") && alarm->alarm);
    assert_int_equal(alarm->since_at, 7);
}

static size_t alarms_kept(struct engine_scene *scene)
{
    struct store_reader *reader = NULL;
    size_t n = 0;

    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(store_alarm_all(reader, count_alarm, &n, NULL), OK);
    store_reader_close(reader);
    return n;
}

static void an_alarm_is_kept_with_its_event_or_neither_is(void **state)
{
    struct engine_scene *scene = *state;
    struct store_faulty *faulty = store_faulty_new(scene->store, FAULT_REFUSED, 1, 1);
    const struct alarm_row alarm = {.name = SLICE("dlq_depth"), .alarm = true, .since_at = 7};
    struct command command = {
        .kind = COMMAND_NEWS,
        .news = {.news = NEWS_ALARM, .subject = alarm.name, .alarm = &alarm},
    };

    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, ERR_READ_ONLY);
    assert_int_equal(scene->n_events, 0);
    assert_int_equal(alarms_kept(scene), 0);
    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    assert_int_equal(scene->n_events, 1);
    assert_int_equal(alarms_kept(scene), 1);
    restart(scene, faulty);
}

static void after_a_commit_nobody_knows_of_nothing_is_written(void **state)
{
    struct engine_scene *scene = *state;
    struct store_faulty *faulty = store_faulty_new(scene->store, FAULT_UNKNOWN, 2, 1);
    struct command late = {.kind = COMMAND_CONTROL, .control = CONTROL_PAUSE};

    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, OK);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result,
                     ERR_OUTCOME_UNKNOWN);
    assert_int_equal(scene->failed, ERR_OUTCOME_UNKNOWN);
    assert_int_equal(scene->n_events, 1);
    assert_int_equal(engine_post_anyway(scene->engine, &late, NULL), ERR_READ_ONLY);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], 1);
    restart(scene, faulty);
    engine_scene_check_counts(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_submits_and_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_of_an_attempt_is_kept_until_there_is_space, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_alarm_is_kept_with_its_event_or_neither_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(after_a_commit_nobody_knows_of_nothing_is_written, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
