/* Carries out submits, and what operators ask of orders. */
#include "daemon/core/engine_orders.h"

#include <string.h>

#include "shared/limits.h"

#define BUSY_AGAIN_US 1000000

static enum err conflict(const char *what, const struct uuid *holder, struct why *why)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(holder, id);
    return err_set(why, ERR_CONFLICT, "%s %s", what, id);
}

/* The key was used before: the same order again, or another one under its name. */
static enum err repeat(struct engine_work *work, struct command_order *o,
                       const struct store_key *key, struct why *why)
{
    struct order first;
    enum err e = OK;

    if (key->order <= 0)
        return err_set(why, ERR_CONFLICT, "the idempotency key was used for a replay");
    e = engine_work_get(work, key->order, &first, why);
    if (e != OK)
        return e;
    if (key->digest != o->digest)
        return conflict("the idempotency key was used with another order:", &first.uid, why);
    o->uid = first.uid;
    o->status = first.status;
    o->duplicate = true;
    if (first.status == STATUS_REJECTED)
        o->reasons = slice_copy(&work->arena, first.failure_reason);
    return OK;
}

/* *known: the key says that this order was here before, and `o` is answered (or refused). */
static enum err look_at_key(struct engine_work *work, struct command_order *o, bool *known,
                            struct why *why)
{
    struct store_key key;
    enum err e = OK;

    *known = false;
    if (o->key.p == NULL)
        return OK;
    e = store_find_key(work->store, o->key, &key, why);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e != OK || key.at <= clock_wall(work->clock) - IDEMPOTENCY_KEY_US)
        return e;
    e = repeat(work, o, &key, why);
    *known = e != ERR_NOT_FOUND; /* purged meanwhile: its key is free */
    return *known ? e : OK;
}

static enum err check_room(struct engine_work *work, struct why *why)
{
    const int64_t *counts = work->state.totals.counts;
    int64_t max = atomic_load_explicit(&work->max_backlog, memory_order_relaxed);
    int64_t unfinished = counts[STATUS_QUEUED] + counts[STATUS_PROCESSING] +
                         counts[STATUS_RETRYING] + counts[STATUS_HELD] + counts[STATUS_UNDOING];

    if (max == 0 || unfinished < max)
        return OK;
    return err_busy(why, BUSY_AGAIN_US, "too many unfinished orders");
}

static enum err check_reference(struct engine_work *work, const struct order *order,
                                struct why *why)
{
    struct order holder;
    int64_t id = 0;
    enum err e = OK;

    if (order->reference.p == NULL || order->status == STATUS_REJECTED)
        return OK;
    e = store_find_reference(work->store, order->reference, &id, why);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e == OK)
        e = engine_work_get(work, id, &holder, why);
    if (e == OK)
        e = conflict("the reference belongs to order", &holder.uid, why);
    return e;
}

/* The same for one that is there already, and may hold it itself. */
static enum err check_new_reference(struct engine_work *work, const struct order *order,
                                    struct why *why)
{
    int64_t id = 0;
    enum err e = OK;

    if (order->reference.p != NULL) {
        e = store_find_reference(work->store, order->reference, &id, why);
        if (e == ERR_NOT_FOUND || (e == OK && id == order->id))
            return OK;
    }
    return e == OK ? check_reference(work, order, why) : e;
}

static enum err add_order(struct engine_work *work, struct command_order *o, struct slice by,
                          struct why *why)
{
    struct workflow_now now = engine_work_now(work, by);
    const struct workflow_received received = {&o->draft, o->received_at, o->validated_at};
    struct order order = {.id = work->state.totals.last_order + 1};
    struct decision decision;
    enum err e = OK;

    order.uid = uuid_make(&work->uuids, now.wall_us);
    buf_clear(&work->text);
    workflow_accept(&now, &received, &work->text, &order, &decision);
    e = check_reference(work, &order, why);
    if (e != OK)
        return e;
    work->state.totals.last_order = order.id;
    /* The reasons lie in the scratch, which what follows may use. */
    if (order.failure_reason.p != NULL) {
        order.failure_reason = slice_copy(&work->arena, order.failure_reason);
        decision.entries[decision.n_entries - 1].detail = order.failure_reason;
    }
    e = engine_work_apply(work, &order, &decision, why);
    if (e == OK && o->key.p != NULL)
        e = store_add_key(work->store, o->key,
                          &(struct store_key){order.id, o->digest, now.wall_us}, why);
    o->uid = order.uid;
    o->status = order.status;
    if (order.status == STATUS_REJECTED)
        o->reasons = order.failure_reason;
    return e;
}

static enum err submit_one(struct engine_work *work, struct command_order *o, struct slice by,
                           struct why *why)
{
    bool known = false;
    enum err e = OK;

    o->duplicate = false;
    o->status = STATUS_NONE;
    o->reasons = o->refusal = (struct slice){NULL, 0};
    if (work->state.draining)
        return err_busy(why, BUSY_AGAIN_US,
                        "draining: no orders are taken until resume or a restart");
    e = look_at_key(work, o, &known, why);
    if (e != OK || known)
        return e;
    e = check_room(work, why);
    return e == OK ? add_order(work, o, by, why) : e;
}

enum err engine_orders_submit(struct engine_work *work, struct command *command, struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; i < command->submit.n; i++) {
        struct command_order *o = &command->submit.orders[i];

        if (o->skip)
            continue;
        o->result = e = submit_one(work, o, command->by, why);
        if (engine_work_fatal(e))
            return e;
        if (e != OK)
            o->refusal = slice_copy(&work->arena, slice_of(why->text));
    }
    return command->kind == COMMAND_SUBMIT ? e : OK;
}

static enum err change_one(struct engine_work *work, struct command *command, size_t i,
                           struct why *why)
{
    struct workflow_now now = engine_work_now(work, command->by);
    struct workflow_ask ask = {.cause = command->change.cause, .reason = command->change.reason};
    struct order order;
    struct decision decision;
    enum err e = command->change.uids != NULL
                     ? engine_work_find(work, &command->change.uids[i], &order, why)
                     : engine_work_get(work, command->change.orders[i], &order, why);

    if (e != OK)
        return e;
    ask.in_dlq = order.status == STATUS_FAILED && order.due_at != 0;
    e = workflow_change(&now, &ask, &order, &decision, why);
    if (decision.from == STATUS_FAILED && decision.to == STATUS_UNDOING)
        order.replay = 0; /* for its replay it has ended */
    if (e == OK)
        e = engine_work_apply(work, &order, &decision, why);
    command->change.status = order.status;
    command->change.cancelling = order.status == STATUS_PROCESSING && order.cancelling;
    command->change.changed += e == OK && decision.changed;
    return e;
}

enum err engine_orders_change(struct engine_work *work, struct command *command, struct why *why)
{
    enum err e = OK;

    command->change.changed = 0;
    command->change.status = STATUS_NONE;
    command->change.cancelling = false;
    for (size_t i = 0; i < command->change.n; i++) {
        e = change_one(work, command, i, why);
        if (engine_work_fatal(e))
            return e;
    }
    command->change.skipped = (int64_t)command->change.n - command->change.changed;
    return command->change.n == 1 ? e : OK;
}

enum err engine_orders_amend(struct engine_work *work, struct command *command, struct why *why)
{
    struct workflow_now now = engine_work_now(work, command->by);
    struct workflow_amendment ask = {&command->amend.draft, command->amend.reason, &work->text};
    struct order order = {0};
    struct store_load_ask load = {0, ORDER_WHOLE, &work->arena, &order};
    struct decision decision;
    enum err e = store_find(work->store, &command->amend.uid, &load.id, why);

    if (e == OK)
        e = store_load(work->store, &load, why);
    if (e == OK) {
        buf_clear(&work->text);
        e = workflow_amend(&now, &ask, &order, &decision, why);
    }
    if (e == OK)
        e = check_new_reference(work, &order, why);
    if (e == OK)
        e = store_amend_order(work->store, &order, why);
    if (e == OK)
        e = engine_work_apply(work, &order, &decision, why);
    command->amend.status = order.status;
    return e;
}
