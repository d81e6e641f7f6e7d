/* get, history, list, and the changes of orders: cancel, hold, release, retry_now, amend. */
#include "daemon/api/change_walk.h"
#include "daemon/api/op_handler.h"
#include "daemon/api/reply_page.h"
#include "shared/order_steps.h"

static enum err run_get(struct call *call, struct store_reader *reader, struct why *why)
{
    struct order order = {0};
    size_t before = 0;
    enum err e = store_get(reader, &call->request.get.order_id, &call->arena, &order, why);

    if (e != OK)
        return e;
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "order");
    before = call->out.len;
    wire_order_write(&call->out, &order, ORDER_WHOLE);
    if (!call->out.failed)
        return OK;
    call->out.failed = false;
    call->out.len = before;
    order_cut_results(&order, &call->arena);
    wire_order_write(&call->out, &order, ORDER_WHOLE);
    return OK;
}

void op_get(struct call *call)
{
    call_read(call, run_get);
}

static bool history_row(void *self, const struct entry *entry)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_entry_write(&page->call->out, entry);
    return reply_page_fits(page);
}

static enum err run_history(struct call *call, struct store_reader *reader, struct why *why)
{
    struct reply_page page;
    enum err e = OK;

    reply_page_begin(&page, call, &call->request.history.page, 2, "entries");
    e = store_history(reader,
                      &(struct store_history_ask){.uid = &call->request.history.order_id,
                                                  .page = &page.rows,
                                                  .row = history_row,
                                                  .self = &page},
                      why);
    return reply_page_end(&page, e, why);
}

void op_history(struct call *call)
{
    call_read(call, run_history);
}

static bool list_row(void *self, const struct order *order)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_order_write(&page->call->out, order, ORDER_ROW);
    return reply_page_fits(page);
}

static enum err run_list(struct call *call, struct store_reader *reader, struct why *why)
{
    const struct request_list *query = &call->request.list;
    struct reply_page page;
    enum err e = OK;

    reply_page_begin(&page, call, &query->page, 3, "orders");
    page.rows.count = true;
    e = store_list(reader,
                   &(struct store_list_ask){.query = query,
                                            .now_us = call->received_at,
                                            .page = &page.rows,
                                            .row = list_row,
                                            .self = &page},
                   why);
    return reply_page_end(&page, e, why);
}

void op_list(struct call *call)
{
    call_read(call, run_list);
}

static const enum cause causes[OP_COUNT] = {
    [OP_CANCEL] = CAUSE_CANCEL,
    [OP_HOLD] = CAUSE_HOLD,
    [OP_RELEASE] = CAUSE_RELEASE,
    [OP_RETRY_NOW] = CAUSE_RETRY_NOW,
};

static void changed_one(struct command *command)
{
    struct call *call = command->owner;
    struct reply_change_one reply;

    if (call_command_failed(call))
        return;
    reply = (struct reply_change_one){
        .order_id = command->change.uids[0],
        .status = command->change.status,
        .cancelling = command->change.cancelling,
    };
    wire_reply_change_one(&call->out, &reply);
    call_reply(call);
}

static void reply_many(struct call *call, int64_t changed, int64_t skipped)
{
    wire_reply_change_many(&call->out, changed, skipped);
    call_reply(call);
}

static void changed_many(struct command *command)
{
    struct call *call = command->owner;
    bool skipped = command->result == ERR_NOT_FOUND || command->result == ERR_WRONG_STATE;

    if (command->change.n == 1 && skipped) /* a list of one is still a list */
        reply_many(call, 0, 1);
    else if (!call_command_failed(call))
        reply_many(call, command->change.changed, command->change.skipped);
}

static bool walk_row(void *self, const struct order *order)
{
    return change_walk_add(self, &order->uid);
}

static enum err walk_orders(struct change_walk *walk, struct store_reader *reader,
                            struct store_page *page, struct why *why)
{
    struct request_list query = {
        .filter = walk->call->request.change.which.filter,
        .sort = SORT_NEWEST, /* by what no change touches */
    };

    return store_list(reader,
                      &(struct store_list_ask){.query = &query,
                                               .now_us = walk->call->received_at,
                                               .page = page,
                                               .row = walk_row,
                                               .self = walk},
                      why);
}

void op_change(struct call *call)
{
    const struct request_change *change = &call->request.change;

    call->command.kind = COMMAND_CHANGE;
    call->command.change.cause = causes[call->request.op];
    call->command.change.reason = change->reason;
    if (change->which.by_filter) {
        change_walk_start(call, walk_orders, reply_many);
        return;
    }
    call->command.change.uids = change->which.ids.ids;
    call->command.change.n = change->which.ids.n;
    call_post(call, change->which.one ? changed_one : changed_many);
}

static void amended(struct command *command)
{
    struct call *call = command->owner;
    struct buf *out = &call->out;

    if (command->result == ERR_INVALID)
        problems_add(&call->problems, "order", "%s", command->why.text);
    if (call_command_failed(call))
        return;
    wire_reply_ok(out, 2);
    mp_put_text(out, "order_id");
    wire_put_uuid(out, &command->amend.uid);
    mp_put_text(out, "status");
    mp_put_text(out, status_name(command->amend.status));
    call_reply(call);
}

void op_amend(struct call *call)
{
    const struct request_amend *amend = &call->request.amend;

    call->command.kind = COMMAND_AMEND;
    call->command.amend.uid = amend->order_id;
    call->command.amend.draft = amend->draft;
    call->command.amend.reason = amend->reason;
    call_post(call, amended);
}
