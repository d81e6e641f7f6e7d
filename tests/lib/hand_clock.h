/* A clock that is turned by hand. */
#pragma once

#include <stdatomic.h>

#include "shared/clock.h"

/* Read by any thread; all are µs. The loop's timers are not turned by it: they fire by the
   machine's clock, at once where its times lie in the past. */
struct hand_clock {
    struct clock clock;
    _Atomic int64_t wall;
    _Atomic int64_t mono;
};

#define HAND_CLOCK_WALL 1700000000000000LL /* some time in November 2023 */
#define HAND_CLOCK_MONO 1000000LL          /* long past for the machine's clock */

void hand_clock_init(struct hand_clock *hand);

/* Both hands go on. */
void hand_clock_turn(struct hand_clock *hand, int64_t us);
/* Somebody sets the wall clock. */
void hand_clock_set_wall(struct hand_clock *hand, int64_t us);
