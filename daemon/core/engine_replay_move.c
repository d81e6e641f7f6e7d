/*
 * Carries out the moves of replays: the next dead letters, back to work.
 *
 * A replay by filter walks the dead letters by their number, up to the newest there was when it
 * began; one by a set walks the set. Both keep their place in `cursor`, stored with each move. A
 * dead letter goes with its order's move, so that of two replays only one finds it.
 */
#include "daemon/core/engine_replay_move.h"

#include "daemon/core/engine_tally.h"

static bool is_dead(const struct order *order)
{
    return order->status == STATUS_FAILED && order->due_at != 0;
}

/* ERR_WRONG_STATE or ERR_NOT_FOUND: it is no longer in the DLQ. */
static enum err move_one(struct engine_work *work, const struct store_replay *replay, int64_t id,
                         struct why *why)
{
    struct workflow_now now = engine_work_now(work, replay->row.by);
    struct workflow_ask ask = {
        .cause = CAUSE_REPLAY, .reason = replay->row.reason, .from_start = replay->from_start};
    struct order order;
    struct decision decision;
    enum err e = engine_work_get(work, id, &order, why);

    if (e != OK)
        return e;
    ask.in_dlq = is_dead(&order);
    e = workflow_change(&now, &ask, &order, &decision, why);
    if (e != OK)
        return e;
    order.replay = replay->row.id;
    return engine_work_apply(work, &order, &decision, why);
}

/* The orders of the next of the set; those that left the DLQ are skipped. */
static enum err next_of_set(struct engine_work *work, struct store_replay *replay,
                            struct store_ids *found, struct why *why)
{
    struct store_set_ask ask = {replay->set, replay->cursor, *found};
    enum err e = store_read_set(work->store, &ask, why);

    found->n = 0;
    for (size_t i = 0; i < ask.out.n && e == OK; i++) {
        e = store_find_dead(work->store, ask.out.ids[i], &found->ids[found->n], why);
        found->n += e == OK;
        replay->row.skipped += e == ERR_NOT_FOUND;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    replay->cursor = ask.out.n > 0 ? ask.from : replay->upto;
    return e;
}

/* The next that match the filter. */
static enum err next_matching(struct engine_work *work, struct store_replay *replay,
                              struct store_ids *found, struct why *why)
{
    struct filter filter = {0};
    struct store_next_ask ask = {&filter, replay->asked_at, replay->upto, replay->cursor, *found};
    enum err e = OK;

    if (replay->filter_text.p != NULL)
        e = filter_parse(replay->filter_text, &work->arena, &filter, why);
    if (e == OK)
        e = store_next_dead(work->store, &ask, why);
    if (e == OK && ask.ids.n == 0 && replay->cursor == ask.cursor)
        ask.cursor = replay->upto; /* there is nothing left to look at */
    *found = ask.ids;
    replay->cursor = ask.cursor;
    return e;
}

/* How many may move now: while a canary is under way, no more than are in it. */
static size_t allowed(const struct store_replay *replay, size_t limit)
{
    int64_t left = replay->canary - replay->row.moved;

    if (replay->canary_passed >= replay->canary || left >= (int64_t)limit)
        return limit;
    return left > 0 ? (size_t)left : 0;
}

static enum err move_some(struct engine_work *work, struct command *command,
                          struct store_replay *replay, struct why *why)
{
    size_t limit = allowed(replay, command->replay_move.limit);
    struct store_ids found = {arena_alloc(&work->arena, limit * sizeof(int64_t)), limit, 0};
    enum err e = OK;

    command->replay_move.waits = limit == 0;
    if (limit == 0)
        return OK;
    e = replay->set != 0 ? next_of_set(work, replay, &found, why)
                         : next_matching(work, replay, &found, why);
    if (e != OK)
        return e;
    for (size_t i = 0; i < found.n; i++) {
        e = move_one(work, replay, found.ids[i], why);
        if (engine_work_fatal(e))
            return e;
        command->replay_move.moved += e == OK;
        replay->row.skipped += e != OK;
    }
    replay->row.moved += (int64_t)command->replay_move.moved;
    return OK;
}

static enum err finish(struct engine_work *work, struct store_replay *replay, struct why *why)
{
    int64_t missing = replay->row.matched - replay->row.moved - replay->row.skipped;

    /* Those that left the DLQ before their turn never came up in the search. */
    if (replay->set == 0 && missing > 0)
        replay->row.skipped += missing;
    return engine_tally_end(work, replay, REPLAY_DONE, why);
}

static enum err go_on(struct engine_work *work, const struct command *command,
                      struct store_replay *replay, struct why *why)
{
    if (command->replay_move.waits)
        return OK;
    engine_tally_progress(work, replay);
    return store_change_replay(work->store, replay, why);
}

enum err engine_replay_move(struct engine_work *work, struct command *command, struct why *why)
{
    struct store_replay replay;
    enum err e = OK;

    command->replay_move.moved = 0;
    command->replay_move.waits = false;
    e = store_load_replay(work->store, command->replay_move.number, &work->arena, &replay, why);
    if (e != OK)
        return e;
    if (replay.row.state == REPLAY_RUNNING) {
        e = move_some(work, command, &replay, why);
        if (e == ERR_INVALID) /* a filter of another version: it can never go on */
            e = engine_tally_end(work, &replay, REPLAY_STOPPED, why);
        else if (e == OK && replay.cursor >= replay.upto)
            e = finish(work, &replay, why);
        else if (e == OK)
            e = go_on(work, command, &replay, why);
    }
    command->replay_move.state = replay.row.state;
    return e;
}
