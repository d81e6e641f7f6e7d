/*
 * Reads all rows slowly and names the orders that do not hold: when asked, on a thread of its own,
 * at most a fifth of a core's time, a few orders to a snapshot.
 *
 *   idle ──asked──> walking ──all looked at, or given up──> told ──asked for, or old──> idle
 *
 * Thread: the loop's.
 */
#pragma once

#include "daemon/store/store.h"
#include "daemon/store/store_verify.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"

#define SCRUB_NAMED_MAX 1000 /* ids that are kept; more are only counted */

struct scrub;

/* All borrowed. */
struct scrub_parts {
    struct loop *loop;
    const struct clock *clock;
    struct store *store;
};

/* How far a walk has got. */
struct scrub_found {
    struct uuid named[SCRUB_NAMED_MAX];
    size_t n_named;
    int64_t broken;   /* how many; those beyond n_named have no name here */
    int64_t checked;  /* of these */
    int64_t unsummed; /* of these, how many have no sum yet: nothing can be said of them */
    int64_t total;    /* that there were when it began */
    int64_t started_at, finished_at; /* wall time; 0: not yet */
    bool running;
    enum err result; /* not OK: it could not go on; `why` says why */
    struct why why;
};

enum err scrub_open(struct scrub **out, const struct scrub_parts *parts, struct why *why);
void scrub_stop(struct scrub *scrub);  /* gives a walk up, and begins no other */
void scrub_close(struct scrub *scrub); /* takes NULL */

/*
 * How far the walk has got; begins one where none is under way. One that has ended is told of once,
 * within a minute, before another begins: so whoever asks until `running` is false learns its end.
 *
 * total    orders in the store, for the caller's progress
 * errors   ERR_BUSY: the daemon stops; ERR_INTERNAL: no thread
 */
enum err scrub_ask(struct scrub *scrub, int64_t total, struct scrub_found *out, struct why *why);

/* The store refused to hand an order out: its ERR_DAMAGED sentence. Logged once for each. */
void scrub_heard(void *self, const char *why);

/* Is there an order that does not hold? Then a sentence that names it. */
bool scrub_problem(const struct scrub *scrub, struct why *out);
