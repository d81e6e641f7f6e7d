/* One daemon under one seed: what happens, step by step, and what is looked at after each. */
#include "tests/sim/sim_world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "tests/sim/sim_check.h"
#include "tests/sim/sim_clients.h"
#include "tests/sim/sim_daemon.h"
#include "tests/sim/sim_death.h"
#include "tests/sim/sim_hands.h"
#include "tests/sim/sim_loop.h"
#include "tests/sim/sim_operators.h"
#include "tests/sim/sim_system.h"
#include "tests/sim/sim_unruly.h"
#include "tests/sim/sim_vfs.h"
#include "tests/sim/sim_workers.h"

#define LIFE_STEPS 100000 /* more than any seed needs: what takes longer does not end */
#define LEAP_US 10000000

int64_t sim_draw(struct world *world, int64_t max)
{
    return rng_upto(&world->rng, max);
}

bool sim_one_in(struct world *world, int64_t n)
{
    return rng_upto(&world->rng, n - 1) == 0;
}

void sim_say(const struct world *world, const char *fmt, ...)
{
    va_list args;

    if (!world->settings->verbose)
        return;
    (void)printf("%8" PRIu64 " ", world->step);
    va_start(args, fmt);
    (void)vprintf(fmt, args);
    va_end(args);
    (void)printf("\n");
}

/* ---- what may happen in a step ---- */

static void turn_writer(struct world *world)
{
    sim_loop_turn(world->loop, SIM_WRITER);
}

static void turn_reader(struct world *world)
{
    sim_loop_turn(world->loop, SIM_READERS);
}

static void pass(struct world *world)
{
    sim_loop_pass(world->loop);
}

static void end_attempt(struct world *world)
{
    if (world->hands != NULL)
        (void)sim_hands_end(world->hands);
    if (world->workers != NULL)
        sim_workers_act(world->workers);
    if (world->unruly != NULL)
        sim_unruly_act(world->unruly);
}

static void time_goes_on(struct world *world)
{
    int64_t left = sim_loop_next(world->loop) - clock_mono(&world->clock.clock);

    if (left <= 0 || left > LEAP_US || sim_one_in(world, 2))
        left = sim_draw(world, 50000);
    hand_clock_turn(&world->clock, left);
}

static void clock_is_set(struct world *world)
{
    int64_t by = sim_draw(world, 60000000) - 30000000;

    if (sim_one_in(world, 8))
        hand_clock_set_wall(&world->clock, clock_wall(&world->clock.clock) + by);
}

static void fault(struct world *world)
{
    if (!sim_one_in(world, world->profile.fault_of))
        return;
    if (sim_one_in(world, 2)) {
        sim_say(world, "the disk is full");
        disk_set_full(world->disk, true);
    } else {
        disk_fail_sync(world->disk, 1 + (uint64_t)sim_draw(world, 5));
    }
}

static void room_again(struct world *world)
{
    disk_set_full(world->disk, false);
}

static void death(struct world *world)
{
    if (!sim_one_in(world, world->profile.death_of))
        return;
    if (sim_one_in(world, 8))
        sim_death_stop(world);
    else
        disk_arm(world->disk, (uint64_t)sim_draw(world, 60));
}

static const struct happening {
    int64_t share;
    void (*happens)(struct world *world);
} happenings[] = {
    {19, sim_clients_submit},
    {8, sim_operators_operate},
    {22, turn_writer},
    {8, turn_reader},
    {18, pass},
    {12, end_attempt},
    {7, time_goes_on},
    {1, clock_is_set},
    {1, fault},
    {1, room_again},
    {3, death},
};

static void happen(struct world *world)
{
    int64_t draw = sim_draw(world, 99);
    size_t i = 0;

    for (; draw >= happenings[i].share; i++)
        draw -= happenings[i].share;
    happenings[i].happens(world);
}

/* ---- coming to rest ---- */

static bool any_unfinished(const struct world *world)
{
    for (int64_t n = 1; n <= world->model.totals.last_order; n++) {
        if (model_unfinished(model_order(&world->model, n)))
            return true;
    }
    return false;
}

/* All that goes on by itself is over: those who wait must act, or time must bring the rest. */
static void leap(struct world *world, bool *rests)
{
    int64_t next = sim_loop_next(world->loop);
    bool unfinished = any_unfinished(world);

    sim_operators_calm(world);
    if (sim_loop_has_work(world->loop, SIM_WRITER) || (!unfinished && sim_clients_insist(world)))
        return;
    *rests = next == INT64_MAX;
    if (!*rests)
        hand_clock_turn(&world->clock, next - clock_mono(&world->clock.clock));
    else if (unfinished)
        sim_broken(&world->verdict, "an order waits for ever");
}

/* Is there an order for which an attempt is what comes next? */
static bool any_going(const struct world *world)
{
    const struct control_state control = control_get(world->control);

    for (int64_t n = 1; n <= world->model.totals.last_order; n++) {
        const struct model_order *order = model_order(&world->model, n);

        if (model_unfinished(order) && order->status != STATUS_HELD)
            return !control.paused && !control.draining;
    }
    return false;
}

static bool any_attempt_ends(struct world *world)
{
    if (world->hands != NULL && sim_hands_end(world->hands))
        return true;
    if (world->unruly != NULL && any_going(world)) {
        sim_unruly_go_on(world->unruly);
        return true;
    }
    return world->workers != NULL && any_unfinished(world) && sim_workers_go_on(world->workers);
}

static void tell_unrest(struct world *world)
{
    for (int64_t n = 1; n <= world->model.totals.last_order; n++) {
        const struct model_order *order = model_order(&world->model, n);

        if (model_unfinished(order))
            sim_broken(&world->verdict,
                       "order %" PRId64 " does not come to rest: %s after %zu changes", n,
                       status_name(order->status), order->n_events);
    }
    sim_broken(&world->verdict, "it does not come to rest");
}

static void come_to_rest(struct world *world)
{
    bool rests = false;

    world->calm = true;
    disk_disarm(world->disk);
    disk_set_full(world->disk, false);
    disk_fail_sync(world->disk, 0);
    for (int i = 0; i < LIFE_STEPS && !rests && !world->verdict.broken; i++) {
        world->step++;
        if (world->failed)
            sim_death_die(world);
        else if (sim_loop_has_work(world->loop, SIM_WRITER) ||
                 sim_loop_has_work(world->loop, SIM_READERS) || sim_loop_ready(world->loop))
            sim_death_turns(world);
        else if (!any_attempt_ends(world))
            leap(world, &rests);
    }
    if (!rests)
        tell_unrest(world);
    if (!world->verdict.broken)
        sim_death_check(world);
}

/* ---- a life ---- */

/* The steps of those worlds that have several. */
static struct slice draw_list(struct world *world)
{
    static const struct slice lists[] = {{"reserve<,charge<,ship", 21},
                                         {"reserve,charge<,ship", 20},
                                         {"reserve<,ship<", 14},
                                         {"pack,ship", 9}};

    return lists[sim_draw(world, sizeof(lists) / sizeof(lists[0]) - 1)];
}

static void draw_profile(struct world *world)
{
    struct sim_profile *profile = &world->profile;
    bool jitter = sim_one_in(world, 2);

    profile->handler =
        sim_one_in(world, 2) ? SIM_BY_HAND : (enum sim_handler)sim_draw(world, SIM_HANDLERS - 1);
    profile->lives = 20 + sim_draw(world, 160);
    profile->steps = profile->lives * (5 + sim_draw(world, 20));
    profile->death_of = 1 + sim_draw(world, 5);
    profile->fault_of = 1 + sim_draw(world, 8);
    profile->good = 1 + sim_draw(world, 5);
    world->workflow =
        (struct workflow_settings){.rules = {.max_total_quantity = 100},
                                   .retry = {.max_attempts = (uint32_t)(1 + sim_draw(world, 3)),
                                             .interval_us = 100000,
                                             .backoff_rate = 2.0,
                                             .max_delay_us = 5000000,
                                             .jitter_full = jitter},
                                   .seed = world->seed,
                                   .has_seed = true};
    if (profile->handler == SIM_UNRULY || sim_one_in(world, 2))
        world->workflow.list = draw_list(world);
    world->model.list = world->workflow.list;
}

static void live(struct world *world)
{
    while ((int64_t)world->step < world->profile.steps && !world->verdict.broken) {
        world->step++;
        happen(world);
        if (disk_off(world->disk) || world->failed)
            sim_death_die(world);
        else
            sim_check_totals(&world->model, engine_totals(world->engine));
    }
}

static uint64_t print_of(const struct world *world)
{
    const struct disk_figures *disk = disk_figures(world->disk);
    uint64_t print = rng_mix(world->step, disk->lost, disk->torn);

    for (int64_t i = 0; i < world->model.totals.last_seq; i++) {
        const struct model_event *event = &world->model.events[i];

        print = rng_mix(print, (uint64_t)event->order, (uint64_t)event->entry);
    }
    for (int64_t i = 0; i < world->model.totals.last_order; i++)
        print = rng_mix(print, world->model.orders[i].uid.bytes[15],
                        world->model.orders[i].uid.bytes[9]);
    return print;
}

static void count(struct world *world)
{
    const struct disk_figures *disk = disk_figures(world->disk);
    struct disk_figures *all = &world->figures->disk;

    world->figures->lives += (uint64_t)world->model.totals.last_order;
    world->figures->steps += world->step;
    all->cuts += disk->cuts;
    all->kills += disk->kills;
    all->lost += disk->lost;
    all->torn += disk->torn;
    all->full += disk->full;
    all->failed += disk->failed;
}

bool sim_world_run(uint64_t seed, const struct sim_settings *settings, struct sim_figures *figures,
                   struct sim_coverage *coverage, struct sim_verdict *verdict)
{
    struct world world = {.seed = seed, .settings = settings, .figures = figures};

    rng_seed(&world.rng, seed);
    hand_clock_init(&world.clock);
    model_init(&world.model, &world.verdict, coverage);
    world.disk = disk_new(&settings->lies);
    world.operators = sim_operators_new();
    sim_system_seed(seed);
    sim_vfs_use(world.disk, &(struct sim_vfs_settings){.normal = settings->normal}, seed);
    draw_profile(&world);
    if (world.profile.handler == SIM_WORKERS)
        world.workers = sim_workers_new(&world);
    if (world.profile.handler == SIM_UNRULY)
        world.unruly = sim_unruly_new(&world);
    sim_death_start(&world);
    live(&world);
    if (!world.verdict.broken)
        come_to_rest(&world);
    sim_daemon_close(&world);
    sim_vfs_forget();
    count(&world);
    *verdict = world.verdict;
    verdict->print = print_of(&world);
    if (verdict->broken)
        sim_say(&world, "%s", verdict->text);
    sim_operators_free(world.operators);
    sim_workers_free(world.workers);
    sim_unruly_free(world.unruly);
    model_done(&world.model);
    disk_free(world.disk);
    return !verdict->broken;
}
