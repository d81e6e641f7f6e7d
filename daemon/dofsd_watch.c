/* Looks at the daemon every second: how long the queue waits, and the alarms. */
#include "daemon/dofsd_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/dofsd_parts.h"
#include "daemon/observe/alarm.h"
#include "daemon/observe/alarm_hook.h"

#define SECOND_US 1000000LL
#define QUIET_US (5 * SECOND_US)
#define JUST_NOW_US (SECOND_US / 2) /* a heartbeat that comes so soon after a look needs none */
#define SENTENCE_BYTES 128

/* An alarm's state as the events tell it. It is behind while the store cannot be written. */
struct record {
    struct command command;
    bool alarm;  /* as recorded last */
    bool posted; /* the command is the engine's, and says `becomes` */
    bool becomes;
    char reason[SENTENCE_BYTES];
};

struct watch {
    struct dofsd *d;
    char *state_dir; /* its own: the configuration's is freed by a reload */
    struct alarms *alarms;
    struct alarm_hook *hook;
    struct loop_source *timer;
    int64_t timer_at;  /* INT64_MAX: off */
    int64_t looked_at; /* by clock_mono */
    struct read_job job;
    bool asked; /* the job is the readers' */
    struct {
        int64_t oldest_due_at;
        double disk_free; /* < 0: not known */
        int64_t wal_bytes;
    } seen; /* by the job */
    struct record records[ALARM_COUNT];
};

/* The sooner of what is set and this. */
static void arm(struct watch *watch, int64_t at)
{
    if (at >= watch->timer_at)
        return;
    watch->timer_at = at;
    loop_timer_set(watch->timer, at);
}

static bool busy(const struct watch *watch)
{
    const int64_t *counts = engine_totals(watch->d->engine)->counts;

    return counts[STATUS_QUEUED] > 0 || counts[STATUS_PROCESSING] > 0;
}

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
    if (command->result == OK)
        record->alarm = record->becomes;
}

static void record_state(struct watch *watch, enum alarm_id id)
{
    struct record *record = &watch->records[id];
    struct alarm_row row;

    alarms_get(watch->alarms, id, &row);
    if (record->posted || record->alarm == row.alarm)
        return;
    sentence(&row, record->reason);
    record->becomes = row.alarm;
    record->command = (struct command){.kind = COMMAND_NEWS,
                                       .by = SLICE("dofsd"),
                                       .news = {.news = NEWS_ALARM,
                                                .subject = row.name,
                                                .subject_to = slice_of(alarm_state(row.alarm)),
                                                .reason = slice_of(record->reason)},
                                       .done = recorded,
                                       .owner = record};
    record->posted = engine_post_anyway(watch->d->engine, &record->command, NULL) == OK;
}

static void on_changed(void *self, enum alarm_id id)
{
    struct watch *watch = self;
    char text[SENTENCE_BYTES];
    struct alarm_row row;

    alarms_get(watch->alarms, id, &row);
    sentence(&row, text);
    log_line(
        row.alarm ? LOG_WARNING : LOG_NOTICE,
        (const struct log_field[]){{"alarm", alarm_name(id)}, {"state", alarm_state(row.alarm)}}, 2,
        "%s: %s", row.alarm ? "alarm" : "alarm over", text);
    alarm_hook_tell(watch->hook, &row);
}

/* ---- looking ---- */

static void job_run(struct read_job *job, struct store_reader *reader)
{
    struct watch *watch = job->owner;
    struct statvfs fs;
    int64_t file_bytes = 0;

    watch->seen.oldest_due_at = 0;
    if (store_oldest_queued(reader, clock_due(&watch->d->clock), &watch->seen.oldest_due_at,
                            NULL) != OK)
        watch->seen.oldest_due_at = 0;
    watch->seen.disk_free = -1;
    if (statvfs(watch->state_dir, &fs) == 0 && fs.f_blocks > 0)
        watch->seen.disk_free = (double)fs.f_bavail / (double)fs.f_blocks;
    store_sizes(watch->d->store, &watch->seen.wal_bytes, &file_bytes);
}

static int64_t oldest_us(const struct watch *watch)
{
    int64_t due_at = watch->seen.oldest_due_at;
    int64_t waited = due_at > 0 ? clock_due(&watch->d->clock) - due_at : 0;

    return waited > 0 ? waited : 0;
}

static void evaluate(struct watch *watch)
{
    struct metrics_second ended = metrics_last_seconds(watch->d->metrics, ALARM_RATE_SECONDS);
    const struct alarm_figures figures = {
        .dlq_depth = engine_totals(watch->d->engine)->dlq_depth,
        .queue_oldest_us = oldest_us(watch),
        .fulfilled = ended.fulfilled,
        .failed = ended.failed,
        .disk_free = watch->seen.disk_free,
        .wal_bytes = watch->seen.wal_bytes,
    };

    alarms_evaluate(watch->alarms, &figures, on_changed, watch);
    for (unsigned i = 0; i < ALARM_COUNT; i++)
        record_state(watch, (enum alarm_id)i);
}

static void job_done(struct read_job *job)
{
    struct watch *watch = job->owner;

    watch->asked = false;
    if (watch->d->stopping || watch->d->closing)
        return;
    metrics_set_queue_oldest(watch->d->metrics, oldest_us(watch) / 1000);
    evaluate(watch);
    arm(watch, watch->looked_at + (busy(watch) ? SECOND_US : QUIET_US));
}

/* Reads take their time: they are the readers', the rest follows when they are back. */
static void look(struct watch *watch)
{
    if (watch->asked || watch->d->stopping)
        return;
    watch->looked_at = clock_mono(&watch->d->clock);
    watch->job = (struct read_job){.run = job_run, .done = job_done, .owner = watch};
    watch->asked = readers_post(watch->d->readers, &watch->job, NULL) == OK;
    if (!watch->asked)
        arm(watch, watch->looked_at + SECOND_US);
}

static void on_time(void *self)
{
    struct watch *watch = self;

    watch->timer_at = INT64_MAX;
    look(watch);
}

void dofsd_watch_committed(struct watch *watch, const struct commit *commit)
{
    alarms_committed(watch->alarms, commit->events, commit->n_events,
                     commit->totals.counts[STATUS_PROCESSING]);
    arm(watch, watch->looked_at + SECOND_US);
}

void dofsd_watch_beat(struct watch *watch)
{
    if (clock_mono(&watch->d->clock) - watch->looked_at >= JUST_NOW_US)
        look(watch);
}

void dofsd_watch_set(struct watch *watch, const struct config *config)
{
    alarms_set(watch->alarms, &config->alarms);
    alarm_hook_set(watch->hook, config->alarms.words);
    arm(watch, watch->looked_at + SECOND_US);
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

enum err dofsd_watch_open(struct dofsd *d, struct why *why)
{
    struct watch *watch = calloc(1, sizeof(*watch));

    if (watch == NULL)
        abort();
    watch->d = d;
    watch->state_dir = strdup(d->config->state_dir);
    watch->alarms = alarms_new(&d->clock, &d->config->alarms);
    watch->hook = alarm_hook_new(d->children, d->args->instance);
    alarm_hook_set(watch->hook, d->config->alarms.words);
    watch->timer_at = INT64_MAX;
    if (watch->state_dir == NULL)
        abort();
    if (loop_add_timer(d->loop, on_time, watch, &watch->timer) != OK) {
        dofsd_watch_close(watch);
        return err_set(why, ERR_INTERNAL, "cannot make the alarms' timer");
    }
    arm(watch, clock_mono(&d->clock));
    d->watch = watch;
    return OK;
}

void dofsd_watch_close(struct watch *watch)
{
    if (watch == NULL)
        return;
    loop_source_free(watch->timer);
    alarm_hook_free(watch->hook);
    alarms_free(watch->alarms);
    free(watch->state_dir);
    free(watch);
}
