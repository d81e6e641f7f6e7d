/* Mends due times after somebody set the clock back. */
#pragma once

#include "daemon/core/engine_work.h"

/*
 * Due times are stored on the scale of wall time as it was when the daemon before this one started.
 * Where the clock was set back since, orders that are due would wait for it to catch up: what lies
 * further ahead than its own delay is drawn near. Before there is a writer.
 */
enum err engine_clock_mend(struct engine_work *work, struct why *why);
