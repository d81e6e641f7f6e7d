/*
 * Carries out replays: begins them, by filter or by a set of dead letters, and cancels them; keeps
 * what dry runs found.
 */
#include "daemon/core/engine_replay.h"

#include <stdlib.h>

#include "daemon/core/engine_tally.h"
#include "shared/limits.h"

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* The replay goes by these dead letters, which are kept beside it. */
static enum err take_set(struct engine_work *work, struct store_replay *replay, const int64_t *ns,
                         size_t n, struct why *why)
{
    struct store_set set = {
        .at = replay->row.started_at, .matched = (int64_t)n, .listed = true, .ns = ns};
    enum err e = n == 0 ? OK : store_add_set(work->store, &set, why);

    replay->set = set.id;
    replay->row.matched = (int64_t)n;
    replay->upto = (int64_t)n;
    return e;
}

/* The dead letters of the orders in the list, each once; orders without one are skipped. */
static enum err resolve(struct engine_work *work, const struct command *command,
                        struct store_replay *replay, struct why *why)
{
    size_t n_uids = command->replay.n_uids;
    int64_t *ns = arena_alloc(&work->arena, n_uids * sizeof(*ns));
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < n_uids; i++) {
        int64_t order = 0;
        enum err e = store_find(work->store, &command->replay.uids[i], &order, why);

        if (e == OK)
            e = store_dead_of(work->store, order, &ns[n], why);
        if (engine_work_fatal(e))
            return e;
        n += e == OK;
        replay->row.skipped += e != OK;
    }
    if (n > 0)
        qsort(ns, n, sizeof(*ns), by_number);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || ns[i] != ns[kept - 1])
            ns[kept++] = ns[i];
    }
    return take_set(work, replay, ns, kept, why);
}

/* What a dry run found within the last hour. */
static enum err take_token(struct engine_work *work, const struct command *command,
                           struct store_replay *replay, struct why *why)
{
    struct store_set set;
    enum err e = store_find_set(work->store, &command->replay.token, &set, why);

    if (e == ERR_NOT_FOUND || (e == OK && set.at <= replay->row.started_at - PREVIEW_KEPT_US))
        return err_set(why, ERR_NOT_FOUND,
                       "the token is not known, or older than an hour: make another dry run");
    if (e != OK)
        return e;
    replay->set = set.listed ? set.id : 0;
    replay->row.matched = set.matched;
    replay->upto = set.listed ? set.matched : set.upto;
    return OK;
}

static enum err choose(struct engine_work *work, const struct command *command,
                       struct store_replay *replay, struct why *why)
{
    if (command->replay.has_token)
        return take_token(work, command, replay, why);
    if (command->replay.n_uids > 0)
        return resolve(work, command, replay, why);
    if (command->replay.n_ns > 0)
        return take_set(work, replay, command->replay.ns, command->replay.n_ns, why);
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
    engine_tally_tell(work, NEWS_REPLAY_STARTED, replay);
    return replay->row.matched == 0 ? engine_tally_end(work, replay, REPLAY_DONE, why) : OK;
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
        .from_start = command->replay.from_start,
        .canary = command->replay.canary,
        .failed_share = command->replay.failed_share,
        .of_last = command->replay.of_last};
    bool known = false;
    enum err e = OK;

    command->replay.duplicate = false;
    e = look_at_key(work, command, &known, why);
    if (e != OK || known)
        return e;
    replay.row.uid = uuid_make(&work->uuids, now);
    e = choose(work, command, &replay, why);
    if (e == OK)
        e = add_replay(work, command, &replay, why);
    if (e == OK)
        answer(command, &replay);
    return e;
}

enum err engine_replay_preview(struct engine_work *work, struct command *command, struct why *why)
{
    int64_t now = clock_wall(work->clock);
    struct store_set set = {.has_token = true,
                            .token = uuid_make(&work->uuids, now),
                            .at = now,
                            .matched = command->preview.matched,
                            .upto = command->preview.upto,
                            .listed = command->preview.ns != NULL,
                            .ns = command->preview.ns};
    enum err e = store_expire_sets(work->store, now - PREVIEW_KEPT_US, why);

    if (e == OK)
        e = store_add_set(work->store, &set, why);
    command->preview.token = set.token;
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
        e = engine_tally_end(work, &replay, REPLAY_CANCELLED, why);
    if (e == OK)
        command->replay_cancel.state = replay.row.state;
    return e;
}
