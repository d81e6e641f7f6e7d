/* The daemon's parts, built and ended as dofsd does it, but without sockets. */
#include "tests/sim/sim_daemon.h"

#include "daemon/handler/handler_simulate.h"
#include "tests/sim/sim_hands.h"
#include "tests/sim/sim_loop.h"
#include "tests/sim/sim_unruly.h"
#include "tests/sim/sim_workers.h"

/* What comes after the machine is dead nobody is told. */
static void on_committed(void *self, const struct commit *commit)
{
    struct world *world = self;

    if (disk_off(world->disk) || world->verdict.broken)
        return;
    world->figures->commits++;
    for (size_t i = 0; i < commit->n_events && !world->verdict.broken; i++)
        model_add(&world->model, &commit->events[i]);
    if (world->dispatch != NULL)
        dispatch_committed(world->dispatch, commit);
    if (world->replays != NULL)
        replay_committed(world->replays, commit);
}

static void on_failed(void *self, enum err code, const char *text)
{
    struct world *world = self;

    (void)code;
    sim_say(world, "the store failed: %s", text);
    world->failed = true;
}

static struct dispatch_settings bounds_of(const struct world *world)
{
    return (struct dispatch_settings){.concurrency = (uint32_t)(1 + rng_mix(world->seed, 5, 0) % 8),
                                      .max_rate = rng_mix(world->seed, 6, 0) % 4 == 0 ? 20 : 0,
                                      .timeout_us = 2000000};
}

/* Of one pool: the attempts, or the undos, of a step. */
static enum err make_handler(struct world *world, struct slice step, struct handler *out,
                             struct why *why)
{
    const struct simulate_parts parts = {world->loop, &world->clock.clock,
                                         dispatch_handler_listener(world->dispatch)};
    const struct simulate_settings settings = {
        .success_rate = 0.7,
        .transient_rate = 0.2,
        .latency_max_us = world->profile.handler == SIM_SIMULATE ? 200000 : 0};
    const struct worker_step leased = {step, 2000000};

    if (world->profile.handler == SIM_BY_HAND)
        *out = sim_hands_handler(world->hands);
    else if (world->profile.handler == SIM_WORKERS)
        *out = handler_worker_pool(world->worker, &leased);
    else
        return handler_simulate_new(&parts, &settings, out, why);
    return OK;
}

static enum err add_pool(struct world *world, struct slice step, bool undo, struct why *why)
{
    const struct dispatch_settings settings = bounds_of(world);
    struct handler *handler = &world->handlers[world->n_handlers];
    enum err e = make_handler(world, step, handler, why);

    if (e != OK)
        return e;
    world->n_handlers++;
    dispatch_add_pool(world->dispatch, STORE_POOL(store_step_number(world->store, step), undo),
                      &settings, *handler);
    return OK;
}

static enum err open_handlers(struct world *world, struct why *why)
{
    const struct worker_parts parts = {world->loop, &world->clock.clock,
                                       dispatch_handler_listener(world->dispatch)};
    struct step step;
    enum err e = OK;

    if (world->profile.handler == SIM_BY_HAND)
        world->hands = sim_hands_new(world, parts.listener);
    if (world->profile.handler == SIM_WORKERS)
        e = handler_worker_new(&parts, &world->worker, why);
    for (size_t i = 0; e == OK && steps_at(world->workflow.list, i, &step); i++) {
        e = add_pool(world, step.name, false, why);
        if (e == OK && step.undo)
            e = add_pool(world, step.name, true, why);
    }
    return e;
}

static enum err open_workers(struct world *world, struct why *why)
{
    struct dispatch_parts parts = {.loop = world->loop,
                                   .clock = &world->clock.clock,
                                   .engine = world->engine,
                                   .readers = world->readers};
    enum err e = OK;

    world->control = control_new(world->engine, engine_totals(world->engine)->paused);
    parts.control = world->control;
    e = dispatch_open(&world->dispatch, &parts, why);
    if (e == OK && world->profile.handler != SIM_UNRULY)
        e = open_handlers(world, why);
    if (e == OK)
        e = replay_open(&world->replays, world->loop, &world->clock.clock, world->engine, why);
    if (e == OK)
        e = replay_resume(world->replays, world->store, why);
    return e;
}

static enum err add_steps(struct world *world, struct why *why)
{
    struct step step;
    uint32_t number = 0;
    enum err e = OK;

    for (size_t i = 0; e == OK && steps_at(world->workflow.list, i, &step); i++)
        e = store_add_step(world->store, step.name, &number, why);
    return e;
}

enum err sim_daemon_open(struct world *world, struct why *why)
{
    struct clock *clock = &world->clock.clock;
    const struct store_settings settings = {
        .directory = "", .now_us = clock_wall(clock), .newest = 5};
    const struct engine_settings limits = {
        .max_inbox = 1000, .max_backlog = rng_mix(world->seed, 7, 0) % 4 == 0 ? 20 : 0};
    struct engine_parts parts = {.clock = clock, .listener = {on_committed, on_failed, world}};
    enum err e = loop_open(&world->loop, why);

    if (e != OK)
        return e;
    world->failed = world->idle = false;
    clock->anchor_us = clock_wall(clock) - clock_mono(clock);
    sim_loop_set_clock(world->loop, clock);
    e = store_open("sqlite", &settings, &world->store, why);
    if (e == OK)
        e = add_steps(world, why);
    if (e == OK)
        e = readers_open(&world->readers, world->store, world->loop, 1, why);
    parts.store = world->store;
    parts.loop = world->loop;
    if (e == OK)
        e = engine_open(&world->engine, &parts, &limits, &world->workflow, why);
    if (e == OK)
        e = open_workers(world, why);
    if (e == OK)
        dispatch_begin(world->dispatch);
    return e;
}

void sim_daemon_close(struct world *world)
{
    if (world->readers != NULL)
        readers_stop(world->readers);
    engine_close(world->engine);
    readers_close(world->readers);
    dispatch_close(world->dispatch);
    replay_close(world->replays);
    control_free(world->control);
    for (size_t i = 0; i < world->n_handlers; i++)
        world->handlers[i].ops->free(world->handlers[i].self);
    handler_worker_free(world->worker);
    sim_hands_free(world->hands);
    store_close(world->store);
    loop_close(world->loop);
    world->loop = NULL;
    world->store = NULL;
    world->readers = NULL;
    world->engine = NULL;
    world->control = NULL;
    world->dispatch = NULL;
    world->n_handlers = 0;
    world->worker = NULL;
    world->replays = NULL;
    world->hands = NULL;
    if (world->workers != NULL)
        sim_workers_forsaken(world->workers);
    if (world->unruly != NULL)
        sim_unruly_forsaken(world->unruly);
}
