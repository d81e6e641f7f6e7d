/*
 * Idempotency keys. A client's key is random: only a narrow index holds it; the rows themselves are
 * in the order they came in, so that the old ones are at the front.
 */
#include "daemon/store/store_sqlite.h"

enum err sqlite_find_key(struct store *base, struct slice key, struct store_key *out,
                         struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_KEY, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_blob(stmt, 1, key.p, key.n);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e : err_set(why, ERR_NOT_FOUND, "no such idempotency key");
    out->order = col_int(stmt, 0);
    out->digest = (uint64_t)col_int(stmt, 1);
    out->at = col_int(stmt, 2);
    (void)sqlite3_reset(stmt);
    return OK;
}

enum err sqlite_add_key(struct store *base, struct slice key, const struct store_key *value,
                        struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_KEY, &e, why);

    if (stmt == NULL)
        return e;
    bind_blob(stmt, 1, key.p, key.n);
    bind_int(stmt, 2, value->order);
    bind_int(stmt, 3, (int64_t)value->digest);
    bind_int(stmt, 4, value->at);
    return conn_run(conn, stmt, why);
}

enum err sqlite_expire_keys(struct store *base, int64_t before_us, int64_t limit, int64_t *removed,
                            struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LAST_OLD_KEY, why);
    int64_t last = 0;
    enum err e = OK;

    *removed = 0;
    if (stmt != NULL) {
        bind_int(stmt, 1, before_us);
        bind_int(stmt, 2, limit);
    }
    e = conn_number(conn, stmt, &last, why);
    if (e != OK || last == 0)
        return e;
    stmt = conn_write_sql(conn, SQL_EXPIRE_KEYS, &e, why);
    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, last);
    bind_int(stmt, 2, before_us);
    e = conn_run(conn, stmt, why);
    if (e == OK)
        *removed = sqlite3_changes(conn->db);
    return e;
}
