/* alarms and alarm_ack. */
#include "daemon/api/op_handler.h"

void op_alarms(struct call *call)
{
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "alarms");
    mp_put_list(&call->out, ALARM_COUNT);
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        struct alarm_row row;

        alarms_get(call->parts->alarms, (enum alarm_id)i, &row);
        alarm_write(&call->out, &row);
    }
    call_reply(call);
}

/* What was acknowledged: the alarm may have changed by the time it is recorded. */
struct ack {
    enum alarm_id id;
    struct alarm_row row; /* as it is kept */
};

static void reply_name(struct call *call, enum alarm_id id)
{
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "name");
    mp_put_text(&call->out, alarm_name(id));
    call_reply(call);
}

static void ack_done(struct command *command)
{
    struct call *call = command->owner;
    const struct ack *ack = call->state;

    if (call_command_failed(call))
        return;
    alarms_acknowledge(call->parts->alarms, ack->id, ack->row.since_at, call->actor);
    reply_name(call, ack->id);
}

void op_alarm_ack(struct call *call)
{
    struct slice name = call->request.alarm_ack.name;
    struct ack *ack = arena_alloc(&call->arena, sizeof(*ack));
    struct alarm_row *row = &ack->row;

    call->state = ack;
    if (!alarm_parse(name, &ack->id)) {
        call_refuse(
            call, err_set(&call->why, ERR_NOT_FOUND, "there is no alarm '%.*s'", SLICE_ARGS(name)),
            &call->why);
        return;
    }
    alarms_get(call->parts->alarms, ack->id, row);
    if (!row->alarm || row->acknowledged_by.p != NULL) {
        reply_name(call, ack->id);
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
