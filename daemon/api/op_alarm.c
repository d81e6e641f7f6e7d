/* alarms and alarm_ack. */
#include "daemon/api/op_handler.h"

void op_alarms(struct call *call)
{
    const struct alarms *alarms = call->parts->alarms;
    struct alarm_row row;
    uint32_t n = 0;

    for (size_t i = 0; i < alarms_places(alarms); i++)
        n += alarms_get(alarms, i, &row);
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "alarms");
    mp_put_list(&call->out, n);
    for (size_t i = 0; i < alarms_places(alarms); i++) {
        if (alarms_get(alarms, i, &row))
            alarm_write(&call->out, &row);
    }
    call_reply(call);
}

/* What was acknowledged: the alarm may have changed by the time it is recorded. */
struct ack {
    size_t place;
    struct alarm_row row; /* as it is kept */
};

static void reply_name(struct call *call, struct slice name)
{
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "name");
    mp_put_str(&call->out, name);
    call_reply(call);
}

static void ack_done(struct command *command)
{
    struct call *call = command->owner;
    const struct ack *ack = call->state;

    if (call_command_failed(call))
        return;
    alarms_acknowledge(call->parts->alarms, ack->place, ack->row.since_at, call->actor);
    reply_name(call, ack->row.name);
}

void op_alarm_ack(struct call *call)
{
    struct slice name = call->request.alarm_ack.name;
    struct ack *ack = arena_alloc(&call->arena, sizeof(*ack));
    struct alarm_row *row = &ack->row;

    call->state = ack;
    if (!alarms_find(call->parts->alarms, name, &ack->place)) {
        call_refuse(
            call, err_set(&call->why, ERR_NOT_FOUND, "there is no alarm '%.*s'", SLICE_ARGS(name)),
            &call->why);
        return;
    }
    (void)alarms_get(call->parts->alarms, ack->place, row);
    if (!row->alarm || row->acknowledged_by.p != NULL) {
        reply_name(call, row->name);
        return;
    }
    call->command.kind = COMMAND_NEWS;
    call->command.news.news = NEWS_ALARM_ACKNOWLEDGED;
    call->command.news.subject = row->name;
    call->command.news.subject_to = slice_of(alarm_state(row->alarm));
    row->acknowledged_by = call->actor;
    call->command.news.alarm = row;
    call_post(call, ack_done);
}
