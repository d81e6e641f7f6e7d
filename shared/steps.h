/*
 * The list of steps an order was accepted under, as the text that is kept with it: names in their
 * order, comma-separated, each that has an undo marked by a `<` behind it: "reserve<,charge<,ship".
 * Absent is the usual list: one step, `fulfil`, without undo. Thread, of all: any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"
#include "shared/text.h"

#define STEP_DEFAULT SLICE("fulfil")
#define STEP_NONE ((size_t)-1)

struct step {
    struct slice name;
    bool undo;
};

/* May it be a step's name: 1 to STEP_NAME_MAX of a-z, 0-9, '_' and '-', a letter first, and not
   "-undo" at the end, so that a step's key is never that of another one's undo? */
bool step_name_ok(struct slice name);

/* One more step at the end of a list in the making. */
void steps_add(struct buf *steps, const struct step *step);

size_t steps_count(struct slice steps);

/* The i-th of the list, from 0; false: it has no such step. */
bool steps_at(struct slice steps, size_t i, struct step *out);

/* Where in the list a name stands; STEP_NONE: nowhere. */
size_t steps_find(struct slice steps, struct slice name);

/* The last step before the i-th that has an undo; STEP_NONE: there is none. */
size_t steps_undo_before(struct slice steps, size_t i);
