/* A handler whose attempts end when, and as, the seed says; it sees that none runs twice at once.
 */
#include "tests/sim/sim_hands.h"

#include <inttypes.h>
#include <stdlib.h>

#define RUNNING_MAX 64

struct hands {
    struct world *world;
    struct handler_listener listener;
    int64_t running[RUNNING_MAX]; /* orders */
    size_t n;
};

static const struct slice reasons[] = {
    {"out of stock", 12}, {"HTTP 503 after 17 ms", 20}, {"declined", 8}, {NULL, 0}};

static void end(struct hands *hands, size_t i, enum outcome outcome)
{
    struct world *world = hands->world;
    struct attempt_end attempt_end = {
        .order = hands->running[i], .outcome = outcome, .retry_after_us = -1};

    hands->running[i] = hands->running[--hands->n];
    if (outcome == OUTCOME_FAILED || outcome == OUTCOME_FAILED_FOR_GOOD)
        attempt_end.reason = reasons[sim_draw(world, 3)];
    if (outcome == OUTCOME_FULFILLED && sim_one_in(world, 3))
        attempt_end.result = SLICE("done");
    if (outcome == OUTCOME_FAILED && sim_one_in(world, 8))
        attempt_end.retry_after_us = sim_draw(world, 3000000);
    hands->listener.ended(hands->listener.self, &attempt_end);
}

static enum outcome draw_outcome(struct world *world)
{
    int64_t draw = sim_draw(world, 7);

    if (draw < world->profile.good)
        return OUTCOME_FULFILLED;
    return draw == 7 ? OUTCOME_FAILED_FOR_GOOD : OUTCOME_FAILED;
}

static size_t find(const struct hands *hands, int64_t order)
{
    size_t i = 0;

    while (i < hands->n && hands->running[i] != order)
        i++;
    return i;
}

static void start(void *self, const struct attempt *attempt)
{
    struct hands *hands = self;
    struct world *world = hands->world;
    const struct model_order *order = model_order(&world->model, attempt->order);

    if (find(hands, attempt->order) < hands->n)
        sim_broken(&world->verdict, "order %" PRId64 " is attempted twice at once", attempt->order);
    if (hands->n == RUNNING_MAX)
        sim_broken(&world->verdict, "more attempts at once than may be");
    if (!disk_off(world->disk) &&
        (order == NULL || order->attempts != attempt->number ||
         uuid_compare(&order->uid, &attempt->uid) != 0 ||
         (order->status != STATUS_PROCESSING && order->status != STATUS_UNDOING)))
        sim_broken(&world->verdict,
                   "attempt %u of order %" PRId64 " begins before its start is durable",
                   attempt->number, attempt->order);
    if (world->verdict.broken)
        return;
    hands->running[hands->n++] = attempt->order;
    if (sim_one_in(world, 4))
        end(hands, hands->n - 1, draw_outcome(world));
}

static void cancel(void *self, int64_t order)
{
    struct hands *hands = self;
    size_t i = find(hands, order);

    if (i < hands->n && sim_one_in(hands->world, 2))
        end(hands, i, OUTCOME_FAILED);
}

static void stop(void *self)
{
    struct hands *hands = self;

    while (hands->n > 0)
        end(hands, hands->n - 1, OUTCOME_GIVEN_BACK);
}

static bool instant(const void *self)
{
    (void)self;
    return false;
}

/* It is shared by all pools. */
static void pool_free(void *self)
{
    (void)self;
}

static const struct handler_ops ops = {
    .name = "by hand",
    .start = start,
    .cancel = cancel,
    .stop = stop,
    .instant = instant,
    .free = pool_free,
};

struct hands *sim_hands_new(struct world *world, struct handler_listener listener)
{
    struct hands *hands = calloc(1, sizeof(*hands));

    if (hands == NULL)
        abort();
    hands->world = world;
    hands->listener = listener;
    return hands;
}

void sim_hands_free(struct hands *hands)
{
    free(hands);
}

struct handler sim_hands_handler(struct hands *hands)
{
    return (struct handler){&ops, hands};
}

bool sim_hands_end(struct hands *hands)
{
    if (hands->n == 0)
        return false;
    end(hands, (size_t)sim_draw(hands->world, (int64_t)hands->n - 1), draw_outcome(hands->world));
    return true;
}
