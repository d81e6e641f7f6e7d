/* What the daemon has promised: each event is checked as it comes. */
#include "tests/sim/sim_model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_broken(struct sim_verdict *verdict, const char *fmt, ...)
{
    va_list args;

    if (verdict->broken)
        return;
    verdict->broken = true;
    va_start(args, fmt);
    (void)vsnprintf(verdict->text, sizeof(verdict->text), fmt, args);
    va_end(args);
}

void model_init(struct model *model, struct sim_verdict *verdict, struct sim_coverage *coverage)
{
    *model = (struct model){.verdict = verdict, .coverage = coverage};
}

void model_done(struct model *model)
{
    free(model->orders);
    free(model->events);
    free(model->requests);
}

static void *grown(void *list, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return list;
    *cap = *cap * 2 + 64;
    list = realloc(list, *cap * size);
    if (list == NULL)
        abort();
    return list;
}

struct model_order *model_order(const struct model *model, int64_t number)
{
    bool there = number > 0 && number <= model->totals.last_order;

    return there ? &model->orders[number - 1] : NULL;
}

bool model_unfinished(const struct model_order *order)
{
    return !status_settled(order->status);
}

/* ---- requests ---- */

int64_t model_ask(struct model *model, bool keyed)
{
    model->requests =
        grown(model->requests, model->n_requests, &model->cap_requests, sizeof(*model->requests));
    model->requests[model->n_requests] = (struct model_request){.keyed = keyed};
    return (int64_t)model->n_requests++;
}

void model_answer(struct model *model, int64_t number, const struct command_order *answer)
{
    struct model_request *request = &model->requests[number];
    const struct model_order *order = model_order(model, request->order);
    bool rejected = answer->status == STATUS_REJECTED;

    if (order == NULL || uuid_compare(&order->uid, &answer->uid) != 0)
        sim_broken(model->verdict, "request %" PRId64 " is answered with an order it has not made",
                   number);
    if (request->answered &&
        (uuid_compare(&request->uid, &answer->uid) != 0 || request->rejected != rejected))
        sim_broken(model->verdict, "request %" PRId64 " is answered in two ways", number);
    if (request->fresh && !answer->duplicate)
        sim_broken(model->verdict, "request %" PRId64 " is accepted twice", number);
    if (rejected != (answer->reasons.p != NULL))
        sim_broken(model->verdict, "request %" PRId64 ": reasons without a rejection", number);
    request->answered = true;
    request->fresh = request->fresh || !answer->duplicate;
    request->rejected = rejected;
    request->uid = answer->uid;
}

/* ---- events ---- */

static void add_order(struct model *model, const struct event *event)
{
    struct store_totals *totals = &model->totals;
    size_t prefix = sizeof(SIM_CUSTOMER) - 1;
    int64_t number = -1;

    if (event->id != totals->last_order + 1)
        sim_broken(model->verdict, "order %" PRId64 " comes after %" PRId64, event->id,
                   totals->last_order);
    if (event->customer_id.n > prefix)
        number = strtoll(event->customer_id.p + prefix, NULL, 10);
    if (number < 0 || (size_t)number >= model->n_requests) {
        sim_broken(model->verdict, "order %" PRId64 " was asked for by nobody", event->id);
        return;
    }
    if (model->requests[number].order != 0)
        sim_broken(model->verdict, "request %" PRId64 " made two orders", number);
    model->orders = grown(model->orders, (size_t)totals->last_order, &model->cap_orders,
                          sizeof(*model->orders));
    model->orders[totals->last_order++] =
        (struct model_order){.request = number, .uid = event->uid, .status = STATUS_NONE};
    model->requests[number].order = event->id;
}

/* Is it one of the table's changes? */
static void check_change(struct model *model, const struct event *event)
{
    bool legal = false;

    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        struct change change = status_change(event->from, (enum cause)cause);

        if (!change.legal || change.to != event->to || change.entry != event->entry)
            continue;
        model->coverage->changes[event->from][cause]++;
        legal = true;
    }
    if (!legal)
        sim_broken(model->verdict, "order %" PRId64 ": %s became %s by %s", event->id,
                   status_name(event->from), status_name(event->to), entry_name(event->entry));
}

/* What an entry makes of the count of attempts. */
enum counting { COUNT_KEEP, COUNT_UP, COUNT_SAME, COUNT_DOWN, COUNT_ANEW };

static const enum counting countings[ENTRY_COUNT] = {
    [ENTRY_ATTEMPT_STARTED] = COUNT_UP, [ENTRY_RETRY_SCHEDULED] = COUNT_SAME,
    [ENTRY_DEAD_LETTERED] = COUNT_SAME, [ENTRY_FULFILLED] = COUNT_SAME,
    [ENTRY_GIVEN_BACK] = COUNT_DOWN,    [ENTRY_STEP_DONE] = COUNT_ANEW,
    [ENTRY_UNDO_STARTED] = COUNT_ANEW,  [ENTRY_UNDONE] = COUNT_ANEW,
};

static void count_attempts(struct model *model, struct model_order *order,
                           const struct event *event)
{
    enum counting counting = countings[event->entry];

    if (event->from == STATUS_FAILED && event->to != STATUS_FAILED) /* replayed, or undone */
        counting = COUNT_ANEW;
    order->attempts += counting == COUNT_UP;
    if (counting == COUNT_UP || counting == COUNT_SAME || counting == COUNT_DOWN) {
        if (event->attempt != order->attempts)
            sim_broken(model->verdict, "order %" PRId64 ": %s of attempt %u, but it is at %u",
                       event->id, entry_name(event->entry), event->attempt, order->attempts);
    }
    if (event->entry == ENTRY_RETRY_SCHEDULED && event->attempt >= event->max_attempts)
        sim_broken(model->verdict, "order %" PRId64 " is tried more than %u times", event->id,
                   event->max_attempts);
    order->attempts -= counting == COUNT_DOWN;
    if (counting == COUNT_ANEW)
        order->attempts = 0;
}

static void count_dead(struct model *model, struct model_order *order, const struct event *event)
{
    bool added = event->entry == ENTRY_DEAD_LETTERED;
    bool removed = order->in_dlq && event->entry != ENTRY_AMENDED;

    if (event->dlq_added != added || event->dlq_removed != removed)
        sim_broken(model->verdict, "order %" PRId64 ": %s, but its dead letter %s%s", event->id,
                   entry_name(event->entry), event->dlq_added ? "comes" : "",
                   event->dlq_removed ? "goes" : "stays");
    if (event->from == STATUS_FAILED && event->to == STATUS_QUEUED && !order->in_dlq)
        sim_broken(model->verdict, "order %" PRId64 " is replayed without a dead letter",
                   event->id);
    order->in_dlq = (order->in_dlq || added) && !removed;
    model->totals.failed += added;
    model->totals.dlq_depth += added - removed;
}

static void add_change(struct model *model, const struct event *event)
{
    struct store_totals *totals = &model->totals;
    struct model_order *order = NULL;

    if (event->from == STATUS_NONE)
        add_order(model, event);
    order = model_order(model, event->id);
    if (order == NULL || model->verdict->broken)
        return;
    if (event->from != order->status || uuid_compare(&event->uid, &order->uid) != 0)
        sim_broken(model->verdict, "order %" PRId64 " was %s, not %s", event->id,
                   status_name(order->status), status_name(event->from));
    if (order->cancelling && event->to != STATUS_FULFILLED && event->to != STATUS_CANCELLED &&
        event->to != STATUS_UNDOING)
        sim_broken(model->verdict, "order %" PRId64 " becomes %s although its cancel was noted",
                   event->id, status_name(event->to));
    check_change(model, event);
    count_attempts(model, order, event);
    model_add_step(model, order, event);
    count_dead(model, order, event);
    if (event->from != STATUS_NONE)
        totals->counts[event->from]--;
    totals->counts[event->to]++;
    totals->accepted += event->from == STATUS_NONE && event->to == STATUS_QUEUED;
    totals->rejected += event->to == STATUS_REJECTED;
    totals->fulfilled += event->to == STATUS_FULFILLED;
    totals->retried += event->entry == ENTRY_RETRY_SCHEDULED;
    order->replays += event->from == STATUS_FAILED && event->to == STATUS_QUEUED;
    order->status = event->to;
    order->cancelling = false;
    order->last = event->seq;
    order->n_events++;
}

void model_add(struct model *model, const struct event *event)
{
    const struct model_order *order = NULL;
    int64_t seq = model->totals.last_seq + 1;
    struct model_event *e = NULL;

    if (event->seq != seq) {
        sim_broken(model->verdict, "event %" PRId64 " where %" PRId64 " should be", event->seq,
                   seq);
        return;
    }
    model->events = grown(model->events, (size_t)model->totals.last_seq, &model->cap_events,
                          sizeof(*model->events));
    e = &model->events[model->totals.last_seq++];
    *e = (struct model_event){0};
    model->totals.paused =
        (model->totals.paused || event->news == NEWS_PAUSED) && event->news != NEWS_RESUMED;
    model->totals.last_replay += event->news == NEWS_REPLAY_STARTED;
    if (!event->has_order)
        return;
    order = event->from != STATUS_NONE ? model_order(model, event->id) : NULL;
    *e = (struct model_event){.order = event->id,
                              .before = order != NULL ? order->last : 0,
                              .from = event->from,
                              .to = event->to,
                              .entry = event->entry,
                              .attempt = event->attempt};
    add_change(model, event);
    model->totals.last_dead += event->dlq_added;
}
