/* The writer: takes commands, carries many out in one transaction, hands the commit over. */
#pragma once

#include <stdatomic.h>

#include "daemon/core/engine.h"
#include "daemon/core/engine_chain.h"
#include "daemon/core/engine_work.h"
#include "daemon/core/inbox.h"
#include "daemon/sys/ballast.h"

struct engine_writer {
    struct inbox *inbox;
    const struct clock *clock;
    struct loop_bell *bell; /* rung when something is handed over; set before the thread starts */
    struct engine_work work;

    /* the thread's */
    struct engine_chain ahead;  /* taken, not yet carried out: what goes first, */
    struct engine_chain behind; /* submits, and what is done at leisure */
    struct engine_chain kept;   /* ends that could not be stored, to be tried again */
    size_t alone;               /* so many commands get a transaction each */
    bool rested;                /* since it last had something to do */
    struct ballast *ballast;    /* borrowed; NULL: none. Given up when the disk is full, */
    int64_t refill_at;          /* and to be made again then, by clock_mono; 0: it is there */
    struct engine_handed *result;

    _Atomic(struct engine_handed *) handed; /* newest first */
    _Atomic int64_t busy_since;             /* by clock_mono; 0: it has nothing to do */
    atomic_bool dead;                       /* the store must not be written any more */
};

void engine_writer_init(struct engine_writer *writer, struct store *store,
                        const struct clock *clock, const struct workflow_settings *workflow);
/* Before the thread starts. NULL: there is none. */
void engine_writer_reserve(struct engine_writer *writer, struct ballast *ballast);
void engine_writer_done(struct engine_writer *writer); /* the bell, too */

/*
 * One turn: takes what is there, carries out a transaction of it, tidies up after it.
 *
 * wait     waits for something to do; else the turn may be an idle one
 * returns  false: the inbox is closed and empty, there will be no more
 * thread   the writer's
 */
bool engine_writer_turn(struct engine_writer *writer, bool wait);

/* What was handed over since, oldest first; the caller's to free. Thread: the loop's. */
struct engine_handed *engine_writer_handed(struct engine_writer *writer);
