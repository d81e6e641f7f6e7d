/* The daemon's parts, built and ended as dofsd does it, but without sockets. */
#pragma once

#include "tests/sim/sim_world.h"

/* errors   those of the store; what is built by then is sim_daemon_close's */
enum err sim_daemon_open(struct world *world, struct why *why);
/* Whatever is there; with the disk off it is a death, else an end. */
void sim_daemon_close(struct world *world);
