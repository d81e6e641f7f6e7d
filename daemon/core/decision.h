/* A decision in the making: the entries it writes, and the change of status it takes. */
#pragma once

#include "daemon/core/workflow.h"

/* Nothing is decided about it yet. */
struct decision decision_of(const struct order *order);

/* One more entry; its time, and the actor where it names none, are filled in. */
void decision_add(const struct workflow_now *now, struct entry entry, struct decision *out);

/* The same, of the attempt under way. */
void decision_add_of_attempt(const struct workflow_now *now, const struct order *order,
                             enum entry_type type, struct slice detail, struct decision *out);

/* The draw of this replay round: by the seed, or from the rng. */
uint64_t decision_draw(const struct workflow_now *now, const struct order *order);

/*
 * Takes a legal change: the status, and the times that follow from it. What is QUEUED or UNDOING is
 * due now (or at not_before), but for an undo that starts; all else is not due.
 */
void decision_take(const struct workflow_now *now, struct order *order, struct change change,
                   struct decision *out);
