/* Leases that were ended by their workers: kept to answer the same request again. */
#include "daemon/store/store_sqlite.h"

enum err sqlite_add_lease(struct store *base, int64_t order, const struct lease_end *end,
                          struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_LEASE, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, order);
    bind_slice(stmt, 2, end->token);
    bind_int(stmt, 3, (int64_t)end->op);
    bind_int(stmt, 4, (int64_t)end->status);
    bind_int_or_null(stmt, 5, end->next_attempt_at);
    return conn_run(conn, stmt, why);
}

static enum err find(struct conn *conn, const struct uuid *uid, struct lease_end *out,
                     struct why *why)
{
    int64_t order = 0;
    enum err e = order_find(conn, uid, &order, why);
    sqlite3_stmt *stmt = e == OK ? conn_sql(conn, SQL_FIND_LEASE, why) : NULL;

    if (e != OK)
        return e;
    if (stmt != NULL) {
        bind_int(stmt, 1, order);
        bind_slice(stmt, 2, out->token);
    }
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e
                       : err_set(why, ERR_LEASE_LOST, "the lease expired, was ended or never was");
    out->op = (enum lease_op)col_int(stmt, 0);
    out->status = (enum status)col_int(stmt, 1);
    out->next_attempt_at = col_int(stmt, 2);
    (void)sqlite3_reset(stmt);
    return OK;
}

enum err sqlite_find_lease(struct store_reader *base, const struct uuid *uid, struct lease_end *out,
                           struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    if (e == OK)
        e = find(conn, uid, out, why);
    conn_snapshot_end(conn);
    return e;
}
