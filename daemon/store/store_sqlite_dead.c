/* The dead-letter queue: what comes, what goes, and what is next for a replay. */
#include "daemon/store/store_sqlite_match.h"

enum err dead_find_group(struct conn *conn, const struct reason_group *group, int64_t *id,
                         struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_GROUP, why);

    if (stmt != NULL) {
        bind_slice(stmt, 1, group->group);
        bind_slice(stmt, 2, group->step);
    }
    return conn_number(conn, stmt, id, why);
}

/* The number of a group that is there, or is made. */
static enum err group_number(struct conn *conn, const struct reason_group *group, int64_t *id,
                             struct why *why)
{
    enum err e = dead_find_group(conn, group, id, why);
    sqlite3_stmt *stmt = NULL;

    if (e != ERR_NOT_FOUND)
        return e;
    stmt = conn_write_sql(conn, SQL_ADD_GROUP, &e, why);
    if (stmt == NULL)
        return e;
    bind_slice(stmt, 1, group->group);
    bind_slice(stmt, 2, group->step);
    e = conn_run(conn, stmt, why);
    *id = sqlite3_last_insert_rowid(conn->db);
    return e;
}

static enum err count_group(struct conn *conn, int64_t group, int64_t more, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_COUNT_GROUP, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, group);
    bind_int(stmt, 2, more);
    return conn_run(conn, stmt, why);
}

enum err sqlite_add_dead(struct store *base, const struct dead_letter *dead, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    const struct reason_group group = {
        .step = dead->step.p != NULL ? dead->step : SLICE(""),
        .group = dead->group.p != NULL ? dead->group : SLICE(""),
    };
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_DEAD, &e, why);
    int64_t number = 0;

    if (stmt == NULL)
        return e;
    e = group_number(conn, &group, &number, why);
    if (e == OK)
        e = count_group(conn, number, 1, why);
    if (e != OK)
        return e;
    bind_int(stmt, 1, dead->n);
    bind_int(stmt, 2, dead->id);
    bind_int(stmt, 3, dead->failed_at);
    bind_int(stmt, 4, number);
    bind_int(stmt, 5, dead->attempts);
    bind_slice(stmt, 6, dead->step);
    bind_slice(stmt, 7, dead->failure_reason);
    bind_uuid(stmt, 8, &dead->uid);
    bind_slice(stmt, 9, dead->customer_id);
    bind_slice(stmt, 10, dead->reference);
    e = conn_run(conn, stmt, why);
    return e == OK ? times_note(sqlite_of(base), TIMES_FAILED, dead->n, dead->failed_at, why) : e;
}

enum err dead_amend(struct conn *conn, const struct order *order, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_AMEND_DEAD, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, order->id);
    bind_slice(stmt, 2, order->customer_id);
    bind_slice(stmt, 3, order->reference);
    return conn_run(conn, stmt, why);
}

static enum err run_with(struct conn *conn, enum sql sql, int64_t number, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, sql, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, number);
    return conn_run(conn, stmt, why);
}

enum err sqlite_remove_dead(struct store *base, int64_t order, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_GROUP_OF_DEAD, why);
    int64_t group = 0;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, order);
    e = conn_number(conn, stmt, &group, why);
    if (e == OK)
        e = run_with(conn, SQL_REMOVE_DEAD, order, why);
    if (e == OK)
        e = count_group(conn, group, -1, why);
    if (e == OK)
        e = run_with(conn, SQL_REMOVE_GROUP, group, why);
    return e;
}

void dead_read(sqlite3_stmt *stmt, struct dead_letter *out, struct order *order)
{
    *out = (struct dead_letter){
        .n = col_int(stmt, 0),
        .id = col_int(stmt, 1),
        .uid = col_uuid(stmt, 2),
        .customer_id = col_slice(stmt, 3),
        .reference = col_slice(stmt, 4),
        .step = col_slice(stmt, 5),
        .failure_reason = col_slice(stmt, 6),
        .group = col_slice(stmt, 7),
        .attempts = (uint32_t)col_int(stmt, 8),
        .replays = (uint32_t)col_int(stmt, 9),
        .failed_at = col_int(stmt, 10),
    };
    *order = (struct order){
        .id = out->id,
        .uid = out->uid,
        .status = STATUS_FAILED,
        .customer_id = out->customer_id,
        .reference = out->reference,
        .created_at = col_int(stmt, 11),
        .seq = col_int(stmt, 12),
    };
}

bool dead_holds(struct match *match, struct conn *conn, sqlite3_stmt *stmt,
                struct dead_letter *dead)
{
    struct order order;
    const struct match_row row = {&order, dead, stmt, DEAD_ITEMS_COLUMN};

    dead_read(stmt, dead, &order);
    return match_holds(match, conn, &row);
}

enum err sqlite_next_dead(struct store *base, struct store_next_ask *ask, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_DEAD_UP, why);
    const struct dead_query query = {.filter = *ask->filter};
    struct match match;
    struct dead_letter dead = {0};
    int64_t looked = 0;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    match_dead(&match, &query, ask->now_us);
    bind_int(stmt, 1, ask->cursor);
    bind_int(stmt, 2, ask->upto);
    bind_int(stmt, 3, LOOK_MAX_ROWS);
    while (ask->ids.n < ask->ids.max && conn_row(conn, stmt, &e, why)) {
        if (dead_holds(&match, conn, stmt, &dead))
            ask->ids.ids[ask->ids.n++] = dead.id;
        ask->cursor = dead.n;
        looked++;
    }
    (void)sqlite3_reset(stmt);
    match_done(&match);
    if (e == OK && ask->ids.n < ask->ids.max && looked < LOOK_MAX_ROWS)
        ask->cursor = ask->upto;
    return e;
}
