/* Lives of orders of several steps, told act by act. */
#include "tests/lib/workflow_story.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"

/* reserve has three attempts, charge two, ship one; what is not of the list has four. */
static const struct workflow_step steps[] = {
    {{{"reserve", 7}, true},
     {.max_attempts = 3, .interval_us = SCENE_S, .backoff_rate = 1, .max_delay_us = 300 * SCENE_S}},
    {{{"charge", 6}, true},
     {.max_attempts = 2,
      .interval_us = 7 * SCENE_S,
      .backoff_rate = 1,
      .max_delay_us = 300 * SCENE_S}},
    {{{"ship", 4}, false}, {.max_attempts = 1, .backoff_rate = 1}},
};

void workflow_story_scene(struct workflow_scene *scene)
{
    workflow_scene_init(scene);
    scene->settings.retry.max_attempts = 4;
    scene->settings.steps = steps;
    scene->settings.n_steps = 3;
    scene->settings.list = SLICE(STORY_LIST);
}

static enum err change(struct workflow_scene *scene, enum story_act act, struct order *order,
                       struct decision *out)
{
    static const enum cause causes[] = {
        [DO_CANCEL] = CAUSE_CANCEL,       [DO_HOLD] = CAUSE_HOLD,
        [DO_RELEASE] = CAUSE_RELEASE,     [DO_RETRY_NOW] = CAUSE_RETRY_NOW,
        [DO_DISCARD] = CAUSE_DISCARD,     [DO_REPLAY] = CAUSE_REPLAY,
        [DO_REPLAY_START] = CAUSE_REPLAY,
    };
    const struct workflow_ask ask = {.cause = causes[act],
                                     .reason = SLICE("because"),
                                     .in_dlq = order->status == STATUS_FAILED && order->due_at != 0,
                                     .from_start = act == DO_REPLAY_START};

    return workflow_change(&scene->now, &ask, order, out, NULL);
}

/* Whatever waits is due. */
enum err workflow_story_do(struct workflow_scene *scene, enum story_act act, struct order *order,
                           struct decision *out)
{
    static const enum outcome outcomes[] = {
        [DO_FULFIL] = OUTCOME_FULFILLED,
        [DO_FAIL] = OUTCOME_FAILED,
        [DO_FAIL_FOR_GOOD] = OUTCOME_FAILED_FOR_GOOD,
        [DO_GIVE_BACK] = OUTCOME_GIVEN_BACK,
    };
    struct attempt_end end = {.reason = SLICE("no"), .result = SLICE("out"), .retry_after_us = -1};

    scene->now.by = act >= DO_CANCEL ? SLICE("ann") : SLICE("dofsd");
    if (act == DO_START && order->due_at > scene->now.due_us)
        scene->now.due_us = order->due_at;
    if (act == DO_START)
        return workflow_start(&scene->now, order, out, NULL);
    if (act == DO_CRASH)
        return workflow_recover(&scene->now, order, out, NULL);
    if (act >= DO_CANCEL)
        return change(scene, act, order, out);
    end.outcome = outcomes[act];
    return workflow_end(&scene->now, order, &end, out, NULL);
}

static size_t tell_entry(char *text, size_t size, const struct entry *entry)
{
    int n = 0;

    if (entry->attempt > 0)
        n = snprintf(text, size, " %s(%.*s %u)", entry_name(entry->type), SLICE_ARGS(entry->step),
                     entry->attempt);
    else if (entry->step.n > 0)
        n = snprintf(text, size, " %s(%.*s by %.*s)", entry_name(entry->type),
                     SLICE_ARGS(entry->step), SLICE_ARGS(entry->by));
    else
        n = snprintf(text, size, " %s(by %.*s)", entry_name(entry->type), SLICE_ARGS(entry->by));
    return (size_t)n;
}

/* "UNDOING charge 0/2 cancelling, undo_started(charge by ann)"; "wrong_state" where refused. */
static const char *told(enum err e, const struct order *order, const struct decision *decision)
{
    static char text[512];
    size_t n = 0;

    if (e != OK)
        return err_name(e);
    n = (size_t)snprintf(text, sizeof(text), "%s %.*s %u/%u%s%s%s,", status_name(order->status),
                         SLICE_ARGS(order->step), order->attempts, order->max_attempts,
                         order->cancelling ? " cancelling" : "", decision->dead_add ? " +dead" : "",
                         decision->dead_remove ? " -dead" : "");
    if (!decision->changed)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " unchanged");
    for (size_t i = 0; i < decision->n_entries; i++)
        n += tell_entry(text + n, sizeof(text) - n, &decision->entries[i]);
    return text;
}

static void tell_story(const struct story *story)
{
    struct workflow_scene scene;
    struct order order = workflow_scene_order(STATUS_QUEUED);
    struct decision decision;
    struct step first;

    workflow_story_scene(&scene);
    order.attempts = 0;
    order.steps = slice_of(story->steps);
    assert_true(steps_at(order.steps, 0, &first));
    order.step = first.name;
    for (size_t i = 0; story->moves[i].act != DO_END; i++) {
        const struct story_move *move = &story->moves[i];
        enum err e = workflow_story_do(&scene, move->act, &order, &decision);

        if (strcmp(told(e, &order, &decision), move->want) != 0)
            fail_msg("%s, move %zu: got '%s', not '%s'", story->label, i + 1,
                     told(e, &order, &decision), move->want);
        assert_true(e != OK || !decision.changed || decision.to == order.status);
    }
}

void workflow_stories(const struct story *stories, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tell_story(&stories[i]);
}
