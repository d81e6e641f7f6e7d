/* The start of a program: its environment, its three descriptors, its process group. */
#pragma once

#include <sys/types.h>

#include "daemon/sys/child.h"

/* Our ends of its standard input, output and error: non-blocking, close-on-exec; -1: closed. */
struct child_ends {
    int in, out, error;
};

/*
 * *ends    the caller's, also on failure (then all are -1)
 * mark     "NAME=value", first in its environment
 * errors   as child_start
 */
enum err child_spawn(const struct child_spec *spec, const char *mark, struct child_ends *ends,
                     pid_t *pid, struct why *why);

void child_ends_close(struct child_ends *ends);
