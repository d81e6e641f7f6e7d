/* Looks at the daemon every second: how long the queue waits, and the alarms. */
#include "daemon/dofsd_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/core/step_ages.h"
#include "daemon/dofsd_parts.h"
#include "daemon/observe/alarm.h"
#include "daemon/observe/alarm_hook.h"
#include "daemon/sys/slack.h"
#include "shared/need.h"

#define SECOND_US 1000000LL
#define JUST_NOW_US (SECOND_US / 2) /* a heartbeat that comes so soon after a look needs none */
#define SENTENCE_BYTES 128
#define ACTOR_BYTES 256

/* An alarm's state as the store has it. It is behind while that cannot be written. */
struct record {
    struct command command;
    bool alarm; /* as recorded last */
    int64_t since_at;
    bool posted; /* the command is the engine's, and says `becomes` */
    struct alarm_row becomes;
    char reason[SENTENCE_BYTES];
    char by[ACTOR_BYTES]; /* who knows of it, where that came first */
};

struct watch {
    struct dofsd *d;
    char *state_dir; /* its own: the configuration's is freed by a reload */
    struct alarms *alarms;
    struct alarm_hook *hook;
    struct loop_source *timer;
    int64_t looked_at; /* by clock_mono */
    struct read_job job;
    bool asked;   /* the job is the readers' */
    bool changed; /* something was committed since the job began */
    bool known;   /* has the job read what it was to? */
    struct step_ages ages;
    struct slack slack;
    struct record *records; /* by the alarm's place */
};

/* ---- what has changed, told ---- */

static void sentence(const struct alarm_row *row, char out[SENTENCE_BYTES])
{
    char value[UNITS_TEXT_MAX];
    char threshold[UNITS_TEXT_MAX];

    alarm_format(row->name, row->value, value);
    alarm_format(row->name, row->threshold, threshold);
    (void)snprintf(out, SENTENCE_BYTES, "%.*s is %s, the threshold %s", SLICE_ARGS(row->name),
                   value, threshold);
}

static void recorded(struct command *command)
{
    struct record *record = command->owner;

    record->posted = false;
    if (command->result != OK)
        return;
    record->alarm = record->becomes.alarm;
    record->since_at = record->becomes.since_at;
}

static void record_state(struct watch *watch, size_t place)
{
    struct record *record = &watch->records[place];
    struct alarm_row row;

    (void)alarms_get(watch->alarms, place, &row);
    if (record->posted || (record->alarm == row.alarm && record->since_at == row.since_at))
        return;
    sentence(&row, record->reason);
    record->becomes = row;
    if (row.acknowledged_by.p != NULL) {
        (void)snprintf(record->by, sizeof(record->by), "%.*s", SLICE_ARGS(row.acknowledged_by));
        record->becomes.acknowledged_by = slice_of(record->by);
    }
    record->command = (struct command){.kind = COMMAND_NEWS,
                                       .by = SLICE("dofsd"),
                                       .news = {.news = NEWS_ALARM,
                                                .subject = row.name,
                                                .subject_to = slice_of(alarm_state(row.alarm)),
                                                .reason = slice_of(record->reason),
                                                .alarm = &record->becomes},
                                       .done = recorded,
                                       .owner = record};
    record->posted = engine_post_anyway(watch->d->engine, &record->command, NULL) == OK;
}

static void on_changed(void *self, size_t place)
{
    struct watch *watch = self;
    char text[SENTENCE_BYTES];
    struct alarm_row row;

    (void)alarms_get(watch->alarms, place, &row);
    sentence(&row, text);
    log_line(row.alarm ? LOG_WARNING : LOG_NOTICE,
             (const struct log_field[]){{"alarm", row.name.p}, {"state", alarm_state(row.alarm)}},
             2, "%s: %s", row.alarm ? "alarm" : "alarm over", text);
    alarm_hook_tell(watch->hook, &row);
}

/* ---- looking ---- */

/* On a reader's thread. */
static void job_run(struct read_job *job, struct store_reader *reader)
{
    struct watch *watch = job->owner;
    int64_t now = clock_due(&watch->d->clock);

    watch->known = step_ages_read(&watch->ages, reader, now, NULL) == OK;
}

/* Since a due time, as of now; < 0: not known. */
static int64_t waited_us(const struct watch *watch, int64_t due_at)
{
    return watch->known ? step_ages_waited(due_at, clock_due(&watch->d->clock)) : -1;
}

static double disk_free(const struct watch *watch)
{
    struct statvfs fs;

    if (statvfs(watch->state_dir, &fs) != 0 || fs.f_blocks == 0)
        return -1;
    return (double)fs.f_bavail / (double)fs.f_blocks;
}

/* Where neither a schedule nor an alarm asks for backups, none is missing. */
static int64_t backup_age(const struct dofsd *d)
{
    bool wanted = d->config->backup.every_us > 0 || d->config->alarms.at[ALARM_BACKUP_AGE] > 0;

    return wanted ? backups_age(d->backups) : 0;
}

static void tell_ages(struct watch *watch)
{
    struct metrics *metrics = watch->d->metrics;

    metrics_set_queue_oldest(metrics, waited_us(watch, watch->ages.queued_due_at) / 1000);
    for (uint32_t i = 0; i < watch->ages.n_steps; i++)
        metrics_set_step_oldest(metrics, i, waited_us(watch, watch->ages.due_at[i]) / 1000);
}

/* By number; nothing where there is but one step. */
static void measure_steps(struct watch *watch, struct alarm_step_figures *out)
{
    struct metrics *metrics = watch->d->metrics;
    const struct step_meter *meter = metrics_steps(metrics);
    uint32_t shown[STEPS_EVER_MAX];
    uint32_t n = step_meter_shown(meter, shown);

    for (uint32_t i = 0; i < step_meter_steps(meter); i++) {
        struct step_counts ended = metrics_step_last(metrics, i, ALARM_RATE_SECONDS);

        out[i] = (struct alarm_step_figures){
            .dlq_depth = watch->known ? watch->ages.dead[i] : -1,
            .queue_oldest_us = waited_us(watch, watch->ages.due_at[i]),
            .done = ended.done,
            .failed = ended.failed,
            .processing = step_meter_count(meter, i, STATUS_PROCESSING),
            .ended = step_meter_ever(meter, i).ended,
        };
    }
    for (uint32_t i = 0; i < n; i++)
        out[shown[i]].used = true;
}

static void evaluate(struct watch *watch)
{
    struct alarm_step_figures steps[STEPS_EVER_MAX];
    bool several = step_meter_steps(metrics_steps(watch->d->metrics)) > 1;
    struct metrics_second ended = metrics_last_seconds(watch->d->metrics, ALARM_RATE_SECONDS);
    struct alarm_figures figures = {
        .dlq_depth = engine_totals(watch->d->engine)->dlq_depth,
        .queue_oldest_us = waited_us(watch, watch->ages.queued_due_at),
        .fulfilled = ended.fulfilled,
        .failed = ended.failed,
        .disk_free = disk_free(watch),
        .backup_age_us = backup_age(watch->d),
        .steps = several ? steps : NULL,
    };
    int64_t file_bytes = 0;

    store_sizes(watch->d->store, &figures.wal_bytes, &file_bytes);
    if (watch->known)
        tell_ages(watch);
    if (several)
        measure_steps(watch, steps);
    alarms_evaluate(watch->alarms, &figures, on_changed, watch);
    for (size_t i = 0; i < alarms_places(watch->alarms); i++)
        record_state(watch, i);
}

static void job_done(struct read_job *job)
{
    struct watch *watch = job->owner;

    watch->asked = false;
    if (!watch->d->stopping && !watch->d->closing)
        evaluate(watch);
}

/*
 * Has what the job saw become something else? As long as the oldest order is the oldest, and as
 * long as none is due, only time passes: that needs no query.
 */
static bool outdated(const struct watch *watch)
{
    int64_t next = watch->ages.next_due_at;

    return watch->changed || !watch->known || (next > 0 && next <= clock_due(&watch->d->clock));
}

/* Peers that have left, and commits, leave free memory behind. */
static void give_back(struct watch *watch)
{
    struct sp_stats net;
    uint64_t events = (uint64_t)engine_totals(watch->d->engine)->last_seq;

    sp_net_stats(watch->d->net, &net);
    (void)slack_look(&watch->slack, events + net.accepted - net.peers_now, watch->looked_at);
}

/* A query takes its time: it is the readers', the rest follows when it is back. */
static void look(struct watch *watch)
{
    watch->looked_at = clock_mono(&watch->d->clock);
    loop_timer_set(watch->timer, watch->looked_at + SECOND_US);
    give_back(watch);
    if (watch->asked)
        return;
    if (!outdated(watch)) {
        evaluate(watch);
        return;
    }
    step_ages_begin(&watch->ages, watch->d->store, engine_totals(watch->d->engine), true);
    watch->known = false;
    watch->job = (struct read_job){.run = job_run, .done = job_done, .owner = watch};
    watch->asked = readers_post(watch->d->readers, &watch->job, NULL) == OK;
    watch->changed = !watch->asked;
}

static void on_time(void *self)
{
    struct watch *watch = self;

    if (!watch->d->stopping)
        look(watch);
}

void dofsd_watch_committed(struct watch *watch, const struct commit *commit)
{
    alarms_committed(watch->alarms, commit->events, commit->n_events,
                     commit->totals.counts[STATUS_PROCESSING]);
    watch->changed = true;
}

void dofsd_watch_beat(struct watch *watch)
{
    if (!watch->d->stopping && clock_mono(&watch->d->clock) - watch->looked_at >= JUST_NOW_US)
        look(watch);
}

void dofsd_watch_set(struct watch *watch, const struct config *config)
{
    alarms_set(watch->alarms, &config->alarms);
    alarm_hook_set(watch->hook, config->alarms.words);
}

void dofsd_watch_stop(struct watch *watch)
{
    loop_timer_set(watch->timer, INT64_MAX);
    alarm_hook_stop(watch->hook);
}

struct alarms *dofsd_watch_alarms(struct watch *watch)
{
    return watch->alarms;
}

static void take_up(void *self, const struct alarm_row *kept)
{
    alarms_restore(self, kept);
}

/* What the last daemon knew, so that what stands is not told again. */
static enum err restore(struct watch *watch, struct why *why)
{
    struct store_reader *reader = NULL;
    enum err e = store_reader_open(watch->d->store, &reader, why);

    if (e == OK)
        e = store_alarm_all(reader, take_up, watch->alarms, why);
    store_reader_close(reader);
    for (size_t i = 0; i < alarms_places(watch->alarms); i++) {
        struct alarm_row row;

        (void)alarms_get(watch->alarms, i, &row);
        watch->records[i].alarm = row.alarm;
        watch->records[i].since_at = row.since_at;
    }
    return e;
}

enum err dofsd_watch_open(struct dofsd *d, struct why *why)
{
    struct watch *watch = need(calloc(1, sizeof(*watch)));
    enum err e = OK;

    watch->d = d;
    watch->state_dir = need(strdup(d->config->state_dir));
    watch->alarms = alarms_new(&d->clock, &d->config->alarms);
    alarms_set_steps(watch->alarms, d->step_names, store_steps(d->store));
    watch->records = need(calloc(alarms_places(watch->alarms), sizeof(*watch->records)));
    watch->hook = alarm_hook_new(d->children, d->args->instance);
    alarm_hook_set(watch->hook, d->config->alarms.words);
    d->watch = watch;
    e = restore(watch, why);
    if (e == OK && loop_add_timer(d->loop, on_time, watch, &watch->timer) != OK)
        e = err_set(why, ERR_INTERNAL, "cannot make the alarms' timer");
    if (e == OK)
        loop_timer_set(watch->timer, clock_mono(&d->clock));
    return e;
}

void dofsd_watch_close(struct watch *watch)
{
    if (watch == NULL)
        return;
    loop_source_free(watch->timer);
    alarm_hook_free(watch->hook);
    alarms_free(watch->alarms);
    free(watch->state_dir);
    free(watch->records);
    free(watch);
}
