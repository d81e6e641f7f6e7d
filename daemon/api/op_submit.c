/* submit and submit_batch: orders to the engine, and what became of them back. */
#include "daemon/api/op_handler.h"
#include "daemon/store/checksum.h"

#define RETRY_US 1000000

/* While the daemon drains, nothing new is taken on. */
static bool draining(struct call *call)
{
    if (!control_get(call->parts->control).draining)
        return false;
    (void)err_busy(&call->why, RETRY_US, "draining: no orders are taken");
    call_refuse(call, ERR_BUSY, &call->why);
    return true;
}

static void order_of(const struct call *call, const struct submission *from, int64_t validated_at,
                     struct command_order *out)
{
    *out = (struct command_order){
        .draft = from->draft,
        .key = from->key,
        .received_at = call->received_at,
        .validated_at = validated_at,
    };
    if (from->key.p != NULL)
        out->digest = checksum_draft(&from->draft);
}

static struct reply_submit reply_of(const struct command_order *order)
{
    return (struct reply_submit){
        .order_id = order->uid,
        .status = order->status,
        .duplicate = order->duplicate,
        .reasons = order->reasons,
    };
}

static enum err refusal_of(const struct command_order *order, struct why *why)
{
    if (order->result == ERR_BUSY)
        return err_busy(why, RETRY_US, "%.*s", SLICE_ARGS(order->refusal));
    return err_set(why, order->result, "%.*s", SLICE_ARGS(order->refusal));
}

static void submitted(struct command *command)
{
    struct call *call = command->owner;
    const struct command_order *order = command->submit.orders;
    struct reply_submit reply;

    if (call_command_failed(call))
        return;
    if (order->result != OK) {
        call_refuse(call, refusal_of(order, &call->why), &call->why);
        return;
    }
    reply = reply_of(order);
    wire_reply_submit(&call->out, &reply);
    call_reply(call);
}

void op_submit(struct call *call)
{
    struct command_order *order = NULL;

    if (draining(call))
        return;
    order = arena_alloc(&call->arena, sizeof(*order));
    order_of(call, &call->request.submit, clock_wall(call->parts->clock), order);
    call->command.kind = COMMAND_SUBMIT;
    call->command.submit.orders = order;
    call->command.submit.n = 1;
    call_post(call, submitted);
}

static void batch_submitted(struct command *command)
{
    struct call *call = command->owner;
    const struct submission *from = call->request.submit_batch.orders;
    const struct command_order *orders = command->submit.orders;
    size_t n = command->submit.n;
    struct batch_result *results = NULL;

    if (call_command_failed(call))
        return;
    results = arena_alloc(&call->arena, n * sizeof(*results));
    for (size_t i = 0; i < n; i++) {
        struct batch_result *result = &results[i];

        if (orders[i].skip) {
            result->code = problems_why(&from[i].problems, &result->why);
            result->problems = &from[i].problems;
        } else if (orders[i].result != OK) {
            result->code = refusal_of(&orders[i], &result->why);
        } else {
            result->reply = reply_of(&orders[i]);
        }
    }
    wire_reply_batch(&call->out, results, n);
    call_reply(call);
}

void op_submit_batch(struct call *call)
{
    const struct submission *from = call->request.submit_batch.orders;
    size_t n = call->request.submit_batch.n;
    int64_t validated_at = clock_wall(call->parts->clock);
    struct command_order *orders = NULL;

    if (draining(call))
        return;
    orders = arena_alloc(&call->arena, n * sizeof(*orders));
    for (size_t i = 0; i < n; i++) {
        if (from[i].problems.n > 0)
            orders[i].skip = true;
        else
            order_of(call, &from[i], validated_at, &orders[i]);
    }
    call->command.kind = COMMAND_SUBMIT_BATCH;
    call->command.submit.orders = orders;
    call->command.submit.n = n;
    call_post(call, batch_submitted);
}
