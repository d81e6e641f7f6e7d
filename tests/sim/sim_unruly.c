/* A dispatcher that is often wrong: the engine alone must keep order. */
#include "tests/sim/sim_unruly.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tests/sim/sim_ask.h"

#define RUNNING_MAX 256

struct unruly {
    struct world *world;
    int64_t running[RUNNING_MAX]; /* orders */
    size_t n;
};

struct unruly *sim_unruly_new(struct world *world)
{
    struct unruly *unruly = calloc(1, sizeof(*unruly));

    if (unruly == NULL)
        abort();
    unruly->world = world;
    return unruly;
}

void sim_unruly_free(struct unruly *unruly)
{
    free(unruly);
}

void sim_unruly_forsaken(struct unruly *unruly)
{
    unruly->n = 0;
}

static size_t find(const struct unruly *unruly, int64_t order)
{
    size_t i = 0;

    while (i < unruly->n && unruly->running[i] != order)
        i++;
    return i;
}

static void started(struct command *command)
{
    struct ask *ask = command->owner;
    struct unruly *unruly = ask->world->unruly;

    if (sim_ask_answered(command, command->result, ERR_WRONG_STATE) &&
        find(unruly, command->start.order) == unruly->n && unruly->n < RUNNING_MAX)
        unruly->running[unruly->n++] = command->start.order;
    free(ask);
}

static void ended(struct command *command)
{
    struct ask *ask = command->owner;
    struct unruly *unruly = ask->world->unruly;
    size_t i = find(unruly, command->end.order);

    (void)sim_ask_answered(command, command->result, ERR_WRONG_STATE);
    if (i < unruly->n && command->result != ERR_READ_ONLY)
        unruly->running[i] = unruly->running[--unruly->n];
    free(ask);
}

static void start(struct world *world, int64_t order)
{
    struct ask *ask = sim_ask_new(world, COMMAND_START, started);

    ask->command.start.order = order;
    ask->command.start.whole = sim_one_in(world, 2);
    sim_ask_post(ask);
}

static void end(struct world *world, int64_t order)
{
    struct ask *ask = sim_ask_new(world, COMMAND_END, ended);
    int64_t draw = sim_draw(world, 15);

    ask->command.end.order = order;
    ask->command.end.retry_after_us = sim_one_in(world, 4) ? sim_draw(world, 500000) : -1;
    ask->command.end.reason = SLICE("unruly");
    ask->command.end.result = sim_one_in(world, 2) ? SLICE("made") : (struct slice){NULL, 0};
    ask->command.end.outcome = OUTCOME_FAILED;
    if (draw < 2 * world->profile.good)
        ask->command.end.outcome = OUTCOME_FULFILLED;
    else if (draw == 15)
        ask->command.end.outcome = OUTCOME_FAILED_FOR_GOOD;
    else if (draw == 14)
        ask->command.end.outcome = OUTCOME_GIVEN_BACK;
    sim_ask_post(ask);
}

void sim_unruly_act(struct unruly *unruly)
{
    struct world *world = unruly->world;
    int64_t last = world->model.totals.last_order;

    for (int i = 0; i < 4 && last > 0; i++)
        start(world, 1 + sim_draw(world, last - 1));
    for (int i = 0; i < 3 && unruly->n > 0; i++)
        end(world, unruly->running[sim_draw(world, (int64_t)unruly->n - 1)]);
    if (last > 0 && sim_one_in(world, 8))
        end(world, 1 + sim_draw(world, last - 1));
}

void sim_unruly_go_on(struct unruly *unruly)
{
    struct world *world = unruly->world;

    hand_clock_turn(&world->clock, 50000);
    for (size_t i = 0; i < unruly->n; i++)
        end(world, unruly->running[i]);
    for (int64_t n = 1; n <= world->model.totals.last_order; n++) {
        if (model_unfinished(model_order(&world->model, n)))
            start(world, n);
    }
}
