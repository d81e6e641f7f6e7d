/* The newest orders by their customers' hashes, for what the store's index does not hold yet. */
#include "daemon/store/recent_orders.h"

#include <pthread.h>
#include <stdlib.h>

#include "shared/need.h"

struct batch {
    struct recent_order *orders;
    size_t n, cap;
};

struct recent_orders {
    pthread_mutex_t lock; /* of all that a reader looks at: from, filling, moving */
    int64_t from;         /* numbers in the batches are at least this */
    int64_t filling_from;
    struct batch filling, moving;
    struct recent_order *sorted; /* of `moving`: the writer's alone */
    size_t taken;
    int64_t last_id; /* the highest ever added */
    int64_t lowest;  /* that either batch may hold: an amended order comes out of turn */
    int64_t filling_lowest;
    int64_t doubt_upto;
    /* as they were when the transaction began */
    size_t saved_n, saved_taken;
    int64_t saved_last;
};

static void lock(struct recent_orders *recent)
{
    if (pthread_mutex_lock(&recent->lock) != 0)
        abort();
}

static void unlock(struct recent_orders *recent)
{
    if (pthread_mutex_unlock(&recent->lock) != 0)
        abort();
}

struct recent_orders *recent_orders_new(int64_t from)
{
    struct recent_orders *recent = need(calloc(1, sizeof(*recent)));

    if (pthread_mutex_init(&recent->lock, NULL) != 0)
        abort();
    recent->from = recent->filling_from = from;
    recent->last_id = from - 1;
    recent->lowest = recent->filling_lowest = from;
    return recent;
}

void recent_orders_free(struct recent_orders *recent)
{
    if (recent == NULL)
        return;
    free(recent->filling.orders);
    free(recent->moving.orders);
    free(recent->sorted);
    (void)pthread_mutex_destroy(&recent->lock);
    free(recent);
}

int64_t recent_orders_from(const struct recent_orders *recent)
{
    return recent->from;
}

int64_t recent_orders_next(const struct recent_orders *recent)
{
    return recent->filling_from;
}

bool recent_orders_add(struct recent_orders *recent, struct recent_order order)
{
    struct batch *batch = &recent->filling;

    lock(recent);
    if (batch->n == batch->cap) {
        batch->cap = batch->cap > 0 ? batch->cap * 2 : 256;
        batch->orders = need(realloc(batch->orders, batch->cap * sizeof(*batch->orders)));
    }
    batch->orders[batch->n++] = order;
    unlock(recent);
    if (order.id > recent->last_id)
        recent->last_id = order.id;
    if (order.id < recent->filling_lowest)
        recent->filling_lowest = order.id;
    if (order.id < recent->lowest)
        recent->lowest = order.id;
    return order.id >= recent->filling_from;
}

void recent_orders_doubt(struct recent_orders *recent, int64_t id)
{
    if (id >= recent->lowest)
        recent->doubt_upto = recent->last_id;
}

bool recent_orders_doubted(const struct recent_orders *recent)
{
    return recent->doubt_upto >= recent->lowest;
}

void recent_orders_begin(struct recent_orders *recent)
{
    recent->saved_n = recent->filling.n;
    recent->saved_taken = recent->taken;
    recent->saved_last = recent->last_id;
}

void recent_orders_roll_back(struct recent_orders *recent)
{
    lock(recent);
    recent->filling.n = recent->saved_n;
    unlock(recent);
    recent->taken = recent->saved_taken;
    recent->last_id = recent->saved_last;
}

size_t recent_orders_added(const struct recent_orders *recent)
{
    return recent->filling.n - recent->saved_n;
}

const struct recent_order *recent_orders_take(struct recent_orders *recent, size_t max, size_t *n,
                                              bool *last)
{
    const struct recent_order *first = recent->sorted + recent->taken;
    size_t left = recent->moving.n - recent->taken;

    *n = left < max ? left : max;
    *last = left > 0 && *n == left;
    recent->taken += *n;
    return *n > 0 ? first : NULL;
}

static int by_customer(const void *a, const void *b)
{
    const struct recent_order *x = a, *y = b;

    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* The full batch is moved from now on. */
static void turn(struct recent_orders *recent)
{
    const struct batch *full = &recent->filling;

    recent->sorted = need(calloc(full->n, sizeof(*recent->sorted)));
    for (size_t i = 0; i < full->n; i++)
        recent->sorted[i] = full->orders[i];
    qsort(recent->sorted, full->n, sizeof(*recent->sorted), by_customer);
    recent->taken = 0;
    lock(recent);
    recent->moving = *full;
    recent->filling = (struct batch){0};
    recent->filling_from = recent->last_id + 1;
    unlock(recent);
    recent->filling_lowest = recent->filling_from;
}

void recent_orders_commit(struct recent_orders *recent)
{
    if (recent->moving.n > 0 && recent->taken == recent->moving.n) {
        lock(recent);
        free(recent->moving.orders);
        recent->moving = (struct batch){0};
        recent->from = recent->filling_from;
        unlock(recent);
        free(recent->sorted);
        recent->sorted = NULL;
        recent->taken = 0;
        recent->lowest = recent->filling_lowest;
    }
    if (recent->moving.n == 0 && recent->filling.n >= RECENT_ORDERS_MAX)
        turn(recent);
    recent_orders_begin(recent);
}

static size_t gather(const struct batch *batch, const struct recent_order *least, int64_t **ids,
                     size_t n)
{
    static const size_t step = 1024;

    for (size_t i = 0; i < batch->n; i++) {
        if (batch->orders[i].customer != least->customer || batch->orders[i].id < least->id)
            continue;
        if (n % step == 0) {
            *ids = need(realloc(*ids, (n + step) * sizeof(**ids)));
        }
        (*ids)[n++] = batch->orders[i].id;
    }
    return n;
}

static int rising(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void recent_orders_find(struct recent_orders *recent, int64_t customer, int64_t **ids, size_t *n,
                        int64_t *from)
{
    struct recent_order least = {.customer = customer};
    size_t found = 0, kept = 0;

    *ids = NULL;
    lock(recent);
    least.id = *from = recent->from;
    found = gather(&recent->moving, &least, ids, 0);
    found = gather(&recent->filling, &least, ids, found);
    unlock(recent);
    if (found > 0)
        qsort(*ids, found, sizeof(**ids), rising);
    for (size_t i = 0; i < found; i++) { /* one that was amended may be there twice */
        if (kept == 0 || (*ids)[i] != (*ids)[kept - 1])
            (*ids)[kept++] = (*ids)[i];
    }
    *n = kept;
}
