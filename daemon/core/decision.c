/* A decision in the making: the entries it writes, and the change of status it takes. */
#include "daemon/core/decision.h"

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct decision decision_of(const struct order *order)
{
    return (struct decision){.from = order->status, .to = order->status, .from_step = order->step};
}

void decision_add(const struct workflow_now *now, struct entry entry, struct decision *out)
{
    entry.at = now->wall_us;
    if (entry.by.p == NULL)
        entry.by = now->by;
    out->entries[out->n_entries++] = entry;
}

void decision_add_of_attempt(const struct workflow_now *now, const struct order *order,
                             enum entry_type type, struct slice detail, struct decision *out)
{
    struct entry entry = {.type = type, .attempt = order->attempts, .detail = detail};

    if (order->attempts > 0)
        entry.step = order->step;
    decision_add(now, entry, out);
}

uint64_t decision_draw(const struct workflow_now *now, const struct order *order)
{
    if (now->settings->has_seed)
        return rng_mix(now->settings->seed, (uint64_t)order->id, order->replays);
    return rng_next(now->rng);
}

void decision_take(const struct workflow_now *now, struct order *order, struct change change,
                   struct decision *out)
{
    out->changed = true;
    out->to = change.to;
    order->status = change.to;
    order->updated_at = now->wall_us;
    order->next_attempt_at = 0;
    order->due_at = 0;
    if (change.to == STATUS_QUEUED)
        order->due_at = latest(now->due_us, order->not_before);
    if (change.to == STATUS_UNDOING && change.entry != ENTRY_ATTEMPT_STARTED)
        order->due_at = now->due_us;
}
