/* Orders of several steps in a store_scene. */
#pragma once

#include "tests/lib/store_scene.h"

#define STORE_STEPS "reserve<,charge<,ship"

/* reserve gets the number 1, charge 2, ship 3. */
void store_steps_know(struct store_scene *f);

/* An order of STORE_STEPS, not in the store. */
struct order store_steps_order(int64_t id, const char *step, enum status status);
