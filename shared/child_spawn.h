/* The start of a program: its environment, its three descriptors, its process group. */
#pragma once

#include <sys/types.h>

#include "shared/err.h"

/* What to run; all borrowed for the call. */
struct child_program {
    const char *const *words; /* found by PATH; NULL behind the last one */
    const char *const *env;   /* "NAME=value" beside the process's own, NULL behind the last one */
    const char *mark;         /* "NAME=value", first in its environment */
};

/* Our ends of its standard input, output and error: non-blocking, close-on-exec; -1: closed. */
struct child_ends {
    int in, out, error;
};

/*
 * Starts it in a process group of its own, with default signals and no descriptor of ours but its
 * three.
 *
 * *ends    the caller's, also on failure (then all are -1)
 * errors   ERR_INTERNAL: "cannot start 'book': No such file or directory"
 */
enum err child_spawn(const struct child_program *program, struct child_ends *ends, pid_t *pid,
                     struct why *why);

void child_ends_close(struct child_ends *ends);
