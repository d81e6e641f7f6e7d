/* Carries out pauses, other settings, news of alarms, and the removal of what is old. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread: the writer's, in a transaction; results as in engine_orders.h. */
enum err engine_admin_control(struct engine_work *work, struct command *command, struct why *why);
enum err engine_admin_retain(struct engine_work *work, struct command *command, struct why *why);
enum err engine_admin_news(struct engine_work *work, struct command *command, struct why *why);
enum err engine_admin_settings(struct engine_work *work, struct command *command, struct why *why);
