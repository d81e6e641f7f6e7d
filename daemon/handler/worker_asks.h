/* Those who wait for leases, in the order they came. */
#pragma once

#include "daemon/handler/handler_worker.h"
#include "shared/clock.h"

/* What is on its way to them, by pool. */
struct worker_coming {
    size_t n;                          /* pools */
    size_t starting[WORKER_POOLS_MAX]; /* attempts on their way to be started */
    uint32_t looking;                  /* bits: perhaps more of these */
};

/* Placed in its user's struct; all zero but `clock` and `wait_until`, INT64_MAX, is empty. */
struct worker_asks {
    const struct clock *clock;
    struct worker_ask *first, *last;
    size_t n;
    size_t n_served;    /* of them, those who have got something */
    size_t n_late;      /* of them, those whose time is up and for whom something is on its way */
    int64_t wait_until; /* no other wait ends sooner */
    uint64_t passes;
    struct worker_coming coming;
    size_t n_passed; /* pools whose pass is over; the last one's is that of all */
};

/* Puts it where it belongs: at the end, or where one of the same worker and key waits, which is
   answered instead. ERR_BUSY when too many wait. */
enum err worker_asks_put(struct worker_asks *asks, struct worker_ask *ask, struct why *why);

/* Takes it off, and answers it with what it has got. */
void worker_asks_answer(struct worker_asks *asks, struct worker_ask *ask);

/* Who gets the next lease of a pool; NULL: nobody. Those who have gone are done with. */
struct worker_ask *worker_asks_next(struct worker_asks *asks, size_t pool);

/* How many more leases of a pool they would take, beside what is coming to them; `most` is for all
   that is on its way. So many of them are promised then. */
size_t worker_asks_wants(struct worker_asks *asks, size_t pool, size_t most);
void worker_asks_promised(struct worker_asks *asks, size_t pool, size_t more);

/*
 * The end of a pass, told of each pool: so many of its attempts are on their way to be started;
 * `looking`: there may be more. With the last one whoever has got something and will not get more
 * is answered, and whose time is up. False: it was not the last.
 */
bool worker_asks_passed(struct worker_asks *asks, size_t pool, size_t starting, bool looking);
