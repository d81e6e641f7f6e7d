/*
 * Workers of the real handler `worker`: they lease, end what they have, forget it, ask again, and
 * come back late, also to a daemon that has died since.
 */
#pragma once

#include "daemon/handler/handler_worker.h"
#include "tests/sim/sim_world.h"

struct workers *sim_workers_new(struct world *world);
void sim_workers_free(struct workers *workers);

/* The daemon they talked to is gone: what they wait for they wait for in vain. */
void sim_workers_forsaken(struct workers *workers);

/* One of them does something. */
void sim_workers_act(struct workers *workers);

/* One that has a lease ends it, or one asks for some; false: all they can do is wait. */
bool sim_workers_go_on(struct workers *workers);
