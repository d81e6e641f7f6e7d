/* replay, replays and replay_cancel: dead letters on their way back to work. */
#include <string.h>

#include "daemon/api/op_handler.h"
#include "daemon/api/replay_pick.h"
#include "daemon/api/reply_page.h"

#define REASONS_MAX 100 /* groups that a dry run shows */

/* FNV-1a: tells two requests of one key apart; nobody gains by a collision but by his own key. */
#define HASH_START 0xcbf29ce484222325ULL
#define HASH_PRIME 0x100000001b3ULL

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ at[i]) * HASH_PRIME;
    return hash;
}

static uint64_t hash_slice(uint64_t hash, struct slice s)
{
    int64_t n = s.p != NULL ? (int64_t)s.n : -1;

    hash = hash_bytes(hash, &n, sizeof(n));
    return hash_bytes(hash, s.p, s.n);
}

static uint64_t digest_of(const struct request_replay *replay)
{
    const struct dead_query *query = &replay->query;
    const struct id_list *ids = &replay->which.ids;
    uint64_t hash = HASH_START;

    hash = hash_bytes(hash, ids->ids, ids->n * sizeof(*ids->ids));
    hash = hash_slice(hash, query->reason);
    hash = hash_slice(hash, query->group);
    hash = hash_slice(hash, query->customer_id);
    hash = hash_slice(hash, query->search);
    hash = hash_slice(hash, query->filter_text);
    hash = hash_slice(hash, replay->reason);
    hash = hash_bytes(hash, &query->from, sizeof(query->from));
    hash = hash_bytes(hash, &query->to, sizeof(query->to));
    hash = hash_bytes(hash, &replay->rate, sizeof(replay->rate));
    hash = hash_bytes(hash, &replay->which.all, sizeof(replay->which.all));
    return hash_bytes(hash, &replay->from_start, sizeof(replay->from_start));
}

static struct replay_choice choice_of(struct call *call, struct store_reader *reader)
{
    return (struct replay_choice){
        .reader = reader,
        .query = &call->request.replay.query,
        .now_us = call->received_at,
        .arena = &call->arena,
    };
}

static void write_preview(struct reply_page *page, const struct store_preview *preview)
{
    struct buf *out = &page->call->out;

    reply_page_close(page);
    mp_put_text(out, "matched");
    mp_put_int(out, preview->matched);
    mp_put_text(out, "oldest_at");
    wire_put_time(out, preview->oldest_at);
    mp_put_text(out, "token"); /* sets are not kept yet: none to name */
    mp_put_nil(out);
}

static bool group_row(void *self, const struct reason_group *group)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_group_write(&page->call->out, group);
    return reply_page_fits(page);
}

static enum err run_dry(struct call *call, struct store_reader *reader, struct why *why)
{
    const struct request_replay *replay = &call->request.replay;
    const struct page which = {0};
    struct replay_choice choice = choice_of(call, reader);
    struct replay_groups groups = {0};
    struct reply_page page;
    enum err e = OK;

    reply_page_begin(&page, call, &which, 4, "reasons");
    if (replay->which.ids.n > 0) {
        e = replay_pick_preview(&choice, &replay->which.ids, &groups, why);
        for (size_t i = 0; e == OK && i < groups.n && i < REASONS_MAX; i++)
            (void)group_row(&page, &groups.groups[i]);
    } else {
        e = store_preview_dead(reader,
                               &(struct store_preview_ask){.query = choice.query,
                                                           .now_us = choice.now_us,
                                                           .max = REASONS_MAX,
                                                           .out = &groups.preview,
                                                           .row = group_row,
                                                           .self = &page},
                               why);
    }
    if (e == OK)
        write_preview(&page, &groups.preview);
    return e;
}

static void replay_begun(struct command *command)
{
    struct call *call = command->owner;
    struct buf *out = &call->out;

    if (call_command_failed(call))
        return;
    if (!command->replay.duplicate)
        replay_run(call->parts->replays, command->replay.number, command->replay.rate);
    wire_reply_ok(out, 3);
    mp_put_text(out, "replay_id");
    wire_put_uuid(out, &command->replay.uid);
    mp_put_text(out, "matched");
    mp_put_int(out, command->replay.matched);
    mp_put_text(out, "skipped");
    mp_put_int(out, command->replay.skipped);
    call_reply(call);
}

static void begin(struct call *call)
{
    const struct request_replay *replay = &call->request.replay;
    const struct replay_pick *pick = call->state;

    call->command.kind = COMMAND_REPLAY;
    call->command.replay.filter_text = pick->filter_text;
    call->command.replay.uids = pick->uids;
    call->command.replay.n_uids = pick->n_uids;
    call->command.replay.upto = pick->upto;
    call->command.replay.asked_at = call->received_at;
    call->command.replay.matched = pick->matched;
    call->command.replay.rate = replay->rate;
    call->command.replay.reason = replay->reason;
    call->command.replay.from_start = replay->from_start;
    call->command.replay.key = replay->key;
    call->command.replay.digest = digest_of(replay);
    call_post(call, replay_begun);
}

static enum err run_pick(struct call *call, struct store_reader *reader, struct why *why)
{
    struct replay_choice choice = choice_of(call, reader);

    return replay_pick_make(&choice, call->state, why);
}

void op_replay(struct call *call)
{
    const struct request_replay *replay = &call->request.replay;
    struct replay_pick *pick = NULL;

    if (replay->dry_run) {
        call_read(call, run_dry);
        return;
    }
    pick = arena_alloc(&call->arena, sizeof(*pick));
    call->state = pick;
    if (replay->which.ids.n == 0) {
        call_read_then(call, run_pick, begin);
        return;
    }
    pick->uids = replay->which.ids.ids;
    pick->n_uids = replay->which.ids.n;
    pick->matched = (int64_t)pick->n_uids;
    begin(call);
}

static bool replay_written(void *self, const struct replay_row *replay)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_replay_write(&page->call->out, replay);
    return reply_page_fits(page);
}

static enum err run_replays(struct call *call, struct store_reader *reader, struct why *why)
{
    bool one = call->request.replays.has_id;
    struct reply_page page;
    enum err e = OK;

    reply_page_begin(&page, call, &call->request.replays.page, 2, "replays");
    e = store_replays(
        reader,
        &(struct store_replays_ask){.uid = one ? &call->request.replays.replay_id : NULL,
                                    .page = &page.rows,
                                    .row = replay_written,
                                    .self = &page},
        why);
    if (e == OK && one && page.n == 0 && page.rows.cursor.p == NULL)
        return err_set(why, ERR_NOT_FOUND, "there is no such replay");
    return reply_page_end(&page, e, why);
}

void op_replays(struct call *call)
{
    call_read(call, run_replays);
}

static void replay_cancelled(struct command *command)
{
    struct call *call = command->owner;
    struct buf *out = &call->out;

    if (call_command_failed(call))
        return;
    wire_reply_ok(out, 2);
    mp_put_text(out, "replay_id");
    wire_put_uuid(out, &command->replay_cancel.uid);
    mp_put_text(out, "state");
    mp_put_text(out, replay_state_name(command->replay_cancel.state));
    call_reply(call);
}

void op_replay_cancel(struct call *call)
{
    call->command.kind = COMMAND_REPLAY_CANCEL;
    call->command.replay_cancel.uid = call->request.replay_cancel.replay_id;
    call_post(call, replay_cancelled);
}
