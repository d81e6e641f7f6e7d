/*
 * Runs programs: feeds them, bounds what they say, ends them and all they started in time.
 *
 *   child_start ──> running ──time is up, child_stop──> TERM to its group ──later──> KILL
 *                      └─────────── it ends ──> its group and what left it get KILL ──> `ended`
 *
 * The process becomes a subreaper, so that what a program leaves behind comes to us: it is known
 * by a mark in its environment, or by its age, and ended. All programs of the process are started
 * here: a child that is none of ours would be taken for a leftover. Thread: the loop's, which is
 * the main thread, with SIGCHLD blocked in all others.
 */
#pragma once

#include <stdint.h>

#include "daemon/sys/loop.h"
#include "shared/clock.h"
#include "shared/err.h"
#include "shared/exec_end.h"

#define CHILD_TERM_US 2000000LL /* from TERM to KILL, when its time is up */

struct children; /* all that run, and what they left */
struct child;

enum err children_open(struct children **out, struct loop *loop, const struct clock *clock,
                       struct why *why);

/* Ends all with KILL and waits for them, for 2 s at most; no `ended` comes any more. Takes NULL. */
void children_close(struct children *children);

/* What to run; all borrowed for the call. */
struct child_spec {
    const char *const *words; /* found by PATH; NULL behind the last one */
    const char *const *env;   /* "NAME=value" beside the process's own, NULL behind the last one */
    struct slice input;       /* its standard input */
    int64_t timeout_us;       /* INT64_MAX: none */
    /* It has ended; called once, never within child_start. `end` is borrowed, the child is gone. */
    void (*ended)(void *self, const struct exec_end *end);
    void *self;
};

/*
 * Starts a program in a process group of its own, with default signals and no descriptor of ours
 * but its three. It need not read its input. EXEC_KEPT_BYTES of what it writes are kept, the rest
 * is read and thrown away; of its standard error the last line.
 *
 * *out     good until `ended`
 * errors   ERR_INTERNAL: "cannot start 'book': No such file or directory"
 */
enum err child_start(struct children *children, const struct child_spec *spec, struct child **out,
                     struct why *why);

/* TERM to its group now, KILL after `grace_us` (INT64_MAX: when its time is up). */
void child_stop(struct child *child, int64_t grace_us);
