/*
 * Copies the whole store while the writer goes on.
 *
 * All pages are taken from one snapshot, some at a time, so that the copy can be given up, and so
 * that what is written is on its way to the disk before there is much of it: one great sync would
 * make the writer's own syncs wait. As long as the snapshot is held, the log cannot begin anew;
 * what has gathered in it is then moved here, since the writer would stand still for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemon/store/store_sqlite.h"
#include "daemon/store/store_sqlite_check.h"

#define STEP_PAGES 256 /* 1 MiB */
#define PUSH_EACH 8    /* steps */
#define LOG_PAGES 2048 /* left to the writer */
#define MOVES_MAX 16   /* a writer that is faster than we move is left with it */

static bool stopped(const struct store_copy *copy)
{
    return copy->stop != NULL && atomic_load(copy->stop);
}

static enum err cannot(const struct store_copy *copy, int rc, struct why *why)
{
    return err_set(why, (rc & 0xff) == SQLITE_NOMEM ? ERR_INTERNAL : ERR_READ_ONLY,
                   "cannot write '%s': %s", copy->path, sqlite3_errstr(rc));
}

/* Waits for what was sent to the disk before, and sends what has come since. */
static void push(int fd)
{
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE);
}

static enum err copy_pages(struct conn *conn, sqlite3 *to, int fd, const struct store_copy *copy,
                           struct why *why)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", conn->db, "main");
    int rc = SQLITE_OK;

    if (backup == NULL)
        return cannot(copy, sqlite3_errcode(to), why);
    for (unsigned n = 1; rc == SQLITE_OK && !stopped(copy); n++) {
        rc = sqlite3_backup_step(backup, STEP_PAGES);
        if (n % PUSH_EACH == 0)
            push(fd);
    }
    (void)sqlite3_backup_finish(backup);
    if (rc == SQLITE_OK)
        return err_set(why, ERR_BUSY, "stopped");
    return rc == SQLITE_DONE ? OK : cannot(copy, rc, why);
}

/* SQLite gives the copy the journal mode of its connection: it is a file by itself. */
static enum err copy_into(struct conn *conn, int fd, const struct store_copy *copy, struct why *why)
{
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(
        copy->path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    enum err e = OK;

    /* It is synced as a whole, and thrown away when anything fails. */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to,
                          "PRAGMA journal_mode=OFF;PRAGMA synchronous=OFF;"
                          "PRAGMA cache_size=-2048;PRAGMA locking_mode=EXCLUSIVE",
                          NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        e = cannot(copy, rc, why);
    if (e == OK)
        e = copy_pages(conn, to, fd, copy, why);
    (void)sqlite3_close(to);
    return e;
}

/*
 * Moves the log into the file beside the writer, who goes on. A sync that failed is not to be tried
 * again by anyone: the store must be opened anew.
 */
static void move_log(struct sqlite_store *store, struct conn *conn)
{
    int in_log = 0, moved = 0, before = 0, rc = SQLITE_OK;

    for (unsigned n = 0; n < MOVES_MAX && rc == SQLITE_OK; n++) {
        rc = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
        if ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CORRUPT)
            atomic_store(&store->failed, true);
        if (in_log - moved <= LOG_PAGES || moved == before)
            break;
        before = moved;
    }
}

static enum err copy_snapshot(struct conn *conn, int fd, const struct store_copy *copy,
                              struct why *why)
{
    int64_t one = 0;
    enum err e = conn_snapshot(conn, why);

    if (e == OK) /* it begins with what is read first */
        e = conn_number(conn, conn_sql(conn, SQL_PROBE, why), &one, why);
    if (e == OK)
        e = copy_into(conn, fd, copy, why);
    conn_snapshot_end(conn);
    return e;
}

static enum err copy_all(struct sqlite_store *store, int fd, const struct store_copy *copy,
                         struct why *why)
{
    const struct conn_kind kind = {.writes = false};
    struct conn conn;
    enum err e = conn_open(&conn, store->path, &kind, why);

    if (e != OK)
        return e;
    (void)atomic_fetch_add(&store->copies, 1);
    e = copy_snapshot(&conn, fd, copy, why);
    move_log(store, &conn);
    (void)atomic_fetch_sub(&store->copies, 1);
    conn_close(&conn);
    return e;
}

enum err sqlite_copy(struct store *base, struct store_copy *copy, struct why *why)
{
    struct store_checked found = {0};
    int fd = open(copy->path, O_WRONLY | O_CLOEXEC);
    enum err e = OK;

    if (fd < 0)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot open '%s'", copy->path);
    e = copy_all(sqlite_of(base), fd, copy, why);
    if (e == OK && fsync(fd) != 0)
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot sync '%s'", copy->path);
    if (e == OK)
        e = store_sqlite_check_file(copy->path, copy->stop, &found, why);
    copy->bytes = file_bytes(copy->path);
    copy->orders = found.orders;
    (void)close(fd);
    return e;
}
