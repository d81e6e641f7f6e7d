/*
 * What goes on at each step: how much is done, failed and tried, ever and by the second.
 *
 * Only events that end an attempt are looked at; where there is one step its name is not.
 */
#pragma once

#include "shared/order.h"

#define STEP_METER_SECONDS 300 /* the longest window */

/* The steps that orders may be at. All borrowed. */
struct step_list {
    const struct slice *names; /* by their number in the store */
    uint32_t n;
    const uint32_t *today; /* the numbers of today's list, in its order */
    uint32_t n_today;
};

struct step_meter;

/* Of what is in the list only the names stay borrowed. */
struct step_meter *step_meter_new(const struct step_list *list);
void step_meter_free(struct step_meter *meter); /* takes NULL */

/* Empties what belongs to the seconds behind `from` up to `to`. */
void step_meter_turn(struct step_meter *meter, int64_t from, int64_t to);
void step_meter_event(struct step_meter *meter, int64_t second, const struct event *event);

/* How many orders are at each step in each status, by number. */
void step_meter_orders(struct step_meter *meter, const int64_t (*by_step)[STATUS_COUNT]);
int64_t step_meter_count(const struct step_meter *meter, uint32_t step, enum status status);

/* How long the order that waits longest at a step has waited. */
void step_meter_set_oldest(struct step_meter *meter, uint32_t step, int64_t oldest_ms);
int64_t step_meter_oldest(const struct step_meter *meter, uint32_t step);

struct step_counts {
    int64_t done;     /* attempts by which the step was done */
    int64_t failed;   /* those that ended in the DLQ */
    int64_t attempts; /* that failed, and were followed by a retry or the DLQ */
    int64_t ended;    /* attempts that ended, however that was */
};
struct step_counts step_meter_ever(const struct step_meter *meter, uint32_t step);
/* `done` and `failed` of the last `n` seconds, `now` the running one. */
struct step_counts step_meter_last(const struct step_meter *meter, uint32_t step, int64_t now,
                                   int64_t n);

uint32_t step_meter_steps(const struct step_meter *meter); /* how many are known */
struct slice step_meter_name(const struct step_meter *meter, uint32_t step);

/* The numbers of today's list, then of others that still have orders. `out`: STEPS_EVER_MAX. */
uint32_t step_meter_shown(const struct step_meter *meter, uint32_t *out);
