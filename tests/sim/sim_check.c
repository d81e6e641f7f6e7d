/* Compares all that a store says with the model. */
#include "tests/sim/sim_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/limits.h"

/* A look at one list. */
struct look {
    struct model *model;
    struct store_reader *reader;
    int64_t now_us;
    int64_t n;     /* rows so far, or the last seq */
    int64_t known; /* events: those up to here the model knows */
    struct store_page page;
    char cursor[STORE_CURSOR_MAX];
    struct arena arena;
};

static struct sim_verdict *verdict_of(const struct look *look)
{
    return look->model->verdict;
}

/* Is there another page? */
static bool turn_page(struct look *look)
{
    memcpy(look->cursor, look->page.next_cursor, sizeof(look->cursor));
    look->page.cursor = slice_of(look->cursor);
    return look->cursor[0] != '\0' && !verdict_of(look)->broken;
}

static bool ok(struct look *look, enum err e, const struct why *why)
{
    if (e != OK)
        sim_broken(verdict_of(look), "the store cannot be read: %s", why->text);
    return e == OK;
}

/* ---- events ---- */

static bool same(const struct model_event *known, const struct event *event)
{
    return known->order == (event->has_order ? event->id : 0) && known->from == event->from &&
           known->to == event->to &&
           (!event->has_order ||
            (known->entry == event->entry && known->attempt == event->attempt));
}

static bool on_event(void *self, const struct event *event)
{
    struct look *look = self;
    struct model *model = look->model;

    if (event->seq != look->n + 1) {
        sim_broken(verdict_of(look), "after event %" PRId64 " comes %" PRId64, look->n, event->seq);
        return false;
    }
    look->n = event->seq;
    if (event->seq > look->known)
        model_add(model, event);
    else if (!same(&model->events[event->seq - 1], event))
        sim_broken(verdict_of(look), "event %" PRId64 " is not what was told", event->seq);
    return !verdict_of(look)->broken;
}

static void check_events(struct look *look)
{
    int64_t first = 0, last = 0, before = -1;
    struct why why = {0};

    look->n = 0;
    look->known = look->model->totals.last_seq;
    while (look->n != before && !verdict_of(look)->broken) {
        struct store_events_ask ask = {look->n, EVENTS_PAGE_MAX, on_event, look, &first, &last};

        before = look->n;
        if (!ok(look, store_events(look->reader, &ask, &why), &why))
            return;
    }
    if (look->n < look->known)
        sim_broken(verdict_of(look), "lost: events up to %" PRId64 " were told, %" PRId64 " remain",
                   look->known, look->n);
}

/* ---- orders ---- */

static bool on_order(void *self, const struct order *order)
{
    struct look *look = self;
    const struct model_order *known = model_order(look->model, ++look->n);
    char customer[32] = "";

    if (known != NULL)
        (void)snprintf(customer, sizeof(customer), SIM_CUSTOMER "%" PRId64, known->request);
    if (known == NULL || order->id != look->n || uuid_compare(&known->uid, &order->uid) != 0 ||
        !slice_is(order->customer_id, customer))
        sim_broken(verdict_of(look), "row %" PRId64 " is another order", look->n);
    else if (known->status != order->status || known->last != order->seq ||
             (known->replays != order->replays && !known->undoes))
        sim_broken(verdict_of(look),
                   "order %" PRId64 " is %s (seq %" PRId64 ", replay %u), not %s (%" PRId64 ", %u)",
                   order->id, status_name(order->status), order->seq, order->replays,
                   status_name(known->status), known->last, known->replays);
    else if (known->attempts != order->attempts && !status_settled(order->status))
        sim_broken(verdict_of(look), "order %" PRId64 " has %u attempts, not %u", order->id,
                   order->attempts, known->attempts);
    else if (known->cancelling && !order->cancelling)
        sim_broken(verdict_of(look), "order %" PRId64 ": its cancel is forgotten", order->id);
    return !verdict_of(look)->broken;
}

static void check_orders(struct look *look)
{
    const struct request_list query = {.sort = SORT_OLDEST};
    struct why why = {0};

    look->n = 0;
    look->page = (struct store_page){.limit = PAGE_MAX};
    do {
        const struct store_list_ask ask = {.query = &query,
                                           .now_us = look->now_us,
                                           .page = &look->page,
                                           .row = on_order,
                                           .self = look};

        if (!ok(look, store_list(look->reader, &ask, &why), &why))
            return;
    } while (turn_page(look));
    if (look->n != look->model->totals.last_order)
        sim_broken(verdict_of(look), "%" PRId64 " orders are there, not %" PRId64, look->n,
                   look->model->totals.last_order);
}

/* ---- history ---- */

struct chain {
    struct look *look;
    int64_t order;
    int64_t seq; /* of the group of entries being read */
    size_t groups;
    enum entry_type last;
};

/* The last entry of each group is what its event says; the groups are the order's events. */
static void end_group(const struct chain *chain)
{
    const struct model *model = chain->look->model;
    const struct model_event *event = NULL;

    if (chain->seq <= 0 || chain->seq > model->totals.last_seq) {
        sim_broken(model->verdict, "order %" PRId64 ": an entry of no event", chain->order);
        return;
    }
    event = &model->events[chain->seq - 1];
    if (event->order != chain->order || event->entry != chain->last)
        sim_broken(model->verdict,
                   "order %" PRId64 ": entry %s of event %" PRId64 ", which is %s of %" PRId64,
                   chain->order, entry_name(chain->last), chain->seq, entry_name(event->entry),
                   event->order);
}

static bool on_entry(void *self, const struct entry *entry)
{
    struct chain *chain = self;

    if (entry->seq != chain->seq) {
        if (chain->groups > 0)
            end_group(chain);
        if (entry->seq < chain->seq)
            sim_broken(verdict_of(chain->look), "order %" PRId64 ": its history goes back",
                       chain->order);
        chain->groups++;
        chain->seq = entry->seq;
    }
    chain->last = entry->type;
    return !verdict_of(chain->look)->broken;
}

static void check_history(struct look *look, int64_t number)
{
    const struct model_order *order = model_order(look->model, number);
    struct chain chain = {.look = look, .order = number};
    struct why why = {0};

    look->page = (struct store_page){.limit = PAGE_MAX};
    do {
        const struct store_history_ask ask = {&order->uid, &look->page, on_entry, &chain};

        if (!ok(look, store_history(look->reader, &ask, &why), &why))
            return;
    } while (turn_page(look));
    end_group(&chain);
    if (chain.groups != order->n_events)
        sim_broken(verdict_of(look), "order %" PRId64 ": %zu changes, %zu in its history", number,
                   order->n_events, chain.groups);
}

/* ---- dead letters ---- */

static bool on_dead(void *self, const struct dead_letter *dead)
{
    struct look *look = self;
    const struct model_order *order = model_order(look->model, dead->id);

    look->n++;
    if (order == NULL || !order->in_dlq || order->status != STATUS_FAILED)
        sim_broken(verdict_of(look), "order %" PRId64 " has a dead letter, and is not dead",
                   dead->id);
    return !verdict_of(look)->broken;
}

static void check_dead(struct look *look)
{
    const struct dead_query query = {0};
    struct why why = {0};

    look->n = 0;
    look->page = (struct store_page){.limit = PAGE_MAX};
    do {
        const struct store_failed_ask ask = {.query = &query,
                                             .now_us = look->now_us,
                                             .page = &look->page,
                                             .row = on_dead,
                                             .self = look};

        if (!ok(look, store_failed(look->reader, &ask, &why), &why))
            return;
    } while (turn_page(look));
    if (look->n != look->model->totals.dlq_depth)
        sim_broken(verdict_of(look), "%" PRId64 " dead letters, not %" PRId64, look->n,
                   look->model->totals.dlq_depth);
}

void sim_check_store(struct model *model, struct store *store, int64_t now_us)
{
    struct look look = {.model = model, .now_us = now_us};
    struct why why = {0};

    if (!ok(&look, store_reader_open(store, &look.reader, &why), &why))
        return;
    check_events(&look);
    if (!model->verdict->broken)
        check_orders(&look);
    for (int64_t n = 1; n <= model->totals.last_order && !model->verdict->broken; n++)
        check_history(&look, n);
    if (!model->verdict->broken)
        check_dead(&look);
    store_reader_close(look.reader);
}

/* ---- totals ---- */

static void differ(struct model *model, const char *what, int64_t said, int64_t is)
{
    if (said != is)
        sim_broken(model->verdict, "%s: %" PRId64 " by the totals, %" PRId64 " by counting", what,
                   said, is);
}

void sim_check_totals(struct model *model, const struct store_totals *totals)
{
    const struct store_totals *own = &model->totals;

    for (unsigned status = 1; status < STATUS_COUNT; status++)
        differ(model, status_name((enum status)status), totals->counts[status],
               own->counts[status]);
    differ(model, "last_seq", totals->last_seq, own->last_seq);
    differ(model, "last_order", totals->last_order, own->last_order);
    differ(model, "last_dead", totals->last_dead, own->last_dead);
    differ(model, "last_replay", totals->last_replay, own->last_replay);
    differ(model, "dlq_depth", totals->dlq_depth, own->dlq_depth);
    differ(model, "accepted", totals->accepted, own->accepted);
    differ(model, "fulfilled", totals->fulfilled, own->fulfilled);
    differ(model, "failed", totals->failed, own->failed);
    differ(model, "retried", totals->retried, own->retried);
    differ(model, "rejected", totals->rejected, own->rejected);
    differ(model, "paused", totals->paused, own->paused);
}
