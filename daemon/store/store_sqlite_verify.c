/*
 * Looks at orders one by one, along the index of their ids: so that one whose row cannot be found
 * or read is named, too.
 */
#include "daemon/store/store_sqlite_sums.h"

static bool same_text(struct slice a, struct slice b)
{
    return (a.p == NULL) == (b.p == NULL) && slice_eq(a, b);
}

static bool same_uid(sqlite3_stmt *stmt, int i, const struct uuid *uid)
{
    struct uuid copy = col_uuid(stmt, i);

    return uuid_compare(&copy, uid) == 0;
}

/* The dead-letter queue has a copy of what an order in it says, and of no other. */
static enum err check_dead(struct conn *conn, const struct order *order, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_DEAD_COPY, why);
    bool dead = order->status == STATUS_FAILED && order->due_at != 0;
    bool same = !dead;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, order->id);
    if (conn_row(conn, stmt, &e, why)) {
        same = dead && col_int(stmt, 0) == order->attempts &&
               same_text(col_slice(stmt, 1), order->step) &&
               same_text(col_slice(stmt, 2), order->failure_reason) &&
               same_text(col_slice(stmt, 3), order->customer_id) &&
               same_text(col_slice(stmt, 4), order->reference) && same_uid(stmt, 5, &order->uid);
        (void)sqlite3_reset(stmt);
    }
    return e == OK && !same ? sum_damaged(&order->uid, why) : e;
}

static enum err check_beside(struct conn *conn, const struct order *order, struct why *why)
{
    enum err e = sum_check_history(conn, order, why);

    if (e == OK)
        e = sum_check_results(conn, order, why);
    return e == OK ? check_dead(conn, order, why) : e;
}

static void look_at_row(struct conn *conn, sqlite3_stmt *stmt, const struct uuid *uid,
                        struct store_verify_ask *ask)
{
    struct why why = {0};
    struct order order;
    enum err e = OK;

    order_read(stmt, &order);
    e = sum_check(conn, stmt, &order, NULL, &why);
    ask->unsummed += sqlite3_column_type(stmt, COLUMN_SUM) == SQLITE_NULL;
    if (e == OK)
        e = check_beside(conn, &order, &why);
    if (e != OK)
        ask->broken(ask->self, uid, why.text);
    else if (uuid_compare(uid, &order.uid) != 0) /* the row holds: it is the index that does not */
        ask->broken(ask->self, &order.uid, "it is not found by its id");
}

static void look_at(struct conn *conn, const struct uuid *uid, int64_t id,
                    struct store_verify_ask *ask)
{
    struct why why = {0};
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LOAD, &why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, id);
    if (conn_row(conn, stmt, &e, &why))
        look_at_row(conn, stmt, uid, ask);
    else
        ask->broken(ask->self, uid, e != OK ? why.text : "its row is not there");
    (void)sqlite3_reset(stmt);
    ask->checked++;
}

static enum err look_at_some(struct conn *conn, struct store_verify_ask *ask, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_UIDS, why);
    uint32_t n = 0;
    enum err e = OK;

    if (stmt != NULL) { /* nothing is before an empty one, not even all zeros */
        static const struct uuid start = {{0}};
        bool first = uuid_compare(&ask->after, &start) == 0;

        (void)sqlite3_bind_blob(stmt, 1, ask->after.bytes, first ? 0 : sizeof ask->after.bytes,
                                SQLITE_TRANSIENT);
        bind_int(stmt, 2, ask->limit);
    }
    while (conn_row(conn, stmt, &e, why)) {
        ask->after = col_uuid(stmt, 0);
        look_at(conn, &ask->after, col_int(stmt, 1), ask);
        n++;
    }
    ask->end = e != OK || n < ask->limit;
    return e;
}

enum err verify_some(struct conn *conn, struct store_verify_ask *ask, struct why *why)
{
    int64_t id = 0;
    enum err e = conn_snapshot(conn, why);

    if (e == OK && ask->only != NULL) {
        e = order_find(conn, ask->only, &id, why);
        if (e == OK)
            look_at(conn, ask->only, id, ask);
        ask->end = true;
    } else if (e == OK) {
        e = look_at_some(conn, ask, why);
    }
    conn_snapshot_end(conn);
    return e;
}

enum err sqlite_verify(struct store_reader *base, struct store_verify_ask *ask, struct why *why)
{
    return verify_some(conn_of(base), ask, why);
}
