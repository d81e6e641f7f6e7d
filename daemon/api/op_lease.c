/* lease, heartbeat, complete and fail: orders on their way to workers outside, and back. */
#include "daemon/api/op_handler.h"

#include "daemon/handler/attempt_key.h"
#include "daemon/handler/handler_worker.h"
#include "shared/order_steps.h"
#include "shared/wire_lease.h"

static void refuse(struct call *call, enum err e)
{
    call_refuse(call, e, &call->why);
}

/* ---- lease ---- */

struct lease_call {
    struct worker_ask ask;
    struct worker_given given[LEASES_AT_ONCE_MAX];
    size_t handed; /* of them, those that are in the reply */
    enum err result;
};

static void give_back(struct call *call, size_t from)
{
    struct lease_call *lease = call->state;

    for (size_t i = from; i < lease->ask.n; i++)
        handler_worker_return(call->parts->worker, &lease->given[i]);
}

static void reply_empty(struct call *call)
{
    buf_clear(&call->out);
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "leases");
    mp_put_list(&call->out, 0);
    call_reply(call);
}

/* What the step that is to be undone handed on. */
static struct slice result_of(const struct order *order, const char *step)
{
    for (size_t i = 0; i < order->n_results; i++) {
        if (slice_is(order->results[i].key, step))
            return order->results[i].value;
    }
    return (struct slice){NULL, 0};
}

/* False: there is no room for it. */
static bool put_lease(struct call *call, const struct worker_given *given, struct order *order)
{
    char key[ATTEMPT_KEY_LEN + 1];
    size_t before = call->out.len;
    struct lease_row row = {.lease = slice_of(given->token),
                            .step = slice_of(given->attempt.step),
                            .undo = given->attempt.undo,
                            .attempt = given->attempt.number,
                            .expires_at = given->expires_at};

    attempt_key(&given->attempt, key);
    row.key = slice_of(key);
    if (row.undo && order->cut == 0) /* else it is there already, and whole */
        order->result = result_of(order, given->attempt.step);
    wire_lease_write(&call->out, &row, order);
    if (!call->out.failed)
        return true;
    call->out.failed = false;
    call->out.len = before;
    return false;
}

/* On a reader's thread: the orders as they are now, for their attempts are stored. */
static void read_orders(struct read_job *job, struct store_reader *reader)
{
    struct call *call = job->owner;
    struct lease_call *lease = call->state;
    size_t count_at = 0;
    bool room = true;

    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "leases");
    count_at = mp_put_list_later(&call->out);
    while (lease->handed < lease->ask.n && room && lease->result == OK) {
        const struct worker_given *given = &lease->given[lease->handed];
        struct arena arena = {0};
        struct order order;

        lease->result = store_get(reader, &given->attempt.uid, &arena, &order, &call->why);
        if (lease->result == OK)
            room = put_lease(call, given, &order);
        if (!room && lease->handed == 0) { /* nor would it ever be */
            order_cut_results(&order, &arena);
            room = put_lease(call, given, &order);
        }
        lease->handed += lease->result == OK && room;
        arena_done(&arena);
    }
    mp_set_list_count(&call->out, count_at, (uint32_t)lease->handed);
}

static void orders_read(struct read_job *job)
{
    struct call *call = job->owner;
    struct lease_call *lease = call->state;
    bool gone = call->gone != NULL && call->gone(call);

    give_back(call, gone || lease->result != OK ? 0 : lease->handed);
    if (lease->result != OK)
        refuse(call, lease->result);
    else
        call_reply(call); /* nobody hears it who has gone */
}

static void answered(struct worker_ask *ask)
{
    struct call *call = ask->self;
    enum err e = OK;

    if (ask->n == 0) {
        reply_empty(call);
        return;
    }
    call->read_job = (struct read_job){.run = read_orders, .done = orders_read, .owner = call};
    e = readers_post(call->parts->readers, &call->read_job, &call->why);
    if (e == OK)
        return;
    give_back(call, 0);
    refuse(call, e);
}

static bool asker_gone(const struct worker_ask *ask)
{
    const struct call *call = ask->self;

    return call->gone != NULL && call->gone(call);
}

static bool is_step(const struct api_parts *parts, struct slice name)
{
    for (size_t i = 0; i < parts->n_steps; i++) {
        if (slice_eq(parts->steps[i].step, name))
            return true;
    }
    return false;
}

static enum err no_worker(struct call *call)
{
    return err_set(&call->why, ERR_WRONG_STATE, "no step%s has the handler worker",
                   call->request.lease.steps.n > 0 ? " of those" : "");
}

/* Which of what is leased the worker serves. */
static enum err find_served(struct call *call, uint32_t *serves)
{
    const struct name_list *steps = &call->request.lease.steps;
    const struct worker *worker = call->parts->worker;

    *serves = 0;
    for (size_t i = 0; i < steps->n; i++) {
        if (!is_step(call->parts, steps->names[i]))
            return err_set(&call->why, ERR_INVALID, "steps: there is no step '%.*s'",
                           SLICE_ARGS(steps->names[i]));
        if (worker != NULL)
            *serves |= handler_worker_serves(worker, steps->names[i]);
    }
    if (steps->n == 0 && worker != NULL)
        *serves = handler_worker_serves(worker, (struct slice){NULL, 0});
    return *serves != 0 ? OK : no_worker(call);
}

void op_lease(struct call *call)
{
    const struct request_lease *request = &call->request.lease;
    struct lease_call *lease = NULL;
    uint32_t serves = 0;
    enum err e = find_served(call, &serves);

    if (e != OK) {
        refuse(call, e);
        return;
    }
    lease = arena_alloc(&call->arena, sizeof(*lease));
    call->state = lease;
    lease->ask = (struct worker_ask){
        .worker = request->worker,
        .key = request->key,
        .wait_us = request->wait_ms * 1000,
        .lease_us = request->lease_ms * 1000,
        .serves = serves,
        .max = (size_t)request->max,
        .given = lease->given,
        .gone = asker_gone,
        .answer = answered,
        .self = call,
    };
    e = handler_worker_ask(call->parts->worker, &lease->ask, &call->why);
    if (e != OK)
        refuse(call, e);
}

/* ---- heartbeat ---- */

static struct worker_claim claim_of(const struct call *call)
{
    return (struct worker_claim){.uid = call->request.leased.order_id,
                                 .token = call->request.leased.lease};
}

static void reply_heartbeat(struct call *call, int64_t expires_at, bool cancel)
{
    wire_reply_ok(&call->out, 2);
    mp_put_text(&call->out, "expires_at");
    mp_put_int(&call->out, expires_at);
    mp_put_text(&call->out, "cancel");
    mp_put_bool(&call->out, cancel);
    call_reply(call);
}

/* Lost, or is there no such order at all? */
static enum err run_lost(struct call *call, struct store_reader *reader, struct why *why)
{
    struct lease_end found = {.token = call->request.leased.lease};
    enum err e = store_find_lease(reader, &call->request.leased.order_id, &found, why);

    return e != OK ? e : err_set(why, ERR_LEASE_LOST, "the lease was ended");
}

void op_heartbeat(struct call *call)
{
    const struct worker_claim claim = claim_of(call);
    int64_t expires_at = 0;
    bool cancel = false;

    if (call->parts->worker != NULL &&
        handler_worker_heartbeat(call->parts->worker, &claim, &expires_at, &cancel) == OK)
        reply_heartbeat(call, expires_at, cancel);
    else
        call_read(call, run_lost);
}

/* ---- complete and fail ---- */

static void write_end(struct call *call, enum status status, int64_t next_attempt_at)
{
    bool failed = call->request.op == OP_FAIL;

    wire_reply_ok(&call->out, failed ? 2 : 1);
    mp_put_text(&call->out, "status");
    mp_put_text(&call->out, status_name(status));
    if (!failed)
        return;
    mp_put_text(&call->out, "next_attempt_at");
    wire_put_time(&call->out, next_attempt_at);
}

static enum lease_op lease_op_of(const struct call *call)
{
    return call->request.op == OP_FAIL ? LEASE_FAILED : LEASE_COMPLETED;
}

/* The lease is not held any more: was it ended by the same request? */
static enum err run_ended(struct call *call, struct store_reader *reader, struct why *why)
{
    struct lease_end found = {.token = call->request.leased.lease};
    enum err e = store_find_lease(reader, &call->request.leased.order_id, &found, why);

    if (e == OK && found.op != lease_op_of(call))
        e = err_set(why, ERR_LEASE_LOST, "the lease was ended otherwise");
    if (e == OK)
        write_end(call, found.status, found.next_attempt_at);
    return e;
}

static void lease_ended(struct worker_end *end)
{
    struct call *call = end->self;

    if (end->err != OK) {
        call_refuse(call, end->err, &end->why);
        return;
    }
    write_end(call, end->status, end->next_attempt_at);
    call_reply(call);
}

static void end_lease(struct call *call)
{
    const struct request_leased *request = &call->request.leased;
    struct worker_end *end = arena_alloc(&call->arena, sizeof(*end));

    *end = (struct worker_end){
        .claim = claim_of(call),
        .op = lease_op_of(call),
        .by = call->actor,
        .result = request->result,
        .reason = request->reason,
        .permanent = request->permanent,
        .retry_after_us = request->has_retry_after ? request->retry_after_ms * 1000 : -1,
        .done = lease_ended,
        .self = call,
    };
    if (call->parts->worker == NULL || handler_worker_end(call->parts->worker, end) != OK)
        call_read(call, run_ended);
}

void op_complete(struct call *call)
{
    if (call->request.leased.result.n > (size_t)RESULT_MAX_BYTES) {
        refuse(call,
               err_set(&call->why, ERR_TOO_LARGE, "result: must have at most %d bytes, not %zu",
                       RESULT_MAX_BYTES, call->request.leased.result.n));
        return;
    }
    end_lease(call);
}

void op_fail(struct call *call)
{
    end_lease(call);
}
