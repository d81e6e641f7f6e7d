/* Alarms by a clock that is turned by hand, and what they tell of their changes. */
#include "tests/lib/alarm_scene.h"

#include <stdlib.h>

#include "tests/lib/test.h"

const struct alarm_settings alarm_scene_settings = {
    .at = {[ALARM_DLQ_DEPTH] = 5,
           [ALARM_QUEUE_AGE] = 60,
           [ALARM_FAILURE_RATE] = 0.5,
           [ALARM_STALLED] = 60,
           [ALARM_DISK_FREE] = 0.05,
           [ALARM_WAL_SIZE] = 64 * ALARM_SCENE_MIB},
};
const struct alarm_figures alarm_scene_quiet = {.disk_free = 0.9};
const struct event alarm_scene_fulfilled = {
    .news = NEWS_ORDER, .from = STATUS_PROCESSING, .to = STATUS_FULFILLED};
const struct event alarm_scene_queued = {.news = NEWS_ORDER, .to = STATUS_QUEUED};

int alarm_scene_begin(void **state)
{
    struct alarm_scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    hand_clock_init(&scene->hand);
    scene->alarms = alarms_new(&scene->hand.clock, &alarm_scene_settings);
    *state = scene;
    return 0;
}

int alarm_scene_end(void **state)
{
    struct alarm_scene *scene = *state;

    alarms_free(scene->alarms);
    free(scene);
    return 0;
}

static void changed(void *self, size_t place)
{
    struct alarm_scene *scene = self;

    scene->changes++;
    scene->last = place;
}

void alarm_scene_look(struct alarm_scene *scene, const struct alarm_figures *figures)
{
    alarms_evaluate(scene->alarms, figures, changed, scene);
}

struct alarm_row alarm_scene_row(const struct alarm_scene *scene, size_t place)
{
    struct alarm_row row;

    (void)alarms_get(scene->alarms, place, &row);
    return row;
}
