/* Moves an order along its list of steps: on to the next, and back through the undos. */
#include "daemon/core/workflow_steps.h"

#include "daemon/core/decision.h"

#define ABSENT ((struct slice){NULL, 0})

const struct retry_policy *workflow_steps_policy(const struct workflow_settings *settings,
                                                 struct slice step)
{
    for (size_t i = 0; i < settings->n_steps; i++) {
        if (slice_eq(settings->steps[i].step.name, step))
            return &settings->steps[i].retry;
    }
    return &settings->retry;
}

size_t workflow_steps_at(const struct order *order)
{
    size_t i = steps_find(order->steps, order->step);

    return i != STEP_NONE ? i : 0;
}

void workflow_steps_go(const struct workflow_settings *settings, struct order *order, size_t i)
{
    struct step step = {order->step, false};

    (void)steps_at(order->steps, i, &step);
    order->step = step.name;
    order->attempts = 0;
    order->max_attempts = workflow_steps_policy(settings, step.name)->max_attempts;
    order->failure_reason = ABSENT;
}

void workflow_steps_forget_cancel(struct order *order)
{
    order->cancelling = false;
    order->cancel_by = order->cancel_reason = ABSENT;
}

static void fulfil(const struct workflow_now *now, struct order *order,
                   const struct attempt_end *end, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_FULFIL);

    decision_take(now, order, change, out);
    order->failure_reason = ABSENT;
    order->result = end->result;
    decision_add_of_attempt(now, order, change.entry, ABSENT, out);
}

void workflow_steps_done(const struct workflow_now *now, struct order *order,
                         const struct attempt_end *end, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_STEP);
    size_t next = workflow_steps_at(order) + 1;

    if (next >= steps_count(order->steps)) {
        fulfil(now, order, end, out);
        return;
    }
    decision_add_of_attempt(now, order, change.entry, ABSENT, out);
    out->result_add = true;
    out->result = (struct pair){order->step, end->result.p != NULL ? end->result : SLICE("")};
    if (next > order->n_done)
        order->n_done = (uint8_t)next;
    workflow_steps_go(now->settings, order, next);
    if (order->cancelling)
        workflow_steps_cancel(now, order, CAUSE_CANCEL_NOTED, out);
    else
        decision_take(now, order, change, out);
}

void workflow_steps_undone(const struct workflow_now *now, struct order *order,
                           struct decision *out)
{
    size_t next = steps_undo_before(order->steps, workflow_steps_at(order));

    decision_add_of_attempt(now, order, ENTRY_UNDONE, ABSENT, out);
    if (next == STEP_NONE) {
        workflow_steps_cancel(now, order, CAUSE_UNDONE, out);
        return;
    }
    decision_take(now, order, status_change(order->status, CAUSE_STEP), out);
    workflow_steps_go(now->settings, order, next);
}

void workflow_steps_undo(const struct workflow_now *now, struct order *order, size_t i,
                         struct entry asked, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_UNDO);

    decision_take(now, order, change, out);
    workflow_steps_go(now->settings, order, i);
    order->cancelling = true;
    asked.type = change.entry;
    asked.step = order->step;
    decision_add(now, asked, out);
}

/* The last step that is to be undone. An earlier round may have come further than this one. */
static size_t last_undo(const struct order *order)
{
    size_t at = workflow_steps_at(order);

    return steps_undo_before(order->steps, at > order->n_done ? at : order->n_done);
}

void workflow_steps_cancel(const struct workflow_now *now, struct order *order, enum cause cause,
                           struct decision *out)
{
    size_t undo = cause == CAUSE_UNDONE ? STEP_NONE : last_undo(order);
    struct change change = status_change(order->status, cause);
    struct entry entry = {.by = order->cancel_by, .detail = order->cancel_reason};

    if (undo != STEP_NONE) {
        workflow_steps_undo(now, order, undo, entry, out);
        return;
    }
    entry.type = change.entry;
    if (cause != CAUSE_CANCEL && order->attempts > 0) { /* it ends an attempt */
        entry.attempt = order->attempts;
        entry.step = order->step;
    }
    decision_take(now, order, change, out);
    decision_add(now, entry, out);
    workflow_steps_forget_cancel(order);
}
