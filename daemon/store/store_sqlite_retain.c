/*
 * What is old enough goes, a little at a time. Orders lie in the order they came in, and none ended
 * before it came: the walk from the oldest may stop at the first that came too late. Where it
 * stopped is remembered by status; at the end it begins anew.
 */
#include "daemon/store/store_sqlite.h"

#define LOOK_FACTOR 10 /* rows looked at for each that may be removed */

static enum err remove_order(struct sqlite_store *store, int64_t id, struct why *why)
{
    static const enum sql sqls[] = {SQL_REMOVE_HISTORY, SQL_REMOVE_LEASES, SQL_REMOVE_ORDER,
                                    SQL_REMOVE_RESULTS};
    unsigned n = sizeof sqls / sizeof sqls[0];
    struct conn *conn = &store->conn;
    enum err e = OK;

    if (step_names_count(&store->base.steps) == 1) /* there never were any results */
        n--;
    for (unsigned i = 0; i < n && e == OK; i++) {
        sqlite3_stmt *stmt = conn_write_sql(conn, sqls[i], &e, why);

        if (stmt == NULL)
            return e;
        bind_int(stmt, 1, id);
        e = conn_run(conn, stmt, why);
    }
    return e;
}

static bool is_dead_letter(struct conn *conn, int64_t id)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_GROUP_OF_DEAD, NULL);
    int64_t group = 0;

    if (stmt == NULL)
        return true;
    bind_int(stmt, 1, id);
    return conn_number(conn, stmt, &group, NULL) != ERR_NOT_FOUND;
}

/* One walk: of a status, until `limit` were removed. */
struct sweep {
    enum status status;
    int64_t before;
    int64_t limit;
    int64_t removed;
    int64_t *removed_failed; /* by step; NULL: not wanted */
};

static sqlite3_stmt *candidates(struct sqlite_store *store, const struct sweep *sweep, int64_t look,
                                struct why *why)
{
    bool rare = sweep->status != STATUS_FULFILLED;
    sqlite3_stmt *stmt = conn_sql(&store->conn, rare ? SQL_RETAIN_RARE : SQL_RETAIN_ANY, why);
    int at = 1;

    if (stmt == NULL)
        return NULL;
    if (rare)
        bind_int(stmt, at++, (int64_t)sweep->status);
    bind_int(stmt, at++, store->retain_at[sweep->status]);
    bind_int(stmt, at, look);
    return stmt;
}

static bool goes(struct sqlite_store *store, const struct sweep *sweep, sqlite3_stmt *stmt)
{
    if (col_int(stmt, 2) >= sweep->before)
        return false;
    if (sweep->status == STATUS_FULFILLED)
        return col_int(stmt, 3) == STATUS_FULFILLED;
    return sweep->status != STATUS_FAILED || !is_dead_letter(&store->conn, col_int(stmt, 0));
}

/* Counts one that goes. */
static void count(const struct sqlite_store *store, struct sweep *sweep, sqlite3_stmt *stmt)
{
    uint32_t step = STEPS_EVER_MAX;

    sweep->removed++;
    if (sweep->status == STATUS_FAILED && sweep->removed_failed != NULL)
        step = step_names_find(&store->base.steps, col_slice(stmt, 3));
    if (step < STEPS_EVER_MAX)
        sweep->removed_failed[step]++;
}

static enum err sweep_status(struct sqlite_store *store, struct sweep *sweep, struct why *why)
{
    int64_t look = sweep->limit * LOOK_FACTOR, looked = 0;
    sqlite3_stmt *stmt = candidates(store, sweep, look, why);
    bool late = false;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    while (!late && sweep->removed < sweep->limit && conn_row(&store->conn, stmt, &e, why)) {
        int64_t id = col_int(stmt, 0);

        looked++;
        late = col_int(stmt, 1) >= sweep->before;
        if (late)
            break;
        if (goes(store, sweep, stmt)) {
            count(store, sweep, stmt);
            e = customers_forget(store, id, col_slice(stmt, 4), why);
            if (e == OK)
                e = rare_gone(store, sweep->status, id, col_slice(stmt, 5), why);
            if (e == OK)
                e = remove_order(store, id, why);
            if (e != OK)
                break;
        }
        store->retain_at[sweep->status] = id;
    }
    (void)sqlite3_reset(stmt);
    if (e == OK && (late || (looked < look && sweep->removed < sweep->limit)))
        store->retain_at[sweep->status] = 0;
    return e;
}

static enum err sweep_orders(struct sqlite_store *store, struct store_retention *retention,
                             struct why *why)
{
    static const enum status kinds[] = {STATUS_FULFILLED, STATUS_CANCELLED, STATUS_REJECTED,
                                        STATUS_FAILED};
    enum err e = OK;

    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0] && e == OK; i++) {
        struct sweep sweep = {.status = kinds[i],
                              .before = kinds[i] == STATUS_FAILED
                                            ? retention->discarded_before
                                            : retention->ended_before[kinds[i]],
                              .limit = retention->limit,
                              .removed_failed = retention->removed_failed};

        if (sweep.before == 0)
            continue;
        e = sweep_status(store, &sweep, why);
        retention->removed += sweep.removed;
        retention->removed_counts[kinds[i]] += sweep.removed;
    }
    return e;
}

static enum err sweep_events(struct conn *conn, struct store_retention *retention, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_RETAIN_EVENTS, why);
    int64_t last = 0;
    enum err e = OK;

    if (stmt != NULL) {
        bind_int(stmt, 1, retention->events_before);
        bind_int(stmt, 2, retention->limit);
    }
    e = conn_number(conn, stmt, &last, why);
    if (e != OK || last == 0)
        return e;
    stmt = conn_write_sql(conn, SQL_REMOVE_EVENTS, &e, why);
    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, last);
    bind_int(stmt, 2, retention->events_before);
    e = conn_run(conn, stmt, why);
    retention->removed += e == OK ? sqlite3_changes(conn->db) : 0;
    return e;
}

static enum err sweep_replays(struct conn *conn, struct store_retention *retention, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_REMOVE_REPLAYS, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, retention->replays_before);
    bind_int(stmt, 2, retention->limit);
    e = conn_run(conn, stmt, why);
    retention->removed += e == OK ? sqlite3_changes(conn->db) : 0;
    return e;
}

enum err sqlite_retain(struct store *base, struct store_retention *retention, struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = OK;

    retention->removed = 0;
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        retention->removed_counts[i] = 0;
    e = sweep_orders(store, retention, why);
    if (e == OK && retention->events_before != 0)
        e = sweep_events(&store->conn, retention, why);
    if (e == OK && retention->replays_before != 0)
        e = sweep_replays(&store->conn, retention, why);
    return e;
}
