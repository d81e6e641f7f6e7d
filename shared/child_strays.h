/* What programs left running: found among our children by /proc, and ended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/buf.h"

#define CHILD_MARK "DOFS_RUN" /* in a program's environment: "DOFS_RUN=PID.NUMBER" */

/* What is told of a process that is our child. */
struct stray {
    pid_t pid, group, session;
    bool marked;      /* its environment says which of our programs it came of: */
    uint64_t program; /* that number */
    int64_t started;  /* clock ticks since the machine's start */
};

struct stray_judge {
    bool (*is_program)(void *self, pid_t pid); /* one of ours, then it is no stray */
    bool (*leave)(void *self, const struct stray *stray);
    void *self;
};

/*
 * Ends each child of ours (KILL to it and its group) that is not to be left alone. What they had
 * started becomes our child when they are gone: then, after SIGCHLD, again.
 *
 * returns  true when there was any
 * errors   where /proc does not tell, nothing is found
 */
bool child_strays_end(const struct stray_judge *judge);

/* Now, on the scale of stray.started. */
int64_t child_strays_now(void);
