/* info, pause, resume, drain, reload and backup. */
#include <unistd.h>

#include "daemon/api/op_handler.h"
#include "shared/limits.h"

void op_info(struct call *call)
{
    const struct api_parts *parts = call->parts;
    struct control_state state = control_get(parts->control);
    struct reply_info reply = {
        .name = SLICE("dofsd"),
        .version = SLICE(DOFS_VERSION),
        .instance = slice_of(parts->instance),
        .epoch = slice_of(parts->epoch),
        .store = slice_of(store_name(parts->store)),
        .handler = slice_of(parts->handler),
        .role = slice_of(role_name(role_of_rights(call->rights))),
        .pid = getpid(),
        .started_at = parts->started_at,
        .paused = state.paused,
        .draining = state.draining,
        .steps = parts->steps,
        .n_steps = parts->n_steps,
    };

    wire_reply_info(&call->out, &reply);
    call_reply(call);
}

static void reply_paused(void *self, enum err result, const struct why *why)
{
    struct call *call = self;

    if (result != OK) {
        call_refuse(call, result, why);
        return;
    }
    dispatch_control_changed(call->parts->dispatch);
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "paused");
    mp_put_bool(&call->out, control_get(call->parts->control).paused);
    call_reply(call);
}

static void ask(struct call *call, enum control_change change,
                void (*done)(void *self, enum err result, const struct why *why))
{
    struct control_listener listener = {.done = done, .self = call};
    enum err e = control_ask(call->parts->control, change, call->actor, listener, &call->why);

    if (e != OK)
        call_refuse(call, e, &call->why);
}

void op_pause(struct call *call)
{
    ask(call, CONTROL_PAUSE, reply_paused);
}

void op_resume(struct call *call)
{
    ask(call, CONTROL_RESUME, reply_paused);
}

static void drained(void *self)
{
    struct call *call = self;

    wire_reply_ok(&call->out, 0);
    call_reply(call);
}

static void drain_recorded(void *self, enum err result, const struct why *why)
{
    struct call *call = self;

    if (result != OK) {
        call_refuse(call, result, why);
        return;
    }
    dispatch_control_changed(call->parts->dispatch);
    dispatch_when_idle(call->parts->dispatch, drained, call);
}

void op_drain(struct call *call)
{
    ask(call, CONTROL_DRAIN, drain_recorded);
}

void op_reload(struct call *call)
{
    const struct api_parts *parts = call->parts;
    struct buf changed;
    uint32_t n = 0;
    enum err e = OK;

    buf_init(&changed, FRAME_MAX_BYTES / 2);
    e = parts->reload(parts->self, &changed, &n, &call->why);
    if (e != OK) {
        call_refuse(call, e, &call->why);
    } else {
        wire_reply_ok(&call->out, 1);
        mp_put_text(&call->out, "changed");
        mp_put_list(&call->out, n);
        buf_add(&call->out, changed.data, changed.len);
        call_reply(call);
    }
    buf_done(&changed);
}

static void backed_up(void *self, enum err result, const struct backup_made *made,
                      const struct why *why)
{
    struct call *call = self;

    if (result != OK) {
        call_refuse(call, result, why);
        return;
    }
    wire_reply_ok(&call->out, 3);
    mp_put_text(&call->out, "path");
    mp_put_text(&call->out, made->path);
    mp_put_text(&call->out, "bytes");
    mp_put_int(&call->out, made->bytes);
    mp_put_text(&call->out, "orders");
    mp_put_int(&call->out, made->orders);
    call_reply(call);
}

void op_backup(struct call *call)
{
    struct backup_listener listener = {.done = backed_up, .self = call};
    enum err e = backups_ask(call->parts->backups, call->request.backup.path, listener, &call->why);

    if (e != OK)
        call_refuse(call, e, &call->why);
}
