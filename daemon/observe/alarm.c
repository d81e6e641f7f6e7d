/* Alarms: figures against thresholds, since when each is over its own, and who knows of it. */
#include "daemon/observe/alarm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/need.h"

#define SECOND_US 1e6

struct watched {
    bool alarm;
    double value; /* NAN: not known */
    int64_t since_at;
    char *acknowledged_by; /* NULL: nobody */
    bool restored;         /* an ALARM of the last daemon, which this one has yet to look at */
};

/* For `stalled`: attempts, of the instance or of a step. */
struct progress {
    int64_t at;    /* by clock_mono: work began, or an attempt ended; 0: none is under way */
    bool ended;    /* has any attempt ended yet? */
    int64_t count; /* how many had at the last look; of a step */
};

struct watched_step {
    char names[ALARM_STEP_COUNT][ALARM_NAME_MAX + 1];
    struct progress progress;
    bool on;
};

struct alarms {
    const struct clock *clock;
    double at[ALARM_COUNT];
    struct watched *watched; /* by place */
    int64_t began_at;        /* by clock_mono */
    struct progress progress;
    struct watched_step *steps; /* none, where there is but one */
    uint32_t n_steps;
};

size_t alarms_places(const struct alarms *alarms)
{
    return ALARM_COUNT + ((size_t)alarms->n_steps * ALARM_STEP_COUNT);
}

/* All are OK, since now. */
static void make_watched(struct alarms *alarms)
{
    size_t n = alarms_places(alarms);

    free(alarms->watched);
    alarms->watched = need(calloc(n, sizeof(*alarms->watched)));
    for (size_t i = 0; i < n; i++)
        alarms->watched[i] = (struct watched){.value = NAN, .since_at = clock_wall(alarms->clock)};
}

struct alarms *alarms_new(const struct clock *clock, const struct alarm_settings *settings)
{
    struct alarms *alarms = need(calloc(1, sizeof(*alarms)));

    alarms->clock = clock;
    alarms->began_at = clock_mono(clock);
    make_watched(alarms);
    alarms_set(alarms, settings);
    return alarms;
}

void alarms_set_steps(struct alarms *alarms, const struct slice *names, uint32_t n)
{
    if (n <= 1)
        return;
    alarms->steps = need(calloc(n, sizeof(*alarms->steps)));
    alarms->n_steps = n;
    for (uint32_t i = 0; i < n; i++) {
        for (unsigned id = 0; id < ALARM_STEP_COUNT; id++)
            (void)snprintf(alarms->steps[i].names[id], sizeof(alarms->steps[i].names[id]),
                           "%s/%.*s", alarm_name((enum alarm_id)id), SLICE_ARGS(names[i]));
    }
    make_watched(alarms);
}

void alarms_free(struct alarms *alarms)
{
    if (alarms == NULL)
        return;
    for (size_t i = 0; i < alarms_places(alarms); i++)
        free(alarms->watched[i].acknowledged_by);
    free(alarms->watched);
    free(alarms->steps);
    free(alarms);
}

/* Of which alarm is the one at a place, and of which step; NULL: the instance's. */
static enum alarm_id id_of(size_t place)
{
    return (enum alarm_id)(place < ALARM_COUNT ? place : (place - ALARM_COUNT) % ALARM_STEP_COUNT);
}

static const struct watched_step *step_of(const struct alarms *alarms, size_t place)
{
    return place < ALARM_COUNT ? NULL : &alarms->steps[(place - ALARM_COUNT) / ALARM_STEP_COUNT];
}

static const char *name_of(const struct alarms *alarms, size_t place)
{
    const struct watched_step *step = step_of(alarms, place);

    return step != NULL ? step->names[id_of(place)] : alarm_name(id_of(place));
}

/* 0: it is off. */
static double threshold_of(const struct alarms *alarms, size_t place)
{
    const struct watched_step *step = step_of(alarms, place);

    return step != NULL && !step->on ? 0 : alarms->at[id_of(place)];
}

bool alarms_find(const struct alarms *alarms, struct slice name, size_t *place)
{
    for (size_t i = 0; i < alarms_places(alarms); i++) {
        if (slice_is(name, name_of(alarms, i))) {
            *place = i;
            return true;
        }
    }
    return false;
}

static void set_acknowledged(struct watched *watched, struct slice by)
{
    free(watched->acknowledged_by);
    watched->acknowledged_by = by.p != NULL ? need(strndup(by.p, by.n)) : NULL;
}

void alarms_restore(struct alarms *alarms, const struct alarm_row *kept)
{
    size_t place = 0;
    struct watched *watched = NULL;

    if (!alarms_find(alarms, kept->name, &place))
        return;
    watched = &alarms->watched[place];
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

static void move_on(const struct alarms *alarms, struct progress *progress, bool ended,
                    int64_t processing)
{
    progress->ended = progress->ended || ended;
    if (processing == 0)
        progress->at = 0;
    else if (ended || progress->at == 0)
        progress->at = clock_mono(alarms->clock);
}

void alarms_committed(struct alarms *alarms, const struct event *events, size_t n,
                      int64_t processing)
{
    bool ended = false;

    for (size_t i = 0; i < n && !ended; i++)
        ended = ends_attempt(&events[i]);
    move_on(alarms, &alarms->progress, ended, processing);
}

/* ---- what each of them measures ---- */

/* The figures of the instance, or of a step. */
struct scope {
    const struct alarm_figures *all;
    int64_t dlq_depth, queue_oldest_us, done, failed;
    const struct progress *progress;
};

static double dlq_depth(const struct alarms *alarms, const struct scope *scope)
{
    (void)alarms;
    return scope->dlq_depth < 0 ? NAN : (double)scope->dlq_depth;
}

static double queue_age(const struct alarms *alarms, const struct scope *scope)
{
    (void)alarms;
    return scope->queue_oldest_us < 0 ? NAN : (double)scope->queue_oldest_us / SECOND_US;
}

static double failure_rate(const struct alarms *alarms, const struct scope *scope)
{
    int64_t ended = scope->done + scope->failed;

    (void)alarms;
    return ended < ALARM_ENDED_MIN ? NAN : (double)scope->failed / (double)ended;
}

static double stalled(const struct alarms *alarms, const struct scope *scope)
{
    if (scope->progress->at == 0)
        return 0;
    return (double)(clock_mono(alarms->clock) - scope->progress->at) / SECOND_US;
}

static double disk_free(const struct alarms *alarms, const struct scope *scope)
{
    (void)alarms;
    return scope->all->disk_free < 0 ? NAN : scope->all->disk_free;
}

static double wal_size(const struct alarms *alarms, const struct scope *scope)
{
    (void)alarms;
    return (double)scope->all->wal_bytes;
}

static double backup_age(const struct alarms *alarms, const struct scope *scope)
{
    int64_t age_us = scope->all->backup_age_us;

    (void)alarms;
    return age_us <= 0 ? NAN : (double)age_us / SECOND_US;
}

/* ---- since when it says something about now: what looks back needs a time to look back on ---- */

static double runs_for(const struct alarms *alarms)
{
    return (double)(clock_mono(alarms->clock) - alarms->began_at) / SECOND_US;
}

static bool whole_window(const struct alarms *alarms, const struct progress *progress)
{
    (void)progress;
    return runs_for(alarms) >= ALARM_RATE_SECONDS;
}

/* The stop itself has ended what was stalled, so that only a new attempt can tell. */
static bool moved_or_still(const struct alarms *alarms, const struct progress *progress)
{
    return progress->ended || (progress->at == 0 && runs_for(alarms) >= alarms->at[ALARM_STALLED]);
}

static const struct {
    double (*measure)(const struct alarms *alarms, const struct scope *scope);
    bool below; /* it is too little that is bad */
    bool (*settled)(const struct alarms *alarms,
                    const struct progress *progress); /* NULL: as soon as its value is known */
} rows[ALARM_COUNT] = {
    [ALARM_DLQ_DEPTH] = {dlq_depth, false, NULL},
    [ALARM_QUEUE_AGE] = {queue_age, false, NULL},
    [ALARM_FAILURE_RATE] = {failure_rate, false, whole_window},
    [ALARM_STALLED] = {stalled, false, moved_or_still},
    [ALARM_DISK_FREE] = {disk_free, true, NULL},
    [ALARM_WAL_SIZE] = {wal_size, false, NULL},
    [ALARM_BACKUP_AGE] = {backup_age, false, NULL},
};

static bool settled(const struct alarms *alarms, size_t place, const struct progress *progress)
{
    enum alarm_id id = id_of(place);

    if (threshold_of(alarms, place) <= 0) /* switched off: nothing is waited for */
        return true;
    return rows[id].settled != NULL ? rows[id].settled(alarms, progress)
                                    : !isnan(alarms->watched[place].value);
}

static bool is_bad(enum alarm_id id, double value, double threshold)
{
    if (threshold <= 0 || isnan(value))
        return false;
    return rows[id].below ? value < threshold : value >= threshold;
}

/* Is its state another one now? */
static bool look_at(struct alarms *alarms, size_t place, const struct scope *scope)
{
    struct watched *watched = &alarms->watched[place];
    enum alarm_id id = id_of(place);
    bool bad = false;

    watched->value = rows[id].measure(alarms, scope);
    bad = is_bad(id, watched->value, threshold_of(alarms, place));
    watched->restored = watched->restored && !settled(alarms, place, scope->progress);
    if (bad == watched->alarm || watched->restored)
        return false;
    watched->alarm = bad;
    watched->since_at = clock_wall(alarms->clock);
    set_acknowledged(watched, (struct slice){NULL, 0});
    return true;
}

/* Whether there are several is asked anew: the last order may have left a step that is gone. */
static void look_at_steps(struct alarms *alarms, const struct alarm_step_figures *figures)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < alarms->n_steps; i++)
        used += figures[i].used;
    for (uint32_t i = 0; i < alarms->n_steps; i++) {
        struct watched_step *step = &alarms->steps[i];
        bool ended = figures[i].ended != step->progress.count;

        step->on = used > 1 && figures[i].used;
        step->progress.count = figures[i].ended;
        move_on(alarms, &step->progress, ended, figures[i].processing);
    }
}

static struct scope scope_at(const struct alarms *alarms, const struct alarm_figures *figures,
                             size_t place)
{
    const struct alarm_step_figures *step = NULL;

    if (place < ALARM_COUNT)
        return (struct scope){
            figures,         figures->dlq_depth, figures->queue_oldest_us, figures->fulfilled,
            figures->failed, &alarms->progress};
    step = &figures->steps[(place - ALARM_COUNT) / ALARM_STEP_COUNT];
    return (struct scope){figures,    step->dlq_depth, step->queue_oldest_us,
                          step->done, step->failed,    &step_of(alarms, place)->progress};
}

void alarms_evaluate(struct alarms *alarms, const struct alarm_figures *figures,
                     void (*changed)(void *self, size_t place), void *self)
{
    size_t n = figures->steps != NULL ? alarms_places(alarms) : ALARM_COUNT;

    if (figures->steps != NULL)
        look_at_steps(alarms, figures->steps);
    for (size_t i = 0; i < n; i++) {
        const struct scope scope = scope_at(alarms, figures, i);

        if (look_at(alarms, i, &scope))
            changed(self, i);
    }
}

bool alarms_get(const struct alarms *alarms, size_t place, struct alarm_row *out)
{
    const struct watched *watched = &alarms->watched[place];
    const struct watched_step *step = step_of(alarms, place);
    double threshold = threshold_of(alarms, place);

    *out = (struct alarm_row){.name = slice_of(name_of(alarms, place)),
                              .alarm = watched->alarm,
                              .value = watched->value,
                              .threshold = threshold > 0 ? threshold : NAN,
                              .since_at = watched->since_at,
                              .acknowledged_by = slice_of(watched->acknowledged_by)};
    return step == NULL || step->on || watched->alarm;
}

void alarms_acknowledge(struct alarms *alarms, size_t place, int64_t since_at, struct slice by)
{
    struct watched *watched = &alarms->watched[place];

    if (!watched->alarm || watched->since_at != since_at)
        return;
    set_acknowledged(watched, by.p != NULL ? by : SLICE(""));
}
