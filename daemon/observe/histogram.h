/* Durations counted in buckets of about 1.5 % width, over the last five minutes, in slices. */
#pragma once

#include <stdint.h>

#include "shared/wire_reply.h"

struct histogram;

struct histogram *histogram_new(void);
void histogram_free(struct histogram *histogram); /* takes NULL */

/* A duration in µs (below 0 counts as 0) that ended at `mono_us`. Never allocates. */
void histogram_add(struct histogram *histogram, int64_t mono_us, int64_t took_us);

/*
 * The quantiles of what ended in the five minutes before `mono_us`, by nearest rank; `max` is
 * exact, the others within 1 % of the true value. All 0 when nothing ended.
 */
struct quantiles histogram_quantiles(struct histogram *histogram, int64_t mono_us);
