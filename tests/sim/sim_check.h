/* Compares all that a store says with the model. */
#pragma once

#include "tests/sim/sim_model.h"

/*
 * Events that the store holds and the model does not know, for nobody was told of them, are taken
 * into the model first. Then every row is looked at: events, orders, history, dead letters.
 */
void sim_check_store(struct model *model, struct store *store, int64_t now_us);

/* What the engine says it has counted. */
void sim_check_totals(struct model *model, const struct store_totals *totals);
