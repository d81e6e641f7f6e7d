/* Alarms: what is watched, in which unit, and an alarm as a row on the wire. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/mp.h"
#include "shared/units.h"

enum alarm_id {
    ALARM_DLQ_DEPTH,    /* a count of dead letters */
    ALARM_QUEUE_AGE,    /* seconds that the oldest queued order waits */
    ALARM_FAILURE_RATE, /* share of the orders that ended in 5 minutes */
    ALARM_STALLED,      /* seconds in which work was in flight and nothing ended */
    ALARM_DISK_FREE,    /* share of the file system that the state is on */
    ALARM_WAL_SIZE,     /* bytes */
    ALARM_BACKUP_AGE,   /* seconds */
    ALARM_COUNT
};

const char *alarm_name(enum alarm_id id); /* "dlq_depth" */
bool alarm_parse(struct slice name, enum alarm_id *out);

/* The first so many of them are also watched step by step: "dlq_depth/charge". */
#define ALARM_STEP_COUNT (ALARM_STALLED + 1)

/* An alarm as `alarms` tells it. */
struct alarm_row {
    struct slice name;
    bool alarm;       /* ALARM, else OK */
    double value;     /* seconds, bytes, a count or a share; NAN: not known */
    double threshold; /* the same; NAN: off */
    int64_t since_at; /* in this state since then */
    struct slice acknowledged_by;
};

const char *alarm_state(bool alarm); /* "ALARM" or "OK" */

/* For people, by the unit of the alarm, or of what a step's is of: "5", "1m5s", "52.0%",
   "64.0 MiB"; "-" for NAN. A name that is
   not known here is a plain number. */
void alarm_format(struct slice name, double value, char out[UNITS_TEXT_MAX]);

/* Counts and bytes are ints, seconds and shares floats. */
void alarm_write(struct buf *out, const struct alarm_row *row);
/* Slices borrow from the bytes. */
void alarm_read(struct mp_reader *r, struct alarm_row *out);
