/* The handler `exec`: a program for each attempt. */
#include "daemon/handler/handler_exec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/handler/attempt_key.h"
#include "shared/limits.h"
#include "shared/need.h"
#include "shared/order_json.h"
#include "shared/wire_order.h"

#define PACKED_MAX_BYTES (4UL * 1024 * 1024)
#define JSON_MAX_BYTES (8 * PACKED_MAX_BYTES) /* an escaped byte takes six */
#define TEXT_MAX_BYTES (4UL * EXEC_KEPT_BYTES)
#define ENV_MAX_BYTES 160 /* a variable: the longest has a step's or an instance's name */

/* To start a program takes the loop most of a millisecond, in which nobody is answered. */
#define STARTS_MAX 8

/* One attempt under way. */
struct run {
    struct run *prev, *next;
    struct exec *exec;
    int64_t order;
    struct child *child;
};

struct exec {
    struct children *children;
    const char *instance;
    struct handler_listener listener;
    struct exec_settings settings; /* the command: in the arena */
    struct arena arena;
    struct run *runs;
    bool stopping;
    struct buf packed, json, text; /* scratch */
};

/* ---- the end ---- */

static void unlink_run(struct run *run)
{
    if (run->prev != NULL)
        run->prev->next = run->next;
    else
        run->exec->runs = run->next;
    if (run->next != NULL)
        run->next->prev = run->prev;
}

static enum outcome outcome_of(enum exec_verdict verdict)
{
    switch (verdict) {
    case EXEC_FULFILLED:
        return OUTCOME_FULFILLED;
    case EXEC_FAILED_FOR_GOOD:
        return OUTCOME_FAILED_FOR_GOOD;
    case EXEC_FAILED:
        break;
    }
    return OUTCOME_FAILED;
}

/* In a stop it is our TERM that it failed by, as far as anyone can tell. */
static void on_ended(void *self, const struct exec_end *end)
{
    struct run *run = self;
    struct exec *exec = run->exec;
    struct exec_outcome outcome = exec_end_judge(end, &exec->text);
    struct attempt_end told = {.order = run->order,
                               .outcome = outcome_of(outcome.verdict),
                               .reason = outcome.reason,
                               .result = outcome.result,
                               .retry_after_us = outcome.retry_after_us};

    if (exec->stopping && outcome.verdict == EXEC_FAILED)
        told = (struct attempt_end){
            .order = run->order, .outcome = OUTCOME_GIVEN_BACK, .retry_after_us = -1};
    unlink_run(run);
    free(run);
    exec->listener.ended(exec->listener.self, &told);
}

/* ---- the start ---- */

/* The order as `dofs show --json` prints it, a line. */
static struct slice order_json(struct exec *exec, const struct order *order)
{
    struct mp_reader reader;
    struct json_writer writer;

    buf_clear(&exec->packed);
    buf_clear(&exec->json);
    wire_order_write(&exec->packed, order, ORDER_WHOLE);
    mp_reader_init(&reader, exec->packed.data, exec->packed.len);
    json_writer_init(&writer, &exec->json);
    order_json_write(&writer, &reader, NULL);
    buf_add_byte(&exec->json, '\n');
    exec->json.failed = exec->json.failed || exec->packed.failed;
    return (struct slice){buf_text(&exec->json), exec->json.len};
}

enum env { ENV_ORDER_ID, ENV_ATTEMPT, ENV_INSTANCE, ENV_KEY, ENV_STEP, ENV_UNDO, ENV_COUNT };

static void set_env(const struct exec *exec, const struct attempt *attempt,
                    char env[ENV_COUNT][ENV_MAX_BYTES])
{
    char id[UUID_TEXT_LEN + 1];
    char key[ATTEMPT_KEY_LEN + 1];

    uuid_format(&attempt->uid, id);
    attempt_key(attempt, key);
    (void)snprintf(env[ENV_ORDER_ID], ENV_MAX_BYTES, "DOFS_ORDER_ID=%s", id);
    (void)snprintf(env[ENV_ATTEMPT], ENV_MAX_BYTES, "DOFS_ATTEMPT=%" PRIu32, attempt->number);
    (void)snprintf(env[ENV_INSTANCE], ENV_MAX_BYTES, "DOFS_INSTANCE=%s", exec->instance);
    (void)snprintf(env[ENV_KEY], ENV_MAX_BYTES, "DOFS_KEY=%s", key);
    (void)snprintf(env[ENV_STEP], ENV_MAX_BYTES, "DOFS_STEP=%s", attempt->step);
    (void)snprintf(env[ENV_UNDO], ENV_MAX_BYTES, "DOFS_UNDO=1");
}

static enum err start_program(struct run *run, const struct attempt *attempt, struct why *why)
{
    struct exec *exec = run->exec;
    char env[ENV_COUNT][ENV_MAX_BYTES];
    const char *entries[ENV_COUNT + 1] = {NULL};
    struct child_spec spec = {.words = exec->settings.words,
                              .env = entries,
                              .timeout_us = exec->settings.timeout_us,
                              .ended = on_ended,
                              .self = run};

    set_env(exec, attempt, env);
    for (size_t i = 0; i < ENV_COUNT; i++)
        entries[i] = i != ENV_UNDO || attempt->undo ? env[i] : NULL; /* the last */
    spec.input = order_json(exec, attempt->whole);
    if (exec->json.failed)
        return err_set(why, ERR_TOO_LARGE, "the order is too large to be handed on");
    return child_start(exec->children, &spec, &run->child, why);
}

static void start(void *self, const struct attempt *attempt)
{
    struct exec *exec = self;
    struct run *run = need(calloc(1, sizeof(*run)));
    struct why why = {0};

    *run = (struct run){.exec = exec, .order = attempt->order, .next = exec->runs};
    if (start_program(run, attempt, &why) != OK) {
        const struct attempt_end end = {.order = attempt->order,
                                        .outcome = OUTCOME_FAILED,
                                        .reason = slice_of(why.text),
                                        .retry_after_us = -1};

        free(run);
        exec->listener.ended(exec->listener.self, &end);
        return;
    }
    if (exec->runs != NULL)
        exec->runs->prev = run;
    exec->runs = run;
}

/* ---- what else every handler does ---- */

/* It may yet fulfil the order, or take its time to end: up to its timeout. */
static void cancel(void *self, int64_t order)
{
    struct exec *exec = self;

    for (const struct run *run = exec->runs; run != NULL; run = run->next) {
        if (run->order == order)
            child_stop(run->child, INT64_MAX);
    }
}

static void stop(void *self)
{
    struct exec *exec = self;

    exec->stopping = true;
    for (const struct run *run = exec->runs; run != NULL; run = run->next)
        child_stop(run->child, exec->settings.stop_grace_us);
}

static bool instant(const void *self)
{
    (void)self;
    return false;
}

static void exec_free(void *self)
{
    struct exec *exec = self;
    struct run *run = exec->runs;

    while (run != NULL) {
        struct run *next = run->next;

        free(run);
        run = next;
    }
    buf_done(&exec->packed);
    buf_done(&exec->json);
    buf_done(&exec->text);
    arena_done(&exec->arena);
    free(exec);
}

static const struct handler_ops ops = {
    .name = "exec",
    .needs_order = true,
    .starts_max = STARTS_MAX,
    .own_time = true,
    .start = start,
    .cancel = cancel,
    .stop = stop,
    .instant = instant,
    .free = exec_free,
};

/* The settings' own copy: a reload frees those they came from. */
static void set(struct exec *exec, const struct exec_settings *settings)
{
    struct arena arena = {0};
    const char **words = NULL;
    size_t n = 0;

    exec->settings.timeout_us = settings->timeout_us;
    exec->settings.stop_grace_us = settings->stop_grace_us;
    while (settings->words[n] != NULL)
        n++;
    if (n == 0)
        return;
    words = arena_alloc(&arena, (n + 1) * sizeof(*words));
    for (size_t i = 0; i < n; i++)
        words[i] = arena_copy(&arena, settings->words[i], slice_of(settings->words[i]).n);
    arena_done(&exec->arena);
    exec->arena = arena;
    exec->settings.words = words;
}

struct handler handler_exec_new(const struct exec_parts *parts,
                                const struct exec_settings *settings)
{
    struct exec *exec = need(calloc(1, sizeof(*exec)));

    exec->children = parts->children;
    exec->instance = parts->instance;
    exec->listener = parts->listener;
    buf_init(&exec->packed, PACKED_MAX_BYTES);
    buf_init(&exec->json, JSON_MAX_BYTES);
    buf_init(&exec->text, TEXT_MAX_BYTES);
    set(exec, settings);
    return (struct handler){&ops, exec};
}

void handler_exec_set(struct handler *handler, const struct exec_settings *settings)
{
    set(handler->self, settings);
}
