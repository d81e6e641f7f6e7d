/*
 * The loop of daemon/sys/loop.h, turned by hand: timers by a clock turned by hand, and the turns of
 * what would be other threads, so that all there is happens in one thread and in a chosen order.
 */
#pragma once

#include <stdbool.h>

#include "daemon/sys/loop.h"
#include "shared/clock.h"

/* What would be threads of their own. */
enum sim_thread { SIM_WRITER, SIM_READERS, SIM_THREADS };

struct sim_turns {
    void (*turn)(void *self); /* one turn; not called when there is nothing to do */
    bool (*has_work)(void *self);
    void *self; /* NULL: there is no such thread */
};

void sim_loop_set_clock(struct loop *loop, const struct clock *clock);

/* All that is ready, then the ends of the pass. */
void sim_loop_pass(struct loop *loop);
/* Is anything ready: a bell that was rung, a timer that is due? */
bool sim_loop_ready(const struct loop *loop);
/* When the soonest timer is due; INT64_MAX: there is none. */
int64_t sim_loop_next(const struct loop *loop);

void sim_loop_set_turns(struct loop *loop, enum sim_thread thread, const struct sim_turns *turns);
bool sim_loop_has_work(const struct loop *loop, enum sim_thread thread);
/* A turn of that thread, if there is something to do. */
void sim_loop_turn(struct loop *loop, enum sim_thread thread);

struct loop *sim_loop_of(const struct loop_bell *bell);
