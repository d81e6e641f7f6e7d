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
    hash = hash_slice(hash, replay->token);
    hash = hash_bytes(hash, &replay->rate, sizeof(replay->rate));
    hash = hash_bytes(hash, &replay->canary, sizeof(replay->canary));
    hash = hash_bytes(hash, &replay->stop_if.failed_share, sizeof(replay->stop_if.failed_share));
    hash = hash_bytes(hash, &replay->stop_if.of_last, sizeof(replay->stop_if.of_last));
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

static bool group_row(void *self, const struct reason_group *group)
{
    struct reply_page *page = self;

    reply_page_row(page);
    wire_group_write(&page->call->out, group);
    return reply_page_fits(page);
}

static bool pick_number(void *self, int64_t n)
{
    return dead_numbers_add(self, n);
}

static enum err preview_query(struct call *call, struct reply_page *page,
                              const struct replay_choice *choice, struct why *why)
{
    struct replay_groups *found = call->state;
    struct store_preview_ask ask = {.query = choice->query,
                                    .now_us = choice->now_us,
                                    .max = REASONS_MAX,
                                    .out = &found->preview,
                                    .row = group_row,
                                    .self = page};
    enum err e = OK;

    if (!call->request.replay.which.all) { /* else those up to the newest are the set */
        ask.each = pick_number;
        ask.each_self = &found->ns;
    }
    e = store_preview_dead(choice->reader, &ask, why);
    dead_numbers_reverse(&found->ns);
    return e;
}

static enum err preview_list(struct call *call, struct reply_page *page,
                             const struct replay_choice *choice, struct why *why)
{
    struct replay_groups *found = call->state;
    enum err e = replay_pick_preview(choice, &call->request.replay.which.ids, found, why);

    for (size_t i = 0; e == OK && i < found->n && i < REASONS_MAX; i++)
        (void)group_row(page, &found->groups[i]);
    return e;
}

/* All of the reply but the token, which is made when the set is stored. */
static enum err run_dry(struct call *call, struct store_reader *reader, struct why *why)
{
    const struct page which = {0};
    struct replay_choice choice = choice_of(call, reader);
    struct replay_groups *found = arena_alloc(&call->arena, sizeof(*found));
    struct reply_page page;
    enum err e = OK;

    found->ns.arena = &call->arena;
    call->state = found;
    reply_page_begin(&page, call, &which, 4, "reasons");
    e = call->request.replay.which.ids.n > 0 ? preview_list(call, &page, &choice, why)
                                             : preview_query(call, &page, &choice, why);
    if (e != OK)
        return e;
    reply_page_close(&page);
    mp_put_text(&call->out, "matched");
    mp_put_int(&call->out, found->preview.matched);
    mp_put_text(&call->out, "oldest_at");
    wire_put_time(&call->out, found->preview.oldest_at);
    return OK;
}

static void preview_kept(struct command *command)
{
    struct call *call = command->owner;

    if (call_command_failed(call))
        return;
    mp_put_text(&call->out, "token");
    wire_put_uuid(&call->out, &command->preview.token);
    call_reply(call);
}

static void keep_preview(struct call *call)
{
    static const int64_t none = 0;
    const struct replay_groups *found = call->state;

    call->command.kind = COMMAND_PREVIEW;
    call->command.preview.matched = found->preview.matched;
    call->command.preview.upto = found->preview.upto;
    if (!call->request.replay.which.all)
        call->command.preview.ns = found->ns.n > 0 ? found->ns.at : &none;
    call_post(call, preview_kept);
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

    call->command.kind = COMMAND_REPLAY;
    call->command.replay.asked_at = call->received_at;
    call->command.replay.rate = replay->rate;
    call->command.replay.reason = replay->reason;
    call->command.replay.from_start = replay->from_start;
    call->command.replay.canary = replay->canary;
    call->command.replay.failed_share = replay->stop_if.failed_share;
    call->command.replay.of_last = replay->stop_if.of_last;
    call->command.replay.key = replay->key;
    call->command.replay.digest = digest_of(replay);
    call_post(call, replay_begun);
}

static enum err run_pick(struct call *call, struct store_reader *reader, struct why *why)
{
    struct replay_choice choice = choice_of(call, reader);

    return replay_pick_make(&choice, call->state, why);
}

static void begin_picked(struct call *call)
{
    const struct replay_pick *pick = call->state;

    call->command.replay.filter_text = pick->filter_text;
    call->command.replay.ns = pick->ns.at;
    call->command.replay.n_ns = pick->ns.n;
    call->command.replay.upto = pick->upto;
    call->command.replay.matched = pick->matched;
    begin(call);
}

static void begin_by_token(struct call *call)
{
    struct slice token = call->request.replay.token;

    call->command.replay.has_token = true;
    if (!uuid_parse(token.p, token.n, &call->command.replay.token)) {
        (void)err_set(&call->why, ERR_NOT_FOUND, "the token is none of a dry run");
        call_refuse(call, ERR_NOT_FOUND, &call->why);
        return;
    }
    begin(call);
}

void op_replay(struct call *call)
{
    const struct request_replay *replay = &call->request.replay;

    if (replay->dry_run) {
        call_read_then(call, run_dry, keep_preview);
    } else if (replay->token.p != NULL) {
        begin_by_token(call);
    } else if (replay->which.ids.n > 0) {
        call->command.replay.uids = replay->which.ids.ids;
        call->command.replay.n_uids = replay->which.ids.n;
        begin(call);
    } else {
        call->state = arena_alloc(&call->arena, sizeof(struct replay_pick));
        call_read_then(call, run_pick, begin_picked);
    }
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
