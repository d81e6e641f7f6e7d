/* How an operation is written: a call comes in, a reply goes out, now or later. */
#include "daemon/api/op_handler.h"

#include <stdlib.h>

#include "shared/limits.h"
#include "shared/need.h"

#define BUSY_RETRY_US 1000000 /* where whoever is busy does not say when to ask again */

struct call *call_new(const struct api_parts *parts)
{
    struct call *call = need(calloc(1, sizeof(*call)));

    call->parts = parts;
    call->request.op = OP_COUNT; /* not known yet */
    call->problems.arena = &call->arena;
    buf_init(&call->out, (size_t)FRAME_MAX_BYTES);
    if (parts->gather != NULL)
        parts->gather->calls++;
    return call;
}

static void count(const struct call *call, enum err result)
{
    struct metrics *metrics = call->parts->metrics;
    int64_t took_us = clock_mono(call->parts->clock) - call->received_mono;

    if (call->request.op == OP_COUNT)
        return;
    metrics_request(metrics, call->request.op, result, took_us);
    if (call->request.op == OP_SUBMIT && result == OK)
        metrics_submit_took(metrics, took_us);
}

static void finish(struct call *call, enum err result)
{
    struct call_gather *gather = call->parts->gather;

    call->send(call, call->out.data, call->out.len);
    count(call, result);
    if (gather != NULL)
        gather->calls--;
    buf_done(&call->out);
    arena_done(&call->arena);
    free(call);
}

void call_reply(struct call *call)
{
    if (call->out.failed) {
        call_refuse(call, err_set(&call->why, ERR_INTERNAL, "the reply would pass 1 MiB"),
                    &call->why);
        return;
    }
    finish(call, OK);
}

void call_refuse(struct call *call, enum err code, const struct why *why)
{
    struct why told = *why;

    if (code == ERR_DAMAGED && call->parts->scrub != NULL)
        scrub_heard(call->parts->scrub, why->text);
    if (code == ERR_DAMAGED)
        code = ERR_INTERNAL;
    if (code == ERR_BUSY && told.retry_after_us == 0)
        told.retry_after_us = BUSY_RETRY_US;
    buf_clear(&call->out);
    wire_reply_error(&call->out, code, &told, &call->problems);
    finish(call, code);
}

static void prepare(struct call *call, void (*done)(struct command *command))
{
    call->command.next = NULL;
    call->command.by = call->actor;
    call->command.done = done;
    call->command.owner = call;
}

void call_post(struct call *call, void (*done)(struct command *command))
{
    struct call_gather *gather = call->parts->gather;
    enum err e = OK;

    prepare(call, done);
    if (gather != NULL && gather->open) {
        if (gather->first == NULL)
            gather->first = &call->command;
        else
            gather->last->next = &call->command;
        gather->last = &call->command;
        return;
    }
    e = engine_post(call->parts->engine, &call->command, &call->why);
    if (e != OK)
        call_refuse(call, e, &call->why);
}

void call_post_anyway(struct call *call, void (*done)(struct command *command))
{
    enum err e = OK;

    prepare(call, done);
    e = engine_post_anyway(call->parts->engine, &call->command, &call->why);
    if (e != OK)
        call_refuse(call, e, &call->why);
}

bool call_command_failed(struct call *call)
{
    if (call->command.result == OK)
        return false;
    call_refuse(call, call->command.result, &call->command.why);
    return true;
}

void call_gather_post(struct call_gather *gather, struct engine *engine)
{
    struct command *at = gather->first;
    struct why why = {0};
    enum err e = OK;
    bool one_by_one = false;

    gather->first = NULL;
    gather->last = NULL;
    gather->open = false;
    if (at == NULL)
        return;
    e = engine_post(engine, at, &why);
    if (e == OK)
        return;
    one_by_one = e == ERR_BUSY; /* there may be room for the first of them */
    while (at != NULL) {
        struct command *next = at->next;

        at->next = NULL;
        if (one_by_one) {
            e = engine_post(engine, at, &why);
            one_by_one = e == OK;
        }
        if (!one_by_one)
            call_refuse(at->owner, e, &why);
        at = next;
    }
}

static void read_run(struct read_job *job, struct store_reader *reader)
{
    struct call *call = job->owner;

    call->result = call->read(call, reader, &call->why);
}

static void read_done(struct read_job *job)
{
    struct call *call = job->owner;

    if (call->result != OK)
        call_refuse(call, call->result, &call->why);
    else if (call->then != NULL)
        call->then(call);
    else
        call_reply(call);
}

void call_read_then(struct call *call,
                    enum err (*run)(struct call *call, struct store_reader *reader,
                                    struct why *why),
                    void (*then)(struct call *call))
{
    enum err e = OK;

    call->read = run;
    call->then = then;
    if (call->large != NULL)
        call->large(call);
    call->read_job = (struct read_job){.run = read_run, .done = read_done, .owner = call};
    e = readers_post(call->parts->readers, &call->read_job, &call->why);
    if (e != OK)
        call_refuse(call, e, &call->why);
}

void call_read(struct call *call,
               enum err (*run)(struct call *call, struct store_reader *reader, struct why *why))
{
    call_read_then(call, run, NULL);
}
