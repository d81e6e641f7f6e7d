/* Carries out replays: begins them, cancels them, keeps what dry runs found. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread: the writer's, in a transaction; results as in engine_orders.h. */
enum err engine_replay_preview(struct engine_work *work, struct command *command, struct why *why);
enum err engine_replay_begin(struct engine_work *work, struct command *command, struct why *why);
enum err engine_replay_cancel(struct engine_work *work, struct command *command, struct why *why);
