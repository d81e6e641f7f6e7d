/*
 * The programs of `dofs work`: fed, bounded in what they say, ended in time with all they started.
 * The same rules as the daemon's handler `exec`, over poll. Thread: the main one.
 */
#pragma once

#include <poll.h>
#include <stdint.h>

#include "shared/child_output.h"
#include "shared/child_spawn.h"
#include "shared/clock.h"
#include "shared/exec_end.h"

#define WORK_TERM_US 2000000LL /* from TERM to KILL, when its time is up */
#define WORK_CHILD_FDS 3       /* each may be waited for */

struct work_child {
    struct work_child *next;
    struct work_children *children;
    pid_t pid;
    uint64_t number; /* its mark */
    int64_t started; /* child_strays_now */
    struct child_ends ends;
    struct buf input; /* what it has not taken yet begins at `fed` */
    size_t fed;
    struct buf kept; /* of its output */
    struct child_line line;
    int64_t deadline, kill_at; /* by clock_mono */
    bool late;
    /* It has ended; called once. `end` is borrowed. */
    void (*ended)(void *self, const struct exec_end *end);
    void *self;
};

struct work_children {
    const struct clock *clock;
    struct work_child *first;
    uint64_t numbers;
    int64_t opened;
    bool strays; /* there may be some of programs that have ended */
};

/* Makes the process a subreaper, so that what programs leave behind comes to us. */
void work_children_init(struct work_children *children, const struct clock *clock);

/* `child` all zero but `input`, `ended` and `self`; its input is taken. errors: as child_spawn. */
enum err work_child_start(struct work_children *children, const struct child_program *program,
                          int64_t timeout_us, struct work_child *child, struct why *why);

/* TERM to its group now, KILL after `grace_us` (INT64_MAX: when its time is up). */
void work_child_stop(struct work_child *child, int64_t grace_us);

/* A turn of the caller's loop: what to wait for, WORK_CHILD_FDS for each child (how many are
   written), until when at the latest; and then what came of it. */
size_t work_children_fds(const struct work_children *children, struct pollfd *fds);
int64_t work_children_due(const struct work_children *children);
void work_children_turn(struct work_children *children);

/* After SIGCHLD: programs that have ended are told of, what they left is ended. */
void work_children_reap(struct work_children *children);
