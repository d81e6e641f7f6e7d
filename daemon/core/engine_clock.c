/* Mends due times after somebody set the clock back. */
#include "daemon/core/engine_clock.h"

#include <stdlib.h>

#include "shared/log.h"
#include "shared/need.h"

#define AT_ONCE 1024 /* if none of so many is wrong, the clock was not set back */

/* A look at what is due later. */
struct waiting_page {
    uint16_t pool;
    int64_t after; /* due time */
    struct waiting items[AT_ONCE];
    size_t n;
    size_t mended;
};

/* When the order should be due at the latest, were it last changed now. */
static int64_t due_by(const struct order *order, int64_t now)
{
    int64_t delay = order->next_attempt_at - order->updated_at;

    if (order->next_attempt_at != 0)
        return delay >= 0 && delay < INT64_MAX - now ? now + delay : INT64_MAX;
    return order->not_before > now ? order->not_before : now;
}

static enum err mend_one(struct engine_work *work, int64_t id, struct waiting_page *page,
                         struct why *why)
{
    struct order order;
    enum err e = engine_work_get(work, id, &order, why);
    int64_t by = 0;

    if (e == ERR_DAMAGED) { /* it stays as it is, and the others go on */
        log_error("not looked at: %s", why->text);
        return OK;
    }
    if (e != OK)
        return e;
    by = due_by(&order, clock_due(work->clock));
    if (order.due_at <= by)
        return OK;
    order.due_at = by;
    if (order.next_attempt_at != 0)
        order.next_attempt_at = by;
    page->mended++;
    e = store_change_order(work->store, &order, why);
    engine_cache_drop(work->cache, id); /* it has the old time */
    return e;
}

static enum err mend_page(struct engine_work *work, struct waiting_page *page, struct why *why)
{
    enum err e = engine_work_begin(work, why);

    if (e != OK)
        return e;
    page->mended = 0;
    for (size_t i = 0; i < page->n && e == OK; i++)
        e = mend_one(work, page->items[i].id, page, why);
    if (e != OK || page->mended == 0) {
        engine_work_rollback(work);
        return e;
    }
    return engine_work_commit_alone(work, why);
}

static enum err next_page(struct store_reader *reader, struct waiting_page *page, struct why *why)
{
    struct store_waiting_ask ask = {false, page->after, AT_ONCE, page->items, 0, page->pool};
    enum err e = store_waiting(reader, &ask, why);

    page->n = ask.n;
    return e;
}

/* Those of one pool; *all counts what was mended. */
static enum err mend_pool(struct engine_work *work, struct store_reader *reader,
                          struct waiting_page *page, size_t *all, struct why *why)
{
    enum err e = OK;

    page->after = clock_due(work->clock);
    do {
        page->mended = 0;
        e = next_page(reader, page, why);
        if (e != OK || page->n == 0)
            break;
        page->after = page->items[page->n - 1].due_at;
        e = mend_page(work, page, why);
        *all += page->mended;
    } while (e == OK && page->mended > 0);
    return e;
}

enum err engine_clock_mend(struct engine_work *work, struct why *why)
{
    struct waiting_page *page = need(calloc(1, sizeof(*page)));
    struct store_reader *reader = NULL;
    uint32_t pools = STORE_POOL(store_steps(work->store), false);
    size_t all = 0;
    enum err e = store_reader_open(work->store, &reader, why);

    for (uint32_t pool = 0; pool < pools && e == OK; pool++) {
        page->pool = (uint16_t)pool;
        e = mend_pool(work, reader, page, &all, why);
    }
    if (e == OK && all > 0)
        log_warning("the clock was set back: %zu orders would have waited too long", all);
    store_reader_close(reader);
    free(page);
    return e;
}
