/* Microseconds by the system's clocks: wall time, and time that never jumps. */
#include "shared/clock.h"

#include <stdlib.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec now;

    if (clock_gettime(id, &now) != 0)
        abort(); /* both clocks are there on any kernel that we run on */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t system_wall_us(const struct clock *clock)
{
    (void)clock;
    return read_us(CLOCK_REALTIME);
}

static int64_t system_mono_us(const struct clock *clock)
{
    (void)clock;
    return read_us(CLOCK_BOOTTIME);
}

void clock_init(struct clock *clock)
{
    clock->wall_us = system_wall_us;
    clock->mono_us = system_mono_us;
    clock->anchor_us = system_wall_us(clock) - system_mono_us(clock);
}
