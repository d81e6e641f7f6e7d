/*
 * Spaces starts evenly, so that there are no more of them in a second than are wanted.
 *
 * Starts that are closer together than TICK_US come in small bursts, of what two ticks have room
 * for: the loop need not wake up for each. What a pause kept from starting is not made up for.
 */
#include "daemon/core/dispatch_rate.h"

#define TICK_US 10000.0
#define SECOND_US 1e6

static double interval_us(const struct dispatch_rate *rate)
{
    return SECOND_US / rate->per_s;
}

/* How far ahead of an even spacing they may be; 0 where they are far apart. */
static double slack_us(const struct dispatch_rate *rate)
{
    double slack = 2 * TICK_US - interval_us(rate);

    return slack > 0 ? slack : 0;
}

void dispatch_rate_set(struct dispatch_rate *rate, double per_s)
{
    if (rate->per_s < per_s || rate->per_s > per_s)
        *rate = (struct dispatch_rate){.per_s = per_s};
}

bool dispatch_rate_allows(const struct dispatch_rate *rate, int64_t now_us)
{
    return rate->per_s <= 0 || rate->next_at - slack_us(rate) <= (double)now_us;
}

void dispatch_rate_take(struct dispatch_rate *rate, int64_t now_us)
{
    if (rate->per_s <= 0)
        return;
    if (rate->next_at < (double)now_us)
        rate->next_at = (double)now_us;
    rate->next_at += interval_us(rate);
}

int64_t dispatch_rate_again(const struct dispatch_rate *rate, int64_t now_us)
{
    double at = rate->next_at - slack_us(rate);
    double tick = (double)now_us + TICK_US;

    if (interval_us(rate) < TICK_US && at < tick)
        at = tick;
    return (int64_t)at + 1; /* not a fraction too early */
}
