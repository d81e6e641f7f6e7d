/*
 * Fills a store with orders that have ended, with their history and events, for measurements at
 * scale. Usage: bench_fill DIRECTORY ORDERS [KEYS]; 0 orders: keys of today alone. One in fifty is
 * FAILED, the others FULFILLED; customers are drawn by Zipf's law from 10,000, one order in ten has
 * a reference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store.h"
#include "shared/clock.h"

#define BATCH 1000
#define ENDINGS 3 /* events of each order */
#define CUSTOMERS 10000
#define STEP_US 250000 /* between two orders */
#define FAILED_EACH 50
#define REFERENCE_EACH 10

struct fill {
    struct store *store;
    struct store_totals totals;
    struct uuid_maker maker;
    struct event events[BATCH * ENDINGS];
    size_t n_events;
    int64_t now;
};

static const struct item items[] = {{{"product-0001", 12}, 2}, {{"product-0002", 12}, 1}};

static void must(enum err e, const struct why *why)
{
    if (e == OK)
        return;
    (void)fprintf(stderr, "bench_fill: %s\n", why->text);
    abort();
}

static void record(struct fill *f, struct order *order, enum status from,
                   const struct entry *entries, size_t n)
{
    struct why why;

    order->seq = ++f->totals.last_seq;
    must(store_add_history(f->store, order, entries, n, &why), &why);
    f->events[f->n_events++] = (struct event){
        .seq = order->seq,
        .at = f->now,
        .entry = entries[n - 1].type,
        .from = from,
        .to = order->status,
        .dlq_added = order->status == STATUS_FAILED,
        .has_order = true,
        .id = order->id,
        .attempt = entries[n - 1].attempt,
        .max_attempts = 3,
        .reason = entries[n - 1].detail,
        .step = SLICE("fulfil"),
        .by = entries[n - 1].by,
    };
}

static struct entry entry_of(const struct fill *f, enum entry_type type, uint32_t attempt)
{
    return (struct entry){.type = type,
                          .at = f->now,
                          .attempt = attempt,
                          .by = attempt > 0 ? SLICE("dofsd") : SLICE("alice")};
}

static void add_dead(struct fill *f, const struct order *order)
{
    const struct dead_letter dead = {.n = ++f->totals.last_dead,
                                     .id = order->id,
                                     .uid = order->uid,
                                     .customer_id = order->customer_id,
                                     .reference = order->reference,
                                     .step = order->step,
                                     .failure_reason = order->failure_reason,
                                     .group = order->failure_reason,
                                     .attempts = 3,
                                     .failed_at = f->now};
    struct why why;

    must(store_add_dead(f->store, &dead, &why), &why);
    f->totals.dlq_depth++;
    f->totals.failed++;
}

static void add(struct fill *f)
{
    int64_t id = ++f->totals.last_order;
    bool failed = id % FAILED_EACH == 0;
    /* 1/x for x uniform: close enough to Zipf's law */
    uint64_t rank = (uint64_t)(1.0 / (rng_unit(&f->maker.rng) + 1.0 / CUSTOMERS));
    char customer[32], reference[32];
    struct order order = {.id = id,
                          .uid = uuid_make(&f->maker, f->now),
                          .priority = 5,
                          .attempts = failed ? 3 : 1,
                          .max_attempts = 3,
                          .total_quantity = 3,
                          .created_at = f->now,
                          .updated_at = f->now,
                          .due_at = failed ? f->now : 0,
                          .step = SLICE("fulfil"),
                          .items = items,
                          .n_items = 2};
    const struct entry first[] = {entry_of(f, ENTRY_RECEIVED, 0), entry_of(f, ENTRY_VALIDATED, 0),
                                  entry_of(f, ENTRY_STORED, 0), entry_of(f, ENTRY_QUEUED, 0)};
    const struct entry start = entry_of(f, ENTRY_ATTEMPT_STARTED, 1);
    struct entry end = entry_of(f, failed ? ENTRY_DEAD_LETTERED : ENTRY_FULFILLED, order.attempts);
    struct why why;

    (void)snprintf(customer, sizeof customer, "customer-%05llu", (unsigned long long)rank);
    (void)snprintf(reference, sizeof reference, "ref-%lld", (long long)id);
    order.customer_id = slice_of(customer);
    if (id % REFERENCE_EACH == 0)
        order.reference = slice_of(reference);
    order.status = STATUS_QUEUED;
    record(f, &order, STATUS_NONE, first, 4);
    order.status = STATUS_PROCESSING;
    record(f, &order, STATUS_QUEUED, &start, 1);
    order.status = failed ? STATUS_FAILED : STATUS_FULFILLED;
    if (failed)
        end.detail = order.failure_reason = SLICE("carrier does not answer");
    record(f, &order, STATUS_PROCESSING, &end, 1);
    must(store_add_order(f->store, &order, &why), &why);
    if (failed)
        add_dead(f, &order);
    else
        f->totals.fulfilled++;
    f->totals.counts[order.status]++;
    f->totals.accepted++;
    f->now += STEP_US;
}

static void add_batch(struct fill *f, int64_t n)
{
    struct why why;

    f->n_events = 0;
    must(store_begin(f->store, &why), &why);
    for (int64_t i = 0; i < n; i++)
        add(f);
    must(store_add_events(f->store, f->events, f->n_events, &why), &why);
    must(store_save_totals(f->store, &f->totals, &why), &why);
    must(store_commit(f->store, &why), &why);
    store_checkpoint(f->store, false);
}

/* Random keys of today for orders that are there: what the idempotency of a busy day leaves. */
static void add_keys(struct fill *f, int64_t n, int64_t now)
{
    struct why why;

    for (int64_t done = 0; done < n;) {
        must(store_begin(f->store, &why), &why);
        for (int64_t i = 0; i < BATCH && done < n; i++, done++) {
            const struct store_key key = {1 + rng_upto(&f->maker.rng, f->totals.last_order - 1),
                                          rng_next(&f->maker.rng), now};
            char text[32];

            (void)snprintf(text, sizeof text, "%016llx",
                           (unsigned long long)rng_next(&f->maker.rng));
            must(store_add_key(f->store, slice_of(text), &key, &why), &why);
        }
        must(store_commit(f->store, &why), &why);
        store_checkpoint(f->store, false);
    }
}

int main(int argc, char **argv)
{
    static struct fill f;
    int64_t orders = 0, keys = 0;
    struct clock clock;
    struct why why;

    if (argc < 3 || argc > 4 || !text_int(slice_of(argv[2]), &orders) || orders < 0 ||
        (argc == 4 && (!text_int(slice_of(argv[3]), &keys) || keys < 0))) {
        (void)fprintf(stderr, "usage: bench_fill DIRECTORY ORDERS [KEYS]\n");
        return 2;
    }
    clock_init(&clock);
    f.now = clock_wall(&clock) - orders * STEP_US;
    uuid_maker_init(&f.maker, orders > 0 ? 1 : 2);
    must(store_open("sqlite", &(struct store_settings){.directory = argv[1], .now_us = f.now},
                    &f.store, &why),
         &why);
    must(store_load_totals(f.store, &f.totals, &why), &why);
    for (int64_t done = 0; done < orders; done += BATCH)
        add_batch(&f, orders - done < BATCH ? orders - done : BATCH);
    if (f.totals.last_order > 0)
        add_keys(&f, keys, clock_wall(&clock));
    store_close(f.store);
    (void)printf("orders %lld\n", (long long)f.totals.last_order);
    return 0;
}
