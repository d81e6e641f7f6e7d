/* Those who ask something of the daemon: clients that submit and repeat themselves, operators. */
#pragma once

#include "tests/sim/sim_world.h"

struct clients *sim_clients_new(void);
void sim_clients_free(struct clients *clients); /* nothing they asked for is under way */

/* New requests, or old ones again; alone, in a chain or in a batch. */
void sim_clients_submit(struct world *world);

/* Something else that a person may ask for. */
void sim_clients_operate(struct world *world);

/* What an operator does so that all may come to rest: resumes, releases what is held. */
void sim_clients_calm(struct world *world);
