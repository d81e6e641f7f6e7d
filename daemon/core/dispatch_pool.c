/* What waits for one handler, the attempts or the undos of one step, and how much of it may run. */
#include "daemon/core/dispatch_pool.h"

#include <stdlib.h>

#include "shared/need.h"

#define STARTING_MAX 2048 /* starts on their way to be durable */
#define ENDING_MAX 2048   /* and ends, beyond what runs */

struct dispatch_pool *dispatch_pool_new(const struct dispatch_pool_parts *parts, uint16_t number,
                                        struct handler handler)
{
    struct dispatch_pool *pool = need(calloc(1, sizeof(*pool)));
    struct dispatch_look_parts look = {.readers = parts->readers,
                                       .clock = parts->clock,
                                       .flights = parts->flights,
                                       .pool = number,
                                       .failed = parts->look_failed,
                                       .self = parts->run};

    *pool = (struct dispatch_pool){
        .run = parts->run, .number = number, .handler = handler, .clock = parts->clock};
    look.ready = pool->ready = dispatch_window_new(false);
    look.later = pool->later = dispatch_window_new(true);
    pool->look = dispatch_look_new(&look);
    return pool;
}

void dispatch_pool_free(struct dispatch_pool *pool)
{
    if (pool == NULL)
        return;
    dispatch_look_free(pool->look);
    dispatch_window_free(pool->ready);
    dispatch_window_free(pool->later);
    free(pool);
}

void dispatch_pool_set(struct dispatch_pool *pool, const struct dispatch_settings *settings)
{
    pool->settings = *settings;
    dispatch_rate_set(&pool->rate, settings->max_rate);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t above(size_t most, size_t n)
{
    return n < most ? most - n : 0;
}

size_t dispatch_pool_room(const struct dispatch_pool *pool)
{
    const struct handler_ops *ops = pool->handler.ops;
    size_t most = pool->settings.concurrency;
    size_t room = above(STARTING_MAX, pool->n_starting);

    if (dispatch_window_top(pool->ready) == NULL)
        return 0;
    if (ops->wants != NULL) /* somebody waits for them: they are the bound */
        return room > 0 ? least(room, ops->wants(pool->handler.self)) : 0;
    if (ops->instant(pool->handler.self))
        return least(room, above(STARTING_MAX + ENDING_MAX, pool->n_flights));
    room = least(room, above(most, pool->n_starting + pool->n_busy));
    return least(room, above(most + ENDING_MAX, pool->n_flights));
}

bool dispatch_pool_next(struct dispatch_pool *pool, struct waiting *out)
{
    int64_t now = 0;

    if (dispatch_window_top(pool->ready) == NULL)
        return false;
    now = clock_mono(pool->clock);
    pool->rate_waits = !dispatch_rate_allows(&pool->rate, now);
    if (pool->rate_waits)
        return false;
    *out = dispatch_window_pop(pool->ready);
    return true;
}

void dispatch_pool_fill(struct dispatch_pool *pool)
{
    if (dispatch_window_wants(pool->ready) || dispatch_window_wants(pool->later))
        dispatch_look_begin(pool->look);
}

int64_t dispatch_pool_due(const struct dispatch_pool *pool)
{
    const struct waiting *top = dispatch_window_top(pool->later);
    int64_t at = top != NULL ? top->due_at - pool->clock->anchor_us : INT64_MAX;
    int64_t again = INT64_MAX;

    if (pool->rate_waits)
        again = dispatch_rate_again(&pool->rate, clock_mono(pool->clock));
    return again < at ? again : at;
}
