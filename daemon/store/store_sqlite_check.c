/* Checks a store's file that nobody writes: SQLite's own checks, then what its rows promise. */
#include "daemon/store/store_sqlite_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/store_sqlite_sums.h"

#define ASK_EACH 10000 /* steps of SQLite's machine between two looks at `stop` */
#define NAME_BYTES 8192
#define AT_ONCE 1000 /* orders that are compared with their sums in one snapshot */

static int look_at_stop(void *self)
{
    atomic_bool *stop = self;

    return atomic_load(stop) ? 1 : 0;
}

/* A journal whose transaction ended, or did not begin, is one of zeros: SQLite takes nothing of it.
 */
static bool holds_something(const char *path)
{
    struct stat st;
    char first = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool holds = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 &&
                 (pread(fd, &first, 1, 0) != 1 || first != 0);

    if (fd >= 0)
        (void)close(fd);
    return holds || (fd < 0 && errno != ENOENT);
}

/* A log beside it holds commits that the file itself has not. */
static enum err check_alone(const char *path, struct why *why)
{
    static const char *const logs[] = {"-wal", "-journal"};
    char name[NAME_BYTES];
    struct stat st;

    if (stat(path, &st) != 0)
        return err_sys(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID, errno,
                       "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return err_set(why, ERR_INVALID, "'%s' is no store", path);
    for (unsigned i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        int n = snprintf(name, sizeof name, "%s%s", path, logs[i]);

        if (n > 0 && n < (int)sizeof name && holds_something(name))
            return err_set(why, ERR_INVALID, "'%s' is no finished copy: its log '%s' is beside it",
                           path, name);
    }
    return OK;
}

/* Read only; `still`: without locks and without a log, so that nothing is made beside it. */
static enum err open_still(struct conn *conn, const char *path, bool still, struct why *why)
{
    struct buf uri;
    int rc = SQLITE_OK;

    *conn = (struct conn){.writes = false};
    conn_init_sums(conn);
    buf_init(&uri, (size_t)4 * NAME_BYTES);
    buf_add_text(&uri, "file:");
    for (const char *p = path; *p != '\0'; p++) {
        if (strchr("%?#", *p) != NULL)
            buf_printf(&uri, "%%%02x", (unsigned)*p);
        else
            buf_add(&uri, p, 1);
    }
    buf_add_text(&uri, still ? "?immutable=1" : "?mode=ro");
    rc = sqlite3_open_v2(
        buf_text(&uri), &conn->db,
        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    buf_done(&uri);
    if (rc != SQLITE_OK)
        return err_set(why, ERR_INVALID, "cannot open '%s': %s", path, sqlite3_errstr(rc));
    return conn_exec(conn,
                     "PRAGMA trusted_schema=OFF;PRAGMA cell_size_check=ON;"
                     "PRAGMA temp_store=MEMORY;PRAGMA mmap_size=0;PRAGMA cache_size=-2048",
                     why);
}

static enum err check_pages(struct conn *conn, const char *path, struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(conn->db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
    enum err e = OK;

    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
        e = err_set(why, ERR_INVALID, "'%s' is corrupt: %s", path, sqlite3_errstr(rc));
    else if (!slice_is(col_slice(stmt, 0), "ok"))
        e = err_set(why, ERR_INVALID, "'%s' is corrupt: %.*s", path,
                    SLICE_ARGS(col_slice(stmt, 0)));
    (void)sqlite3_finalize(stmt);
    return e;
}

static void first_broken(void *self, const struct uuid *uid, const char *reason)
{
    struct why *first = self;
    struct uuid named;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(uid, id);
    if (first->text[0] != '\0')
        return;
    if (store_verify_named(reason, &named))
        (void)err_set(first, ERR_INVALID, "%s", reason);
    else
        (void)err_set(first, ERR_INVALID, "order %s does not hold: %s", id, reason);
}

/* Each order against its sum. */
static enum err check_sums(struct conn *conn, struct why *why)
{
    struct store_verify_ask ask = {.limit = AT_ONCE, .broken = first_broken, .self = why};
    enum err e = OK;

    why->text[0] = '\0';
    while (e == OK && !ask.end && why->text[0] == '\0')
        e = verify_some(conn, &ask, why);
    return e == OK && why->text[0] != '\0' ? ERR_INVALID : e;
}

/* What an older version promised it alone knew: its rows are only counted. */
static enum err count_rows(struct conn *conn, struct store_checked *out, struct why *why)
{
    enum err e = conn_number(conn, conn_sql(conn, SQL_CHECK_ORDER_COUNT, why), &out->orders, why);

    return e == OK ? conn_number(conn, conn_sql(conn, SQL_CHECK_DEAD_COUNT, why), &out->dead, why)
                   : e;
}

static enum err check_rows(struct conn *conn, struct store_checked *out, struct why *why)
{
    enum err e = OK;

    if (out->version < SCHEMA_VERSION)
        return count_rows(conn, out, why);
    e = rows_check(conn, out, why);
    return e == OK ? check_sums(conn, why) : e;
}

static enum err check_all(struct conn *conn, const char *path, struct store_checked *out,
                          struct why *why)
{
    struct why reason = {0};
    enum err e = schema_check(conn, path, why);

    if (e == OK)
        e = check_pages(conn, path, why);
    if (e != OK)
        return e;
    out->version = conn_pragma(conn, "user_version");
    e = check_rows(conn, out, &reason);
    return e == OK ? OK : err_set(why, ERR_INVALID, "'%s' does not hold: %s", path, reason.text);
}

enum err store_sqlite_check_file(const char *path, atomic_bool *stop, struct store_checked *out,
                                 struct why *why)
{
    struct conn conn = {.db = NULL};
    struct store_checked found = {0};
    enum err e = check_alone(path, why);

    if (e != OK)
        return e;
    e = open_still(&conn, path, true, why);
    if (e == OK && stop != NULL)
        sqlite3_progress_handler(conn.db, ASK_EACH, look_at_stop, stop);
    if (e == OK)
        e = check_all(&conn, path, &found, why);
    conn_close(&conn);
    if (e != OK && stop != NULL && atomic_load(stop))
        e = err_set(why, ERR_BUSY, "stopped");
    if (e == OK)
        *out = found;
    return e;
}

/* ---- past the first thing that does not hold ---- */

#define FAULTS_MAX 100 /* of pages that are told of */

static void tell_of_pages(struct conn *conn, const struct store_verify_file *verify)
{
    sqlite3_stmt *stmt = NULL;
    char text[64];
    int rc = SQLITE_OK;

    (void)snprintf(text, sizeof text, "PRAGMA integrity_check(%d)", FAULTS_MAX);
    rc = sqlite3_prepare_v2(conn->db, text, -1, &stmt, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW && !slice_is(col_slice(stmt, 0), "ok"))
            verify->fault(verify->self, (const char *)sqlite3_column_text(stmt, 0));
    }
    if (rc != SQLITE_DONE)
        verify->fault(verify->self, sqlite3_errstr(rc));
    (void)sqlite3_finalize(stmt);
}

static void tell_of_orders(struct conn *conn, struct store_verify_file *verify)
{
    struct store_verify_ask ask = {
        .limit = AT_ONCE, .broken = verify->broken, .self = verify->self};
    struct why why = {0};
    enum err e = OK;

    while (e == OK && !ask.end)
        e = verify_some(conn, &ask, &why);
    if (e != OK)
        verify->fault(verify->self, why.text);
    verify->checked = ask.checked;
    verify->unsummed = ask.unsummed;
}

static enum err tell_of_all(struct conn *conn, const char *path, struct store_verify_file *verify,
                            struct why *why)
{
    struct store_checked found = {0};
    struct why fault = {0};
    enum err e = schema_check(conn, path, why);

    if (e == OK && conn_pragma(conn, "user_version") < SCHEMA_VERSION)
        e = err_set(why, ERR_INVALID, "'%s' is of an older version, and not migrated yet", path);
    if (e != OK)
        return e;
    tell_of_pages(conn, verify);
    tell_of_orders(conn, verify);
    if (rows_check(conn, &found, &fault) != OK)
        verify->fault(verify->self, fault.text);
    return OK;
}

enum err store_sqlite_verify_file(const char *path, struct store_verify_file *verify,
                                  struct why *why)
{
    struct conn conn = {.db = NULL};
    char log[NAME_BYTES];
    enum err e = check_alone(path, why);
    bool logged = false;

    (void)snprintf(log, sizeof log, "%s-wal", path);
    logged = e == ERR_INVALID && file_bytes(log) > 0;
    if (e != OK && !logged)
        return e;
    e = open_still(&conn, path, !logged, why);
    if (e == OK)
        e = tell_of_all(&conn, path, verify, why);
    conn_close(&conn);
    return e;
}

enum err store_sqlite_settle(const char *path, struct why *why)
{
    const struct conn_kind kind = {.writes = true, .synced = true};
    struct conn conn;
    enum err e = conn_open(&conn, path, &kind, why);

    if (e != OK)
        return e;
    /* Leaving the log's mode moves all of it into the file and removes it. */
    e = conn_exec(&conn, "PRAGMA journal_mode=DELETE", why);
    conn_close(&conn);
    return e;
}
