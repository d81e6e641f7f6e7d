/* Names of what happens to orders, the topics it goes to, and when two drafts are the same. */
#include "shared/order.h"

static const char *const replay_states[REPLAY_STATES] = {
    [REPLAY_RUNNING] = "RUNNING",
    [REPLAY_DONE] = "DONE",
    [REPLAY_CANCELLED] = "CANCELLED",
    [REPLAY_STOPPED] = "STOPPED",
};

static const char *const topics[TOPIC_COUNT] = {
    [STATUS_NONE] = "",
#define STATUS(id, mark) [STATUS_##id] = "order." #id,
#include "shared/status.def"
#undef STATUS
    [TOPIC_DLQ] = "dlq",         [TOPIC_REPLAY] = "replay",       [TOPIC_ALARM] = "alarm",
    [TOPIC_CONTROL] = "control", [TOPIC_HEARTBEAT] = "heartbeat",
};

struct news_row {
    const char *name;
    enum topic topic;
};

static const struct news_row news_rows[NEWS_COUNT] = {
    [NEWS_ORDER] = {"", (enum topic)STATUS_NONE},
    [NEWS_REPLAY_STARTED] = {"replay_started", TOPIC_REPLAY},
    [NEWS_REPLAY_PROGRESS] = {"replay_progress", TOPIC_REPLAY},
    [NEWS_REPLAY_ENDED] = {"replay_ended", TOPIC_REPLAY},
    [NEWS_ALARM] = {"alarm", TOPIC_ALARM},
    [NEWS_ALARM_ACKNOWLEDGED] = {"alarm_acknowledged", TOPIC_ALARM},
    [NEWS_PAUSED] = {"paused", TOPIC_CONTROL},
    [NEWS_RESUMED] = {"resumed", TOPIC_CONTROL},
    [NEWS_DRAIN_STARTED] = {"drain_started", TOPIC_CONTROL},
};

bool order_waits(const struct order *order)
{
    return order->status == STATUS_QUEUED || order->status == STATUS_RETRYING ||
           (order->status == STATUS_UNDOING && order->due_at != 0);
}

bool order_running(const struct order *order)
{
    return order->status == STATUS_PROCESSING ||
           (order->status == STATUS_UNDOING && order->due_at == 0);
}

bool order_undoes(const struct order *order)
{
    return order->status == STATUS_UNDOING || (order->status == STATUS_FAILED && order->cancelling);
}

const char *replay_state_name(enum replay_state state)
{
    return (unsigned)state < REPLAY_STATES ? replay_states[state] : "";
}

bool replay_state_parse(struct slice name, enum replay_state *out)
{
    for (unsigned i = 0; i < REPLAY_STATES; i++) {
        if (slice_is(name, replay_states[i])) {
            *out = (enum replay_state)i;
            return true;
        }
    }
    return false;
}

const char *topic_name(enum topic topic)
{
    return (unsigned)topic < TOPIC_COUNT ? topics[topic] : "";
}

bool topic_parse(struct slice name, enum topic *out)
{
    for (unsigned i = STATUS_NONE + 1; i < TOPIC_COUNT; i++) {
        if (slice_is(name, topics[i])) {
            *out = (enum topic)i;
            return true;
        }
    }
    return false;
}

const char *news_name(enum news news)
{
    return (unsigned)news < NEWS_COUNT ? news_rows[news].name : "";
}

bool news_parse(struct slice name, enum news *out)
{
    for (unsigned i = NEWS_ORDER + 1; i < NEWS_COUNT; i++) {
        if (slice_is(name, news_rows[i].name)) {
            *out = (enum news)i;
            return true;
        }
    }
    return false;
}

const char *event_type_name(const struct event *event)
{
    return event->news == NEWS_ORDER ? entry_name(event->entry) : news_name(event->news);
}

unsigned event_topics(const struct event *event)
{
    unsigned dlq = event->dlq_added || event->dlq_removed ? 1U << TOPIC_DLQ : 0;

    if (event->news != NEWS_ORDER)
        return (unsigned)event->news < NEWS_COUNT ? 1U << news_rows[event->news].topic : 0;
    if (event->entry == ENTRY_DISCARDED)
        return 1U << TOPIC_DLQ;
    return event->to == STATUS_NONE ? dlq : STATUS_BIT(event->to) | dlq;
}

int64_t draft_total(const struct order_draft *draft)
{
    int64_t total = 0;

    for (size_t i = 0; i < draft->n_items; i++) {
        if (__builtin_add_overflow(total, draft->items[i].quantity, &total))
            return INT64_MAX;
    }
    return total;
}

static bool items_same(const struct order_draft *a, const struct order_draft *b)
{
    if (a->n_items != b->n_items)
        return false;
    for (size_t i = 0; i < a->n_items; i++) {
        if (a->items[i].quantity != b->items[i].quantity ||
            !slice_eq(a->items[i].product_id, b->items[i].product_id))
            return false;
    }
    return true;
}

static bool pair_is_in(const struct pair *pair, const struct order_draft *draft)
{
    for (size_t i = 0; i < draft->n_metadata; i++) {
        if (slice_eq(pair->key, draft->metadata[i].key))
            return slice_eq(pair->value, draft->metadata[i].value);
    }
    return false;
}

/* Keys are unique in each (mp_check, json_parse), so one direction and the count are enough. */
static bool metadata_same(const struct order_draft *a, const struct order_draft *b)
{
    if (a->n_metadata != b->n_metadata)
        return false;
    for (size_t i = 0; i < a->n_metadata; i++) {
        if (!pair_is_in(&a->metadata[i], b))
            return false;
    }
    return true;
}

bool draft_same(const struct order_draft *a, const struct order_draft *b)
{
    return slice_eq(a->customer_id, b->customer_id) && slice_eq(a->reference, b->reference) &&
           a->priority == b->priority && a->not_before == b->not_before && items_same(a, b) &&
           metadata_same(a, b);
}
