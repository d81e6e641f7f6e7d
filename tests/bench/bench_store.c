/*
 * The whole life of an order through store.h, as bench_limit.c does it without: 100 orders'
 * submits, starts and endings to a commit. Prints orders a second and bytes an order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store/store.h"

#define BATCH 100
#define TWO_BATCHES 200
#define EVENTS 300
#define TRAIL_BYTES 512 /* more than the history of a life takes */

struct bench {
    struct store *store;
    struct store_totals totals;
    struct uuid_maker maker;
    struct event events[EVENTS];
    size_t n_events;
    char trails[EVENTS][TRAIL_BYTES];
    struct order window[EVENTS]; /* by number modulo its size: as the engine keeps what is hot */
    int64_t now;
    bool keys;
    bool loads; /* reads each order before it changes it */
};

static const struct item items[] = {
    {{"product-0001", 12}, 1},
    {{"product-0002", 12}, 2},
    {{"product-0003", 12}, 3},
};

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(enum err e, const struct why *why)
{
    if (e == OK)
        return;
    (void)fprintf(stderr, "bench_store: %s\n", why->text);
    abort();
}

static void record(struct bench *b, struct order *order, enum status from,
                   const struct entry *entries, size_t n)
{
    struct why why;
    struct event *event = &b->events[b->n_events++];

    *event = (struct event){
        .seq = order->seq,
        .at = b->now,
        .entry = entries[n - 1].type,
        .from = from,
        .to = order->status,
        .has_order = true,
        .id = order->id,
        .attempt = order->attempts,
        .max_attempts = 3,
        .step = SLICE("fulfil"),
        .by = entries[n - 1].by,
    };
    must(store_add_history(b->store, order, entries, n, &why), &why);
}

static struct entry entry_of(const struct bench *b, enum entry_type type, const char *by)
{
    return (struct entry){.type = type, .at = b->now, .by = slice_of(by)};
}

/* With the trail, which is the store's for a while only. */
static void keep(struct bench *b, const struct order *order)
{
    char *trail = b->trails[order->id % EVENTS];
    struct order *kept = &b->window[order->id % EVENTS];

    if (order->trail.n > TRAIL_BYTES)
        abort();
    *kept = *order;
    memmove(trail, order->trail.p, order->trail.n);
    kept->trail.p = trail;
}

static void submit(struct bench *b)
{
    struct order order = {
        .id = ++b->totals.last_order,
        .uid = uuid_make(&b->maker, b->now),
        .status = STATUS_QUEUED,
        .priority = 5,
        .max_attempts = 3,
        .total_quantity = 6,
        .created_at = b->now,
        .updated_at = b->now,
        .due_at = b->now,
        .seq = ++b->totals.last_seq,
        .draw = rng_next(&b->maker.rng),
        .customer_id = SLICE("customer-0001"),
        .step = SLICE("fulfil"),
        .items = items,
        .n_items = 3,
    };
    const struct entry entries[] = {
        entry_of(b, ENTRY_RECEIVED, "alice"), entry_of(b, ENTRY_VALIDATED, "alice"),
        entry_of(b, ENTRY_STORED, "alice"), entry_of(b, ENTRY_QUEUED, "alice")};
    struct why why;

    record(b, &order, STATUS_NONE, entries, 4);
    must(store_add_order(b->store, &order, &why), &why);
    if (b->keys) {
        const struct store_key key = {order.id, 42, b->now};
        char text[32];
        struct store_key old;

        (void)snprintf(text, sizeof text, "%016llx", (unsigned long long)rng_next(&b->maker.rng));
        (void)store_find_key(b->store, slice_of(text), &old, NULL);
        must(store_add_key(b->store, slice_of(text), &key, &why), &why);
    }
    keep(b, &order);
    b->totals.counts[STATUS_QUEUED]++;
    b->totals.accepted++;
}

static void change(struct bench *b, int64_t id, enum status to, enum entry_type type)
{
    struct order *order = &b->window[id % EVENTS];
    struct order read = {0};
    struct entry entry = entry_of(b, type, "dofsd");
    struct arena arena = {0};
    struct why why;
    enum status from = order->status;

    if (b->loads) {
        must(store_load(b->store, &(struct store_load_ask){id, ORDER_ROW, &arena, &read}, &why),
             &why);
        arena_done(&arena);
    }
    order->status = to;
    order->attempts = 1;
    order->updated_at = b->now;
    order->seq = ++b->totals.last_seq;
    entry.attempt = 1;
    entry.step = SLICE("fulfil");
    record(b, order, from, &entry, 1);
    must(store_change_order(b->store, order, &why), &why);
    keep(b, order);
    b->totals.counts[from]--;
    b->totals.counts[to]++;
}

static void commit(struct bench *b)
{
    struct why why;
    int64_t last = b->totals.last_order;

    b->n_events = 0;
    b->now += 1000;
    must(store_begin(b->store, &why), &why);
    for (int64_t i = 1; i <= BATCH; i++)
        submit(b);
    for (int64_t i = 1; i <= BATCH && last >= BATCH; i++)
        change(b, last - BATCH + i, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    for (int64_t i = 1; i <= BATCH && last >= TWO_BATCHES; i++, b->totals.fulfilled++)
        change(b, last - TWO_BATCHES + i, STATUS_FULFILLED, ENTRY_FULFILLED);
    must(store_add_events(b->store, b->events, b->n_events, &why), &why);
    must(store_save_totals(b->store, &b->totals, &why), &why);
    must(store_commit(b->store, &why), &why);
    store_checkpoint(b->store, false);
}

static void measure(const char *directory, const char *name, bool keys, bool loads)
{
    struct bench *b = calloc(1, sizeof *b);
    const struct store_settings settings = {.directory = directory};
    const double limit = 2;
    double begin = 0, took = 0;
    struct stat st;
    char path[300];
    struct why why;

    (void)snprintf(path, sizeof path, "%s/orders.db", directory);
    if (b == NULL)
        return;
    b->now = 1769860800000000;
    b->keys = keys;
    b->loads = loads;
    uuid_maker_init(&b->maker, 1);
    must(store_open("sqlite", &settings, &b->store, &why), &why);
    begin = seconds();
    while (took < limit) {
        commit(b);
        took = seconds() - begin;
    }
    store_close(b->store); /* moves the log into the file */
    if (stat(path, &st) != 0)
        abort();
    (void)printf("%s_orders_per_s %.0f\n%s_bytes_per_order %.0f\n", name,
                 (double)b->totals.fulfilled / took, name,
                 (double)st.st_size / (double)b->totals.last_order);
    (void)unlink(path);
    free(b);
}

int main(int argc, char **argv)
{
    const char *directory = argc > 1 ? argv[1] : ".";
    const char *only = argc > 2 ? argv[2] : NULL;
    static const struct {
        const char *name;
        bool keys, loads;
    } kinds[] = {{"store", false, false}, {"store_loads", false, true}, {"store_keys", true, true}};

    for (unsigned i = 0; i < 3; i++) {
        if (only == NULL || strcmp(only, kinds[i].name) == 0)
            measure(directory, kinds[i].name, kinds[i].keys, kinds[i].loads);
    }
    return 0;
}
