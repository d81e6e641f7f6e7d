/*
 * A dispatcher that is often wrong: it starts what does not wait, or is not due, and ends what does
 * not run, or once more. The engine alone must keep order. It serves all steps and undos.
 */
#pragma once

#include "tests/sim/sim_world.h"

struct unruly *sim_unruly_new(struct world *world);
void sim_unruly_free(struct unruly *unruly); /* nothing it asked for is under way */

/* The daemon died: what it began is over. */
void sim_unruly_forsaken(struct unruly *unruly);

/* Starts or ends something. */
void sim_unruly_act(struct unruly *unruly);

/* Ends all that runs, or starts all that waits. */
void sim_unruly_go_on(struct unruly *unruly);
