/* Paused and draining: asked for through the engine, remembered there, told to who must know. */
#include "daemon/core/control.h"

#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

struct control {
    struct engine *engine;
    struct control_state state;
};

/* A change on its way. */
struct ask {
    struct command command;
    struct control *control;
    struct control_listener listener;
    char by[];
};

struct control *control_new(struct engine *engine, bool paused)
{
    struct control *control = need(calloc(1, sizeof(*control)));

    control->engine = engine;
    control->state.paused = paused;
    return control;
}

void control_free(struct control *control)
{
    free(control);
}

struct control_state control_get(const struct control *control)
{
    return control->state;
}

static void note(struct control_state *state, enum control_change change)
{
    switch (change) {
    case CONTROL_PAUSE:
        state->paused = true;
        break;
    case CONTROL_RESUME:
        *state = (struct control_state){0};
        break;
    case CONTROL_DRAIN:
        state->draining = true;
        break;
    }
}

static void done(struct command *command)
{
    struct ask *ask = command->owner;

    if (command->result == OK)
        note(&ask->control->state, command->control);
    if (ask->listener.done != NULL)
        ask->listener.done(ask->listener.self, command->result, &command->why);
    free(ask);
}

enum err control_ask(struct control *control, enum control_change change, struct slice by,
                     struct control_listener listener, struct why *why)
{
    struct ask *ask = need(calloc(1, sizeof(*ask) + by.n + 1));
    enum err e = OK;

    if (by.n > 0)
        (void)memcpy(ask->by, by.p, by.n);
    ask->control = control;
    ask->listener = listener;
    ask->command = (struct command){.kind = COMMAND_CONTROL,
                                    .by = {ask->by, by.n},
                                    .control = change,
                                    .done = done,
                                    .owner = ask};
    e = engine_post_anyway(control->engine, &ask->command, why);
    if (e != OK)
        free(ask);
    return e;
}
