/*
 * What a command does to an order: its next status, history entries, due time and dead-letter row.
 * Here is what comes in, and what becomes of attempts.
 *
 * The statuses and their changes are the table in shared/status.def; here is what a change means
 * for the order's other parts:
 *
 *   QUEUED, RETRYING   due_at says when the next attempt may start
 *   UNDOING            the same; 0 while an attempt is under way
 *   FAILED             due_at says since when it is in the DLQ, 0 once it was discarded
 *   all others         due_at is 0
 */
#include "daemon/core/workflow.h"

#include <inttypes.h>

#include "daemon/core/decision.h"
#include "daemon/core/workflow_steps.h"
#include "shared/limits.h"

#define NO_REASON SLICE("attempt failed")
#define RECOVERED_REASON SLICE("daemon stopped during the attempt")
#define ABSENT ((struct slice){NULL, 0})

static int64_t later(int64_t at, int64_t delay)
{
    int64_t sum = 0;

    return __builtin_add_overflow(at, delay, &sum) ? INT64_MAX : sum;
}

void workflow_accept(const struct workflow_now *now, const struct workflow_received *received,
                     struct buf *reasons, struct order *order, struct decision *out)
{
    const struct order_draft *draft = received->draft;
    struct slice why = ABSENT;
    struct change change = {0};
    struct step first = {STEP_DEFAULT, false};

    (void)steps_at(now->settings->list, 0, &first);
    *order = (struct order){.id = order->id,
                            .uid = order->uid,
                            .priority = (uint8_t)draft->priority,
                            .max_attempts =
                                workflow_steps_policy(now->settings, first.name)->max_attempts,
                            .total_quantity = draft_total(draft),
                            .created_at = received->received_at,
                            .not_before = draft->not_before,
                            .customer_id = draft->customer_id,
                            .reference = draft->reference,
                            .step = first.name,
                            .steps = now->settings->list,
                            .items = draft->items,
                            .n_items = draft->n_items,
                            .metadata = draft->metadata,
                            .n_metadata = draft->n_metadata};
    *out = decision_of(order);
    order->draw = decision_draw(now, order);
    rules_check(&now->settings->rules, draft, reasons);
    if (reasons->len > 0) {
        why =
            utf8_cut((struct slice){(const char *)reasons->data, reasons->len}, FAILURE_REASON_MAX);
        order->failure_reason = why;
    }
    change = status_change(STATUS_NONE, why.p != NULL ? CAUSE_REJECT : CAUSE_ACCEPT);
    decision_add(now, (struct entry){.type = ENTRY_RECEIVED}, out);
    out->entries[0].at = received->received_at;
    decision_add(now, (struct entry){.type = ENTRY_VALIDATED}, out);
    out->entries[1].at = received->validated_at;
    decision_add(now, (struct entry){.type = ENTRY_STORED}, out);
    decision_add(now, (struct entry){.type = change.entry, .detail = why}, out);
    decision_take(now, order, change, out);
}

enum err workflow_start(const struct workflow_now *now, struct order *order, struct decision *out,
                        struct why *why)
{
    struct change change = status_change(order->status, CAUSE_START);

    *out = decision_of(order);
    if (!change.legal || order_running(order))
        return err_set(why, ERR_WRONG_STATE, "an order that is %s does not wait for an attempt",
                       status_name(order->status));
    if (order->due_at > now->due_us)
        return err_set(why, ERR_WRONG_STATE, "no attempt is due for %" PRId64 " ms",
                       (order->due_at - now->due_us) / 1000 + 1);
    order->attempts++;
    if (!order_undoes(order))
        workflow_steps_forget_cancel(order);
    decision_take(now, order, change, out);
    decision_add_of_attempt(now, order, change.entry, ABSENT, out);
    return OK;
}

static void give_back(const struct workflow_now *now, struct order *order, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_GIVE_BACK);

    decision_take(now, order, change, out);
    decision_add_of_attempt(now, order, change.entry, ABSENT, out);
    if (order->attempts > 0)
        order->attempts--;
}

static void retry(const struct workflow_now *now, struct order *order, int64_t delay,
                  struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_RETRY);

    decision_take(now, order, change, out);
    order->next_attempt_at = later(now->wall_us, delay);
    order->due_at = later(now->due_us, delay);
    decision_add_of_attempt(now, order, change.entry, ABSENT, out);
}

static void give_up(const struct workflow_now *now, struct order *order, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_GIVE_UP);

    decision_take(now, order, change, out);
    order->due_at = now->due_us;
    out->dead_add = true;
    decision_add_of_attempt(now, order, change.entry, ABSENT, out);
}

/* A failed attempt: `type` says by what, and what becomes of the order follows from the policy. */
static void fail(const struct workflow_now *now, struct order *order, const struct attempt_end *end,
                 enum entry_type type, struct decision *out)
{
    const struct workflow_settings *settings = now->settings;
    struct slice reason = utf8_cut(end->reason.n > 0 ? end->reason : NO_REASON, FAILURE_REASON_MAX);
    const struct retry_policy *policy =
        retry_policy_for(settings->by_reason, settings->n_by_reason,
                         workflow_steps_policy(settings, order->step), reason);

    order->failure_reason = reason;
    order->max_attempts = policy->max_attempts;
    decision_add_of_attempt(now, order, type, reason, out);
    if (order->cancelling && !order_undoes(order))
        workflow_steps_cancel(now, order, CAUSE_CANCEL_NOTED, out);
    else if (end->outcome == OUTCOME_FAILED_FOR_GOOD || order->attempts >= order->max_attempts)
        give_up(now, order, out);
    else if (end->retry_after_us >= 0) /* the handler knows better */
        retry(now, order, end->retry_after_us, out);
    else
        retry(now, order, retry_delay_us(policy, order->attempts, now->rng), out);
}

/* Is an attempt under way? */
static enum err check_running(const struct order *order, struct decision *out, struct why *why)
{
    *out = decision_of(order);
    if (!order_running(order))
        return err_set(why, ERR_WRONG_STATE, "no attempt is under way: the order is %s",
                       status_name(order->status));
    return OK;
}

enum err workflow_end(const struct workflow_now *now, struct order *order,
                      const struct attempt_end *end, struct decision *out, struct why *why)
{
    bool undoes = order_undoes(order);
    enum err e = check_running(order, out, why);

    if (e != OK)
        return e;
    switch (end->outcome) {
    case OUTCOME_FULFILLED:
        if (undoes)
            workflow_steps_undone(now, order, out);
        else
            workflow_steps_done(now, order, end, out);
        break;
    case OUTCOME_FAILED:
    case OUTCOME_FAILED_FOR_GOOD:
        fail(now, order, end, undoes ? ENTRY_UNDO_FAILED : ENTRY_ATTEMPT_FAILED, out);
        break;
    case OUTCOME_GIVEN_BACK:
        if (order->cancelling && !undoes)
            workflow_steps_cancel(now, order, CAUSE_CANCEL_NOTED, out);
        else
            give_back(now, order, out);
        break;
    }
    if (!order_undoes(order))
        workflow_steps_forget_cancel(order);
    return OK;
}

enum err workflow_recover(const struct workflow_now *now, struct order *order, struct decision *out,
                          struct why *why)
{
    const struct attempt_end end = {.order = order->id,
                                    .outcome = OUTCOME_FAILED,
                                    .reason = RECOVERED_REASON,
                                    .retry_after_us = -1};
    enum err e = check_running(order, out, why);

    if (e != OK)
        return e;
    fail(now, order, &end, ENTRY_RECOVERED, out);
    if (!order_undoes(order))
        workflow_steps_forget_cancel(order);
    return OK;
}
