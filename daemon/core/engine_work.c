/* A transaction in the making: its state, and how a decision about an order is put down in it. */
#include "daemon/core/engine_work.h"

#include <inttypes.h>
#include <stdlib.h>

#include "daemon/core/engine_tally.h"
#include "shared/fault.h"
#include "shared/limits.h"
#include "shared/need.h"

#define CACHE_SLOTS 8192
#define TEXT_MAX_BYTES (1024UL * 1024) /* the longest: every product of an order as a reason */

void engine_work_init(struct engine_work *work, struct store *store, const struct clock *clock,
                      const struct workflow_settings *workflow)
{
    *work = (struct engine_work){.store = store, .clock = clock};
    work->state.settings = workflow;
    work->cache = engine_cache_new(CACHE_SLOTS);
    rng_seed(&work->rng, workflow->has_seed ? workflow->seed : rng_entropy());
    uuid_maker_init(&work->uuids, rng_entropy());
    buf_init(&work->text, TEXT_MAX_BYTES);
}

void engine_work_done(struct engine_work *work)
{
    engine_cache_free(work->cache);
    buf_done(&work->text);
    arena_done(&work->arena);
    free(work->events);
    free(work->waiting);
    free(work->cancelling);
}

bool engine_work_fatal(enum err e)
{
    return e == ERR_READ_ONLY || e == ERR_OUTCOME_UNKNOWN || e == ERR_INTERNAL;
}

enum err engine_work_begin(struct engine_work *work, struct why *why)
{
    work->saved = work->state;
    return store_begin(work->store, why);
}

static void forget_changes(struct engine_work *work)
{
    work->n_events = work->n_waiting = work->n_cancelling = 0;
    work->counted = false;
    arena_done(&work->arena);
}

void engine_work_rollback(struct engine_work *work)
{
    store_rollback(work->store);
    work->state = work->saved;
    for (size_t i = 0; i < ENGINE_TALLIES_MAX; i++) { /* what it is a tally of may be gone, too */
        work->tallies[i].n_ends = 0;
        work->tallies[i].known = false;
    }
    engine_cache_clear(work->cache);
    forget_changes(work);
}

enum err engine_work_commit(struct engine_work *work, struct engine_handed *out, struct why *why)
{
    enum err e = engine_tally_store(work, why);

    if (e == OK && work->n_events > 0)
        e = store_add_events(work->store, work->events, work->n_events, why);
    if (e == OK && work->counted)
        e = store_save_totals(work->store, &work->state.totals, why);
    fault_point("before_commit");
    if (e == OK)
        e = store_commit(work->store, why);
    fault_point("after_commit");
    if (e != OK) {
        engine_work_rollback(work);
        return e;
    }
    out->events = work->events;
    out->waiting = work->waiting;
    out->cancelling = work->cancelling;
    out->committed = true;
    out->commit.events = work->events;
    out->commit.n_events = work->n_events;
    out->commit.waiting = work->waiting;
    out->commit.n_waiting = work->n_waiting;
    out->commit.cancelling = work->cancelling;
    out->commit.n_cancelling = work->n_cancelling;
    out->commit.totals = work->state.totals;
    out->commit.arena = work->arena;
    work->events = NULL;
    work->waiting = NULL;
    work->cancelling = NULL;
    work->cap_events = work->cap_waiting = work->cap_cancelling = 0;
    work->arena = (struct arena){0};
    forget_changes(work);
    return OK;
}

void engine_work_free_handed(struct engine_handed *handed)
{
    if (handed == NULL)
        return;
    free(handed->events);
    free(handed->waiting);
    free(handed->cancelling);
    arena_done(&handed->commit.arena);
    free(handed);
}

enum err engine_work_commit_alone(struct engine_work *work, struct why *why)
{
    struct engine_handed *handed = need(calloc(1, sizeof(*handed)));
    enum err e = OK;

    e = engine_work_commit(work, handed, why);
    engine_work_free_handed(handed);
    return e;
}

struct workflow_now engine_work_now(struct engine_work *work, struct slice by)
{
    return (struct workflow_now){.settings = work->state.settings,
                                 .wall_us = clock_wall(work->clock),
                                 .due_us = clock_due(work->clock),
                                 .rng = &work->rng,
                                 .by = by};
}

enum err engine_work_get(struct engine_work *work, int64_t id, struct order *out, struct why *why)
{
    if (engine_cache_get(work->cache, id, out))
        return OK;
    return store_load(work->store, &(struct store_load_ask){id, ORDER_ROW, &work->arena, out}, why);
}

enum err engine_work_find(struct engine_work *work, const struct uuid *uid, struct order *out,
                          struct why *why)
{
    int64_t id = 0;
    enum err e = store_find(work->store, uid, &id, why);

    if (e == OK)
        e = engine_work_get(work, id, out, why);
    if (e == OK && uuid_compare(uid, &out->uid) != 0)
        e = err_set(why, ERR_DAMAGED, "order number %" PRId64 " is found by an id it has not", id);
    return e;
}

/* Room for one more of `size` bytes in a list. */
static void *grow(void *list, size_t n, size_t *cap, size_t size)
{
    void *grown = NULL;

    if (n < *cap)
        return list;
    *cap = *cap > 0 ? *cap * 2 : 64;
    grown = need(realloc(list, *cap * size));
    return grown;
}

struct event *engine_work_event(struct engine_work *work, int64_t at)
{
    struct event *event = NULL;

    work->events = grow(work->events, work->n_events, &work->cap_events, sizeof(*work->events));
    event = &work->events[work->n_events++];
    work->counted = true;
    *event = (struct event){.seq = ++work->state.totals.last_seq, .at = at};
    return event;
}

uint16_t engine_work_pool(const struct engine_work *work, const struct order *order)
{
    return STORE_POOL(store_step_number(work->store, order->step), order_undoes(order));
}

static void add_waiting(struct engine_work *work, const struct order *order)
{
    work->waiting =
        grow(work->waiting, work->n_waiting, &work->cap_waiting, sizeof(*work->waiting));
    work->waiting[work->n_waiting++] = (struct waiting){.id = order->id,
                                                        .due_at = order->due_at,
                                                        .priority = order->priority,
                                                        .pool = engine_work_pool(work, order)};
}

static void add_cancelling(struct engine_work *work, int64_t order)
{
    work->cancelling = grow(work->cancelling, work->n_cancelling, &work->cap_cancelling,
                            sizeof(*work->cancelling));
    work->cancelling[work->n_cancelling++] = order;
}

/* The last reason among the entries is the event's. */
static struct slice reason_of(const struct decision *decision)
{
    for (size_t i = decision->n_entries; i > 0; i--) {
        if (decision->entries[i - 1].detail.p != NULL)
            return decision->entries[i - 1].detail;
    }
    return (struct slice){NULL, 0};
}

static void tell(struct engine_work *work, struct order *order, const struct decision *decision)
{
    const struct entry *last = &decision->entries[decision->n_entries - 1];
    struct event *event = engine_work_event(work, last->at);
    struct arena *arena = &work->arena;

    order->seq = event->seq;
    event->entry = last->type;
    event->from = decision->from;
    event->to = decision->to;
    event->dlq_added = decision->dead_add;
    event->dlq_removed = decision->dead_remove;
    event->has_order = true;
    event->id = order->id;
    event->uid = order->uid;
    event->attempt = last->attempt;
    event->max_attempts = order->max_attempts;
    event->total_quantity = order->total_quantity;
    event->created_at = order->created_at;
    event->next_attempt_at = order->next_attempt_at;
    event->customer_id = slice_copy(arena, order->customer_id);
    event->reference = slice_copy(arena, order->reference);
    event->step = slice_copy(arena, last->step.p != NULL ? last->step : order->step);
    event->reason =
        slice_copy(arena, decision->told.p != NULL ? decision->told : reason_of(decision));
    event->by = slice_copy(arena, last->by);
}

/* What is not final is also counted by the step that it is at. */
static void count_step(struct engine_work *work, const struct order *order,
                       const struct decision *decision)
{
    struct store_totals *totals = &work->state.totals;
    uint32_t from = store_step_number(work->store, decision->from_step);
    uint32_t to = store_step_number(work->store, order->step);

    if (decision->from != STATUS_NONE && !status_final(decision->from) && from < STEPS_EVER_MAX)
        totals->by_step[from][decision->from]--;
    if (!status_final(decision->to) && to < STEPS_EVER_MAX)
        totals->by_step[to][decision->to]++;
}

static void count(struct store_totals *totals, const struct decision *decision)
{
    enum entry_type last = decision->entries[decision->n_entries - 1].type;

    if (decision->from != STATUS_NONE)
        totals->counts[decision->from]--;
    totals->counts[decision->to]++;
    totals->accepted += decision->from == STATUS_NONE && decision->to == STATUS_QUEUED;
    totals->rejected += last == ENTRY_REJECTED;
    totals->fulfilled += last == ENTRY_FULFILLED;
    totals->retried += last == ENTRY_RETRY_SCHEDULED;
    totals->failed += decision->dead_add;
    totals->dlq_depth += (decision->dead_add ? 1 : 0) - (decision->dead_remove ? 1 : 0);
}

static enum err add_dead(struct engine_work *work, const struct order *order, struct why *why)
{
    struct dead_letter dead = {.n = ++work->state.totals.last_dead,
                               .id = order->id,
                               .uid = order->uid,
                               .customer_id = order->customer_id,
                               .reference = order->reference,
                               .step = order->step,
                               .failure_reason = order->failure_reason,
                               .attempts = order->attempts,
                               .replays = order->replays,
                               .failed_at = order->updated_at};

    buf_clear(&work->text);
    text_group(&work->text, order->failure_reason);
    dead.group = (struct slice){buf_text(&work->text), work->text.len};
    return store_add_dead(work->store, &dead, why);
}

static enum err store_it(struct engine_work *work, struct order *order, struct decision *decision,
                         struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; i < decision->n_entries; i++)
        decision->entries[i].seq = order->seq;
    if (decision->result_add)
        e = store_add_result(work->store, order, &decision->result, why);
    if (e == OK && decision->n_entries > 0)
        e = store_add_history(work->store, order, decision->entries, decision->n_entries, why);
    if (e == OK)
        e = decision->from == STATUS_NONE ? store_add_order(work->store, order, why)
                                          : store_change_order(work->store, order, why);
    if (e == OK && decision->dead_add)
        e = add_dead(work, order, why);
    if (e == OK && decision->dead_remove)
        e = store_remove_dead(work->store, order->id, why);
    if (e == OK)
        e = engine_tally_decided(work, order, decision, why);
    return e;
}

enum err engine_work_apply(struct engine_work *work, struct order *order, struct decision *decision,
                           struct why *why)
{
    enum err e = OK;

    if (!decision->changed)
        return OK;
    if (decision->n_entries > 0) { /* none: a cancel was noted, which is no change of status */
        tell(work, order, decision);
        count(&work->state.totals, decision);
        count_step(work, order, decision);
    } else {
        add_cancelling(work, order->id);
    }
    e = store_it(work, order, decision, why);
    if (e != OK)
        return e == ERR_NOT_FOUND ? ERR_INTERNAL : e; /* half done must not look refused */
    if (order_waits(order))
        add_waiting(work, order);
    if (status_settled(order->status))
        engine_cache_drop(work->cache, order->id);
    else
        engine_cache_put(work->cache, order);
    return OK;
}
