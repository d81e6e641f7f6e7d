/* How the daemon of a world ends, and starts again. */
#include "tests/sim/sim_death.h"

#include "tests/sim/sim_check.h"
#include "tests/sim/sim_daemon.h"
#include "tests/sim/sim_loop.h"

#define STARTS_MAX 8      /* so often it may die while it starts */
#define STOP_TURNS 100000 /* more than any stop needs */

void sim_death_check(struct world *world)
{
    world->figures->checks++;
    sim_check_store(&world->model, world->store, clock_wall(&world->clock.clock));
    sim_check_totals(&world->model, engine_totals(world->engine));
}

/* The machine loses its power, or the process is killed. */
static void back_on(struct world *world)
{
    bool power = sim_one_in(world, 4) ? false : true;

    sim_say(world, power ? "the power was cut" : "killed");
    disk_back_on(world->disk, power ? &world->rng : NULL);
}

void sim_death_start(struct world *world)
{
    struct why why = {0};
    enum err e = ERR_INTERNAL;

    for (int tries = 0; e != OK && !world->verdict.broken; tries++) {
        if (!world->calm && tries < STARTS_MAX && sim_one_in(world, 3))
            disk_arm(world->disk, 1 + (uint64_t)sim_draw(world, 100));
        e = sim_daemon_open(world, &why);
        if (e != OK)
            sim_daemon_close(world);
        if (disk_off(world->disk))
            back_on(world);
        else if (e != OK && tries > STARTS_MAX)
            sim_broken(&world->verdict, "it does not start: %s", why.text);
    }
    disk_disarm(world->disk);
    if (!world->verdict.broken)
        sim_death_check(world);
}

/* What failed may end in an orderly way, or not get so far. */
void sim_death_die(struct world *world)
{
    if (!disk_off(world->disk) && sim_one_in(world, 2))
        disk_arm(world->disk, 0);
    sim_daemon_close(world);
    if (disk_off(world->disk))
        back_on(world);
    disk_set_full(world->disk, false);
    sim_death_start(world);
}

static void on_idle(void *self)
{
    struct world *world = self;

    world->idle = true;
}

void sim_death_turns(struct world *world)
{
    sim_loop_turn(world->loop, SIM_WRITER);
    sim_loop_turn(world->loop, SIM_READERS);
    sim_loop_pass(world->loop);
}

/* Attempts are given back. */
void sim_death_stop(struct world *world)
{
    sim_say(world, "stops");
    world->figures->stops++;
    disk_disarm(world->disk);
    disk_set_full(world->disk, false);
    dispatch_stop(world->dispatch, on_idle, world);
    for (int i = 0; i < STOP_TURNS && !world->idle && !world->failed && !world->verdict.broken; i++)
        sim_death_turns(world);
    if (!world->idle && !world->failed)
        sim_broken(&world->verdict, "it does not come to an end");
    sim_daemon_close(world);
    sim_death_start(world);
}
