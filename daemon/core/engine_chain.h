/* Chains of commands on the writer's side, and how much they weigh. */
#pragma once

#include "daemon/core/command.h"

/* Linked by `next`; empty when `first` is NULL. */
struct engine_chain {
    struct command *first, *last;
};

/* Appends what is linked from `first` to `last`. */
void engine_chain_add(struct engine_chain *chain, struct command *first, struct command *last);
struct command *engine_chain_pop(struct engine_chain *chain); /* not of an empty one */

/* Puts all of `front` before what is in `chain`. */
void engine_chain_prepend(struct engine_chain *chain, struct engine_chain *front);

size_t engine_chain_count(const struct engine_chain *chain);

/* How many orders' changes they are, about; and a single one. */
size_t engine_chain_weight(const struct engine_chain *chain);
size_t engine_chain_weight_of(const struct command *command);

/* Does it let all others go ahead of it? Submits do, and what is done at leisure. */
bool engine_chain_goes_behind(const struct command *command);
