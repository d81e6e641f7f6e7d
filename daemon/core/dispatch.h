/*
 * Starts what is due, bounds how many run, ends what takes too long. Holds a bounded window of
 * waiting orders for each pool, filled from commits and, past its size, from the store: hints only,
 * for the engine refuses a start that is not due.
 */
#pragma once

#include "daemon/core/control.h"
#include "daemon/core/engine.h"
#include "daemon/core/readers.h"
#include "daemon/handler/handler.h"

struct dispatch;

struct dispatch_settings { /* of one pool */
    uint32_t concurrency;  /* attempts at once */
    double max_rate;       /* attempts started in a second; 0: no limit */
    int64_t timeout_us;    /* an attempt that takes longer has failed with the reason `timeout` */
};

/* What dispatch stands on; all borrowed. */
struct dispatch_parts {
    struct loop *loop;
    const struct clock *clock;
    struct engine *engine;
    struct readers *readers;
    struct control *control;
    /* An order does not hold, and so is not begun: its ERR_DAMAGED sentence. Comes again when the
       windows are filled anew. NULL: it is logged. */
    void (*damaged)(void *self, const char *why);
    void *self;
};

enum err dispatch_open(struct dispatch **out, const struct dispatch_parts *parts, struct why *why);
void dispatch_close(struct dispatch *dispatch); /* takes NULL */

/* For every handler that it starts attempts with. */
struct handler_listener dispatch_handler_listener(struct dispatch *dispatch);

/*
 * What waits in a pool (STORE_POOL) is started with `handler`, as `settings` bound it, however the
 * other pools fare. All are added before the loop runs; each once.
 */
void dispatch_add_pool(struct dispatch *dispatch, uint16_t pool,
                       const struct dispatch_settings *settings, struct handler handler);
/* Of a pool that was added. */
void dispatch_set(struct dispatch *dispatch, uint16_t pool,
                  const struct dispatch_settings *settings);

/* Looks at the store for what waits: at the start. */
void dispatch_begin(struct dispatch *dispatch);

/* What a commit left waiting, cancelled or ended. Thread: the loop's. */
void dispatch_committed(struct dispatch *dispatch, const struct commit *commit);

/* Paused, resumed or draining: look again. */
void dispatch_control_changed(struct dispatch *dispatch);

/* Attempts under way, starts and ends not yet durable included. */
size_t dispatch_in_flight(const struct dispatch *dispatch);

/* Calls `idle` (once) when nothing is in flight; at once if that is so now. */
void dispatch_when_idle(struct dispatch *dispatch, void (*idle)(void *self), void *self);

/* An orderly stop: no more starts; attempts under way are given back. `idle` as above. */
void dispatch_stop(struct dispatch *dispatch, void (*idle)(void *self), void *self);
