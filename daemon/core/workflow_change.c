/* What an operator asks of an order: cancel, hold, release, retry, discard, replay, amend. */
#include "daemon/core/amend.h"
#include "daemon/core/decision.h"
#include "daemon/core/workflow_steps.h"

/* The status in which what a cause asks for is so already; DISCARD is told by the DLQ. */
static const enum status already[CAUSE_COUNT] = {
    [CAUSE_CANCEL] = STATUS_CANCELLED,
    [CAUSE_HOLD] = STATUS_HELD,
    [CAUSE_RELEASE] = STATUS_QUEUED,
    [CAUSE_RETRY_NOW] = STATUS_QUEUED,
};

static const char *const verbs[CAUSE_COUNT] = {
    [CAUSE_CANCEL] = "cancelled",      [CAUSE_HOLD] = "held",         [CAUSE_RELEASE] = "released",
    [CAUSE_RETRY_NOW] = "retried now", [CAUSE_DISCARD] = "discarded", [CAUSE_REPLAY] = "replayed",
};

static enum err refuse(const struct workflow_ask *ask, enum status status, struct why *why)
{
    enum status to = STATUS_NONE;

    for (unsigned from = 1; from < STATUS_COUNT && to == STATUS_NONE; from++)
        to = status_change((enum status)from, ask->cause).to;
    return err_set(why, ERR_WRONG_STATE, "an order that is %s cannot be %s (become %s)",
                   status_name(status), verbs[ask->cause] != NULL ? verbs[ask->cause] : "changed",
                   status_name(to));
}

static void note_cancel(const struct workflow_now *now, const struct workflow_ask *ask,
                        struct order *order, struct decision *out)
{
    out->changed = !order->cancelling;
    if (order->cancelling)
        return;
    order->updated_at = now->wall_us;
    order->cancelling = true;
    order->cancel_by = now->by;
    order->cancel_reason = ask->reason;
}

/* Of an order whose undo failed the undo goes on; of all others the step, or all of them. */
static void replay(const struct workflow_now *now, const struct workflow_ask *ask,
                   struct order *order, struct decision *out)
{
    bool undoes = order_undoes(order);
    size_t step = ask->from_start && !undoes ? 0 : workflow_steps_at(order);
    struct change change = status_change(order->status, CAUSE_REPLAY);

    order->replays++;
    order->draw = decision_draw(now, order);
    decision_add(now, (struct entry){.type = ENTRY_REPLAYED, .detail = ask->reason}, out);
    if (undoes) {
        workflow_steps_undo(now, order, step, (struct entry){0}, out);
        return;
    }
    workflow_steps_forget_cancel(order);
    workflow_steps_go(now->settings, order, step);
    decision_take(now, order, change, out);
    decision_add(now, (struct entry){.type = change.entry}, out);
}

/* Of an order whose undo failed: on with that undo. */
static void cancel(const struct workflow_now *now, const struct workflow_ask *ask,
                   struct order *order, struct decision *out)
{
    bool undoes = order_undoes(order);

    order->cancel_by = now->by;
    order->cancel_reason = ask->reason;
    if (undoes)
        workflow_steps_undo(now, order, workflow_steps_at(order),
                            (struct entry){.detail = ask->reason}, out);
    else
        workflow_steps_cancel(now, order, CAUSE_CANCEL, out);
}

/* Is what is asked for so already, or under way? */
static bool is_so(const struct workflow_ask *ask, const struct order *order)
{
    if (already[ask->cause] == order->status)
        return true;
    if (ask->cause == CAUSE_DISCARD)
        return order->status == STATUS_FAILED && !ask->in_dlq;
    if (order->status != STATUS_UNDOING)
        return false;
    return ask->cause == CAUSE_CANCEL ||
           (ask->cause == CAUSE_RETRY_NOW && !order_running(order) && order->next_attempt_at == 0);
}

enum err workflow_change(const struct workflow_now *now, const struct workflow_ask *ask,
                         struct order *order, struct decision *out, struct why *why)
{
    struct change change = status_change(order->status, ask->cause);
    bool needs_dead = ask->cause == CAUSE_DISCARD || ask->cause == CAUSE_REPLAY;

    *out = decision_of(order);
    if (is_so(ask, order))
        return OK;
    if (ask->cause == CAUSE_CANCEL && order->status == STATUS_PROCESSING) {
        note_cancel(now, ask, order, out);
        return OK;
    }
    if (!change.legal || (needs_dead && !ask->in_dlq) || order_running(order))
        return refuse(ask, order->status, why);
    out->dead_remove = order->status == STATUS_FAILED && ask->in_dlq;
    if (ask->cause == CAUSE_REPLAY) {
        replay(now, ask, order, out);
    } else if (ask->cause == CAUSE_CANCEL) {
        cancel(now, ask, order, out);
    } else {
        decision_add(now, (struct entry){.type = change.entry, .detail = ask->reason}, out);
        decision_take(now, order, change, out);
    }
    return OK;
}

enum err workflow_amend(const struct workflow_now *now, const struct workflow_amendment *ask,
                        struct order *order, struct decision *out, struct why *why)
{
    struct change change = status_change(order->status, CAUSE_AMEND);
    int64_t due_at = order->due_at;

    *out = decision_of(order);
    if (!change.legal)
        return err_set(why, ERR_WRONG_STATE,
                       "an order that is %s cannot be amended: only one that is HELD or FAILED",
                       status_name(order->status));
    rules_check(&now->settings->rules, ask->draft, ask->text);
    if (ask->text->len > 0)
        return err_set(why, ERR_INVALID, "%s", buf_text(ask->text));
    amend_describe(order, ask->draft, ask->reason, ask->text);
    amend_apply(order, ask->draft);
    decision_take(now, order, change, out);
    order->due_at = due_at; /* one in the DLQ stays there */
    out->told = ask->reason;
    decision_add(
        now, (struct entry){.type = change.entry, .detail = {buf_text(ask->text), ask->text->len}},
        out);
    return OK;
}
