/* Memory that was freed, given back to the system: the allocator keeps it, each thread for itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SLACK_EACH_US (10 * 1000000LL)

struct slack {
    uint64_t done;  /* as it was when last given back */
    int64_t due_us; /* not before */
};

/*
 * Gives back what is free, if anything was done since it was last given back, each SLACK_EACH_US at
 * most.
 *
 * done     grows with whatever may leave memory behind
 * returns  whether it was
 * thread   any, one at a time
 */
bool slack_look(struct slack *slack, uint64_t done, int64_t mono_us);

/* At once: some tenths of a millisecond for what a daemon has. Thread: any. */
void slack_give_back(void);
