/* A command with all that it borrows, from the asking to the answer. */
#include "tests/sim/sim_ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/limits.h"

struct ask *sim_ask_new(struct world *world, enum command_kind kind,
                        void (*done)(struct command *command))
{
    struct ask *ask = calloc(1, sizeof(*ask));

    if (ask == NULL)
        abort();
    ask->world = world;
    ask->command.kind = kind;
    ask->command.by = SLICE("ann");
    ask->command.done = done;
    ask->command.owner = ask;
    return ask;
}

void sim_ask_post(struct ask *ask)
{
    if (engine_post(ask->world->engine, &ask->command, NULL) != OK)
        free(ask);
}

bool sim_ask_answered(const struct command *command, enum err result, enum err refused)
{
    const struct ask *ask = command->owner;
    struct world *world = ask->world;

    if (disk_off(world->disk) || world->verdict.broken)
        return false;
    if (result != OK && result != refused && result != ERR_BUSY && result != ERR_READ_ONLY &&
        result != ERR_OUTCOME_UNKNOWN)
        sim_broken(&world->verdict, "command %d is answered %s: %s", (int)command->kind,
                   err_name(result), command->why.text);
    return result == OK;
}

void sim_ask_order(struct ask *ask, size_t i, int64_t request)
{
    struct world *world = ask->world;
    struct command_order *o = &ask->orders[i];
    struct rng rng;

    rng_seed(&rng, rng_mix(world->seed, (uint64_t)request, 1));
    ask->requests[i] = request;
    ask->items[i] = (struct item){SLICE("widget"), 1 + rng_upto(&rng, 9)};
    if (rng_upto(&rng, 15) == 0)
        ask->items[i].quantity = 200; /* breaks a rule */
    (void)snprintf(ask->customers[i], ASK_WORD_BYTES, SIM_CUSTOMER "%" PRId64, request);
    *o = (struct command_order){.draft = {.customer_id = slice_of(ask->customers[i]),
                                          .items = &ask->items[i],
                                          .n_items = 1,
                                          .priority = rng_upto(&rng, PRIORITY_MAX)},
                                .received_at = clock_wall(&world->clock.clock),
                                .validated_at = clock_wall(&world->clock.clock)};
    if (rng_upto(&rng, 7) == 0) {
        (void)snprintf(ask->references[i], ASK_WORD_BYTES, "ref-%" PRId64, rng_upto(&rng, 20));
        o->draft.reference = slice_of(ask->references[i]);
    }
    if (rng_upto(&rng, 9) == 0)
        o->draft.not_before = HAND_CLOCK_WALL + rng_upto(&rng, 20000000);
    if (world->model.requests[request].keyed) {
        (void)snprintf(ask->keys[i], ASK_WORD_BYTES, "key-%" PRId64, request);
        o->key = slice_of(ask->keys[i]);
        o->digest = rng_mix(world->seed, (uint64_t)request, 2);
    }
}
