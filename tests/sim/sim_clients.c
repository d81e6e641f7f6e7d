/* Clients that submit orders, and repeat themselves. */
#include "tests/sim/sim_clients.h"

#include <stdlib.h>

#include "tests/sim/sim_ask.h"

static void submit_done(struct command *command)
{
    struct ask *ask = command->owner;
    struct world *world = ask->world;

    for (size_t i = 0; i < command->submit.n; i++) {
        const struct command_order *o = &ask->orders[i];
        enum err result = command->kind == COMMAND_SUBMIT ? command->result : o->result;
        bool refusable = o->draft.reference.p != NULL;

        if (sim_ask_answered(command, result, refusable ? ERR_CONFLICT : OK))
            model_answer(&world->model, ask->requests[i], o);
        else if (result == ERR_CONFLICT)
            world->model.requests[ask->requests[i]].refused = true;
    }
    free(ask);
}

/* A new one, or an old one that may be repeated. */
static int64_t choose_request(struct world *world)
{
    struct model *model = &world->model;
    bool spent = (int64_t)model->n_requests >= world->profile.lives;

    for (int tries = 0; tries < 8 && model->n_requests > 0; tries++) {
        int64_t number = sim_draw(world, (int64_t)model->n_requests - 1);

        if (!spent && !sim_one_in(world, 3))
            break;
        if (model->requests[number].keyed)
            return number;
    }
    return spent ? -1 : model_ask(model, !sim_one_in(world, 8));
}

static struct ask *new_submit(struct world *world, enum command_kind kind)
{
    struct ask *ask = sim_ask_new(world, kind, submit_done);
    size_t n = kind == COMMAND_SUBMIT ? 1 : 1 + (size_t)sim_draw(world, ASK_ORDERS_MAX - 1);

    ask->command.can_wait = sim_one_in(world, 2);
    ask->command.submit.orders = ask->orders;
    for (size_t i = 0; i < n; i++) {
        int64_t number = choose_request(world);

        if (number >= 0)
            sim_ask_order(ask, ask->command.submit.n++, number);
    }
    if (ask->command.submit.n > 0)
        return ask;
    free(ask);
    return NULL;
}

void sim_clients_submit(struct world *world)
{
    size_t n = 1 + (size_t)sim_draw(world, 2);

    for (size_t i = 0; i < n; i++) {
        struct ask *ask =
            new_submit(world, sim_one_in(world, 4) ? COMMAND_SUBMIT_BATCH : COMMAND_SUBMIT);

        if (ask != NULL)
            sim_ask_post(ask);
    }
}

bool sim_clients_insist(struct world *world)
{
    for (size_t i = 0; i < world->model.n_requests; i++) {
        const struct model_request *request = &world->model.requests[i];
        struct ask *ask = NULL;

        if (!request->keyed || request->answered || request->refused)
            continue;
        ask = sim_ask_new(world, COMMAND_SUBMIT, submit_done);
        ask->command.submit.orders = ask->orders;
        ask->command.submit.n = 1;
        sim_ask_order(ask, 0, (int64_t)i);
        sim_ask_post(ask);
        return true;
    }
    return false;
}
