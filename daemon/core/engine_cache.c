/*
 * Orders in motion, as the last change left them: saves the writer from reading what it wrote.
 *
 * Running numbers follow each other, so a slot by the number's low bits is a window over the
 * newest orders, and an older one that is still in motion is only read again.
 */
#include "daemon/core/engine_cache.h"

#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

#define TEXTS 8
#define TEXTS_MAX_BYTES 4096 /* an order's ids, reason, steps and trail, with room to spare */
#define TEXTS_USUAL_BYTES 512

struct slot {
    struct order order; /* id 0: empty */
    struct buf text;
};

struct engine_cache {
    size_t mask;
    struct buf scratch;
    struct slot slots[];
};

struct engine_cache *engine_cache_new(size_t slots)
{
    struct engine_cache *cache = need(calloc(1, sizeof(*cache) + slots * sizeof(struct slot)));

    cache->mask = slots - 1;
    buf_init(&cache->scratch, TEXTS_MAX_BYTES);
    for (size_t i = 0; i < slots; i++)
        buf_init(&cache->slots[i].text, TEXTS_MAX_BYTES);
    return cache;
}

void engine_cache_free(struct engine_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i <= cache->mask; i++)
        buf_done(&cache->slots[i].text);
    buf_done(&cache->scratch);
    free(cache);
}

bool engine_cache_get(const struct engine_cache *cache, int64_t id, struct order *out)
{
    const struct slot *slot = &cache->slots[(size_t)id & cache->mask];

    if (slot->order.id != id)
        return false;
    *out = slot->order;
    return true;
}

/*
 * Writes the texts one behind the other; false when they have no room. What once had room for long
 * ones is not kept for short ones: it goes from slot to slot, and all would be long in the end.
 */
static bool put_texts(struct buf *text, const struct slice *const texts[TEXTS])
{
    size_t n = 0;

    for (size_t i = 0; i < TEXTS; i++)
        n += texts[i]->n;
    if (text->cap > TEXTS_USUAL_BYTES && n <= TEXTS_USUAL_BYTES)
        buf_done(text);
    buf_clear(text);
    for (size_t i = 0; i < TEXTS; i++)
        buf_add(text, texts[i]->p, texts[i]->n);
    return !text->failed;
}

static void point_texts(const struct buf *text, struct slice *const texts[TEXTS])
{
    const char *at = (const char *)text->data;

    for (size_t i = 0; i < TEXTS; i++) {
        if (texts[i]->p == NULL)
            continue;
        texts[i]->p = texts[i]->n > 0 ? at : "";
        at += texts[i]->n;
    }
}

static bool same_place(struct slice a, struct slice b)
{
    return a.p == b.p && a.n == b.n;
}

static bool same_texts(const struct order *a, const struct order *b)
{
    return same_place(a->customer_id, b->customer_id) && same_place(a->reference, b->reference) &&
           same_place(a->failure_reason, b->failure_reason) && same_place(a->step, b->step) &&
           same_place(a->steps, b->steps) && same_place(a->cancel_by, b->cancel_by) &&
           same_place(a->cancel_reason, b->cancel_reason) && same_place(a->trail, b->trail);
}

void engine_cache_put(struct engine_cache *cache, const struct order *order)
{
    struct slot *slot = &cache->slots[(size_t)order->id & cache->mask];
    bool moved = !same_texts(&slot->order, order);
    struct buf old = slot->text;
    struct order *kept = &slot->order;
    struct slice *const texts[TEXTS] = {
        &kept->customer_id, &kept->reference, &kept->failure_reason, &kept->step,
        &kept->steps,       &kept->cancel_by, &kept->cancel_reason,  &kept->trail};

    if (moved) { /* into the scratch first: the new texts may lie in the old ones */
        const struct slice *const given[TEXTS] = {
            &order->customer_id, &order->reference, &order->failure_reason, &order->step,
            &order->steps,       &order->cancel_by, &order->cancel_reason,  &order->trail};

        if (!put_texts(&cache->scratch, given)) {
            kept->id = 0;
            return;
        }
        slot->text = cache->scratch;
        cache->scratch = old;
    }
    *kept = *order;
    kept->items = NULL;
    kept->metadata = kept->results = NULL;
    kept->n_items = kept->n_metadata = kept->n_results = 0;
    kept->result = (struct slice){NULL, 0};
    if (moved)
        point_texts(&slot->text, texts);
}

void engine_cache_drop(struct engine_cache *cache, int64_t id)
{
    struct slot *slot = &cache->slots[(size_t)id & cache->mask];

    if (slot->order.id == id)
        slot->order.id = 0;
}

void engine_cache_clear(struct engine_cache *cache)
{
    for (size_t i = 0; i <= cache->mask; i++) {
        cache->slots[i].order.id = 0;
        buf_done(&cache->slots[i].text);
    }
}
