/*
 * Orders that wait for an attempt, pool by pool: in each a lane for each priority. What the table
 * has of them is gathered lane by lane, the newest from their rows.
 */
#include <stdlib.h>

#include "daemon/store/store_sqlite_work.h"
#include "shared/need.h"

#define PRIORITIES (PRIORITY_MAX + 1)

struct gathering {
    const struct store_waiting_ask *ask;
    struct waiting *items;
    size_t n, cap;
};

static uint16_t pool_of(int64_t lane)
{
    return (uint16_t)(lane / 16 - 1);
}

static struct waiting *room(struct gathering *all)
{
    if (all->n == all->cap) {
        all->cap = all->cap > 0 ? 2 * all->cap : 256;
        all->items = need(realloc(all->items, all->cap * sizeof *all->items));
    }
    return &all->items[all->n++];
}

static void take_fresh(void *self, const struct work_fresh *fresh)
{
    struct gathering *all = self;
    const struct store_waiting_ask *ask = all->ask;
    int64_t lane = fresh->place.lane, due_at = fresh->place.due_at;

    if (lane != LANE_RUNNING && pool_of(lane) == ask->pool && (due_at <= ask->now_us) == ask->ready)
        *room(all) = (struct waiting){fresh->id, due_at, (uint8_t)(lane % 16), ask->pool};
}

/* The first `max` of a lane. */
static enum err take_lane(struct conn *conn, uint8_t priority, struct gathering *all,
                          struct why *why)
{
    const struct store_waiting_ask *ask = all->ask;
    sqlite3_stmt *stmt = conn_sql(conn, ask->ready ? SQL_WAITING_READY : SQL_WAITING_LATER, why);
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    bind_int(stmt, 1, LANE(ask->pool, priority));
    bind_int(stmt, 2, ask->now_us);
    bind_int(stmt, 3, (int64_t)ask->max);
    while (conn_row(conn, stmt, &e, why))
        *room(all) = (struct waiting){col_int(stmt, 0), col_int(stmt, 1), priority, ask->pool};
    return e;
}

static int by_due(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;

    if (x->due_at != y->due_at)
        return x->due_at < y->due_at ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int best_first(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;

    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return by_due(a, b);
}

/* More than enough of each, then the first of them. */
static enum err waiting(struct store_reader *base, struct store_waiting_ask *ask, struct why *why)
{
    struct conn *conn = conn_of(base);
    struct gathering all = {.ask = ask};
    enum err e = work_fresh(conn, ((struct sqlite_reader *)base)->steps, take_fresh, &all);
    size_t fresh = all.n;

    /* Of the lanes in the order of their priority `max` are enough in all, where that is asked for.
     */
    for (uint8_t priority = 0; priority < PRIORITIES && e == OK; priority++) {
        if (!ask->ready || all.n - fresh < ask->max)
            e = take_lane(conn, priority, &all, why);
    }
    if (e == OK && all.n > 0)
        qsort(all.items, all.n, sizeof *all.items, ask->ready ? best_first : by_due);
    for (size_t i = 0; i < all.n && i < ask->max && e == OK; i++)
        ask->out[ask->n++] = all.items[i];
    free(all.items);
    return e;
}

enum err sqlite_waiting(struct store_reader *base, struct store_waiting_ask *ask, struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    if (e == OK && ask->max > 0)
        e = waiting(base, ask, why);
    conn_snapshot_end(conn);
    return e;
}

/* ---- the oldest ---- */

struct oldest {
    uint16_t pool; /* the one that is meant */
    bool all;      /* any but those of undos */
    int64_t now_us;
    int64_t *due_at; /* 0: none yet */
};

static void lower(int64_t *due_at, int64_t at)
{
    if (*due_at == 0 || at < *due_at)
        *due_at = at;
}

static void see_fresh(void *self, const struct work_fresh *fresh)
{
    const struct oldest *oldest = self;
    uint16_t pool = pool_of(fresh->place.lane);

    if (fresh->place.lane == LANE_RUNNING || fresh->status == STATUS_RETRYING ||
        fresh->place.due_at > oldest->now_us)
        return;
    if (oldest->all ? pool % 2 == 0 : pool == oldest->pool)
        lower(oldest->due_at, fresh->place.due_at);
}

/* Lowers *due_at to that of the first of the pool that waits, retries left out. */
static enum err first_of_pool(struct conn *conn, uint16_t pool, const struct oldest *oldest,
                              struct why *why)
{
    enum err e = OK;

    for (uint8_t priority = 0; priority < PRIORITIES && e == OK; priority++) {
        sqlite3_stmt *stmt = conn_sql(conn, SQL_LANE_FIRST, why);
        int64_t at = 0;

        if (stmt != NULL) {
            bind_int(stmt, 1, LANE(pool, priority));
            bind_int(stmt, 2, oldest->now_us);
        }
        e = conn_number(conn, stmt, &at, why);
        if (e == OK)
            lower(oldest->due_at, at);
        if (e == ERR_NOT_FOUND)
            e = OK;
    }
    return e;
}

static enum err find_oldest(struct store_reader *base, struct oldest *oldest, struct why *why)
{
    struct conn *conn = conn_of(base);
    uint32_t pools = oldest->all ? pools_of(base) : (uint32_t)oldest->pool + 1;
    enum err e = conn_snapshot(conn, why);

    *oldest->due_at = 0;
    if (e == OK)
        e = work_fresh(conn, ((struct sqlite_reader *)base)->steps, see_fresh, oldest);
    for (uint32_t pool = oldest->all ? 0 : oldest->pool; pool < pools && e == OK; pool += 2)
        e = first_of_pool(conn, (uint16_t)pool, oldest, why);
    conn_snapshot_end(conn);
    return e;
}

enum err sqlite_oldest_queued(struct store_reader *base, int64_t now_us, int64_t *due_at,
                              struct why *why)
{
    /* none is QUEUED for an undo */
    return find_oldest(base, &(struct oldest){.all = true, .now_us = now_us, .due_at = due_at},
                       why);
}

enum err sqlite_oldest_waiting(struct store_reader *base, uint16_t pool, int64_t now_us,
                               int64_t *due_at, struct why *why)
{
    return find_oldest(base, &(struct oldest){.pool = pool, .now_us = now_us, .due_at = due_at},
                       why);
}
