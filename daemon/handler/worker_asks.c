/* Those who wait for leases, in the order they came. */
#include "daemon/handler/worker_asks.h"

/* Waits that end about the same time end together, so that many of them hardly wake anybody. */
#define LONG_WAIT_US 10000000LL
#define LONG_GRID_US 1000000LL
#define WAIT_US 1000000LL
#define GRID_US 100000LL

#define BUSY_AGAIN_US 1000000

static void take_off(struct worker_asks *asks, struct worker_ask *ask)
{
    if (ask->prev != NULL)
        ask->prev->next = ask->next;
    else
        asks->first = ask->next;
    if (ask->next != NULL)
        ask->next->prev = ask->prev;
    else
        asks->last = ask->prev;
    asks->n--;
    asks->n_served -= ask->n > 0;
}

void worker_asks_answer(struct worker_asks *asks, struct worker_ask *ask)
{
    take_off(asks, ask);
    ask->answer(ask);
}

/* ---- coming ---- */

static int64_t end_of_wait(const struct worker_asks *asks, int64_t wait_us)
{
    int64_t until = clock_mono(asks->clock) + wait_us;
    int64_t grid = wait_us >= LONG_WAIT_US ? LONG_GRID_US : GRID_US;

    return wait_us >= WAIT_US ? (until + grid - 1) / grid * grid : until;
}

static bool same_key(const struct worker_ask *a, const struct worker_ask *b)
{
    return a->key.p != NULL && slice_eq(a->key, b->key) && slice_eq(a->worker, b->worker);
}

/* Before `behind`; NULL: at the end. */
static void put_before(struct worker_asks *asks, struct worker_ask *ask, struct worker_ask *behind)
{
    ask->next = behind;
    ask->prev = behind != NULL ? behind->prev : asks->last;
    if (ask->prev != NULL)
        ask->prev->next = ask;
    else
        asks->first = ask;
    if (behind != NULL)
        behind->prev = ask;
    else
        asks->last = ask;
    asks->n++;
}

enum err worker_asks_put(struct worker_asks *asks, struct worker_ask *ask, struct why *why)
{
    struct worker_ask *old = ask->key.p != NULL ? asks->first : NULL;

    while (old != NULL && (!same_key(ask, old) || old->n > 0))
        old = old->next;
    if (old == NULL && asks->n >= LEASE_WAITERS_MAX)
        return err_busy(why, BUSY_AGAIN_US, "too many workers wait for leases");
    ask->until = end_of_wait(asks, ask->wait_us);
    ask->came = asks->passes;
    if (ask->until < asks->wait_until)
        asks->wait_until = ask->until;
    put_before(asks, ask, old);
    if (old != NULL)
        worker_asks_answer(asks, old);
    return OK;
}

/* ---- who gets something ---- */

static size_t room(const struct worker_ask *ask)
{
    return ask->serves ? ask->max - ask->n : 0;
}

static bool answered_as_gone(struct worker_asks *asks, struct worker_ask *ask)
{
    bool gone = ask->n == 0 && ask->gone(ask);

    if (gone)
        worker_asks_answer(asks, ask);
    return gone;
}

struct worker_ask *worker_asks_next(struct worker_asks *asks)
{
    struct worker_ask *ask = asks->first;
    struct worker_ask *next = NULL;

    for (; ask != NULL; ask = next) {
        next = ask->next;
        if (room(ask) > 0 && !answered_as_gone(asks, ask))
            return ask;
    }
    return NULL;
}

size_t worker_asks_wants(struct worker_asks *asks, size_t most)
{
    struct worker_ask *ask = asks->first;
    struct worker_ask *next = NULL;
    size_t n = 0;

    for (; ask != NULL && n < most; ask = next) {
        next = ask->next;
        if (!answered_as_gone(asks, ask))
            n += room(ask);
    }
    return n < most ? n : most;
}

/* ---- the end of a pass ---- */

static void answer_served(struct worker_asks *asks, size_t starting)
{
    struct worker_ask *ask = asks->first;
    size_t before = 0;

    while (ask != NULL && asks->n_served > 0) {
        struct worker_ask *next = ask->next;

        if (ask->n > 0 && (room(ask) == 0 || before >= starting))
            worker_asks_answer(asks, ask);
        else
            before += room(ask);
        ask = next;
    }
}

/* What was asked in this pass has not had its chance yet, however short its wait. */
static bool had_a_chance(const struct worker_asks *asks, const struct worker_ask *ask)
{
    return ask->came + 1 < asks->passes;
}

static void answer_late(struct worker_asks *asks, size_t starting, bool looking)
{
    struct worker_ask *ask = asks->first;
    int64_t now = clock_mono(asks->clock);
    size_t before = 0;

    asks->wait_until = INT64_MAX;
    asks->n_late = 0;
    while (ask != NULL) {
        struct worker_ask *next = ask->next;
        bool late = ask->until <= now && had_a_chance(asks, ask);

        if (late && (!ask->serves || (before >= starting && !looking))) {
            worker_asks_answer(asks, ask);
        } else {
            before += room(ask);
            asks->n_late += late;
            if (!late && ask->until < asks->wait_until)
                asks->wait_until = ask->until;
        }
        ask = next;
    }
}

void worker_asks_passed(struct worker_asks *asks, size_t starting, bool looking)
{
    asks->passes++;
    answer_served(asks, starting);
    if (asks->n_late > 0 ||
        (asks->wait_until != INT64_MAX && asks->wait_until <= clock_mono(asks->clock)))
        answer_late(asks, starting, looking);
}
