/* The alarms: what each says, and which of them nobody knows of yet. */
#pragma once

#include "shared/alarm.h"
#include "shared/limits.h"
#include "shared/order.h"

#define ALARMS_MAX (ALARM_COUNT + (ALARM_STEP_COUNT * STEPS_EVER_MAX))

struct alarm_line {
    char name[ALARM_NAME_MAX + 1];
    bool alarm;              /* ALARM, else OK */
    double value, threshold; /* NAN: not known; off */
    int64_t since_at;
    char acknowledged_by[128]; /* "" for nobody */
};

struct alarms {
    bool loaded;
    size_t n, selected;                  /* the row with the cursor */
    struct alarm_line lines[ALARMS_MAX]; /* those not acknowledged first, then the acknowledged */

    /* inside */
    uint64_t asking;
    int64_t ask_at, asked_at; /* mono; ask_at 0: not due */
    char acking[ALARM_NAME_MAX + 1];
};

struct model;

/* An ALARM that nobody has acknowledged? */
bool alarm_open(const struct alarm_line *line);

size_t model_alarms_open(const struct alarms *alarms); /* how many such; they are the first lines */
size_t model_alarms_on(const struct alarms *alarms);   /* in ALARM, the acknowledged ones too */

/* The one `a` would acknowledge: that with the cursor on the Overview, else the first that is
   open; NULL: there is none. */
const struct alarm_line *model_alarms_meant(const struct model *m);
