/* Operators: cancel, hold, release, amend, pause, replay, and change their mind. */
#pragma once

#include "tests/sim/sim_world.h"

struct operators *sim_operators_new(void);
void sim_operators_free(struct operators *operators); /* nothing they asked for is under way */

/* One of the things that an operator may ask for. */
void sim_operators_operate(struct world *world);

/* What one does so that all may come to rest: resumes, releases what is held. */
void sim_operators_calm(struct world *world);
