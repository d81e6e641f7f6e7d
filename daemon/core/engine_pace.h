/* How long a submit waits for its commit: how many may wait, and when to ask again. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ENGINE_WAIT_MAX_US 500000 /* what would wait longer is answered `busy` */
#define ENGINE_WAIT_MIN 1024      /* commands: so many may wait however long it takes */

/*
 * One submit at a time is followed from its post to its commit: that counts in all that went ahead
 * of it, and what else the machine had to do. All zero: none was followed yet.
 * Thread of all: the loop's.
 */
struct engine_pace {
    const void *followed; /* a command; never read */
    int64_t posted_at;    /* by clock_mono */
    size_t waiting;       /* with it, when it was posted */
    double us;            /* for each that waited; 0: not known */
};

/* Follows the command, if none is followed now. `waiting`: what is unsettled, it included. */
void engine_pace_posted(struct engine_pace *pace, const void *command, size_t waiting,
                        int64_t now_us);

/* The followed command was settled. */
void engine_pace_settled(struct engine_pace *pace, int64_t now_us);

/* How many may wait: at most `max_inbox`, fewer where they would take longer than
   ENGINE_WAIT_MAX_US. */
size_t engine_pace_room(const struct engine_pace *pace, size_t max_inbox);

/* When it is worth asking again while so many wait: µs, 10 ms to 5 s. */
int64_t engine_pace_again_us(const struct engine_pace *pace, size_t waiting);
