/* Alarms by a clock that is turned by hand, and what they tell of their changes. */
#pragma once

#include "daemon/observe/alarm.h"
#include "tests/lib/hand_clock.h"

#define ALARM_SCENE_S 1000000LL
#define ALARM_SCENE_MIB (1024 * 1024LL)

struct alarm_scene {
    struct hand_clock hand;
    struct alarms *alarms;
    unsigned changes; /* ever */
    size_t last;      /* whose state changed */
};

extern const struct alarm_settings alarm_scene_settings; /* as dofs.conf(5) has them */
extern const struct alarm_figures alarm_scene_quiet;     /* no reason for any alarm */
extern const struct event alarm_scene_fulfilled, alarm_scene_queued;

/* cmocka's setup and teardown. */
int alarm_scene_begin(void **state);
int alarm_scene_end(void **state);

void alarm_scene_look(struct alarm_scene *scene, const struct alarm_figures *figures);
struct alarm_row alarm_scene_row(const struct alarm_scene *scene, size_t place);
