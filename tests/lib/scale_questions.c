/* What people ask of a big store that bench_fill has filled. */
#include "tests/lib/scale_questions.h"

#include <stdio.h>

#define ORDERS_APART_US 250000 /* bench_fill's */
#define HOUR_US 3600000000

int64_t scale_some_time(struct scale_store *a)
{
    return a->oldest + rng_upto(&a->rng, a->newest - a->oldest);
}

static void by_id(struct scale_store *a, struct request *r)
{
    r->get.order_id = a->ids[rng_upto(&a->rng, (int64_t)a->n_ids - 1)];
}
static void by_history(struct scale_store *a, struct request *r)
{
    r->history.order_id = a->ids[rng_upto(&a->rng, (int64_t)a->n_ids - 1)];
}
static void plain(struct scale_store *a, struct request *r)
{
    (void)a;
    (void)r;
}
static void oldest(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.sort = SORT_OLDEST;
}
static void updated(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.sort = SORT_UPDATED;
}
static void fulfilled(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.statuses = STATUS_BIT(STATUS_FULFILLED);
}
static void dead(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.statuses = STATUS_BIT(STATUS_FAILED);
}
static void queued(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.statuses = STATUS_BIT(STATUS_QUEUED);
}
static struct slice customer(struct scale_store *a, int64_t from, int64_t to)
{
    (void)snprintf(a->text, sizeof a->text, "customer-%05lld",
                   (long long)(from + rng_upto(&a->rng, to - from)));
    return slice_of(a->text);
}
static void big_customer(struct scale_store *a, struct request *r)
{
    r->list.customer_id = customer(a, 1, 9);
}
static void small_customer(struct scale_store *a, struct request *r)
{
    r->list.customer_id = customer(a, 1000, 9999);
}
static void product(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.product_id = SLICE("product-0002");
}
static void no_product(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.product_id = SLICE("product-9999");
}
static void reference(struct scale_store *a, struct request *r)
{
    int64_t orders = (a->newest - a->oldest) / ORDERS_APART_US;

    (void)snprintf(a->text, sizeof a->text, "ref-%lld",
                   (long long)(rng_upto(&a->rng, orders / 10) * 10));
    r->list.reference = slice_of(a->text);
}
static void span(struct scale_store *a, struct request *r)
{
    r->list.from = scale_some_time(a);
    r->list.to = r->list.from + HOUR_US;
}
static void word(struct scale_store *a, struct request *r)
{
    r->list.search = customer(a, 1, 9999);
}
static void status_and_customer(struct scale_store *a, struct request *r)
{
    r->list.statuses = STATUS_BIT(STATUS_FAILED);
    r->list.customer_id = customer(a, 1, 99);
}
static void customer_and_span(struct scale_store *a, struct request *r)
{
    span(a, r);
    r->list.customer_id = customer(a, 1, 99);
}
static void status_and_product(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.statuses = STATUS_BIT(STATUS_FAILED);
    r->list.product_id = SLICE("product-0002");
}
static void pattern(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.filter_text = SLICE("customer:customer-000* -status:FULFILLED");
}
static void reason_filter(struct scale_store *a, struct request *r)
{
    (void)a;
    r->list.filter_text = SLICE("\"reason:carrier does not answer\" attempts>=2");
}
static void dead_reason(struct scale_store *a, struct request *r)
{
    (void)a;
    r->failed.query.reason = SLICE("carrier does not answer");
}
static void dead_group(struct scale_store *a, struct request *r)
{
    (void)a;
    r->failed.query.group = SLICE("carrier does not answer");
}
static void dead_customer(struct scale_store *a, struct request *r)
{
    r->failed.query.customer_id = customer(a, 1, 999);
}
static void dead_span(struct scale_store *a, struct request *r)
{
    r->failed.query.from = scale_some_time(a);
    r->failed.query.to = r->failed.query.from + HOUR_US;
}
static void dead_search(struct scale_store *a, struct request *r)
{
    r->failed.query.search = customer(a, 1, 999);
}
static void some_events(struct scale_store *a, struct request *r)
{
    r->events.after = rng_upto(&a->rng, a->last_seq);
    r->events.limit = 100;
}

#define PAGE(member) offsetof(struct request, member)

static const struct scale_question questions[] = {
    {"get", OP_GET, 0, true, false, by_id},
    {"history", OP_HISTORY, PAGE(history.page), true, false, by_history},
    {"list, newest", OP_LIST, PAGE(list.page), true, true, plain},
    {"list, oldest", OP_LIST, PAGE(list.page), true, false, oldest},
    {"list, updated last", OP_LIST, PAGE(list.page), true, false, updated},
    {"list, status FULFILLED", OP_LIST, PAGE(list.page), true, true, fulfilled},
    {"list, status FAILED", OP_LIST, PAGE(list.page), true, false, dead},
    {"list, status QUEUED (none)", OP_LIST, PAGE(list.page), true, false, queued},
    {"list, a big customer", OP_LIST, PAGE(list.page), true, true, big_customer},
    {"list, a small customer", OP_LIST, PAGE(list.page), true, false, small_customer},
    {"list, a product of all", OP_LIST, PAGE(list.page), true, false, product},
    {"list, a product of none", OP_LIST, PAGE(list.page), true, false, no_product},
    {"list, reference", OP_LIST, PAGE(list.page), true, false, reference},
    {"list, an hour", OP_LIST, PAGE(list.page), true, false, span},
    {"list, search", OP_LIST, PAGE(list.page), true, false, word},
    {"list, status and customer", OP_LIST, PAGE(list.page), false, false, status_and_customer},
    {"list, customer and an hour", OP_LIST, PAGE(list.page), false, false, customer_and_span},
    {"list, status and product", OP_LIST, PAGE(list.page), false, false, status_and_product},
    {"list, pattern and not status", OP_LIST, PAGE(list.page), false, false, pattern},
    {"list, reason and attempts", OP_LIST, PAGE(list.page), false, false, reason_filter},
    {"failed, newest", OP_FAILED, PAGE(failed.page), true, true, plain},
    {"failed, reason", OP_FAILED, PAGE(failed.page), true, false, dead_reason},
    {"failed, group", OP_FAILED, PAGE(failed.page), true, false, dead_group},
    {"failed, customer", OP_FAILED, PAGE(failed.page), true, false, dead_customer},
    {"failed, an hour", OP_FAILED, PAGE(failed.page), true, false, dead_span},
    {"failed, search", OP_FAILED, PAGE(failed.page), true, false, dead_search},
    {"failed_summary", OP_FAILED_SUMMARY, PAGE(failed_summary), false, false, plain},
    {"events, here and there", OP_EVENTS, 0, false, false, some_events},
    {"stats", OP_STATS, 0, true, false, plain},
};

const struct scale_question *scale_questions(size_t *n)
{
    *n = sizeof questions / sizeof questions[0];
    return questions;
}
