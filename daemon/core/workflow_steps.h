/* Moves an order along its list of steps: on to the next, and back through the undos. */
#pragma once

#include "daemon/core/workflow.h"

/* How attempts at a step are repeated: by today's list, else as usual. */
const struct retry_policy *workflow_steps_policy(const struct workflow_settings *settings,
                                                 struct slice step);

/* Where in its list the order stands. */
size_t workflow_steps_at(const struct order *order);

/* The order goes to the i-th step of its list: attempts from 0, no reason. */
void workflow_steps_go(const struct workflow_settings *settings, struct order *order, size_t i);

/* The attempt under way did its step: on to the next, FULFILLED after the last. */
void workflow_steps_done(const struct workflow_now *now, struct order *order,
                         const struct attempt_end *end, struct decision *out);

/* The attempt under way undid its step: on to the undo before it, CANCELLED after the last. */
void workflow_steps_undone(const struct workflow_now *now, struct order *order,
                           struct decision *out);

/*
 * Carries out a cancel: UNDOING where there is something to undo, else CANCELLED by `cause`. Who
 * asked and why is in the order's cancel_by and cancel_reason.
 */
void workflow_steps_cancel(const struct workflow_now *now, struct order *order, enum cause cause,
                           struct decision *out);

/* Begins the undo of the i-th step; `asked`: by whom, and why. */
void workflow_steps_undo(const struct workflow_now *now, struct order *order, size_t i,
                         struct entry asked, struct decision *out);
void workflow_steps_forget_cancel(struct order *order);
