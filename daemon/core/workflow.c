/*
 * What a command does to an order: its next status, history entries, due time and dead-letter row.
 *
 * The statuses and their changes are the table in shared/status.def; here is what a change means
 * for the order's other parts:
 *
 *   QUEUED, RETRYING   due_at says when the next attempt may start
 *   FAILED             due_at says since when it is in the DLQ, 0 once it was discarded
 *   all others         due_at is 0
 */
#include "daemon/core/workflow.h"

#include <inttypes.h>

#include "daemon/core/amend.h"
#include "shared/limits.h"

#define NO_REASON SLICE("attempt failed")
#define RECOVERED_REASON SLICE("daemon stopped during the attempt")
#define ABSENT ((struct slice){NULL, 0})

static int64_t later(int64_t at, int64_t delay)
{
    int64_t sum = 0;

    return __builtin_add_overflow(at, delay, &sum) ? INT64_MAX : sum;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_entry(const struct workflow_now *now, struct decision *out, enum entry_type type,
                      uint32_t attempt, struct slice detail)
{
    out->entries[out->n_entries++] = (struct entry){
        .type = type, .at = now->wall_us, .attempt = attempt, .by = now->by, .detail = detail};
}

/* Takes a legal change: the status, the times, and that it is one. */
static void take(const struct workflow_now *now, struct order *order, struct change change,
                 struct decision *out)
{
    out->changed = true;
    out->from = order->status;
    out->to = change.to;
    order->status = change.to;
    order->updated_at = now->wall_us;
    order->next_attempt_at = 0;
    order->due_at = 0;
    if (change.to == STATUS_QUEUED)
        order->due_at = latest(now->due_us, order->not_before);
}

static void forget_cancel(struct order *order)
{
    order->cancelling = false;
    order->cancel_by = order->cancel_reason = ABSENT;
}

static uint64_t draw(const struct workflow_now *now, const struct order *order)
{
    if (now->settings->has_seed)
        return rng_mix(now->settings->seed, (uint64_t)order->id, order->replays);
    return rng_next(now->rng);
}

void workflow_accept(const struct workflow_now *now, const struct workflow_received *received,
                     struct buf *reasons, struct order *order, struct decision *out)
{
    const struct order_draft *draft = received->draft;
    struct slice why = ABSENT;
    struct change change = {0};

    *out = (struct decision){0};
    *order = (struct order){.id = order->id,
                            .uid = order->uid,
                            .priority = (uint8_t)draft->priority,
                            .max_attempts = now->settings->retry.max_attempts,
                            .total_quantity = draft_total(draft),
                            .created_at = received->received_at,
                            .not_before = draft->not_before,
                            .customer_id = draft->customer_id,
                            .reference = draft->reference,
                            .step = now->settings->step,
                            .items = draft->items,
                            .n_items = draft->n_items,
                            .metadata = draft->metadata,
                            .n_metadata = draft->n_metadata};
    order->draw = draw(now, order);
    rules_check(&now->settings->rules, draft, reasons);
    if (reasons->len > 0) {
        why =
            utf8_cut((struct slice){(const char *)reasons->data, reasons->len}, FAILURE_REASON_MAX);
        order->failure_reason = why;
    }
    change = status_change(STATUS_NONE, why.p != NULL ? CAUSE_REJECT : CAUSE_ACCEPT);
    add_entry(now, out, ENTRY_RECEIVED, 0, ABSENT);
    out->entries[0].at = received->received_at;
    add_entry(now, out, ENTRY_VALIDATED, 0, ABSENT);
    out->entries[1].at = received->validated_at;
    add_entry(now, out, ENTRY_STORED, 0, ABSENT);
    add_entry(now, out, change.entry, 0, why);
    take(now, order, change, out);
}

enum err workflow_start(const struct workflow_now *now, struct order *order, struct decision *out,
                        struct why *why)
{
    struct change change = status_change(order->status, CAUSE_START);

    *out = (struct decision){.from = order->status, .to = order->status};
    if (!change.legal)
        return err_set(why, ERR_WRONG_STATE, "an order that is %s does not wait for an attempt",
                       status_name(order->status));
    if (order->due_at > now->due_us)
        return err_set(why, ERR_WRONG_STATE, "no attempt is due for %" PRId64 " ms",
                       (order->due_at - now->due_us) / 1000 + 1);
    order->attempts++;
    forget_cancel(order);
    take(now, order, change, out);
    add_entry(now, out, change.entry, order->attempts, ABSENT);
    return OK;
}

static void fulfil(const struct workflow_now *now, struct order *order,
                   const struct attempt_end *end, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_FULFIL);

    take(now, order, change, out);
    order->failure_reason = ABSENT;
    order->result = end->result;
    add_entry(now, out, change.entry, order->attempts, ABSENT);
}

static void give_back(const struct workflow_now *now, struct order *order, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_GIVE_BACK);

    take(now, order, change, out);
    add_entry(now, out, change.entry, order->attempts, ABSENT);
    if (order->attempts > 0)
        order->attempts--;
}

static void cancel_noted(const struct workflow_now *now, struct order *order, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_CANCEL_NOTED);

    take(now, order, change, out);
    add_entry(now, out, change.entry, order->attempts, order->cancel_reason);
    if (order->cancel_by.p != NULL) /* who asked, not who ends the attempt */
        out->entries[out->n_entries - 1].by = order->cancel_by;
}

static void retry(const struct workflow_now *now, struct order *order, int64_t delay,
                  struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_RETRY);

    take(now, order, change, out);
    order->next_attempt_at = later(now->wall_us, delay);
    order->due_at = later(now->due_us, delay);
    add_entry(now, out, change.entry, order->attempts, ABSENT);
}

static void give_up(const struct workflow_now *now, struct order *order, struct decision *out)
{
    struct change change = status_change(order->status, CAUSE_GIVE_UP);

    take(now, order, change, out);
    order->due_at = now->due_us;
    out->dead_add = true;
    add_entry(now, out, change.entry, order->attempts, ABSENT);
}

/* A failed attempt: `type` says by what, and what becomes of the order follows from the policy. */
static void fail(const struct workflow_now *now, struct order *order, const struct attempt_end *end,
                 enum entry_type type, struct decision *out)
{
    const struct workflow_settings *settings = now->settings;
    struct slice reason = utf8_cut(end->reason.n > 0 ? end->reason : NO_REASON, FAILURE_REASON_MAX);
    const struct retry_policy *policy =
        retry_policy_for(settings->by_reason, settings->n_by_reason, &settings->retry, reason);

    order->failure_reason = reason;
    order->max_attempts = policy->max_attempts;
    add_entry(now, out, type, order->attempts, order->failure_reason);
    if (order->cancelling)
        cancel_noted(now, order, out);
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
    *out = (struct decision){.from = order->status, .to = order->status};
    if (order->status != STATUS_PROCESSING)
        return err_set(why, ERR_WRONG_STATE, "no attempt is under way: the order is %s",
                       status_name(order->status));
    return OK;
}

enum err workflow_end(const struct workflow_now *now, struct order *order,
                      const struct attempt_end *end, struct decision *out, struct why *why)
{
    enum err e = check_running(order, out, why);

    if (e != OK)
        return e;
    switch (end->outcome) {
    case OUTCOME_FULFILLED:
        fulfil(now, order, end, out);
        break;
    case OUTCOME_FAILED:
    case OUTCOME_FAILED_FOR_GOOD:
        fail(now, order, end, ENTRY_ATTEMPT_FAILED, out);
        break;
    case OUTCOME_GIVEN_BACK:
        if (order->cancelling)
            cancel_noted(now, order, out);
        else
            give_back(now, order, out);
        break;
    }
    forget_cancel(order);
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
    forget_cancel(order);
    return OK;
}

/* ---- what an operator asks ---- */

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

static void begin_anew(const struct workflow_now *now, struct order *order)
{
    order->attempts = 0;
    order->replays++;
    order->max_attempts = now->settings->retry.max_attempts;
    order->draw = draw(now, order);
    order->failure_reason = ABSENT;
    forget_cancel(order);
}

enum err workflow_change(const struct workflow_now *now, const struct workflow_ask *ask,
                         struct order *order, struct decision *out, struct why *why)
{
    struct change change = status_change(order->status, ask->cause);
    bool needs_dead = ask->cause == CAUSE_DISCARD || ask->cause == CAUSE_REPLAY;

    *out = (struct decision){.from = order->status, .to = order->status};
    if (already[ask->cause] == order->status)
        return OK;
    if (ask->cause == CAUSE_CANCEL && order->status == STATUS_PROCESSING) {
        note_cancel(now, ask, order, out);
        return OK;
    }
    if (ask->cause == CAUSE_DISCARD && order->status == STATUS_FAILED && !ask->in_dlq)
        return OK;
    if (!change.legal || (needs_dead && !ask->in_dlq))
        return refuse(ask, order->status, why);
    out->dead_remove = order->status == STATUS_FAILED && ask->in_dlq;
    if (ask->cause == CAUSE_REPLAY) {
        begin_anew(now, order);
        add_entry(now, out, ENTRY_REPLAYED, 0, ask->reason);
        add_entry(now, out, change.entry, 0, ABSENT);
    } else {
        add_entry(now, out, change.entry, 0, ask->reason);
    }
    take(now, order, change, out);
    return OK;
}

enum err workflow_amend(const struct workflow_now *now, const struct workflow_amendment *ask,
                        struct order *order, struct decision *out, struct why *why)
{
    struct change change = status_change(order->status, CAUSE_AMEND);
    int64_t due_at = order->due_at;

    *out = (struct decision){.from = order->status, .to = order->status};
    if (!change.legal)
        return err_set(why, ERR_WRONG_STATE,
                       "an order that is %s cannot be amended: only one that is HELD or FAILED",
                       status_name(order->status));
    rules_check(&now->settings->rules, ask->draft, ask->text);
    if (ask->text->len > 0)
        return err_set(why, ERR_INVALID, "%s", buf_text(ask->text));
    amend_describe(order, ask->draft, ask->reason, ask->text);
    amend_apply(order, ask->draft);
    take(now, order, change, out);
    order->due_at = due_at; /* one in the DLQ stays there */
    out->told = ask->reason;
    add_entry(now, out, change.entry, 0, (struct slice){buf_text(ask->text), ask->text->len});
    return OK;
}
