/* The time, and durations for their quantiles. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/lib/load.h"

#define FIRST_CAP 65536

int64_t load_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

void load_times_add(struct load_times *times, int64_t us)
{
    if (times->n == times->cap) {
        times->cap = times->cap > 0 ? times->cap * 2 : FIRST_CAP;
        times->us = reallocarray(times->us, times->cap, sizeof *times->us);
        if (times->us == NULL)
            abort();
    }
    if (us < 0)
        us = 0;
    times->us[times->n++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

double load_times_quantile_ms(struct load_times *times, size_t per_mille)
{
    size_t at = times->n * per_mille / 1000;

    if (times->n == 0)
        return 0;
    if (times->sorted < times->n)
        qsort(times->us, times->n, sizeof *times->us, compare);
    times->sorted = times->n;
    return times->us[at < times->n ? at : times->n - 1] / 1000.0;
}

void load_times_done(struct load_times *times)
{
    free(times->us);
    *times = (struct load_times){0};
}

void load_times_print(struct load_times *times, const char *name)
{
    (void)printf("%s_p50_ms %.3f\n", name, load_times_quantile_ms(times, 500));
    (void)printf("%s_p99_ms %.3f\n", name, load_times_quantile_ms(times, 990));
    (void)printf("%s_max_ms %.3f\n", name, load_times_quantile_ms(times, 1000));
    load_times_done(times);
}
