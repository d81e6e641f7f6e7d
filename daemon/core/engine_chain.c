/* Chains of commands on the writer's side, and how much they weigh. */
#include "daemon/core/engine_chain.h"

void engine_chain_add(struct engine_chain *chain, struct command *first, struct command *last)
{
    if (chain->first == NULL)
        chain->first = first;
    else
        chain->last->next = first;
    chain->last = last;
    last->next = NULL;
}

struct command *engine_chain_pop(struct engine_chain *chain)
{
    struct command *first = chain->first;

    chain->first = first->next;
    if (chain->first == NULL)
        chain->last = NULL;
    return first;
}

void engine_chain_prepend(struct engine_chain *chain, struct engine_chain *front)
{
    if (front->first == NULL)
        return;
    front->last->next = chain->first;
    chain->first = front->first;
    if (chain->last == NULL)
        chain->last = front->last;
    *front = (struct engine_chain){0};
}

size_t engine_chain_count(const struct engine_chain *chain)
{
    size_t n = 0;

    for (const struct command *c = chain->first; c != NULL; c = c->next)
        n++;
    return n;
}

size_t engine_chain_weight_of(const struct command *command)
{
    size_t weight = 1;

    switch (command->kind) {
    case COMMAND_SUBMIT_BATCH:
        weight = command->submit.n;
        break;
    case COMMAND_CHANGE:
        weight = command->change.n;
        break;
    case COMMAND_REPLAY_MOVE:
        weight = command->replay_move.limit;
        break;
    case COMMAND_SUBMIT:
    case COMMAND_START:
    case COMMAND_END:
    case COMMAND_AMEND:
    case COMMAND_CONTROL:
    case COMMAND_PREVIEW:
    case COMMAND_REPLAY:
    case COMMAND_REPLAY_CANCEL:
    case COMMAND_RETAIN:
    case COMMAND_NEWS:
    case COMMAND_SETTINGS:
    case COMMAND_KINDS:
        break;
    }
    return weight > 0 ? weight : 1;
}

size_t engine_chain_weight(const struct engine_chain *chain)
{
    size_t weight = 0;

    for (const struct command *c = chain->first; c != NULL; c = c->next)
        weight += engine_chain_weight_of(c);
    return weight;
}

bool engine_chain_goes_behind(const struct command *command)
{
    return command->kind == COMMAND_SUBMIT || command->kind == COMMAND_SUBMIT_BATCH ||
           command->kind == COMMAND_REPLAY_MOVE || command->kind == COMMAND_RETAIN;
}
