/* Orders of all kinds in a store_scene. */
#pragma once

#include "tests/lib/store_scene.h"

/*
 * Orders 1 to n: those that wait, run, are done with a result, dead, or at a later step with what
 * the first one handed on, with a history of their own row and with one that has moved out of it.
 */
void store_kinds_add(struct store_scene *f, int64_t n);
