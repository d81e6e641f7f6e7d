/* The bounded handover of command chains from the loop's thread to the writer's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command;
struct inbox;

struct inbox *inbox_new(void);
void inbox_free(struct inbox *inbox); /* takes NULL; the commands in it are left alone */

/* A chain, linked by `next`. */
struct inbox_chain {
    struct command *first, *last;
    size_t weight; /* how much it adds to what is not settled yet */
    bool urgent;   /* false: may wait for company */
};

/*
 * Appends a chain, unless more than `max` would then be unsettled (what finds nothing unsettled
 * always has room, however heavy).
 *
 * returns  false: there is no room, or the inbox is closed; nothing was taken
 * thread   any
 */
bool inbox_put(struct inbox *inbox, const struct inbox_chain *chain, size_t max);

/* So much of what was put is dealt with: there is room again. Thread: any. */
void inbox_settle(struct inbox *inbox, size_t weight);
size_t inbox_unsettled(struct inbox *inbox);

/*
 * Takes all there is, in order. Waits until something urgent is there, or what can wait has waited
 * for `share_us`, or the inbox is closed, or `wait_us` have passed (INT64_MAX: for ever; 0: does
 * not wait).
 *
 * returns  the first of the chain; NULL when the time is over, or it is closed and empty
 * thread   the writer's
 */
struct command *inbox_take(struct inbox *inbox, int64_t share_us, int64_t wait_us);

/* Is there nothing to take? Thread: any. */
bool inbox_empty(struct inbox *inbox);

/* Nothing is put any more, and nobody waits. Thread: any. */
void inbox_close(struct inbox *inbox);
bool inbox_closed(struct inbox *inbox);
