/*
 * How long the orders of each step wait, read all at once, and only where any wait.
 *
 * With one step that is one question; with several, one for each pool in which orders wait. As long
 * as nothing is committed and `next_due_at` is not there yet, only time passes: what was read
 * holds.
 */
#pragma once

#include "daemon/store/store.h"

struct step_ages {
    uint32_t n_steps;
    bool waits[STORE_POOLS_MAX]; /* has the pool any that wait? */
    bool ahead;                  /* are `next_due_at` and `dead` wanted? */
    bool any_dead;

    /* What was read; 0: none. Only those count that are due: QUEUED, or waiting for an undo. */
    int64_t queued_due_at;          /* of the QUEUED order that waits longest */
    int64_t due_at[STEPS_EVER_MAX]; /* by step: of the one that waits longest */
    int64_t next_due_at;            /* when one will be due where none is */
    int64_t dead[STEPS_EVER_MAX];   /* dead letters; with one step not read */
};

/* What is to be read, by the totals. Thread: the loop's. */
void step_ages_begin(struct step_ages *ages, const struct store *store,
                     const struct store_totals *totals, bool ahead);

/* Thread: a reader's. */
enum err step_ages_read(struct step_ages *ages, struct store_reader *reader, int64_t now_us,
                        struct why *why);

/* µs since a due time; 0: nothing waits. */
int64_t step_ages_waited(int64_t due_at, int64_t now_us);
