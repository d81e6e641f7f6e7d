/*
 * Indexes of what few orders have, in tables of their own: an index of `orders` would be opened for
 * each order that is added or changed, whether it has to do with it or not.
 *
 *   rare             orders of the statuses that few are in, by status
 *   order_references orders by their reference
 *   id_like          customers whose names may be taken for the start of an order's id
 *
 * `rare` is exact. In the others an entry is a hint, and may be of what is no longer so.
 */
#include <ctype.h>

#include "daemon/store/store_sqlite.h"

#define ID_START 8 /* hexadecimal digits */

enum status rare_status(enum status status)
{
    bool usual =
        status == STATUS_QUEUED || status == STATUS_PROCESSING || status == STATUS_FULFILLED;

    return usual ? STATUS_NONE : status;
}

static bool like_id(struct slice customer)
{
    size_t n = 0;

    while (n < customer.n && n < ID_START && isxdigit((unsigned char)customer.p[n]) &&
           !isupper((unsigned char)customer.p[n]))
        n++;
    return n == ID_START;
}

static enum err put_rare(struct sqlite_store *store, enum sql sql, enum status status, int64_t id,
                         struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, sql, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, (int64_t)status);
    bind_int(stmt, 2, id);
    return conn_run(&store->conn, stmt, why);
}

static enum err put_reference(struct sqlite_store *store, enum sql sql, struct slice reference,
                              int64_t id, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, sql, &e, why);

    if (stmt == NULL)
        return e;
    bind_slice(stmt, 1, reference);
    bind_int(stmt, 2, id);
    return conn_run(&store->conn, stmt, why);
}

static enum err put_id_like(struct sqlite_store *store, struct slice customer, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_ID_LIKE, &e, why);

    if (stmt == NULL)
        return e;
    bind_slice(stmt, 1, customer);
    return conn_run(&store->conn, stmt, why);
}

enum err rare_named(struct sqlite_store *store, const struct order *order, struct why *why)
{
    enum err e = OK;

    if (order->reference.p != NULL)
        e = put_reference(store, SQL_ADD_REFERENCE, order->reference, order->id, why);
    if (e == OK && like_id(order->customer_id))
        e = put_id_like(store, order->customer_id, why);
    return e;
}

enum err rare_changed(struct sqlite_store *store, struct order *order, struct why *why)
{
    enum status now = rare_status(order->status), before = order->listed;
    enum err e = OK;

    if (now == before)
        return OK;
    if (before != STATUS_NONE)
        e = put_rare(store, SQL_REMOVE_RARE, before, order->id, why);
    if (e == OK && now != STATUS_NONE)
        e = put_rare(store, SQL_ADD_RARE, now, order->id, why);
    order->listed = now;
    return e;
}

enum err rare_gone(struct sqlite_store *store, enum status status, int64_t id,
                   struct slice reference, struct why *why)
{
    enum status rare = rare_status(status);
    enum err e = OK;

    if (rare != STATUS_NONE)
        e = put_rare(store, SQL_REMOVE_RARE, rare, id, why);
    if (e == OK && reference.p != NULL)
        e = put_reference(store, SQL_REMOVE_REFERENCE, reference, id, why);
    return e;
}
