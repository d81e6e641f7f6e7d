/* What people ask of a big store that bench_fill has filled. */
#include "tests/lib/scale_questions.h"

#include <inttypes.h>
#include <stdio.h>

#define ORDERS_APART_US 250000 /* bench_fill's */
#define HOUR_US 3600000000

int64_t scale_some_time(struct scale_store *store)
{
    return store->oldest + rng_upto(&store->rng, store->newest - store->oldest);
}

static void by_id(struct scale_store *store, struct request *r)
{
    r->get.order_id = store->ids[rng_upto(&store->rng, (int64_t)store->n_ids - 1)];
}
static void by_history(struct scale_store *store, struct request *r)
{
    r->history.order_id = store->ids[rng_upto(&store->rng, (int64_t)store->n_ids - 1)];
}
static void plain(struct scale_store *store, struct request *r)
{
    (void)store;
    (void)r;
}
static void oldest(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.sort = SORT_OLDEST;
}
static void updated(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.sort = SORT_UPDATED;
}
static void fulfilled(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.statuses = STATUS_BIT(STATUS_FULFILLED);
}
static void dead(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.statuses = STATUS_BIT(STATUS_FAILED);
}
static void queued(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.statuses = STATUS_BIT(STATUS_QUEUED);
}
static struct slice customer(struct scale_store *store, int64_t from, int64_t to)
{
    (void)snprintf(store->text, sizeof store->text, "customer-%05" PRId64,
                   (from + rng_upto(&store->rng, to - from)));
    return slice_of(store->text);
}
static void big_customer(struct scale_store *store, struct request *r)
{
    r->list.customer_id = customer(store, 1, 9);
}
static void small_customer(struct scale_store *store, struct request *r)
{
    r->list.customer_id = customer(store, 1000, 9999);
}
static void product(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.product_id = SLICE("product-0002");
}
static void no_product(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.product_id = SLICE("product-9999");
}
static void reference(struct scale_store *store, struct request *r)
{
    int64_t orders = (store->newest - store->oldest) / ORDERS_APART_US;

    (void)snprintf(store->text, sizeof store->text, "ref-%" PRId64,
                   (rng_upto(&store->rng, orders / 10) * 10));
    r->list.reference = slice_of(store->text);
}
static void span(struct scale_store *store, struct request *r)
{
    r->list.from = scale_some_time(store);
    r->list.to = r->list.from + HOUR_US;
}
static void word(struct scale_store *store, struct request *r)
{
    r->list.search = customer(store, 1, 9999);
}
static void status_and_customer(struct scale_store *store, struct request *r)
{
    r->list.statuses = STATUS_BIT(STATUS_FAILED);
    r->list.customer_id = customer(store, 1, 99);
}
static void customer_and_span(struct scale_store *store, struct request *r)
{
    span(store, r);
    r->list.customer_id = customer(store, 1, 99);
}
static void status_and_product(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.statuses = STATUS_BIT(STATUS_FAILED);
    r->list.product_id = SLICE("product-0002");
}
static void pattern(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.filter_text = SLICE("customer:customer-000* -status:FULFILLED");
}
static void reason_filter(struct scale_store *store, struct request *r)
{
    (void)store;
    r->list.filter_text = SLICE("\"reason:carrier does not answer\" attempts>=2");
}
static void dead_reason(struct scale_store *store, struct request *r)
{
    (void)store;
    r->failed.query.reason = SLICE("carrier does not answer");
}
static void dead_group(struct scale_store *store, struct request *r)
{
    (void)store;
    r->failed.query.group = SLICE("carrier does not answer");
}
static void dead_customer(struct scale_store *store, struct request *r)
{
    r->failed.query.customer_id = customer(store, 1, 999);
}
static void dead_span(struct scale_store *store, struct request *r)
{
    r->failed.query.from = scale_some_time(store);
    r->failed.query.to = r->failed.query.from + HOUR_US;
}
static void dead_search(struct scale_store *store, struct request *r)
{
    r->failed.query.search = customer(store, 1, 999);
}
static void some_events(struct scale_store *store, struct request *r)
{
    r->events.after = rng_upto(&store->rng, store->last_seq);
    r->events.limit = 100;
}

#define PAGE(member) offsetof(struct request, member)

static const struct scale_question questions[] = {
    {"get", 0, OP_GET, true, false, by_id},
    {"history", PAGE(history.page), OP_HISTORY, true, false, by_history},
    {"list, newest", PAGE(list.page), OP_LIST, true, true, plain},
    {"list, oldest", PAGE(list.page), OP_LIST, true, false, oldest},
    {"list, updated last", PAGE(list.page), OP_LIST, true, false, updated},
    {"list, status FULFILLED", PAGE(list.page), OP_LIST, true, true, fulfilled},
    {"list, status FAILED", PAGE(list.page), OP_LIST, true, false, dead},
    {"list, status QUEUED (none)", PAGE(list.page), OP_LIST, true, false, queued},
    {"list, a big customer", PAGE(list.page), OP_LIST, true, true, big_customer},
    {"list, a small customer", PAGE(list.page), OP_LIST, true, false, small_customer},
    {"list, a product of all", PAGE(list.page), OP_LIST, true, false, product},
    {"list, a product of none", PAGE(list.page), OP_LIST, true, false, no_product},
    {"list, reference", PAGE(list.page), OP_LIST, true, false, reference},
    {"list, an hour", PAGE(list.page), OP_LIST, true, false, span},
    {"list, search", PAGE(list.page), OP_LIST, true, false, word},
    {"list, status and customer", PAGE(list.page), OP_LIST, false, false, status_and_customer},
    {"list, customer and an hour", PAGE(list.page), OP_LIST, false, false, customer_and_span},
    {"list, status and product", PAGE(list.page), OP_LIST, false, false, status_and_product},
    {"list, pattern and not status", PAGE(list.page), OP_LIST, false, false, pattern},
    {"list, reason and attempts", PAGE(list.page), OP_LIST, false, false, reason_filter},
    {"failed, newest", PAGE(failed.page), OP_FAILED, true, true, plain},
    {"failed, reason", PAGE(failed.page), OP_FAILED, true, false, dead_reason},
    {"failed, group", PAGE(failed.page), OP_FAILED, true, false, dead_group},
    {"failed, customer", PAGE(failed.page), OP_FAILED, true, false, dead_customer},
    {"failed, an hour", PAGE(failed.page), OP_FAILED, true, false, dead_span},
    {"failed, search", PAGE(failed.page), OP_FAILED, true, false, dead_search},
    {"failed_summary", PAGE(failed_summary), OP_FAILED_SUMMARY, false, false, plain},
    {"events, here and there", 0, OP_EVENTS, false, false, some_events},
    {"stats", 0, OP_STATS, true, false, plain},
};

const struct scale_question *scale_questions(size_t *n)
{
    *n = sizeof questions / sizeof questions[0];
    return questions;
}
