/* Spaces starts evenly, so that there are no more of them in a second than are wanted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All zero: no limit. Times are of clock_mono. */
struct dispatch_rate {
    double per_s;   /* 0: no limit */
    double next_at; /* when the next would start if they came without any burst, in us */
};

/* Another rate begins anew. */
void dispatch_rate_set(struct dispatch_rate *rate, double per_s);

/* May one more start now? */
bool dispatch_rate_allows(const struct dispatch_rate *rate, int64_t now_us);

/* One starts. */
void dispatch_rate_take(struct dispatch_rate *rate, int64_t now_us);

/* When to ask again, if it does not allow one now. Many at once where they are close together. */
int64_t dispatch_rate_again(const struct dispatch_rate *rate, int64_t now_us);
