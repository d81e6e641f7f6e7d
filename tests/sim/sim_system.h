/* What the daemon asks of the machine beside its disk: chance, by the seed. */
#pragma once

#include <stdint.h>

/* What rng_entropy says from now on follows from `seed`. */
void sim_system_seed(uint64_t seed);
