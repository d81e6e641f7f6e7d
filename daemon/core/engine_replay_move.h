/* Carries out the moves of replays: the next dead letters, back to work. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread: the writer's, in a transaction; results as in engine_orders.h. */
enum err engine_replay_move(struct engine_work *work, struct command *command, struct why *why);
