/* Where an order stands in its steps, and what an undo of it comes to. Thread, of all: any. */
#pragma once

#include "shared/order.h"
#include "shared/steps.h"

/* Was it accepted under more than one? */
bool order_has_steps(const struct order *order);

/* Which step of its list it is at, from 0; STEP_NONE where the list has no such step. */
size_t order_step_at(const struct order *order);

/* What a done step handed on; absent: nothing, or not known. */
struct slice order_result_of(const struct order *order, struct slice step);

/*
 * Cuts each of its results that is longer than RESULT_CUT_BYTES, so that an order which does not
 * fit into a reply does. Room for the list comes from the arena; the texts stay where they are.
 */
void order_cut_results(struct order *order, struct arena *arena);

/*
 * The steps before the `before`-th of a list that have an undo, as their undos run: "pay, reserve";
 * appended to `out`.
 *
 * returns  how many
 */
size_t order_undo_names(struct slice steps, size_t before, struct buf *out);

/*
 * What a cancel of it as it stands would undo, or, of one whose undo is under way or failed, what
 * of it is left, the one it is at first: "pay, reserve". Of a PROCESSING one also the step it is
 * at, unless that is the last: "pay (if done), reserve".
 */
size_t order_undo_left(const struct order *order, struct buf *out);
