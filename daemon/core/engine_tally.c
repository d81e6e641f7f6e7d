/*
 * What becomes of orders that replays moved: counted, told, and judged by canary and stop_if.
 *
 * Ends are gathered by replay and stored once in a transaction. Of a replay that is not watched (it
 * has neither canary nor stop_if, or is over) only those that failed again are noted.
 */
#include "daemon/core/engine_tally.h"

#include <string.h>

#include "shared/log.h"

#define PROGRESS_US 1000000

void engine_tally_tell(struct engine_work *work, enum news news, const struct store_replay *replay)
{
    struct event *event = engine_work_event(work, clock_wall(work->clock));
    const struct replay_row *row = &replay->row;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&row->uid, id);
    event->news = news;
    event->id = row->id;
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
        if (tally->n_ends == 0 && (found == NULL || tally->told_at < found->told_at))
            found = tally;
    }
    if (found != NULL)
        *found = (struct engine_tally){.replay = replay};
    return found;
}

void engine_tally_progress(struct engine_work *work, const struct store_replay *replay)
{
    struct engine_tally *tally = tally_of(work, replay->row.id);
    int64_t now = clock_mono(work->clock);

    if (tally == NULL || (tally->told_at != 0 && now - tally->told_at < PROGRESS_US))
        return;
    tally->told_at = now;
    engine_tally_tell(work, NEWS_REPLAY_PROGRESS, replay);
}

enum err engine_tally_end(struct engine_work *work, struct store_replay *replay,
                          enum replay_state state, struct why *why)
{
    replay->row.state = state;
    replay->row.finished_at = clock_wall(work->clock);
    engine_tally_tell(work, NEWS_REPLAY_ENDED, replay);
    return store_change_replay(work->store, replay, why);
}

/* ---- judging ---- */

/* Puts one more end behind the others; the oldest leaves once there are more than `of_last`. */
static void remember(struct engine_work *work, struct store_replay *replay, bool failed)
{
    size_t most = (size_t)replay->of_last;
    size_t kept = replay->ends.n < most ? replay->ends.n : most - 1;
    char *ends = arena_alloc(&work->arena, most);

    if (kept > 0)
        memcpy(ends, replay->ends.p + (replay->ends.n - kept), kept);
    ends[kept] = failed ? 1 : 0;
    replay->ends = (struct slice){ends, kept + 1};
}

/* Has more than the share of the last that ended failed again? */
static bool too_many_failed(const struct store_replay *replay)
{
    int64_t failed = 0;

    for (size_t i = 0; i < replay->ends.n; i++)
        failed += replay->ends.p[i];
    return (double)failed > replay->failed_share * (double)replay->of_last;
}

/* Why the replay must stop after this end; NULL: it goes on. */
static const char *judge(struct engine_work *work, struct store_replay *replay, enum engine_end end)
{
    if (replay->canary_passed < replay->canary) {
        if (end != ENGINE_END_FULFILLED)
            return "an order of its canary was not fulfilled";
        replay->canary_passed++;
    }
    if (replay->of_last == 0)
        return NULL;
    remember(work, replay, end == ENGINE_END_FAILED);
    return too_many_failed(replay) ? "too many of its orders failed again" : NULL;
}

static enum err stop(struct engine_work *work, struct store_replay *replay, const char *reason,
                     struct why *why)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&replay->row.uid, id);
    log_notice("replay %s is stopped: %s", id, reason);
    return engine_tally_end(work, replay, REPLAY_STOPPED, why);
}

static enum err store_tally(struct engine_work *work, struct engine_tally *tally, struct why *why)
{
    struct store_replay replay;
    enum err e = store_load_replay(work->store, tally->replay, &work->arena, &replay, why);
    size_t n = tally->n_ends;
    const char *reason = NULL;
    bool waited = false;

    tally->n_ends = 0;
    if (e == ERR_NOT_FOUND) /* ended so long ago that it is no longer kept */
        return OK;
    if (e != OK)
        return e;
    waited = replay.canary_passed < replay.canary;
    for (size_t i = 0; i < n; i++) {
        enum engine_end end = (enum engine_end)tally->ends[i];

        replay.row.refailed += end == ENGINE_END_FAILED;
        if (replay.row.state == REPLAY_RUNNING && reason == NULL)
            reason = judge(work, &replay, end);
    }
    if (reason != NULL)
        return stop(work, &replay, reason, why);
    e = store_change_replay(work->store, &replay, why);
    if (e == OK && waited && replay.canary_passed >= replay.canary)
        engine_tally_tell(work, NEWS_REPLAY_PROGRESS, &replay); /* the rest may move now */
    else if (e == OK)
        engine_tally_progress(work, &replay);
    return e;
}

enum err engine_tally_store(struct engine_work *work, struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; i < ENGINE_TALLIES_MAX && e == OK; i++) {
        if (work->tallies[i].n_ends > 0)
            e = store_tally(work, &work->tallies[i], why);
    }
    return e;
}

/* ---- noting ---- */

static bool is_end(const struct decision *decision, enum engine_end *out)
{
    *out = decision->to == STATUS_FULFILLED ? ENGINE_END_FULFILLED : ENGINE_END_CANCELLED;
    if (decision->dead_add)
        *out = ENGINE_END_FAILED;
    if (decision->from == decision->to)
        return false;
    return decision->dead_add || decision->to == STATUS_FULFILLED ||
           (decision->to == STATUS_CANCELLED && decision->from != STATUS_FAILED);
}

/* Is each end of its orders of interest? Asked of the store once for each replay in the tallies. */
static enum err learn(struct engine_work *work, struct engine_tally *tally, struct why *why)
{
    struct store_replay replay;
    enum err e = OK;

    if (tally->known)
        return OK;
    e = store_load_replay(work->store, tally->replay, &work->arena, &replay, why);
    tally->known = true;
    tally->watched =
        e == OK && replay.row.state == REPLAY_RUNNING && (replay.canary > 0 || replay.of_last > 0);
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err engine_tally_decided(struct engine_work *work, const struct order *order,
                              const struct decision *decision, struct why *why)
{
    struct engine_tally *tally = NULL;
    enum engine_end end = ENGINE_END_FULFILLED;
    enum err e = OK;

    if (order->replay == 0 || !is_end(decision, &end))
        return OK;
    tally = tally_of(work, order->replay);
    if (tally == NULL) {
        e = engine_tally_store(work, why);
        tally = tally_of(work, order->replay);
    }
    if (e == OK)
        e = learn(work, tally, why);
    if (e != OK || (end != ENGINE_END_FAILED && !tally->watched))
        return e;
    if (tally->n_ends == ENGINE_ENDS_MAX)
        e = store_tally(work, tally, why);
    tally->ends[tally->n_ends++] = (uint8_t)end;
    return e;
}
