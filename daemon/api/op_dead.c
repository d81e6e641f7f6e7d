/* failed, failed_summary and discard: the dead-letter queue, seen and cleared. */
#include "daemon/api/change_walk.h"
#include "daemon/api/op_handler.h"
#include "daemon/api/reply_page.h"

static bool failed_row(void *self, const struct dead_letter *dead)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_dead_write(&page->call->out, dead);
    return reply_page_fits(page);
}

static enum err run_failed(struct call *call, struct store_reader *reader, struct why *why)
{
    const struct request_failed *failed = &call->request.failed;
    struct reply_page page;
    enum err e = OK;

    reply_page_begin(&page, call, &failed->page, 3, "failed");
    page.rows.count = true;
    e = store_failed(reader,
                     &(struct store_failed_ask){.query = &failed->query,
                                                .sort = failed->sort,
                                                .after = failed->has_after ? &failed->after : NULL,
                                                .now_us = call->received_at,
                                                .page = &page.rows,
                                                .row = failed_row,
                                                .self = &page},
                     why);
    return reply_page_end(&page, e, why);
}

void op_failed(struct call *call)
{
    call_read(call, run_failed);
}

static bool group_row(void *self, const struct reason_group *group)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_group_write(&page->call->out, group);
    return reply_page_fits(page);
}

static enum err run_summary(struct call *call, struct store_reader *reader, struct why *why)
{
    struct reply_page page;
    enum err e = OK;

    reply_page_begin(&page, call, &call->request.failed_summary, 2, "reasons");
    e = store_groups(reader, &(struct store_groups_ask){&page.rows, group_row, &page}, why);
    return reply_page_end(&page, e, why);
}

void op_failed_summary(struct call *call)
{
    call_read(call, run_summary);
}

static void reply_discarded(struct call *call, int64_t changed, int64_t skipped)
{
    (void)skipped;
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "discarded");
    mp_put_int(&call->out, changed);
    call_reply(call);
}

static void discarded(struct command *command)
{
    struct call *call = command->owner;
    bool skipped = command->result == ERR_NOT_FOUND || command->result == ERR_WRONG_STATE;

    if (command->change.n == 1 && skipped) /* as in a longer list */
        reply_discarded(call, 0, 1);
    else if (!call_command_failed(call))
        reply_discarded(call, command->change.changed, command->change.skipped);
}

static bool walk_row(void *self, const struct dead_letter *dead)
{
    return change_walk_add(self, &dead->uid);
}

/* `all` has an empty filter, which everything matches. */
static enum err walk_dead(struct change_walk *walk, struct store_reader *reader,
                          struct store_page *page, struct why *why)
{
    struct dead_query query = {.filter = walk->call->request.discard.which.filter};

    return store_failed(reader,
                        &(struct store_failed_ask){.query = &query,
                                                   .now_us = walk->call->received_at,
                                                   .page = page,
                                                   .row = walk_row,
                                                   .self = walk},
                        why);
}

void op_discard(struct call *call)
{
    const struct request_discard *discard = &call->request.discard;

    call->command.kind = COMMAND_CHANGE;
    call->command.change.cause = CAUSE_DISCARD;
    call->command.change.reason = discard->note;
    if (discard->which.by_filter || discard->which.all) {
        change_walk_start(call, walk_dead, reply_discarded);
        return;
    }
    call->command.change.uids = discard->which.ids.ids;
    call->command.change.n = discard->which.ids.n;
    call_post(call, discarded);
}
