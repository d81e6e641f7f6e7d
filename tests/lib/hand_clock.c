/* A clock that is turned by hand. */
#include "tests/lib/hand_clock.h"

#include <stddef.h>

static const struct hand_clock *hand_of(const struct clock *clock)
{
    return (const struct hand_clock *)((const char *)clock - offsetof(struct hand_clock, clock));
}

static int64_t wall_us(const struct clock *clock)
{
    return atomic_load(&hand_of(clock)->wall);
}

static int64_t mono_us(const struct clock *clock)
{
    return atomic_load(&hand_of(clock)->mono);
}

void hand_clock_init(struct hand_clock *hand)
{
    atomic_init(&hand->wall, HAND_CLOCK_WALL);
    atomic_init(&hand->mono, HAND_CLOCK_MONO);
    hand->clock = (struct clock){
        .wall_us = wall_us, .mono_us = mono_us, .anchor_us = HAND_CLOCK_WALL - HAND_CLOCK_MONO};
}

void hand_clock_turn(struct hand_clock *hand, int64_t us)
{
    (void)atomic_fetch_add(&hand->wall, us);
    (void)atomic_fetch_add(&hand->mono, us);
}

void hand_clock_set_wall(struct hand_clock *hand, int64_t us)
{
    atomic_store(&hand->wall, us);
}
