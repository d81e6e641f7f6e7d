/* Carries out pauses, other settings, news of alarms, and the removal of what is old. */
#include "daemon/core/engine_admin.h"

#include "shared/limits.h"

struct control_row {
    enum news news;
    bool paused, draining; /* as they are afterwards */
    bool keep_paused, keep_draining;
};

static const struct control_row rows[] = {
    [CONTROL_PAUSE] = {NEWS_PAUSED, .paused = true, .keep_draining = true},
    [CONTROL_RESUME] = {NEWS_RESUMED, .paused = false, .draining = false},
    [CONTROL_DRAIN] = {NEWS_DRAIN_STARTED, .draining = true, .keep_paused = true},
};

enum err engine_admin_control(struct engine_work *work, struct command *command, struct why *why)
{
    const struct control_row *row = &rows[command->control];
    struct engine_state *state = &work->state;
    bool paused = row->keep_paused ? state->totals.paused : row->paused;
    bool draining = row->keep_draining ? state->draining : row->draining;
    struct event *event = NULL;

    (void)why;
    if (paused == state->totals.paused && draining == state->draining)
        return OK;
    state->totals.paused = paused;
    state->draining = draining;
    event = engine_work_event(work, clock_wall(work->clock));
    event->news = row->news;
    event->by = slice_copy(&work->arena, command->by);
    return OK;
}

enum err engine_admin_retain(struct engine_work *work, struct command *command, struct why *why)
{
    struct store_retention *rows_gone = &command->retain.rows;
    int64_t failed[STEPS_EVER_MAX] = {0};
    int64_t before = clock_wall(work->clock) - IDEMPOTENCY_KEY_US;
    int64_t keys = 0;
    enum err e = OK;

    rows_gone->removed_failed = failed;
    e = store_retain(work->store, rows_gone, why);
    rows_gone->removed_failed = NULL;
    if (e == OK)
        e = store_expire_keys(work->store, before, rows_gone->limit, &keys, why);
    if (e == OK)
        e = store_expire_sets(work->store, clock_wall(work->clock) - PREVIEW_KEPT_US, why);
    if (e != OK)
        return e;
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        work->state.totals.counts[i] -= rows_gone->removed_counts[i];
        work->counted = work->counted || rows_gone->removed_counts[i] != 0;
    }
    for (unsigned i = 0; i < STEPS_EVER_MAX; i++)
        work->state.totals.by_step[i][STATUS_FAILED] -= failed[i];
    command->retain.more = rows_gone->removed >= rows_gone->limit || keys >= rows_gone->limit;
    return OK;
}

enum err engine_admin_news(struct engine_work *work, struct command *command, struct why *why)
{
    const struct alarm_row *alarm = command->news.alarm;
    enum err e = alarm != NULL ? store_alarm_keep(work->store, alarm, why) : OK;
    struct event *event = NULL;
    struct arena *arena = &work->arena;

    if (e != OK)
        return e;
    event = engine_work_event(work, clock_wall(work->clock));
    event->news = command->news.news;
    event->by = slice_copy(arena, command->by);
    event->subject = slice_copy(arena, command->news.subject);
    event->subject_to = slice_copy(arena, command->news.subject_to);
    event->reason = slice_copy(arena, command->news.reason);
    return OK;
}

enum err engine_admin_settings(struct engine_work *work, struct command *command, struct why *why)
{
    (void)why;
    work->state.settings = command->settings;
    return OK;
}
