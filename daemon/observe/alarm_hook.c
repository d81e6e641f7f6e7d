/* Runs a command for each change of an alarm, with the alarm as JSON on its standard input. */
#include "daemon/observe/alarm_hook.h"

#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/need.h"
#include "shared/order_json.h"

#define ALARM_MAX_BYTES ((size_t)16 * 1024)

struct alarm_hook {
    struct children *children;
    struct buf instance; /* "DOFS_INSTANCE=..." */
    const char *const *words;
    struct buf waiting[ALARM_HOOK_WAITING_MAX]; /* JSON, from `first` on, round and round */
    size_t first, n;
    bool running, stopped;
};

struct alarm_hook *alarm_hook_new(struct children *children, const char *instance)
{
    struct alarm_hook *hook = need(calloc(1, sizeof(*hook)));

    hook->children = children;
    buf_init(&hook->instance, ALARM_MAX_BYTES);
    buf_printf(&hook->instance, "DOFS_INSTANCE=%s", instance);
    for (size_t i = 0; i < ALARM_HOOK_WAITING_MAX; i++)
        buf_init(&hook->waiting[i], ALARM_MAX_BYTES);
    return hook;
}

void alarm_hook_free(struct alarm_hook *hook)
{
    if (hook == NULL)
        return;
    for (size_t i = 0; i < ALARM_HOOK_WAITING_MAX; i++)
        buf_done(&hook->waiting[i]);
    buf_done(&hook->instance);
    free(hook);
}

void alarm_hook_set(struct alarm_hook *hook, const char *const *words)
{
    hook->words = words;
}

static bool is_set(const struct alarm_hook *hook)
{
    return hook->words != NULL && hook->words[0] != NULL && !hook->stopped;
}

static void drop_first(struct alarm_hook *hook)
{
    hook->first = (hook->first + 1) % ALARM_HOOK_WAITING_MAX;
    hook->n--;
}

static void log_end(const struct exec_end *end)
{
    if (end->late)
        log_warning("the command on_change took more than %lld s and was ended",
                    ALARM_HOOK_TIMEOUT_US / 1000000);
    else if (end->signal != 0)
        log_warning("the command on_change was ended by signal %d", end->signal);
    else if (end->code != 0)
        log_warning("the command on_change failed with exit code %d%s%.*s", end->code,
                    end->error.n > 0 ? ": " : "", SLICE_ARGS(end->error));
}

static void run_next(struct alarm_hook *hook);

static void ended(void *self, const struct exec_end *end)
{
    struct alarm_hook *hook = self;

    hook->running = false;
    log_end(end);
    run_next(hook);
}

/* A command that cannot be started must not hold up the next change. */
static void run_next(struct alarm_hook *hook)
{
    while (!hook->running && hook->n > 0) {
        struct buf *input = &hook->waiting[hook->first];
        const char *const env[] = {buf_text(&hook->instance), NULL};
        const struct child_spec spec = {.words = hook->words,
                                        .env = env,
                                        .input = {buf_text(input), input->len},
                                        .timeout_us = ALARM_HOOK_TIMEOUT_US,
                                        .ended = ended,
                                        .self = hook};
        struct child *child = NULL;
        struct why why = {0};

        if (is_set(hook))
            hook->running = child_start(hook->children, &spec, &child, &why) == OK;
        if (is_set(hook) && !hook->running)
            log_warning("cannot run the command on_change: %s", why.text);
        drop_first(hook);
    }
}

static void to_json(const struct alarm_row *alarm, struct buf *out)
{
    struct buf bytes;
    struct mp_reader r;
    struct json_writer w;

    buf_init(&bytes, ALARM_MAX_BYTES);
    alarm_write(&bytes, alarm);
    mp_reader_init(&r, bytes.data, bytes.len);
    buf_clear(out);
    json_writer_init(&w, out);
    order_json_write(&w, &r, NULL);
    buf_add_byte(out, '\n');
    buf_done(&bytes);
}

void alarm_hook_tell(struct alarm_hook *hook, const struct alarm_row *alarm)
{
    if (!is_set(hook))
        return;
    if (hook->n == ALARM_HOOK_WAITING_MAX) {
        log_warning("the command on_change is too slow: a change of an alarm is not told to it");
        drop_first(hook);
    }
    to_json(alarm, &hook->waiting[(hook->first + hook->n) % ALARM_HOOK_WAITING_MAX]);
    hook->n++;
    run_next(hook);
}

void alarm_hook_stop(struct alarm_hook *hook)
{
    hook->stopped = true;
    hook->n = 0;
}
