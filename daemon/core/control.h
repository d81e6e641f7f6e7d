/* Paused and draining: asked for through the engine, remembered there, told to who must know. */
#pragma once

#include "daemon/core/engine.h"

struct control;

struct control_state {
    bool paused;   /* no attempt starts; survives a restart */
    bool draining; /* as paused, and submits are refused; until resume or a restart */
};

struct control *control_new(struct engine *engine, bool paused);
void control_free(struct control *control);
struct control_state control_get(const struct control *control);

/*
 * Posts the change; `done` is called on the loop's thread once it is durable. A drain counts as
 * done when it is recorded: that nothing is in flight any more is dispatch's to tell.
 */
struct control_listener {
    void (*done)(void *self, enum err result, const struct why *why);
    void *self;
};
enum err control_ask(struct control *control, enum control_change change, struct slice by,
                     struct control_listener listener, struct why *why);
