/* Alarms as the store keeps them: by name, with the state, its time, and who knows of it. */
#pragma once

#include "shared/alarm.h"
#include "shared/err.h"

struct store;
struct store_reader;

/* In the writer's transaction, in place of what was kept of an alarm of this name. `value` and
   `threshold` are not kept. */
enum err store_alarm_keep(struct store *store, const struct alarm_row *alarm, struct why *why);

/* All that are kept, by name; value and threshold are NAN. Borrowed for the call. */
enum err store_alarm_all(struct store_reader *reader,
                         void (*row)(void *self, const struct alarm_row *alarm), void *self,
                         struct why *why);
