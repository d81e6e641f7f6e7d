/* What the made-up daemon of a model_scene answers; within the scene. */
#pragma once

#include "tests/lib/model_scene.h"

#define SCENE_START_US 1700000000000000LL
#define SCENE_ORDER_US 1000 /* between one order and the next */

/* Appends the reply to a request. */
void scene_answer(const struct scene *s, const struct request *request, struct buf *out);

/* Is it one that changes something? */
bool scene_is_change(const struct request *request);
/* How many ids it names. */
int64_t scene_ids(const struct request *request);
