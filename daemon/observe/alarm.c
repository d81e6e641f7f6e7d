/* Alarms: figures against thresholds, since when each is over its own, and who knows of it. */
#include "daemon/observe/alarm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US 1e6

struct watched {
    bool alarm;
    double value; /* NAN: not known */
    int64_t since_at;
    char *acknowledged_by; /* NULL: nobody */
};

struct alarms {
    const struct clock *clock;
    double at[ALARM_COUNT];
    struct watched watched[ALARM_COUNT];
    int64_t progress_at; /* by clock_mono: work began, or an attempt ended; 0: none is under way */
};

struct alarms *alarms_new(const struct clock *clock, const struct alarm_settings *settings)
{
    struct alarms *alarms = calloc(1, sizeof(*alarms));

    if (alarms == NULL)
        abort();
    alarms->clock = clock;
    for (unsigned i = 0; i < ALARM_COUNT; i++)
        alarms->watched[i] = (struct watched){.value = NAN, .since_at = clock_wall(clock)};
    alarms_set(alarms, settings);
    return alarms;
}

void alarms_free(struct alarms *alarms)
{
    if (alarms == NULL)
        return;
    for (unsigned i = 0; i < ALARM_COUNT; i++)
        free(alarms->watched[i].acknowledged_by);
    free(alarms);
}

void alarms_set(struct alarms *alarms, const struct alarm_settings *settings)
{
    memcpy(alarms->at, settings->at, sizeof(alarms->at));
}

/* Whatever becomes of the order: the attempt is over. */
static bool ends_attempt(const struct event *event)
{
    return event->news == NEWS_ORDER && event->from == STATUS_PROCESSING &&
           event->to != STATUS_PROCESSING;
}

void alarms_committed(struct alarms *alarms, const struct event *events, size_t n,
                      int64_t processing)
{
    bool progress = alarms->progress_at == 0;

    for (size_t i = 0; i < n && !progress; i++)
        progress = ends_attempt(&events[i]);
    if (processing == 0)
        alarms->progress_at = 0;
    else if (progress)
        alarms->progress_at = clock_mono(alarms->clock);
}

/* ---- what each of them measures ---- */

static double dlq_depth(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)alarms;
    return (double)figures->dlq_depth;
}

static double queue_age(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)alarms;
    return (double)figures->queue_oldest_us / SECOND_US;
}

static double failure_rate(const struct alarms *alarms, const struct alarm_figures *figures)
{
    int64_t ended = figures->fulfilled + figures->failed;

    (void)alarms;
    return ended < ALARM_ENDED_MIN ? NAN : (double)figures->failed / (double)ended;
}

static double stalled(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)figures;
    if (alarms->progress_at == 0)
        return 0;
    return (double)(clock_mono(alarms->clock) - alarms->progress_at) / SECOND_US;
}

static double disk_free(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)alarms;
    return figures->disk_free < 0 ? NAN : figures->disk_free;
}

static double wal_size(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)alarms;
    return (double)figures->wal_bytes;
}

/* There are no backups yet, so that their age is not known. */
static double backup_age(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)alarms;
    (void)figures;
    return NAN;
}

static const struct {
    double (*measure)(const struct alarms *alarms, const struct alarm_figures *figures);
    bool below; /* it is too little that is bad */
} rows[ALARM_COUNT] = {
    [ALARM_DLQ_DEPTH] = {dlq_depth, false},       [ALARM_QUEUE_AGE] = {queue_age, false},
    [ALARM_FAILURE_RATE] = {failure_rate, false}, [ALARM_STALLED] = {stalled, false},
    [ALARM_DISK_FREE] = {disk_free, true},        [ALARM_WAL_SIZE] = {wal_size, false},
    [ALARM_BACKUP_AGE] = {backup_age, false},
};

static bool is_bad(enum alarm_id id, double value, double threshold)
{
    if (threshold <= 0 || isnan(value))
        return false;
    return rows[id].below ? value < threshold : value >= threshold;
}

void alarms_evaluate(struct alarms *alarms, const struct alarm_figures *figures,
                     void (*changed)(void *self, enum alarm_id id), void *self)
{
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        struct watched *watched = &alarms->watched[i];
        bool bad = false;

        watched->value = rows[i].measure(alarms, figures);
        bad = is_bad((enum alarm_id)i, watched->value, alarms->at[i]);
        if (bad == watched->alarm)
            continue;
        watched->alarm = bad;
        watched->since_at = clock_wall(alarms->clock);
        free(watched->acknowledged_by);
        watched->acknowledged_by = NULL;
        changed(self, (enum alarm_id)i);
    }
}

void alarms_get(const struct alarms *alarms, enum alarm_id id, struct alarm_row *out)
{
    const struct watched *watched = &alarms->watched[id];

    *out = (struct alarm_row){.name = slice_of(alarm_name(id)),
                              .alarm = watched->alarm,
                              .value = watched->value,
                              .threshold = alarms->at[id] > 0 ? alarms->at[id] : NAN,
                              .since_at = watched->since_at,
                              .acknowledged_by = slice_of(watched->acknowledged_by)};
}

void alarms_acknowledge(struct alarms *alarms, enum alarm_id id, int64_t since_at, struct slice by)
{
    struct watched *watched = &alarms->watched[id];

    if (!watched->alarm || watched->since_at != since_at)
        return;
    free(watched->acknowledged_by);
    watched->acknowledged_by = strndup(by.p != NULL ? by.p : "", by.n);
    if (watched->acknowledged_by == NULL)
        abort();
}
