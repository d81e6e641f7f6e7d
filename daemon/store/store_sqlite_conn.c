/* A connection to the SQLite file: its settings, its statements, and what its errors mean. */
#include <stdio.h>
#include <string.h>

#include "daemon/store/store_sqlite.h"
#include "shared/fault.h"

#define BUSY_MS 5000

static const char *const texts[SQL_COUNT] = {
#define SQL(id, text) [SQL_##id] = (text),
#include "daemon/store/store_sqlite.def"
#undef SQL
};

/* What may have been half done on the disk: nothing after it can be vouched for. */
static bool breaks(int rc)
{
    return (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CORRUPT ||
           (rc & 0xff) == SQLITE_NOTADB;
}

static enum err meaning(const struct conn *conn, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_READ_ONLY;
    case SQLITE_IOERR:
        return conn->writes && rc != SQLITE_IOERR_NOMEM ? ERR_OUTCOME_UNKNOWN : ERR_INTERNAL;
    default:
        return ERR_INTERNAL;
    }
}

enum err conn_error(struct conn *conn, int rc, const char *doing, struct why *why)
{
    int extended = sqlite3_extended_errcode(conn->db);

    if ((extended & 0xff) != (rc & 0xff))
        extended = rc;
    if (conn->writes && breaks(extended) && extended != SQLITE_IOERR_NOMEM)
        conn->broken = true;
    /* Whatever SQLite left of the transaction: nothing of it may be committed. */
    if ((extended & 0xff) == SQLITE_FULL && sqlite3_get_autocommit(conn->db) == 0)
        (void)sqlite3_exec(conn->db, "ROLLBACK", NULL, NULL, NULL);
    return err_set(why, meaning(conn, extended), "the store cannot %s: %s (%d)", doing,
                   sqlite3_errstr(extended), extended);
}

sqlite3_stmt *conn_sql(struct conn *conn, enum sql id, struct why *why)
{
    int rc = SQLITE_OK;

    if (conn->stmts[id] != NULL)
        return conn->stmts[id];
    rc = sqlite3_prepare_v3(conn->db, texts[id], -1, SQLITE_PREPARE_PERSISTENT, &conn->stmts[id],
                            NULL);
    if (rc != SQLITE_OK)
        (void)err_set(why, ERR_INTERNAL, "the store cannot prepare '%s': %s", texts[id],
                      sqlite3_errmsg(conn->db));
    return conn->stmts[id];
}

sqlite3_stmt *conn_write_sql(struct conn *conn, enum sql id, enum err *e, struct why *why)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_get_autocommit(conn->db) != 0) {
        *e = err_set(why, ERR_READ_ONLY, "the store is in no transaction: it was rolled back");
        return NULL;
    }
    stmt = conn_sql(conn, id, why);
    *e = stmt == NULL ? ERR_INTERNAL : OK;
    return stmt;
}

bool conn_row(struct conn *conn, sqlite3_stmt *stmt, enum err *e, struct why *why)
{
    int rc = SQLITE_OK;

    *e = OK;
    if (stmt == NULL) {
        *e = ERR_INTERNAL; /* conn_sql has said why */
        return false;
    }
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        *e = conn_error(conn, rc, conn->writes ? "write" : "read", why);
    (void)sqlite3_reset(stmt);
    return false;
}

enum err conn_run(struct conn *conn, sqlite3_stmt *stmt, struct why *why)
{
    enum err e = OK;
    bool more = true;

    while (more)
        more = conn_row(conn, stmt, &e, why);
    return e;
}

enum err conn_number(struct conn *conn, sqlite3_stmt *stmt, int64_t *out, struct why *why)
{
    enum err e = OK;

    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e : err_set(why, ERR_NOT_FOUND, "there is none");
    *out = col_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return OK;
}

enum err conn_exec(struct conn *conn, const char *text, struct why *why)
{
    int rc = sqlite3_exec(conn->db, text, NULL, NULL, NULL);
    const char *path = sqlite3_db_filename(conn->db, "main");

    /* The first thing ever done to a file is done here. */
    if ((rc & 0xff) == SQLITE_NOTADB)
        return err_set(why, ERR_INVALID, "'%s' is no SQLite database; it is left alone", path);
    if ((rc & 0xff) == SQLITE_CORRUPT)
        return err_set(why, ERR_INVALID, "'%s' is corrupt: restore a backup of it", path);
    return rc == SQLITE_OK ? OK : conn_error(conn, rc, "be prepared", why);
}

int64_t conn_pragma(struct conn *conn, const char *pragma)
{
    char text[64];
    sqlite3_stmt *stmt = NULL;
    int64_t value = -1;

    (void)snprintf(text, sizeof text, "PRAGMA %s", pragma);
    if (sqlite3_prepare_v2(conn->db, text, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        value = col_int(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return value;
}

enum err conn_snapshot(struct conn *conn, struct why *why)
{
    return conn_run(conn, conn_sql(conn, SQL_SNAPSHOT, why), why);
}

void conn_snapshot_end(struct conn *conn)
{
    if (sqlite3_get_autocommit(conn->db) == 0)
        (void)conn_run(conn, conn_sql(conn, SQL_COMMIT, NULL), NULL);
}

struct slice col_slice(sqlite3_stmt *stmt, int i)
{
    /* In this order, as sqlite3.h asks: the text first, then its length. */
    const char *p = (const char *)sqlite3_column_blob(stmt, i);
    int n = sqlite3_column_bytes(stmt, i);

    if (p == NULL && sqlite3_column_type(stmt, i) != SQLITE_NULL)
        p = ""; /* an empty value has no address */
    return (struct slice){p, (size_t)n};
}

struct uuid col_uuid(sqlite3_stmt *stmt, int i)
{
    struct slice bytes = col_slice(stmt, i);
    struct uuid uuid = {{0}};

    if (bytes.p != NULL && bytes.n == sizeof uuid.bytes)
        memcpy(uuid.bytes, bytes.p, sizeof uuid.bytes);
    return uuid;
}

/* Cache sizes are bounded: the daemon is to stay under 64 MiB with its readers. */
static enum err settle(struct conn *conn, const struct conn_kind *kind, struct why *why)
{
    enum err e = conn_exec(conn,
                           "PRAGMA trusted_schema=OFF;PRAGMA cell_size_check=ON;"
                           "PRAGMA foreign_keys=OFF;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=0;"
                           "PRAGMA wal_autocheckpoint=0",
                           why);

    if (e != OK)
        return e;
    if (!kind->writes)
        return conn_exec(conn, "PRAGMA cache_size=-1024;PRAGMA query_only=ON", why);
    e = conn_exec(conn, WRITER_CACHE ";PRAGMA journal_size_limit=16777216", why);
    if (e == OK)
        e = conn_exec(conn,
                      kind->synced
                          ? fault_setting("DOFS_FAULT_SYNCHRONOUS", "PRAGMA synchronous=FULL")
                          : "PRAGMA synchronous=OFF",
                      why);
    return e;
}

void conn_keep_log(struct conn *conn, bool keep)
{
    (void)sqlite3_db_config(conn->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)keep, NULL);
}

enum err conn_open(struct conn *conn, const char *path, const struct conn_kind *kind,
                   struct why *why)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (kind->makes ? SQLITE_OPEN_CREATE : 0);
    int rc = SQLITE_OK;
    enum err e = OK;

    *conn = (struct conn){.writes = kind->writes};
    conn_init_sums(conn);
    rc = sqlite3_open_v2(path, &conn->db, flags, NULL);
    if (rc != SQLITE_OK) {
        e = err_set(why, (rc & 0xff) == SQLITE_NOMEM ? ERR_INTERNAL : ERR_READ_ONLY,
                    "cannot open '%s': %s", path, sqlite3_errstr(rc));
        goto done;
    }
    (void)sqlite3_busy_timeout(conn->db, BUSY_MS);
    conn_keep_log(conn, kind->keeps_log);
    e = settle(conn, kind, why);
done:
    if (e != OK)
        conn_close(conn);
    return e;
}

void conn_close(struct conn *conn)
{
    for (unsigned i = 0; i < SQL_COUNT; i++) {
        (void)sqlite3_finalize(conn->stmts[i]);
        conn->stmts[i] = NULL;
    }
    (void)sqlite3_close(conn->db);
    conn->db = NULL;
    buf_done(&conn->sums);
}

/* The cache is bounded, but nothing else empties it. */
void sqlite_rest(struct store *base)
{
    (void)sqlite3_db_release_memory(sqlite_of(base)->conn.db);
}
