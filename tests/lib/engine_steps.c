/* Orders of several steps on an engine_scene. */
#include "tests/lib/engine_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

#define SECOND 1000000LL

static const struct workflow_step steps[] = {
    {{{"reserve", 7}, true},
     {.max_attempts = 3, .interval_us = SECOND, .backoff_rate = 1, .max_delay_us = 9 * SECOND}},
    {{{"charge", 6}, true},
     {.max_attempts = 2, .interval_us = SECOND, .backoff_rate = 1, .max_delay_us = 9 * SECOND}},
    {{{"ship", 4}, false}, {.max_attempts = 1}},
};

int engine_steps_set_up(void **state)
{
    struct engine_scene *scene = malloc(sizeof(*scene));

    if (scene == NULL)
        return -1;
    engine_scene_init(scene, "sqlite");
    engine_scene_close(scene);
    scene->workflow.steps = steps;
    scene->workflow.n_steps = 3;
    scene->workflow.list = SLICE(ENGINE_STEPS);
    engine_scene_open(scene);
    for (uint32_t i = 0, number = 0; i < 3; i++) {
        assert_int_equal(OK, store_add_step(scene->store, steps[i].step.name, &number, NULL));
        assert_int_equal(i + 1, number);
    }
    *state = scene;
    return 0;
}

int engine_steps_tear_down(void **state)
{
    engine_scene_done(*state);
    free(*state);
    return 0;
}

static struct engine_seen seen_last;

static void note(const struct order *whole)
{
    char *out = seen_last.results;
    size_t n = 0;

    for (size_t i = 0; i < whole->n_results; i++) {
        const struct pair *result = &whole->results[i];

        n += (size_t)snprintf(out + n, sizeof(seen_last.results) - n, "%s%.*s=%.*s",
                              i > 0 ? " " : "", SLICE_ARGS(result->key), SLICE_ARGS(result->value));
    }
    (void)snprintf(seen_last.result, sizeof(seen_last.result), "%.*s", SLICE_ARGS(whole->result));
}

static void look(struct command *command)
{
    struct engine_scene *scene = command->owner;

    seen_last = (struct engine_seen){.attempt = command->start.attempt};
    if (command->result == OK)
        note(command->start.attempt.whole);
    scene->n_done++;
}

static bool is_done(void *self)
{
    return ((struct engine_scene *)self)->n_done > 0;
}

struct engine_seen engine_steps_start(struct engine_scene *scene, int64_t order)
{
    struct command command = {.kind = COMMAND_START,
                              .start = {.order = order, .whole = true},
                              .done = look,
                              .owner = scene};

    scene->n_done = 0;
    assert_int_equal(engine_post(scene->engine, &command, NULL), OK);
    engine_scene_run(scene, is_done, scene);
    assert_int_equal(command.result, OK);
    return seen_last;
}

void engine_steps_end(struct engine_scene *scene, int64_t order, const char *result)
{
    struct command command = {.kind = COMMAND_END,
                              .end = {.order = order,
                                      .outcome = OUTCOME_FULFILLED,
                                      .result = slice_of(result),
                                      .retry_after_us = -1}};

    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
}

void engine_steps_do(struct engine_scene *scene, int64_t order, const char *result)
{
    (void)engine_steps_start(scene, order);
    engine_steps_end(scene, order, result);
}

void engine_steps_check_history(struct engine_scene *scene, const struct uuid *uid,
                                const char *want)
{
    char got[512];

    engine_scene_history(scene, uid, got);
    assert_string_equal(got, want);
}

int64_t engine_steps_at(const struct engine_scene *scene, const char *step, enum status status)
{
    uint32_t number = store_step_number(scene->store, slice_of(step));

    assert_true(number < STEPS_EVER_MAX);
    return engine_totals(scene->engine)->by_step[number][status];
}
