/*
 * One place of `dofs work`: leases an order, runs the program for it, tells how that went.
 *
 *   IDLE ──> ASKING ──a lease──> RUNNING ──the program ended──> ENDING ──the daemon knows──> IDLE
 *                                   └── heartbeats, in each third of the lease
 */
#pragma once

#include <stdatomic.h>

#include "shared/wire_lease.h"
#include "tui/cli/cmd.h"
#include "tui/cli/work_child.h"

#define WORK_BEATS 3 /* in each lease */

/* What all places share. */
struct work {
    struct cmd_run *run;
    struct client *asks;      /* for leases alone: closed by a stop, so that no more come */
    const char *const *words; /* the command */
    int64_t lease_us;         /* 0: as the daemon has it */
    struct slice steps[LEASE_STEPS_MAX]; /* which are served; none: all */
    size_t n_steps;
    char worker[WORKER_NAME_MAX + 1];
    char instance[64];
    struct work_children children;
    int bell;  /* an eventfd: an answer came */
    int stops; /* 1: no more leases; 2: what runs is to end */
    bool away; /* the daemon is, and that was said */
    int code;  /* the exit code */
};

enum slot_state { SLOT_IDLE, SLOT_ASKING, SLOT_RUNNING, SLOT_ENDING, SLOT_OVER };

struct slot {
    struct work *work;
    enum slot_state state;
    struct client_call *asking, *telling;
    bool busy;     /* a call is under way: */
    enum op asked; /* this one */
    atomic_bool answered;
    struct client_answer answer;
    char key[UUID_TEXT_LEN + 1];
    bool same_key;    /* whether the daemon took the last request is not known: it is sent again */
    int64_t again_at; /* no request before; by clock_mono */
    /* the lease */
    struct uuid order;
    char id[UUID_TEXT_LEN + 1];
    char lease[LEASE_TOKEN_LEN * 2 + 1];
    uint32_t attempt;
    int64_t lasts_us, beat_at;
    bool running, lost, stopped;
    struct work_child child;
    /* how it ended */
    struct request end; /* its texts: in the arena */
    struct arena arena;
};

enum err slot_open(struct slot *slot, struct work *work, struct why *why);
void slot_close(struct slot *slot);

/* Does what is to be done now. Returns when the next is, by clock_mono. */
int64_t slot_step(struct slot *slot);

/* The next stop: no more is leased, or what runs gets TERM. */
void slot_stop(struct slot *slot);

/* Between its files: starts the program for the lease that comes next in `r` (false: it cannot be
   read); and what its end makes of it. */
bool slot_start(struct slot *slot, struct mp_reader *r);
void slot_ended(void *self, const struct exec_end *end);
