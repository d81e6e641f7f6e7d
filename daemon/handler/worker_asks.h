/* Those who wait for leases, in the order they came. */
#pragma once

#include "daemon/handler/handler_worker.h"
#include "shared/clock.h"

/* Placed in its user's struct; all zero but `clock` and `wait_until`, INT64_MAX, is empty. */
struct worker_asks {
    const struct clock *clock;
    struct worker_ask *first, *last;
    size_t n;
    size_t n_served;    /* of them, those who have got something */
    size_t n_late;      /* of them, those whose time is up and for whom something is on its way */
    int64_t wait_until; /* no other wait ends sooner */
    uint64_t passes;
};

/* Puts it where it belongs: at the end, or where one of the same worker and key waits, which is
   answered instead. ERR_BUSY when too many wait. */
enum err worker_asks_put(struct worker_asks *asks, struct worker_ask *ask, struct why *why);

/* Takes it off, and answers it with what it has got. */
void worker_asks_answer(struct worker_asks *asks, struct worker_ask *ask);

/* Who gets the next lease; NULL: nobody. Those who have gone are done with. */
struct worker_ask *worker_asks_next(struct worker_asks *asks);

/* How many leases they would take, but for those who are about to be answered; at most `most`. */
size_t worker_asks_wants(struct worker_asks *asks, size_t most);

/* The end of a pass: answers whoever has got something and will not get more of the `starting`
   attempts, and whose time is up. `looking`: there may be more to start. */
void worker_asks_passed(struct worker_asks *asks, size_t starting, bool looking);
