/*
 * One daemon under one seed: its parts, the disk below it, the clock beside it, and all who want
 * something of it. It dies and is started again as the seed will have it.
 */
#pragma once

#include "daemon/core/control.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/replay.h"
#include "tests/lib/hand_clock.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/sim_model.h"

enum sim_handler { SIM_BY_HAND, SIM_SIMULATE, SIM_INSTANT, SIM_WORKERS, SIM_UNRULY, SIM_HANDLERS };

/* What is the same for all seeds of a run. */
struct sim_settings {
    struct disk_lies lies;
    bool normal;  /* synchronous=NORMAL */
    bool verbose; /* says what happens, step by step */
};

/* Over all seeds. */
struct sim_figures {
    uint64_t lives, steps, commits, checks, stops;
    uint64_t leases, leases_again; /* ends of leases answered, and answered again */
    struct disk_figures disk;
};

/* How a world is: drawn from its seed. */
struct sim_profile {
    enum sim_handler handler;
    int64_t lives;    /* requests, before it may come to rest */
    int64_t steps;    /* the same */
    int64_t death_of; /* one of so many steps is one in which it dies */
    int64_t fault_of; /* or has a fault of its disk */
    int64_t good;     /* of eight attempts by hand, so many go well */
};

struct hands;
struct unruly;
struct worker;
struct workers;
struct operators;

struct world {
    uint64_t seed;
    const struct sim_settings *settings;
    struct sim_figures *figures;
    struct sim_verdict verdict;
    struct sim_profile profile;
    struct rng rng;
    struct model model;
    struct hand_clock clock;
    struct disk *disk;
    uint64_t step;
    bool calm; /* it is to come to rest: nothing new, no more deaths */

    /* the daemon */
    struct workflow_settings workflow;
    struct loop *loop;
    struct store *store;
    struct readers *readers;
    struct engine *engine;
    struct control *control;
    struct dispatch *dispatch;
    struct handler handlers[2 * STEPS_MAX]; /* of each pool */
    size_t n_handlers;
    struct worker *worker; /* what those of SIM_WORKERS share */
    struct replay_runner *replays;
    bool failed; /* its store did */
    bool idle;   /* stopping, it has nothing in flight any more */

    struct hands *hands;     /* the handler by hand, or NULL */
    struct workers *workers; /* those of the handler `worker`, or NULL */
    struct unruly *unruly;   /* who starts attempts in place of dispatch, or NULL */
    struct operators *operators;
};

/* Lives through a seed; false: the verdict says what went wrong. */
bool sim_world_run(uint64_t seed, const struct sim_settings *settings, struct sim_figures *figures,
                   struct sim_coverage *coverage, struct sim_verdict *verdict);

/* 0..max by the seed; and true one time in `n`. */
int64_t sim_draw(struct world *world, int64_t max);
bool sim_one_in(struct world *world, int64_t n);

/* Says what happens, where that is asked for. */
void sim_say(const struct world *world, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
