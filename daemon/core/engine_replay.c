/*
 * Carries out replays: begins them, moves their orders, cancels them, keeps their figures.
 *
 * A replay by filter walks the dead letters by their number, up to the newest there was when it
 * began; a replay by list walks the list. Both keep the place in `cursor`, stored with each move.
 */
#include "daemon/core/engine_replay.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"

#define PROGRESS_US 1000000

/* ---- telling ---- */

static void tell(struct engine_work *work, enum news news, const struct store_replay *replay)
{
    struct event *event = engine_work_event(work, clock_wall(work->clock));
    const struct replay_row *row = &replay->row;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&row->uid, id);
    event->news = news;
    event->subject = slice_copy(&work->arena, slice_of(id));
    event->subject_to = slice_of(replay_state_name(row->state));
    event->reason = slice_copy(&work->arena, row->reason);
    event->by = slice_copy(&work->arena, row->by);
    event->has_progress = true;
    event->matched = row->matched;
    event->moved = row->moved;
    event->skipped = row->skipped;
    event->refailed = row->refailed;
}

/* The replay's tally, or one that can be it; NULL when all others are in use. */
static struct engine_tally *tally_of(struct engine_work *work, int64_t replay)
{
    struct engine_tally *found = NULL;

    for (size_t i = 0; i < ENGINE_TALLIES_MAX; i++) {
        struct engine_tally *tally = &work->tallies[i];

        if (tally->replay == replay)
            return tally;
        if (tally->refailed == 0 && (found == NULL || tally->told_at < found->told_at))
            found = tally;
    }
    if (found != NULL)
        *found = (struct engine_tally){.replay = replay};
    return found;
}

/* At most once a second. */
static void tell_progress(struct engine_work *work, const struct store_replay *replay)
{
    struct engine_tally *tally = tally_of(work, replay->row.id);
    int64_t now = clock_mono(work->clock);

    if (tally == NULL || (tally->told_at != 0 && now - tally->told_at < PROGRESS_US))
        return;
    tally->told_at = now;
    tell(work, NEWS_REPLAY_PROGRESS, replay);
}

static enum err store_refailed(struct engine_work *work, struct engine_tally *tally,
                               struct why *why)
{
    struct store_replay replay;
    enum err e = store_load_replay(work->store, tally->replay, &work->arena, &replay, why);
    int64_t refailed = tally->refailed;

    tally->refailed = 0;
    if (e == ERR_NOT_FOUND) /* ended so long ago that it is no longer kept */
        return OK;
    if (e != OK)
        return e;
    replay.row.refailed += refailed;
    e = store_change_replay(work->store, &replay, why);
    if (e == OK)
        tell_progress(work, &replay);
    return e;
}

enum err engine_replay_tell(struct engine_work *work, struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; i < ENGINE_TALLIES_MAX && e == OK; i++) {
        if (work->tallies[i].refailed > 0)
            e = store_refailed(work, &work->tallies[i], why);
    }
    return e;
}

enum err engine_replay_refailed(struct engine_work *work, int64_t replay, struct why *why)
{
    struct engine_tally *tally = tally_of(work, replay);
    enum err e = OK;

    if (tally == NULL) {
        e = engine_replay_tell(work, why);
        tally = tally_of(work, replay);
    }
    if (tally != NULL)
        tally->refailed++;
    return e;
}

static enum err end_replay(struct engine_work *work, struct store_replay *replay,
                           enum replay_state state, struct why *why)
{
    replay->row.state = state;
    replay->row.finished_at = clock_wall(work->clock);
    tell(work, NEWS_REPLAY_ENDED, replay);
    return store_change_replay(work->store, replay, why);
}

/* ---- begin ---- */

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return (*x > *y) - (*x < *y);
}

static bool is_dead(const struct order *order)
{
    return order->status == STATUS_FAILED && order->due_at != 0;
}

/* Numbers of those in the list that are in the DLQ, each once; the others are skipped. */
static enum err resolve(struct engine_work *work, struct command *command,
                        struct store_replay *replay, struct why *why)
{
    size_t n_uids = command->replay.n_uids;
    int64_t *ids = arena_alloc(&work->arena, n_uids * sizeof(*ids));
    size_t n = 0, kept = 0;
    struct order order;

    for (size_t i = 0; i < n_uids; i++) {
        enum err e = engine_work_find(work, &command->replay.uids[i], &order, why);

        if (engine_work_fatal(e))
            return e;
        if (e == OK && is_dead(&order))
            ids[n++] = order.id;
        else
            replay->row.skipped++;
    }
    if (n > 0)
        qsort(ids, n, sizeof(*ids), by_number);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || ids[i] != ids[kept - 1])
            ids[kept++] = ids[i];
    }
    replay->ids = (struct slice){(const char *)ids, kept * sizeof(*ids)};
    replay->row.matched = (int64_t)kept;
    replay->upto = (int64_t)kept;
    return OK;
}

static void answer(struct command *command, const struct store_replay *replay)
{
    command->replay.number = replay->row.id;
    command->replay.uid = replay->row.uid;
    command->replay.matched = replay->row.matched;
    command->replay.skipped = replay->row.skipped;
}

/* *known: the key says that this replay was asked for before, and the command is answered. */
static enum err look_at_key(struct engine_work *work, struct command *command, bool *known,
                            struct why *why)
{
    struct store_replay first;
    struct store_key key;
    enum err e = OK;

    *known = false;
    if (command->replay.key.p == NULL)
        return OK;
    e = store_find_key(work->store, command->replay.key, &key, why);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e != OK || key.at <= clock_wall(work->clock) - IDEMPOTENCY_KEY_US)
        return e;
    if (key.order >= 0 || key.digest != command->replay.digest)
        return err_set(why, ERR_CONFLICT, "the idempotency key was used for something else");
    e = store_load_replay(work->store, -key.order, &work->arena, &first, why);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    *known = true;
    command->replay.duplicate = true;
    answer(command, &first);
    return OK;
}

static enum err add_replay(struct engine_work *work, const struct command *command,
                           struct store_replay *replay, struct why *why)
{
    const struct store_key key = {-replay->row.id, command->replay.digest, replay->row.started_at};
    enum err e = store_add_replay(work->store, replay, why);

    if (e == OK && command->replay.key.p != NULL)
        e = store_add_key(work->store, command->replay.key, &key, why);
    if (e != OK)
        return e;
    work->state.totals.last_replay = replay->row.id;
    tell(work, NEWS_REPLAY_STARTED, replay);
    return replay->row.matched == 0 ? end_replay(work, replay, REPLAY_DONE, why) : OK;
}

enum err engine_replay_begin(struct engine_work *work, struct command *command, struct why *why)
{
    int64_t now = clock_wall(work->clock);
    int64_t upto = command->replay.upto;
    struct store_replay replay = {
        .row = {.id = work->state.totals.last_replay + 1,
                .state = REPLAY_RUNNING,
                .matched = command->replay.matched,
                .rate = command->replay.rate,
                .started_at = now,
                .by = command->by,
                .reason = command->replay.reason},
        .filter_text = command->replay.filter_text,
        .upto = upto != 0 ? upto : work->state.totals.last_dead,
        .asked_at = command->replay.asked_at != 0 ? command->replay.asked_at : now,
        .from_start = command->replay.from_start};
    bool known = false;
    enum err e = OK;

    command->replay.duplicate = false;
    e = look_at_key(work, command, &known, why);
    if (e != OK || known)
        return e;
    replay.row.uid = uuid_make(&work->uuids, now);
    if (command->replay.n_uids > 0)
        e = resolve(work, command, &replay, why);
    if (e == OK)
        e = add_replay(work, command, &replay, why);
    if (e == OK)
        answer(command, &replay);
    return e;
}

/* ---- move ---- */

/* ERR_WRONG_STATE or ERR_NOT_FOUND: it is no longer in the DLQ. */
static enum err move_one(struct engine_work *work, const struct store_replay *replay, int64_t id,
                         struct why *why)
{
    struct workflow_now now = engine_work_now(work, replay->row.by);
    struct workflow_ask ask = {.cause = CAUSE_REPLAY, .reason = replay->row.reason};
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

/* The next of the list. */
static size_t next_listed(struct store_replay *replay, size_t limit, int64_t *ids)
{
    size_t n = 0;

    for (; n < limit && replay->cursor < replay->upto; replay->cursor++)
        memcpy(&ids[n++], replay->ids.p + (size_t)replay->cursor * sizeof(*ids), sizeof(*ids));
    return n;
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

static enum err move_some(struct engine_work *work, struct command *command,
                          struct store_replay *replay, struct why *why)
{
    size_t limit = command->replay_move.limit;
    struct store_ids found = {arena_alloc(&work->arena, limit * sizeof(int64_t)), limit, 0};
    enum err e = OK;

    if (replay->ids.p != NULL && replay->ids.n > 0)
        found.n = next_listed(replay, limit, found.ids);
    else
        e = next_matching(work, replay, &found, why);
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
    if (replay->ids.n == 0 && missing > 0)
        replay->row.skipped += missing;
    return end_replay(work, replay, REPLAY_DONE, why);
}

static enum err go_on(struct engine_work *work, struct command *command,
                      struct store_replay *replay, struct why *why)
{
    command->replay_move.again = command->replay_move.moved == 0;
    tell_progress(work, replay);
    return store_change_replay(work->store, replay, why);
}

enum err engine_replay_move(struct engine_work *work, struct command *command, struct why *why)
{
    struct store_replay replay;
    enum err e = OK;

    command->replay_move.moved = 0;
    command->replay_move.again = false;
    e = store_load_replay(work->store, command->replay_move.number, &work->arena, &replay, why);
    if (e != OK)
        return e;
    if (replay.row.state == REPLAY_RUNNING) {
        e = move_some(work, command, &replay, why);
        if (e == ERR_INVALID) /* a filter of another version: it can never go on */
            e = end_replay(work, &replay, REPLAY_STOPPED, why);
        else if (e == OK && replay.cursor >= replay.upto)
            e = finish(work, &replay, why);
        else if (e == OK)
            e = go_on(work, command, &replay, why);
    }
    command->replay_move.state = replay.row.state;
    return e;
}

enum err engine_replay_cancel(struct engine_work *work, struct command *command, struct why *why)
{
    struct store_replay replay;
    int64_t number = 0;
    enum err e = store_find_replay(work->store, &command->replay_cancel.uid, &number, why);

    if (e == OK)
        e = store_load_replay(work->store, number, &work->arena, &replay, why);
    if (e == OK && replay.row.state == REPLAY_RUNNING)
        e = end_replay(work, &replay, REPLAY_CANCELLED, why);
    if (e == OK)
        command->replay_cancel.state = replay.row.state;
    return e;
}
