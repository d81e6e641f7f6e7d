/* Workers that lease and complete a step while the daemon comes and goes, and what they were told.
 */
#pragma once

#include <stddef.h>

#include "tests/lib/daemon_proc.h"

struct crash_work;

/* `workers` threads, each with a connection of its own; `step` is the handler `worker`'s. */
struct crash_work *crash_work_begin(struct daemon_proc *proc, size_t workers, const char *step);
void crash_work_end(struct crash_work *work);
void crash_work_free(struct crash_work *work); /* ended */

/* Each end that was acknowledged is the order's, and no order has two. */
void crash_work_check(struct crash_work *work);
