/*
 * The handler `worker`: attempts leased to programs outside.
 *
 *   ask ──> waiting, in the order they came ──an attempt starts──> lease ──> complete, fail
 *                                                                    └──────> expired, given back
 *
 * What waits is the demand: no attempt starts that nobody asked for. Thread, of all: the loop's.
 */
#pragma once

#include "daemon/handler/handler.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"
#include "shared/err.h"
#include "shared/limits.h"

#define WORKER_EXPIRED_REASON "lease expired"

#define WORKER_POOLS_MAX (2 * STEPS_MAX) /* the attempts and the undos of each step */

/* Of those that are leased: all share the workers. */
struct worker;

/* What is leased: the attempts at a step, or its undos. */
struct worker_step {
    struct slice name; /* copied */
    int64_t lease_us;  /* of those who do not say how long; LEASE_MAX_US at most counts */
};

/* What it stands on; borrowed. */
struct worker_parts {
    struct loop *loop;
    const struct clock *clock;
    struct handler_listener listener;
};

enum err handler_worker_new(const struct worker_parts *parts, struct worker **out, struct why *why);
void handler_worker_free(struct worker *worker); /* takes NULL; the last to be freed */

/* One more pool, at most WORKER_POOLS_MAX; all before the loop runs. */
struct handler handler_worker_pool(struct worker *worker, const struct worker_step *step);
void handler_worker_set(struct handler *handler, int64_t lease_us); /* of a pool */

/* The pools of a step, as bits; absent: of all; 0: none is the workers'. */
uint32_t handler_worker_serves(const struct worker *worker, struct slice step);

/* A lease as its worker is told of it. */
struct worker_given {
    struct attempt attempt;
    char token[LEASE_TOKEN_LEN + 1];
    int64_t expires_at; /* wall µs */
};

/* One that waits for leases: the asker's, until it is answered. */
struct worker_ask {
    struct worker_ask *next, *prev; /* the handler's */
    int64_t until;                  /* the handler's: by clock_mono */
    uint64_t came;                  /* the handler's: in which pass */
    struct slice worker;            /* its name */
    struct slice key;               /* absent: none */
    int64_t wait_us;                /* how long to wait for the first one */
    int64_t lease_us;               /* 0: as set */
    uint32_t serves;                /* handler_worker_serves; not 0 */
    size_t max;
    struct worker_given *given; /* room for `max` */
    size_t n;                   /* leases it has got */
    /* Has it gone? Then it gets nothing. */
    bool (*gone)(const struct worker_ask *ask);
    /* Called once; perhaps before handler_worker_ask returns. */
    void (*answer)(struct worker_ask *ask);
    void *self;
};

/*
 * Waits for leases. One that repeats the worker and key of leases that still hold gets them again;
 * one that repeats those of another that waits takes its place.
 *
 * It gets attempts of the pools that it serves alone, as they come. What is started is on its way
 * to whoever has waited longest among those who serve it: wants tells no pool of one that is spoken
 * for.
 *
 * errors   ERR_BUSY when too many wait; `answer` is not called then
 */
enum err handler_worker_ask(struct worker *worker, struct worker_ask *ask, struct why *why);

/* A lease that `ask` got has not reached its worker: given back, unless another asker got it. */
void handler_worker_return(struct worker *worker, const struct worker_given *given);

/* Which lease is meant. */
struct worker_claim {
    struct uuid uid;
    struct slice token;
};

/* Prolongs a lease by its length. errors: ERR_LEASE_LOST */
enum err handler_worker_heartbeat(struct worker *worker, const struct worker_claim *claim,
                                  int64_t *expires_at, bool *cancel);

/* A worker ends its lease: the caller's until `done`. */
struct worker_end {
    struct worker_end *next; /* the handler's */
    struct worker_claim claim;
    enum lease_op op;
    struct slice by;
    struct slice result; /* LEASE_COMPLETED */
    struct slice reason; /* LEASE_FAILED, with the next two */
    bool permanent;
    int64_t retry_after_us; /* < 0: by the policy */
    /* out */
    enum err err;
    struct why why;
    enum status status;
    int64_t next_attempt_at;
    void (*done)(struct worker_end *end); /* it is durable, or was refused by the store */
    void *self;
};

/*
 * Ends a lease; a second one of the same kind joins the first while that is not durable yet.
 *
 * errors   ERR_LEASE_LOST when no such lease is held: then the store knows of one that was ended
 *          before, and `done` is not called
 */
enum err handler_worker_end(struct worker *worker, struct worker_end *end);
