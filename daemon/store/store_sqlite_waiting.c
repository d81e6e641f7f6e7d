/* Orders that wait for an attempt, pool by pool: in each a lane for each priority. */
#include <stdlib.h>

#include "daemon/store/store_sqlite.h"

#define PRIORITIES (PRIORITY_MAX + 1)

/* A part of what is asked for: those of one priority. */
static enum err read_lane(struct conn *conn, uint8_t priority, const struct store_waiting_ask *ask,
                          struct store_waiting_ask *part, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, ask->ready ? SQL_WAITING_READY : SQL_WAITING_LATER, why);
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    bind_int(stmt, 1, LANE(ask->pool, priority));
    bind_int(stmt, 2, ask->now_us);
    bind_int(stmt, 3, (int64_t)part->max);
    part->n = 0;
    while (part->out != NULL && conn_row(conn, stmt, &e, why))
        part->out[part->n++] =
            (struct waiting){col_int(stmt, 0), col_int(stmt, 1), priority, ask->pool};
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

/* Lane by lane is best first. */
static enum err waiting_ready(struct conn *conn, struct store_waiting_ask *ask, struct why *why)
{
    enum err e = OK;

    for (uint8_t priority = 0; priority < PRIORITIES && ask->n < ask->max && e == OK; priority++) {
        struct store_waiting_ask part = {.max = ask->max - ask->n, .out = ask->out + ask->n};

        e = read_lane(conn, priority, ask, &part, why);
        ask->n += part.n;
    }
    return e;
}

/* The soonest of each lane, then the soonest of them. */
static enum err waiting_later(struct conn *conn, struct store_waiting_ask *ask, struct why *why)
{
    struct waiting *all = calloc(PRIORITIES * ask->max, sizeof *all);
    size_t n = 0;
    enum err e = all == NULL ? err_set(why, ERR_INTERNAL, "no memory") : OK;

    for (uint8_t priority = 0; priority < PRIORITIES && e == OK; priority++) {
        struct store_waiting_ask part = {.max = ask->max, .out = all + n};

        e = read_lane(conn, priority, ask, &part, why);
        n += part.n;
    }
    if (e == OK && n > 0)
        qsort(all, n, sizeof *all, by_due);
    for (size_t i = 0; i < n && i < ask->max && e == OK; i++)
        ask->out[ask->n++] = all[i];
    free(all);
    return e;
}

enum err sqlite_waiting(struct store_reader *base, struct store_waiting_ask *ask, struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    if (e == OK && ask->max > 0)
        e = ask->ready ? waiting_ready(conn, ask, why) : waiting_later(conn, ask, why);
    conn_snapshot_end(conn);
    return e;
}

/* Lowers *due_at (0: none yet) to that of the first of the pool that waits, retries left out. */
static enum err first_of_pool(struct conn *conn, uint16_t pool, int64_t now_us, int64_t *due_at,
                              struct why *why)
{
    enum err e = OK;

    for (uint8_t priority = 0; priority < PRIORITIES && e == OK; priority++) {
        sqlite3_stmt *stmt = conn_sql(conn, SQL_LANE_FIRST, why);
        int64_t at = 0;

        if (stmt != NULL) {
            bind_int(stmt, 1, LANE(pool, priority));
            bind_int(stmt, 2, now_us);
        }
        e = conn_number(conn, stmt, &at, why);
        if (e == OK && (*due_at == 0 || at < *due_at))
            *due_at = at;
        if (e == ERR_NOT_FOUND)
            e = OK;
    }
    return e;
}

enum err sqlite_oldest_queued(struct store_reader *base, int64_t now_us, int64_t *due_at,
                              struct why *why)
{
    struct conn *conn = conn_of(base);
    uint32_t pools = pools_of(base);
    enum err e = conn_snapshot(conn, why);

    *due_at = 0;
    for (uint32_t pool = 0; pool < pools && e == OK; pool += 2) /* none is QUEUED for an undo */
        e = first_of_pool(conn, (uint16_t)pool, now_us, due_at, why);
    conn_snapshot_end(conn);
    return e;
}

enum err sqlite_oldest_waiting(struct store_reader *base, uint16_t pool, int64_t now_us,
                               int64_t *due_at, struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    *due_at = 0;
    if (e == OK)
        e = first_of_pool(conn, pool, now_us, due_at, why);
    conn_snapshot_end(conn);
    return e;
}
