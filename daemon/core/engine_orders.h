/* Carries out submits, and what operators ask of orders. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread: the writer's, in a transaction. Each returns what becomes the command's result; of a
   failed store (engine_work_fatal) the transaction must be rolled back. */
enum err engine_orders_submit(struct engine_work *work, struct command *command, struct why *why);
enum err engine_orders_change(struct engine_work *work, struct command *command, struct why *why);
enum err engine_orders_amend(struct engine_work *work, struct command *command, struct why *why);
