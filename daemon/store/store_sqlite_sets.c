/* Sets of dead letters, kept in parts, so that a replay reads no more of one than it moves. */
#include <string.h>

#include "daemon/store/store_sqlite.h"

#define PART_MAX 1000

static enum err add_part(struct conn *conn, const struct store_set *set, int64_t part,
                         struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_SET_PART, &e, why);
    int64_t left = set->matched - part * PART_MAX;

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, set->id);
    bind_int(stmt, 2, part);
    bind_blob(stmt, 3, set->ns + part * PART_MAX,
              (size_t)(left < PART_MAX ? left : PART_MAX) * sizeof *set->ns);
    return conn_run(conn, stmt, why);
}

enum err sqlite_add_set(struct store *base, struct store_set *set, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_SET, &e, why);

    if (stmt == NULL)
        return e;
    if (set->has_token)
        bind_uuid(stmt, 1, &set->token);
    else
        (void)sqlite3_bind_null(stmt, 1);
    bind_int(stmt, 2, set->at);
    bind_int(stmt, 3, set->matched);
    bind_int(stmt, 4, set->upto);
    bind_int(stmt, 5, set->listed ? 1 : 0);
    e = conn_run(conn, stmt, why);
    set->id = sqlite3_last_insert_rowid(conn->db);
    for (int64_t part = 0; e == OK && set->listed && part * PART_MAX < set->matched; part++)
        e = add_part(conn, set, part, why);
    return e;
}

enum err sqlite_find_set(struct store *base, const struct uuid *token, struct store_set *out,
                         struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_SET, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_uuid(stmt, 1, token);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e : err_set(why, ERR_NOT_FOUND, "there is no such set");
    *out = (struct store_set){.id = col_int(stmt, 0),
                              .has_token = true,
                              .token = *token,
                              .at = col_int(stmt, 1),
                              .matched = col_int(stmt, 2),
                              .upto = col_int(stmt, 3),
                              .listed = col_int(stmt, 4) != 0};
    (void)sqlite3_reset(stmt);
    return OK;
}

/* Those of one part from ask->from on. Nothing is added at the end of the set. */
static enum err read_part(struct conn *conn, struct store_set_ask *ask, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_SET_PART, why);
    size_t skip = (size_t)(ask->from % PART_MAX);
    struct slice bytes;
    size_t n = 0;
    enum err e = OK;

    if (stmt != NULL) {
        bind_int(stmt, 1, ask->set);
        bind_int(stmt, 2, ask->from / PART_MAX);
    }
    if (!conn_row(conn, stmt, &e, why))
        return e;
    bytes = col_slice(stmt, 0);
    n = bytes.n / sizeof *ask->out.ids;
    n = n > skip ? n - skip : 0;
    if (n > ask->out.max - ask->out.n)
        n = ask->out.max - ask->out.n;
    if (n > 0)
        memcpy(ask->out.ids + ask->out.n, bytes.p + skip * sizeof *ask->out.ids,
               n * sizeof *ask->out.ids);
    ask->out.n += n;
    ask->from += (int64_t)n;
    (void)sqlite3_reset(stmt);
    return OK;
}

enum err sqlite_read_set(struct store *base, struct store_set_ask *ask, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    size_t before = SIZE_MAX;
    enum err e = OK;

    while (e == OK && ask->out.n < ask->out.max && ask->out.n != before) {
        before = ask->out.n;
        e = read_part(conn, ask, why);
    }
    return e;
}

static enum err expire(struct conn *conn, enum sql sql, int64_t before_us, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, sql, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, before_us);
    return conn_run(conn, stmt, why);
}

enum err sqlite_expire_sets(struct store *base, int64_t before_us, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = expire(conn, SQL_EXPIRE_SET_PARTS, before_us, why);

    return e == OK ? expire(conn, SQL_EXPIRE_SETS, before_us, why) : e;
}

static enum err number_of(struct conn *conn, enum sql sql, int64_t key, int64_t *out)
{
    sqlite3_stmt *stmt = conn_sql(conn, sql, NULL);

    if (stmt != NULL)
        bind_int(stmt, 1, key);
    return conn_number(conn, stmt, out, NULL);
}

enum err sqlite_find_dead(struct store *base, int64_t n, int64_t *order, struct why *why)
{
    enum err e = number_of(&sqlite_of(base)->conn, SQL_ORDER_OF_DEAD, n, order);

    return e == OK ? OK : err_set(why, e, "dead letter %lld is not in the DLQ", (long long)n);
}

enum err sqlite_dead_of(struct store *base, int64_t order, int64_t *n, struct why *why)
{
    enum err e = number_of(&sqlite_of(base)->conn, SQL_DEAD_OF_ORDER, order, n);

    return e == OK ? OK : err_set(why, e, "order %lld is not in the DLQ", (long long)order);
}
