/*
 * Alarms: figures against thresholds, since when each is over its own, and who knows of it.
 *
 * Each has a place: those of the instance first, as enum alarm_id has them, then, where several
 * steps are known, ALARM_STEP_COUNT for each step by its number. These are the instance's once
 * more, with the same thresholds; they are off while only one step is in use.
 *
 *   OK ──value past its threshold──> ALARM ──acknowledged: the same, with who it was
 *    └──────────back, not known, or switched off──────┘
 *
 * One that stood when the last daemon ended stands on until its figure says something about now:
 * what a daemon that has just begun does not know yet is no reason to call an alarm over.
 *
 * Pure: what is measured is handed in, what has changed is handed out. Thread: the loop's.
 */
#pragma once

#include "shared/alarm.h"
#include "shared/clock.h"
#include "shared/order.h"

/* Orders that must have ended in the window before their share of failures says anything: below it
   a single bad order would be an alarm. */
#define ALARM_ENDED_MIN 10
#define ALARM_RATE_SECONDS 300 /* the window of failure_rate */

struct alarm_settings {
    double at[ALARM_COUNT]; /* in the alarm's unit; 0: off */
    const char *on_change;  /* a command, its words below; empty: none */
    const char *const *words;
};

/* What was measured of a step. */
struct alarm_step_figures {
    bool used; /* of today's list, or orders are at it; else its alarms are off */
    int64_t dlq_depth, queue_oldest_us; /* as below; < 0: not known */
    int64_t done, failed;               /* in the last ALARM_RATE_SECONDS */
    int64_t processing;                 /* attempts under way */
    int64_t ended;                      /* attempts that have ended, ever */
};

/* What was measured. */
struct alarm_figures {
    int64_t dlq_depth;
    int64_t queue_oldest_us;   /* how long the oldest queued order waits; 0: none; < 0: not known */
    int64_t fulfilled, failed; /* orders that ended in the last ALARM_RATE_SECONDS */
    double disk_free;          /* share; < 0: not known */
    int64_t wal_bytes;
    int64_t backup_age_us;                  /* since the last good backup was begun; 0: not known */
    const struct alarm_step_figures *steps; /* by number, of each step that was told */
};

struct alarms;

/* All are OK, since now. The clock is borrowed. */
struct alarms *alarms_new(const struct clock *clock, const struct alarm_settings *settings);
void alarms_free(struct alarms *alarms); /* takes NULL */

/* Which steps there are, by number; told once, before all else. One alone has no alarms. */
void alarms_set_steps(struct alarms *alarms, const struct slice *names, uint32_t n);

size_t alarms_places(const struct alarms *alarms);
/* Where that alarm is; false: there is none of that name. */
bool alarms_find(const struct alarms *alarms, struct slice name, size_t *place);

/* Takes up what was kept of an alarm, before the first evaluation; another name is left alone, that
   of a step that is not known as well. */
void alarms_restore(struct alarms *alarms, const struct alarm_row *kept);

/* Other thresholds, from the next evaluation on. */
void alarms_set(struct alarms *alarms, const struct alarm_settings *settings);

/* A commit's events, and how many orders are PROCESSING after it: for `stalled`. */
void alarms_committed(struct alarms *alarms, const struct event *events, size_t n,
                      int64_t processing);

/*
 * Compares; calls `changed` for each alarm whose state is another now. An alarm is raised by a
 * value at or above its threshold, `disk_free` by one below it; a value that is not known raises
 * none.
 */
void alarms_evaluate(struct alarms *alarms, const struct alarm_figures *figures,
                     void (*changed)(void *self, size_t place), void *self);

/* Borrowed until the next evaluation or acknowledgement. false: it is not to be shown, for its step
   is not in use and it is OK. */
bool alarms_get(const struct alarms *alarms, size_t place, struct alarm_row *out);

/* Notes who knows of an alarm, until its state changes. Does nothing while it is OK, or in another
   state than the one since `since_at`. */
void alarms_acknowledge(struct alarms *alarms, size_t place, int64_t since_at, struct slice by);
