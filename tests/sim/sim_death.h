/* How the daemon of a world ends, by a cut, a kill, a failure or in order, and starts again. */
#pragma once

#include "tests/sim/sim_world.h"

/* Starts it, and it may die while it does; then all that the store says is checked. */
void sim_death_start(struct world *world);

/* The disk is off, or the store has failed. */
void sim_death_die(struct world *world);

/* An orderly stop: attempts are given back. */
void sim_death_stop(struct world *world);

void sim_death_check(struct world *world);

/* A turn for each thread, and a pass. */
void sim_death_turns(struct world *world);
