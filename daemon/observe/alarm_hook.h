/* Runs a command for each change of an alarm, with the alarm as JSON on its standard input. */
#pragma once

#include "daemon/sys/child.h"
#include "shared/alarm.h"

#define ALARM_HOOK_WAITING_MAX 32 /* changes that wait for the command; older ones go */
#define ALARM_HOOK_TIMEOUT_US (30 * 1000000LL) /* of one run */

struct alarm_hook;

/* All borrowed. `instance` is DOFS_INSTANCE in the command's environment. */
struct alarm_hook *alarm_hook_new(struct children *children, const char *instance);
void alarm_hook_free(struct alarm_hook *hook); /* takes NULL; behind children_close */

/* The command's words, good until the next call; NULL or none: nothing is run. */
void alarm_hook_set(struct alarm_hook *hook, const char *const *words);

/*
 * Runs the command for this change, after those that wait already: one at a time, in order. What
 * fails is logged. Thread: the loop's.
 */
void alarm_hook_tell(struct alarm_hook *hook, const struct alarm_row *alarm);

/* Nothing more is begun: the daemon stops. */
void alarm_hook_stop(struct alarm_hook *hook);
