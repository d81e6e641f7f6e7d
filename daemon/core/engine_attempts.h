/* Carries out the start and the end of attempts, and ends those that a crash cut short. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread: the writer's, in a transaction; results as in engine_orders.h. */
enum err engine_attempts_start(struct engine_work *work, struct command *command, struct why *why);
enum err engine_attempts_end(struct engine_work *work, struct command *command, struct why *why);

/* All orders that are PROCESSING, in transactions of its own. Before there is a writer. */
enum err engine_attempts_recover(struct engine_work *work, struct why *why);
