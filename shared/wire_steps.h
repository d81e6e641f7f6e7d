/* A list of steps on the wire: maps of `step` (its name) and `undo` (whether it has one). */
#pragma once

#include "shared/limits.h"
#include "shared/mp.h"

/* Of a list as text, without the NUL. */
#define WIRE_STEPS_TEXT_MAX ((size_t)STEPS_MAX * (STEP_NAME_MAX + 2))

/* steps    the list as text (shared/steps.h) */
void wire_steps_write(struct buf *out, struct slice steps);

/*
 * The same back to the arena's text; absent for the usual list and for an empty one. Other parts of
 * the maps are skipped; an `undo` that is no bool, such as what undoes it, means that there is one.
 * A wrong kind, a wrong name or more than STEPS_MAX fail the reader.
 */
struct slice wire_steps_read(struct mp_reader *r, struct arena *arena);
