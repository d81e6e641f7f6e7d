/* Puts events in the order of seq, each once, and sees what is missing. Pure: no socket. */
#include "tui/link/feed_order.h"

#include <stdlib.h>
#include <string.h>

struct held {
    char *bytes; /* NULL: not held */
    size_t n;
};

void feed_order_init(struct feed_order *order, int64_t last)
{
    *order = (struct feed_order){.last = last};
}

static struct held *slot_of(const struct feed_order *order, int64_t seq)
{
    return &order->slots[seq % FEED_WINDOW];
}

static void drop(struct feed_order *order, struct held *held)
{
    if (held->bytes == NULL)
        return;
    order->n--;
    order->bytes -= held->n;
    free(held->bytes);
    *held = (struct held){0};
}

static void drop_all(struct feed_order *order)
{
    for (size_t i = 0; order->n > 0 && i < FEED_WINDOW; i++)
        drop(order, &order->slots[i]);
}

void feed_order_done(struct feed_order *order)
{
    drop_all(order);
    free(order->slots);
    free(order->taken);
    *order = (struct feed_order){0};
}

static void note_epoch(struct feed_order *order, struct slice epoch)
{
    size_t n = epoch.n < FEED_EPOCH_MAX ? epoch.n : FEED_EPOCH_MAX;

    if (slice_eq(slice_of(order->epoch), (struct slice){epoch.p, n}))
        return;
    if (order->epoch[0] != '\0') {
        order->gap = true;
        memset(order->counts, 0, sizeof order->counts);
    }
    memcpy(order->epoch, epoch.p, n);
    order->epoch[n] = '\0';
}

void feed_order_message(struct feed_order *order, const struct event_message *message)
{
    int64_t *count = &order->counts[message->topic];

    if (message->epoch.p != NULL)
        note_epoch(order, message->epoch);
    if (message->topic == TOPIC_HEARTBEAT)
        return;
    if (*count != 0 && message->n != *count + 1)
        order->gap = true;
    *count = message->n;
}

void feed_order_known(struct feed_order *order, int64_t last_seq)
{
    if (last_seq > order->last)
        order->gap = true;
}

void feed_order_connected(struct feed_order *order)
{
    memset(order->counts, 0, sizeof order->counts);
    order->gap = true;
}

bool feed_order_next(struct feed_order *order, int64_t seq)
{
    if (seq != order->last + 1)
        return false;
    feed_order_pass(order, seq);
    return true;
}

static bool make_room(struct feed_order *order, int64_t seq, size_t n)
{
    if (seq - order->last > FEED_WINDOW || order->bytes + n > FEED_HELD_MAX_BYTES) {
        order->gap = true;
        return false;
    }
    if (order->slots == NULL)
        order->slots = calloc(FEED_WINDOW, sizeof *order->slots);
    if (order->slots == NULL)
        abort();
    return true;
}

void feed_order_hold(struct feed_order *order, int64_t seq, struct slice bytes)
{
    struct held *held = NULL;

    if (seq <= order->last || !make_room(order, seq, bytes.n))
        return;
    held = slot_of(order, seq);
    if (held->bytes != NULL) /* it came on topic dlq too */
        return;
    held->bytes = malloc(bytes.n + 1);
    if (held->bytes == NULL)
        abort();
    if (bytes.n > 0)
        memcpy(held->bytes, bytes.p, bytes.n);
    held->n = bytes.n;
    order->n++;
    order->bytes += bytes.n;
}

bool feed_order_take(struct feed_order *order, struct slice *bytes)
{
    struct held *held = NULL;

    free(order->taken);
    order->taken = NULL;
    if (order->n == 0)
        return false;
    held = slot_of(order, order->last + 1);
    if (held->bytes == NULL)
        return false;
    *bytes = (struct slice){held->bytes, held->n};
    order->taken = held->bytes;
    order->n--;
    order->bytes -= held->n;
    *held = (struct held){0};
    order->last++;
    return true;
}

bool feed_order_waits(const struct feed_order *order)
{
    return order->n > 0;
}

void feed_order_pass(struct feed_order *order, int64_t last)
{
    if (last - order->last >= FEED_WINDOW)
        drop_all(order);
    while (order->n > 0 && order->last < last)
        drop(order, slot_of(order, ++order->last));
    if (last > order->last)
        order->last = last;
}

void feed_order_restart(struct feed_order *order, int64_t last)
{
    drop_all(order);
    order->last = last;
}
