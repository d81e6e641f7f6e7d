/* What backups are called, which of them are too many, and when the next one is due: pure. */
#include "daemon/core/backup_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/units.h"

#define SECOND_US 1000000LL
#define AGAIN_US (300 * SECOND_US) /* after a failure, unless they are more often */
#define TIME_LEN (sizeof("2026-11-23T01:02:03") - 1)
#define SAME_SECOND_MAX 1000

static const char *const starts[] = {
    [BACKUP_SCHEDULED] = "orders-",
    [BACKUP_ASKED] = "manual-",
};

void backup_name(enum backup_kind kind, int64_t at_us, unsigned n, char out[BACKUP_NAME_MAX])
{
    char time[UNITS_TEXT_MAX];

    units_format_time(at_us - at_us % SECOND_US, time);
    if (n < 2)
        (void)snprintf(out, BACKUP_NAME_MAX, "%s%.*sZ.db", starts[kind], (int)TIME_LEN, time);
    else
        (void)snprintf(out, BACKUP_NAME_MAX, "%s%.*sZ-%u.db", starts[kind], (int)TIME_LEN, time,
                       n % SAME_SECOND_MAX);
}

/* The number behind the time: 1 where there is none, 0 for what is no such number. */
static unsigned number_of(struct slice rest)
{
    int64_t n = 0;

    if (slice_is(rest, ".db"))
        return 1;
    if (rest.n < 5 || rest.p[0] != '-' || memcmp(rest.p + rest.n - 3, ".db", 3) != 0)
        return 0;
    return text_int((struct slice){rest.p + 1, rest.n - 4}, &n) && n > 1 && n < SAME_SECOND_MAX
               ? (unsigned)n
               : 0;
}

/* Whatever is not exactly as we write it is somebody else's. */
static bool read_as(struct slice name, enum backup_kind kind, int64_t *at_us)
{
    struct slice start = slice_of(starts[kind]);
    struct slice time = {name.p + start.n, TIME_LEN + 1};
    char same[BACKUP_NAME_MAX];
    int64_t at = 0;

    if (!slice_starts(name, start) || name.n < start.n + time.n + 3 || !units_time(time, &at))
        return false;
    backup_name(kind, at, number_of((struct slice){time.p + time.n, name.n - start.n - time.n}),
                same);
    if (!slice_is(name, same))
        return false;
    *at_us = at;
    return true;
}

bool backup_name_read(struct slice name, enum backup_kind *kind, int64_t *at_us)
{
    for (unsigned i = BACKUP_SCHEDULED; i <= BACKUP_ASKED; i++) {
        if (read_as(name, (enum backup_kind)i, at_us)) {
            *kind = (enum backup_kind)i;
            return true;
        }
    }
    return false;
}

static int newest_first(const void *a, const void *b)
{
    const struct backup_found *x = a;
    const struct backup_found *y = b;

    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? 1 : -1;
    return strcmp(y->name, x->name);
}

size_t backup_sort(struct backup_found *found, size_t n, size_t keep)
{
    if (n > 1)
        qsort(found, n, sizeof(*found), newest_first);
    return n < keep ? n : keep;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t backup_due(const struct backup_times *times)
{
    int64_t again = times->every_us < AGAIN_US ? times->every_us : AGAIN_US;
    int64_t due = times->settled_at;

    if (times->every_us <= 0)
        return INT64_MAX;
    if (times->last_at > 0)
        due = later(due, times->last_at + times->every_us);
    if (times->tried_at > 0)
        due = later(due, times->tried_at + again);
    return due;
}
