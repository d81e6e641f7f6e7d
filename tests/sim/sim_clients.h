/* Clients that submit orders, and repeat themselves. */
#pragma once

#include "tests/sim/sim_world.h"

/* New requests, or old ones again; alone, in a chain or in a batch. */
void sim_clients_submit(struct world *world);

/* Asks once more for what was never answered; false: all was. */
bool sim_clients_insist(struct world *world);
