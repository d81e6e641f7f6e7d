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
    return ask->max - ask->n;
}

static bool serves(const struct worker_ask *ask, size_t pool)
{
    return (ask->serves & 1U << pool) != 0;
}

/* How much of what is coming is for it: it is taken off, for those behind it get the rest. */
static size_t take(const struct worker_ask *ask, struct worker_coming *coming)
{
    size_t taken = 0;

    for (size_t i = 0; i < coming->n && taken < room(ask); i++) {
        size_t n = room(ask) - taken;

        if (!serves(ask, i))
            continue;
        n = coming->starting[i] < n ? coming->starting[i] : n;
        coming->starting[i] -= n;
        taken += n;
    }
    return taken;
}

static bool answered_as_gone(struct worker_asks *asks, struct worker_ask *ask)
{
    bool gone = ask->n == 0 && ask->gone(ask);

    if (gone)
        worker_asks_answer(asks, ask);
    return gone;
}

struct worker_ask *worker_asks_next(struct worker_asks *asks, size_t pool)
{
    struct worker_ask *ask = asks->first;
    struct worker_ask *next = NULL;

    for (; ask != NULL; ask = next) {
        next = ask->next;
        if (serves(ask, pool) && room(ask) > 0 && !answered_as_gone(asks, ask))
            return ask;
    }
    return NULL;
}

size_t worker_asks_wants(struct worker_asks *asks, size_t pool, size_t most)
{
    struct worker_coming coming = asks->coming;
    struct worker_ask *ask = asks->first;
    struct worker_ask *next = NULL;
    size_t n = 0;

    for (size_t i = 0; i < coming.n; i++)
        most -= coming.starting[i] < most ? coming.starting[i] : most;
    for (; ask != NULL && n < most; ask = next) {
        next = ask->next;
        if (!serves(ask, pool))
            (void)take(ask, &coming);
        else if (!answered_as_gone(asks, ask))
            n += room(ask) - take(ask, &coming);
    }
    return n < most ? n : most;
}

void worker_asks_promised(struct worker_asks *asks, size_t pool, size_t more)
{
    asks->coming.starting[pool] += more;
}

/* ---- the end of a pass ---- */

static void answer_served(struct worker_asks *asks, struct worker_coming coming)
{
    struct worker_ask *ask = asks->first;

    while (ask != NULL && asks->n_served > 0) {
        struct worker_ask *next = ask->next;

        if (take(ask, &coming) == 0 && ask->n > 0)
            worker_asks_answer(asks, ask);
        ask = next;
    }
}

/* What was asked in this pass has not had its chance yet, however short its wait. */
static bool had_a_chance(const struct worker_asks *asks, const struct worker_ask *ask)
{
    return ask->came + 1 < asks->passes;
}

static void answer_late(struct worker_asks *asks, struct worker_coming coming)
{
    struct worker_ask *ask = asks->first;
    int64_t now = clock_mono(asks->clock);

    asks->wait_until = INT64_MAX;
    asks->n_late = 0;
    while (ask != NULL) {
        struct worker_ask *next = ask->next;
        bool late = ask->until <= now && had_a_chance(asks, ask);
        bool hopes = take(ask, &coming) > 0 || (ask->serves & coming.looking) != 0;

        if (late && !hopes) {
            worker_asks_answer(asks, ask);
        } else {
            asks->n_late += late;
            if (!late && ask->until < asks->wait_until)
                asks->wait_until = ask->until;
        }
        ask = next;
    }
}

bool worker_asks_passed(struct worker_asks *asks, size_t pool, size_t starting, bool looking)
{
    struct worker_coming *coming = &asks->coming;
    uint32_t bit = 1U << pool;

    coming->starting[pool] = starting;
    coming->looking = looking ? coming->looking | bit : coming->looking & ~bit;
    if (++asks->n_passed < coming->n)
        return false;
    asks->n_passed = 0;
    asks->passes++;
    if (asks->n_served > 0)
        answer_served(asks, *coming);
    if (asks->n_late > 0 ||
        (asks->wait_until != INT64_MAX && asks->wait_until <= clock_mono(asks->clock)))
        answer_late(asks, *coming);
    return true;
}
