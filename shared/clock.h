/* Microseconds: wall time, and time that never jumps; turned by hand in tests. */
#pragma once

#include <stdint.h>

/*
 * Two hands. `wall_us` is microseconds since 1970 UTC and may jump; `mono_us` counts from the
 * machine's start, suspended time included, and never jumps. `anchor_us` is what wall minus mono
 * was when the clock was made, so that due times stored as wall times are still measured by mono.
 */
struct clock {
    int64_t (*wall_us)(const struct clock *clock);
    int64_t (*mono_us)(const struct clock *clock);
    int64_t anchor_us;
};

/* The system's clock, anchored now. Thread: any; the clock may then be read by all. */
void clock_init(struct clock *clock);

/* µs since 1970 UTC, for timestamps. */
static inline int64_t clock_wall(const struct clock *clock)
{
    return clock->wall_us(clock);
}

/* µs since the machine's start, for intervals. */
static inline int64_t clock_mono(const struct clock *clock)
{
    return clock->mono_us(clock);
}

/* µs on the scale of wall time that nobody can set: what due times are compared with. */
static inline int64_t clock_due(const struct clock *clock)
{
    return clock->anchor_us + clock->mono_us(clock);
}
