/* Carries out replays: begins them, moves their orders, cancels them, keeps their figures. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread: the writer's, in a transaction; results as in engine_orders.h. */
enum err engine_replay_begin(struct engine_work *work, struct command *command, struct why *why);
enum err engine_replay_move(struct engine_work *work, struct command *command, struct why *why);
enum err engine_replay_cancel(struct engine_work *work, struct command *command, struct why *why);

/* An order that this replay moved is dead again; stored by engine_replay_tell. */
enum err engine_replay_refailed(struct engine_work *work, int64_t replay, struct why *why);
enum err engine_replay_tell(struct engine_work *work, struct why *why);
