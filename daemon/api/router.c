/* Decode, allow, run: from a frame to an operation; the table of operations. */
#include "daemon/api/router.h"

#include "shared/limits.h"

#define SHOWN_MAX 64 /* characters of what a peer sent, in a message */

static void (*const table[OP_COUNT])(struct call *call) = {
    [OP_INFO] = op_info,
    [OP_SUBMIT] = op_submit,
    [OP_SUBMIT_BATCH] = op_submit_batch,
    [OP_GET] = op_get,
    [OP_HISTORY] = op_history,
    [OP_LIST] = op_list,
    [OP_FAILED] = op_failed,
    [OP_FAILED_SUMMARY] = op_failed_summary,
    [OP_CANCEL] = op_change,
    [OP_HOLD] = op_change,
    [OP_RELEASE] = op_change,
    [OP_RETRY_NOW] = op_change,
    [OP_AMEND] = op_amend,
    [OP_REPLAY] = op_replay,
    [OP_REPLAYS] = op_replays,
    [OP_REPLAY_CANCEL] = op_replay_cancel,
    [OP_DISCARD] = op_discard,
    [OP_PAUSE] = op_pause,
    [OP_RESUME] = op_resume,
    [OP_LEASE] = op_lease,
    [OP_HEARTBEAT] = op_heartbeat,
    [OP_COMPLETE] = op_complete,
    [OP_FAIL] = op_fail,
    [OP_STATS] = op_stats,
    [OP_ALARMS] = op_alarms,
    [OP_ALARM_ACK] = op_alarm_ack,
    [OP_EVENTS] = op_events,
    [OP_METRICS] = op_metrics,
    [OP_HEALTH] = op_health,
    [OP_RELOAD] = op_reload,
    [OP_DRAIN] = op_drain,
    [OP_BACKUP] = op_backup,
    [OP_VERIFY] = op_verify,
};

/* What a peer sent, safe to show; it may be no UTF-8 at all. */
static void shown(struct slice text, struct buf *out)
{
    struct slice start = text;

    if (start.n > SHOWN_MAX)
        start.n = SHOWN_MAX;
    text_escape(out, start);
    if (start.n < text.n)
        buf_add_text(out, "...");
}

static enum err unknown_op(struct slice name, struct why *why)
{
    struct buf text;
    enum err e = OK;

    buf_init(&text, WHY_TEXT_MAX);
    shown(name, &text);
    e = err_set(why, ERR_UNKNOWN_OP, "there is no operation '%s'", buf_text(&text));
    buf_done(&text);
    return e;
}

static enum err not_allowed(const struct call *call, const char *as, struct why *why)
{
    return err_set(why, ERR_FORBIDDEN, "'%.*s' may not ask for %s%s%s", SLICE_ARGS(call->actor),
                   op_name(call->request.op), as[0] != '\0' ? " as " : "", as);
}

/* Narrows the caller's rights to those of the role it asks to act under. */
static enum err act_as(struct call *call, const struct request_head *head, struct why *why)
{
    enum role role = ROLE_NONE;
    unsigned rights = 0;

    if (head->as.p == NULL && !head->as_wrong)
        return OK;
    if (head->as_wrong || !role_parse(head->as, &role)) {
        problems_add(&call->problems, "as", "must be admin, operator, worker or viewer");
        return problems_why(&call->problems, why);
    }
    rights = role_rights(role);
    if ((call->rights & rights) != rights)
        return err_set(why, ERR_FORBIDDEN, "'%.*s' does not have the role %s",
                       SLICE_ARGS(call->actor), role_name(role));
    call->rights = rights;
    if ((rights & op_right(call->request.op)) == 0)
        return not_allowed(call, role_name(role), why);
    return OK;
}

/* All checks, in the contract's order. */
static enum err decode(struct call *call, const struct router_frame *frame, struct why *why)
{
    struct request_head head = {0};
    enum op op = OP_COUNT;
    enum err e = wire_request_head(frame->bytes, frame->len, &head, why);

    if (e != OK)
        return e;
    if (call->rights == 0)
        return err_set(why, ERR_FORBIDDEN, "'%.*s' has no role here", SLICE_ARGS(call->actor));
    if (!op_parse(head.op_name, &op))
        return unknown_op(head.op_name, why);
    call->request.op = op;
    if ((call->rights & op_right(op)) == 0)
        return not_allowed(call, "", why);
    e = act_as(call, &head, why);
    if (e != OK)
        return e;
    e = wire_request_body((struct slice){frame->bytes, frame->len}, op, &call->request,
                          &call->problems, why);
    call->request.op = op;
    return e;
}

void router_take(const struct api_parts *parts, const struct router_frame *frame)
{
    struct call *call = call_new(parts);
    enum err e = OK;

    call->rights = frame->rights;
    call->actor = slice_copy(&call->arena, frame->actor); /* a reload may free the original */
    call->received_at = clock_wall(parts->clock);
    call->received_mono = frame->received_mono;
    call->send = frame->send;
    call->gone = frame->gone;
    call->large = frame->large;
    call->origin = frame->origin;
    e = decode(call, frame, &call->why);
    if (e != OK)
        call_refuse(call, e, &call->why);
    else
        table[call->request.op](call);
}
