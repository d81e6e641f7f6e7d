/* Chance from the kernel: apart from the draws, so that a simulation can have its own. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "shared/rng.h"

uint64_t rng_entropy(void)
{
    uint64_t seed = 0;

    while (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
        if (errno != EINTR)
            abort(); /* ids that others can guess are worse than no start */
    }
    return seed;
}
