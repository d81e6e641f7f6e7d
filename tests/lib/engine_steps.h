/* Orders of several steps on an engine_scene. */
#pragma once

#include "tests/lib/engine_scene.h"

#define ENGINE_STEPS "reserve<,charge<,ship"

/* An engine on a file whose orders have the steps reserve, charge and ship, of three, two and one
   attempts; their numbers in the store are 1, 2 and 3. */
int engine_steps_set_up(void **state);
int engine_steps_tear_down(void **state);

/* What a handler was given with an attempt. */
struct engine_seen {
    struct attempt attempt; /* `whole` is gone: */
    char results[128];      /* "reserve=shelf 7 charge=" */
    char result[32];
};

/* Starts an attempt, which must be possible; ends it well; both. */
struct engine_seen engine_steps_start(struct engine_scene *scene, int64_t order);
void engine_steps_end(struct engine_scene *scene, int64_t order, const char *result);
void engine_steps_do(struct engine_scene *scene, int64_t order, const char *result);

void engine_steps_check_history(struct engine_scene *scene, const struct uuid *uid,
                                const char *want);

/* How many orders of a status the totals have at a step. */
int64_t engine_steps_at(const struct engine_scene *scene, const char *step, enum status status);
