/* Durations counted in buckets of about 1.5 % width, over the last five minutes, in slices. */
#include "daemon/observe/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

#define SLICE_US (10 * 1000000LL)
#define SLICES 30

/* Each octave has 64 buckets, so the middle of one is at most 0.8 % off. Below 128 µs they are
   exact; at 2^46 µs (2 years) they end. */
#define SUB_BITS 6
#define SUB (1U << SUB_BITS)
#define OCTAVE_MAX 45
#define BUCKETS ((OCTAVE_MAX - SUB_BITS + 2) * SUB)

/* What ended in ten seconds. Only buckets low..high are ever not 0, so clearing costs little and
   memory that no duration falls on is never touched. */
struct part {
    int64_t number; /* of the slice since the clock's start; what is older is void */
    int64_t max_us;
    uint32_t low, high;
    uint32_t counts[BUCKETS];
};

struct histogram {
    struct part parts[SLICES];
    uint64_t sums[BUCKETS]; /* while quantiles are made */
};

struct histogram *histogram_new(void)
{
    struct histogram *histogram = need(calloc(1, sizeof(*histogram)));

    for (size_t i = 0; i < SLICES; i++)
        histogram->parts[i].number = -1;
    return histogram;
}

void histogram_free(struct histogram *histogram)
{
    free(histogram);
}

static uint32_t bucket_of(uint64_t us)
{
    unsigned octave = 0;

    if (us < SUB)
        return (uint32_t)us;
    octave = 63U - (unsigned)__builtin_clzll(us);
    if (octave > OCTAVE_MAX)
        return BUCKETS - 1;
    return (octave - SUB_BITS) * SUB + (uint32_t)(us >> (octave - SUB_BITS));
}

/* The middle of a bucket. */
static double value_of(uint32_t bucket)
{
    unsigned shift = 0;
    uint64_t start = bucket;

    if (bucket >= 2 * SUB) {
        shift = bucket / SUB - 1;
        start = (uint64_t)(bucket - shift * SUB) << shift;
    }
    return (double)start + (double)((1ULL << shift) - 1) / 2;
}

static struct part *part_at(struct histogram *histogram, int64_t mono_us)
{
    int64_t number = mono_us / SLICE_US;
    struct part *part = &histogram->parts[number % SLICES];

    if (part->number == number)
        return part;
    if (part->number >= 0 && part->high >= part->low)
        memset(part->counts + part->low, 0,
               (size_t)(part->high - part->low + 1) * sizeof(part->counts[0]));
    part->number = number;
    part->max_us = 0;
    part->low = BUCKETS;
    part->high = 0;
    return part;
}

void histogram_add(struct histogram *histogram, int64_t mono_us, int64_t took_us)
{
    struct part *part = part_at(histogram, mono_us);
    int64_t us = took_us < 0 ? 0 : took_us;
    uint32_t bucket = bucket_of((uint64_t)us);

    part->counts[bucket]++;
    if (bucket < part->low)
        part->low = bucket;
    if (bucket > part->high)
        part->high = bucket;
    if (us > part->max_us)
        part->max_us = us;
}

/* In milliseconds: the smallest value that at least `share` of all do not pass. */
static double quantile(const struct histogram *histogram, uint64_t n, int64_t max_us, double share)
{
    double want = share * (double)n;
    uint64_t seen = 0;

    for (uint32_t i = 0; i < BUCKETS; i++) {
        seen += histogram->sums[i];
        if (seen > 0 && (double)seen >= want) {
            double us = value_of(i);

            return (us < (double)max_us ? us : (double)max_us) / 1000;
        }
    }
    return (double)max_us / 1000;
}

struct quantiles histogram_quantiles(struct histogram *histogram, int64_t mono_us)
{
    int64_t now = mono_us / SLICE_US;
    int64_t max_us = 0;
    uint64_t n = 0;

    memset(histogram->sums, 0, sizeof(histogram->sums));
    for (size_t i = 0; i < SLICES; i++) {
        const struct part *part = &histogram->parts[i];

        if (part->number < 0 || part->number <= now - SLICES)
            continue;
        for (uint32_t b = part->low; b <= part->high; b++) {
            histogram->sums[b] += part->counts[b];
            n += part->counts[b];
        }
        if (part->max_us > max_us)
            max_us = part->max_us;
    }
    if (n == 0)
        return (struct quantiles){0};
    return (struct quantiles){
        .p50 = quantile(histogram, n, max_us, 0.50),
        .p95 = quantile(histogram, n, max_us, 0.95),
        .p99 = quantile(histogram, n, max_us, 0.99),
        .max = (double)max_us / 1000,
    };
}
