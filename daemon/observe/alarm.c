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
    bool restored;         /* an ALARM of the last daemon, which this one has yet to look at */
};

struct alarms {
    const struct clock *clock;
    double at[ALARM_COUNT];
    struct watched watched[ALARM_COUNT];
    int64_t began_at;    /* by clock_mono */
    int64_t progress_at; /* by clock_mono: work began, or an attempt ended; 0: none is under way */
    bool ended;          /* has any attempt ended yet? */
};

struct alarms *alarms_new(const struct clock *clock, const struct alarm_settings *settings)
{
    struct alarms *alarms = calloc(1, sizeof(*alarms));

    if (alarms == NULL)
        abort();
    alarms->clock = clock;
    alarms->began_at = clock_mono(clock);
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

static void set_acknowledged(struct watched *watched, struct slice by)
{
    free(watched->acknowledged_by);
    watched->acknowledged_by = by.p != NULL ? strndup(by.p, by.n) : NULL;
    if (by.p != NULL && watched->acknowledged_by == NULL)
        abort();
}

void alarms_restore(struct alarms *alarms, const struct alarm_row *kept)
{
    enum alarm_id id = ALARM_COUNT;
    struct watched *watched = NULL;

    if (!alarm_parse(kept->name, &id))
        return;
    watched = &alarms->watched[id];
    watched->alarm = kept->alarm;
    watched->restored = kept->alarm;
    watched->since_at = kept->since_at;
    set_acknowledged(watched, kept->acknowledged_by);
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
    bool ended = false;

    for (size_t i = 0; i < n && !ended; i++)
        ended = ends_attempt(&events[i]);
    alarms->ended = alarms->ended || ended;
    if (processing == 0)
        alarms->progress_at = 0;
    else if (ended || alarms->progress_at == 0)
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
    return figures->queue_oldest_us < 0 ? NAN : (double)figures->queue_oldest_us / SECOND_US;
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

static double backup_age(const struct alarms *alarms, const struct alarm_figures *figures)
{
    (void)alarms;
    return figures->backup_age_us <= 0 ? NAN : (double)figures->backup_age_us / SECOND_US;
}

/* ---- since when it says something about now: what looks back needs a time to look back on ---- */

static double runs_for(const struct alarms *alarms)
{
    return (double)(clock_mono(alarms->clock) - alarms->began_at) / SECOND_US;
}

static bool whole_window(const struct alarms *alarms)
{
    return runs_for(alarms) >= ALARM_RATE_SECONDS;
}

/* The stop itself has ended what was stalled, so that only a new attempt can tell. */
static bool moved_or_still(const struct alarms *alarms)
{
    return alarms->ended ||
           (alarms->progress_at == 0 && runs_for(alarms) >= alarms->at[ALARM_STALLED]);
}

static const struct {
    double (*measure)(const struct alarms *alarms, const struct alarm_figures *figures);
    bool below;                                   /* it is too little that is bad */
    bool (*settled)(const struct alarms *alarms); /* NULL: as soon as its value is known */
} rows[ALARM_COUNT] = {
    [ALARM_DLQ_DEPTH] = {dlq_depth, false, NULL},
    [ALARM_QUEUE_AGE] = {queue_age, false, NULL},
    [ALARM_FAILURE_RATE] = {failure_rate, false, whole_window},
    [ALARM_STALLED] = {stalled, false, moved_or_still},
    [ALARM_DISK_FREE] = {disk_free, true, NULL},
    [ALARM_WAL_SIZE] = {wal_size, false, NULL},
    [ALARM_BACKUP_AGE] = {backup_age, false, NULL},
};

static bool settled(const struct alarms *alarms, enum alarm_id id)
{
    if (alarms->at[id] <= 0) /* switched off: nothing is waited for */
        return true;
    return rows[id].settled != NULL ? rows[id].settled(alarms) : !isnan(alarms->watched[id].value);
}

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
        watched->restored = watched->restored && !settled(alarms, (enum alarm_id)i);
        if (bad == watched->alarm || watched->restored)
            continue;
        watched->alarm = bad;
        watched->since_at = clock_wall(alarms->clock);
        set_acknowledged(watched, (struct slice){NULL, 0});
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
    set_acknowledged(watched, by.p != NULL ? by : SLICE(""));
}
