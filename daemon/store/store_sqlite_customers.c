/*
 * Which orders are a customer's: the table `customers`, by the customer's hash, and the newest
 * orders in memory (recent_orders.h), moved to the table a little with each transaction. Below
 * `customers_moved` the table has one place for each order that there is and no other, so that
 * places can be counted (that two customers have one hash of 63 bits is left out of account); above
 * it, and in memory, a place may be wrong: the order itself tells.
 */
#include <stdlib.h>

#include "daemon/store/checksum.h"
#include "daemon/store/store_sqlite_keys.h"

#define MOVE_FACTOR 4 /* of a batch go for each that comes: it is gone before the next is full */
#define MOVE_MIN 64

int64_t customers_hash(const struct sqlite_store *store, struct slice customer)
{
    return (int64_t)(checksum_key(store->keys->seed, customer) >> 1);
}

static enum err put(struct sqlite_store *store, const struct recent_order *order, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_CUSTOMER, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, order->customer);
    bind_int(stmt, 2, order->id);
    return conn_run(&store->conn, stmt, why);
}

enum err customers_note(struct sqlite_store *store, const struct order *order, struct why *why)
{
    const struct recent_order recent = {customers_hash(store, order->customer_id), order->id};

    if (order->id >= recent_orders_from(store->recent) && recent_orders_add(store->recent, recent))
        return OK;
    return put(store, &recent, why);
}

/* The hash of the one whose order it is; ERR_NOT_FOUND: there is no such order. */
static enum err find_customer(struct sqlite_store *store, int64_t id, int64_t *hash,
                              struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(&store->conn, SQL_CUSTOMER_OF, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, id);
    if (!conn_row(&store->conn, stmt, &e, why))
        return e == OK ? ERR_NOT_FOUND : e;
    *hash = customers_hash(store, col_slice(stmt, 0));
    (void)sqlite3_reset(stmt);
    return OK;
}

static enum err remove_place(struct sqlite_store *store, const struct recent_order *place,
                             struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_REMOVE_CUSTOMER, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, place->customer);
    bind_int(stmt, 2, place->id);
    recent_orders_doubt(store->recent, place->id);
    return conn_run(&store->conn, stmt, why);
}

enum err customers_amend(struct sqlite_store *store, const struct order *order, struct why *why)
{
    struct recent_order old = {.id = order->id};
    enum err e = find_customer(store, order->id, &old.customer, why);

    if (e == ERR_NOT_FOUND)
        return OK;
    if (e != OK || old.customer == customers_hash(store, order->customer_id))
        return e;
    e = remove_place(store, &old, why);
    return e == OK ? customers_note(store, order, why) : e;
}

enum err customers_forget(struct sqlite_store *store, int64_t id, struct slice customer,
                          struct why *why)
{
    const struct recent_order place = {customers_hash(store, customer), id};

    return remove_place(store, &place, why);
}

/* Orders before this number are in the table. */
static enum err write_from(struct sqlite_store *store, int64_t from, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_CUSTOMERS_MOVED, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, from);
    return conn_run(&store->conn, stmt, why);
}

/* Into the table, unless it was meanwhile amended or removed. */
static enum err move_one(struct sqlite_store *store, const struct recent_order *order,
                         struct why *why)
{
    int64_t customer = order->customer;
    enum err e = OK;

    if (recent_orders_doubted(store->recent))
        e = find_customer(store, order->id, &customer, why);
    if (e == ERR_NOT_FOUND || (e == OK && customer != order->customer))
        return OK;
    return e == OK ? put(store, order, why) : e;
}

static enum err move(struct sqlite_store *store, size_t max, struct why *why)
{
    bool last = false;
    size_t n = 0;
    const struct recent_order *orders = recent_orders_take(store->recent, max, &n, &last);
    enum err e = OK;

    for (size_t i = 0; i < n && e == OK; i++)
        e = move_one(store, &orders[i], why);
    return e == OK && last ? write_from(store, recent_orders_next(store->recent), why) : e;
}

void customers_begun(struct sqlite_store *store)
{
    if (store->recent != NULL)
        recent_orders_begin(store->recent);
}

enum err customers_move(struct sqlite_store *store, struct why *why)
{
    if (store->recent == NULL)
        return OK;
    return move(store, recent_orders_added(store->recent) * MOVE_FACTOR + MOVE_MIN, why);
}

void customers_committed(struct sqlite_store *store)
{
    if (store->recent != NULL)
        recent_orders_commit(store->recent);
}

void customers_rolled_back(struct sqlite_store *store)
{
    if (store->recent != NULL)
        recent_orders_roll_back(store->recent);
}

/* Those that are not in the table yet, up to a full batch. */
static enum err read_recent(struct sqlite_store *store, int64_t *after, bool *full, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(&store->conn, SQL_CUSTOMERS_AFTER, why);
    size_t n = 0;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, *after);
    recent_orders_begin(store->recent);
    while (n < RECENT_ORDERS_MAX && conn_row(&store->conn, stmt, &e, why)) {
        const struct recent_order recent = {customers_hash(store, col_slice(stmt, 1)),
                                            col_int(stmt, 0)};

        (void)recent_orders_add(store->recent, recent);
        *after = recent.id;
        n++;
    }
    *full = n == RECENT_ORDERS_MAX;
    (void)sqlite3_reset(stmt);
    recent_orders_commit(store->recent);
    return e;
}

/* A whole batch at once: of a file of version 1, where nobody waits yet. */
static enum err move_all(struct sqlite_store *store, struct why *why)
{
    enum err e = sqlite_begin(&store->base, why);

    if (e != OK)
        return e;
    e = move(store, SIZE_MAX, why);
    if (e == OK)
        return sqlite_commit(&store->base, why);
    sqlite_rollback(&store->base);
    return e;
}

enum err customers_open(struct sqlite_store *store, struct why *why)
{
    int64_t from = 0, after = 0;
    bool full = true;
    enum err e =
        conn_number(&store->conn, conn_sql(&store->conn, SQL_CUSTOMERS_FROM, why), &from, why);

    if (e != OK)
        return e;
    store->recent = recent_orders_new(from);
    after = from - 1;
    while (e == OK && full) {
        e = read_recent(store, &after, &full, why);
        if (e == OK && full)
            e = move_all(store, why);
    }
    return e;
}

void customers_close(struct sqlite_store *store)
{
    recent_orders_free(store->recent);
}
