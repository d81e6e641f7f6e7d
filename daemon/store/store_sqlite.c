/* Opens the SQLite store, holds its transaction, and moves its log into the file. */
#include "daemon/store/store_sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/store_sqlite_open.h"
#include "daemon/store/store_sqlite_work.h"
#include "shared/fault.h"

#define CHECK_MAX_BYTES (16LL * 1024 * 1024) /* quick_check takes some 6 ms for each MiB */
#define TEXT_MAX_BYTES (16UL * 1024 * 1024)
#define PAGE_BYTES 4096
#define GAP_PAGES (4 * 1024 * 1024 / PAGE_BYTES)         /* moved when nothing else waits */
#define CHECKPOINT_PAGES (16 * 1024 * 1024 / PAGE_BYTES) /* moved whatever waits */
#define RESET_PAGES (32 * 1024 * 1024 / PAGE_BYTES)      /* a reader was in the way */
#define TRUNCATE_PAGES (64 * 1024 * 1024 / PAGE_BYTES)
#define RESET_WAIT_MS 10 /* readers' snapshots are short; the writer waits no longer for them */
#define BUSY_MS 5000

static const struct store_ops ops = {
    .name = "sqlite",
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .checkpoint = sqlite_checkpoint,
    .rest = sqlite_rest,
    .sizes = sqlite_sizes,
    .copy = sqlite_copy,
    .load_totals = sqlite_load_totals,
    .save_totals = sqlite_save_totals,
    .add_order = sqlite_add_order,
    .change_order = sqlite_change_order,
    .add_step = sqlite_add_step,
    .add_result = sqlite_add_result,
    .amend_order = sqlite_amend_order,
    .add_history = sqlite_add_history,
    .add_events = sqlite_add_events,
    .add_dead = sqlite_add_dead,
    .remove_dead = sqlite_remove_dead,
    .add_lease = sqlite_add_lease,
    .keep_alarm = sqlite_keep_alarm,
    .load = sqlite_load,
    .find = sqlite_find,
    .find_reference = sqlite_find_reference,
    .find_key = sqlite_find_key,
    .add_key = sqlite_add_key,
    .expire_keys = sqlite_expire_keys,
    .running = sqlite_running,
    .add_replay = sqlite_add_replay,
    .change_replay = sqlite_change_replay,
    .load_replay = sqlite_load_replay,
    .find_replay = sqlite_find_replay,
    .running_replays = sqlite_running_replays,
    .add_set = sqlite_add_set,
    .find_set = sqlite_find_set,
    .read_set = sqlite_read_set,
    .expire_sets = sqlite_expire_sets,
    .find_dead = sqlite_find_dead,
    .dead_of = sqlite_dead_of,
    .next_dead = sqlite_next_dead,
    .retain = sqlite_retain,
    .reader_open = sqlite_reader_open,
    .reader_close = sqlite_reader_close,
    .get = sqlite_get,
    .find_lease = sqlite_find_lease,
    .history = sqlite_history,
    .list = sqlite_list,
    .failed = sqlite_failed,
    .groups = sqlite_groups,
    .preview_dead = sqlite_preview_dead,
    .replays = sqlite_replays,
    .events = sqlite_events,
    .waiting = sqlite_waiting,
    .oldest_queued = sqlite_oldest_queued,
    .oldest_waiting = sqlite_oldest_waiting,
    .dead_by_step = sqlite_dead_by_step,
    .alarms = sqlite_alarms,
    .verify = sqlite_verify,
    .probe = sqlite_probe,
};

static int after_commit(void *self, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_store *store = self;

    (void)db, (void)name;
    if (pages < store->checkpointed) /* the log began anew */
        store->checkpointed = 0;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* A file that says it is no database, or whose pages do not hold, is not touched. */
static enum err check_file(struct sqlite_store *store, struct why *why)
{
    struct conn *conn = &store->conn;
    sqlite3_stmt *stmt = NULL;
    int64_t bytes = file_bytes(store->path);
    int rc = sqlite3_prepare_v2(conn->db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    bool fine = true;

    if (bytes >= 0 && bytes <= CHECK_MAX_BYTES && rc == SQLITE_OK) {
        rc = sqlite3_step(stmt);
        fine = rc == SQLITE_ROW && slice_is(col_slice(stmt, 0), "ok");
    }
    (void)sqlite3_finalize(stmt);
    if (rc == SQLITE_OK || (rc == SQLITE_ROW && fine))
        return OK;
    if (rc == SQLITE_ROW || (rc & 0xff) == SQLITE_CORRUPT)
        return err_set(why, ERR_INVALID, "'%s' is corrupt: restore a backup of it", store->path);
    if ((rc & 0xff) == SQLITE_NOTADB)
        return err_set(why, ERR_INVALID, "'%s' is no SQLite database; it is left alone",
                       store->path);
    return conn_error(conn, rc, "be read", why);
}

/* What is read for it is read once: the cache, which nothing empties, must not grow by it. */
static enum err check_sparingly(struct sqlite_store *store, struct why *why)
{
    enum err e = conn_exec(&store->conn, "PRAGMA cache_size=-512", why);

    if (e == OK)
        e = check_file(store, why);
    return e == OK ? conn_exec(&store->conn, WRITER_CACHE, why) : e;
}

/*
 * In this order: the log, the tables, then all that recovery brought back from the log written and
 * synced, and the directory after it. Only then is anything served.
 */
static enum err prepare(struct sqlite_store *store, int64_t now_us, struct why *why)
{
    struct conn *conn = &store->conn;
    enum err e = check_sparingly(store, why);
    bool used = e == OK && (conn_pragma(conn, "schema_version") != 0 ||
                            conn_pragma(conn, "application_id") != 0 ||
                            conn_pragma(conn, "user_version") != 0);
    int rc = SQLITE_OK;

    /* A foreign or newer file must be refused before its journal mode is changed. */
    if (e == OK && used)
        e = schema_check(conn, store->path, why);
    if (e == OK && !used)
        e = conn_exec(conn, "PRAGMA page_size=4096;PRAGMA auto_vacuum=INCREMENTAL", why);
    if (e == OK)
        e = conn_exec(conn, "PRAGMA journal_mode=WAL", why);
    if (e == OK)
        e = schema_prepare(conn, store->path, now_us, why);
    if (e != OK)
        return e;
    rc = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        return conn_error(conn, rc, "move its log into the file", why);
    (void)sqlite3_wal_hook(conn->db, after_commit, store);
    e = keys_open(store, why);
    if (e == OK)
        e = customers_open(store, why);
    if (e == OK && !store->forgetful)
        e = file_sync_directory(store->directory, why);
    return e;
}

static enum err open_store(const struct store_settings *settings, bool forgetful,
                           struct store **out, struct why *why)
{
    struct sqlite_store *store = calloc(1, sizeof *store);
    struct conn_kind kind = {.writes = true, .synced = !forgetful, .makes = true};
    enum err e = ERR_INTERNAL;

    if (store == NULL)
        return err_set(why, ERR_INTERNAL, "no memory");
    /* Nobody asks SQLite for its figures, and counting them costs a lock for each allocation; it
       is refused, without harm, once SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    store->base.ops = &ops;
    buf_init(&store->text, TEXT_MAX_BYTES);
    buf_init(&store->more, TEXT_MAX_BYTES);
    buf_init(&store->trails[0], TEXT_MAX_BYTES);
    buf_init(&store->trails[1], TEXT_MAX_BYTES);
    store->directory = strdup(settings->directory);
    store->path = malloc(strlen(settings->directory) + sizeof "/orders.db");
    if (store->directory == NULL || store->path == NULL)
        goto done;
    (void)sprintf(store->path, "%s/orders.db", settings->directory);
    e = forgetful ? OK : found_settle(store, &kind.keeps_log, why);
    if (e == OK)
        e = conn_open(&store->conn, store->path, &kind, why);
    if (e == OK)
        e = prepare(store, settings->now_us, why);
    if (e == OK)
        e = work_open(store, settings->newest, why);
    store->forgetful = forgetful;
    if (e == OK)
        conn_keep_log(&store->conn, false);
done:
    if (e == OK)
        *out = &store->base;
    else
        sqlite_close(&store->base);
    return e;
}

enum err store_sqlite_open(const struct store_settings *settings, struct store **out,
                           struct why *why)
{
    return open_store(settings, false, out, why);
}

enum err store_sqlite_open_forgetful(const struct store_settings *settings, struct store **out,
                                     struct why *why)
{
    return open_store(settings, true, out, why);
}

void sqlite_close(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);

    keys_close(store);
    customers_close(store);
    work_close(store);
    conn_close(&store->conn);
    if (store->forgetful) {
        (void)unlink(store->path);
        (void)rmdir(store->directory); /* SQLite has removed its log and index */
    }
    buf_done(&store->text);
    buf_done(&store->more);
    buf_done(&store->trails[0]);
    buf_done(&store->trails[1]);
    free(store->path);
    free(store->directory);
    free(store);
}

enum err sqlite_begin(struct store *base, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;

    if (conn->broken || atomic_load(&sqlite_of(base)->failed))
        return err_set(why, ERR_OUTCOME_UNKNOWN, "the store failed: it must be opened anew");
    keys_begun(sqlite_of(base));
    customers_begun(sqlite_of(base));
    return conn_run(conn, conn_sql(conn, SQL_BEGIN, why), why);
}

enum err sqlite_commit(struct store *base, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = OK;

    if (sqlite3_get_autocommit(conn->db) != 0)
        return err_set(why, ERR_READ_ONLY, "the transaction was rolled back: no space");
    e = customers_move(sqlite_of(base), why);
    if (e == OK)
        e = work_move(sqlite_of(base), why);
    if (e != OK) {
        sqlite_rollback(base);
        return e;
    }
    e = conn_run(conn, conn_sql(conn, SQL_COMMIT, why), why);
    if (e == OK) {
        customers_committed(sqlite_of(base));
        return OK;
    }
    sqlite_rollback(base);
    if (e == ERR_READ_ONLY)
        return e;
    /* It may be in the log or not: only opening it anew can tell. */
    conn->broken = true;
    return ERR_OUTCOME_UNKNOWN;
}

void sqlite_rollback(struct store *base)
{
    struct conn *conn = &sqlite_of(base)->conn;

    if (sqlite3_get_autocommit(conn->db) == 0)
        (void)conn_run(conn, conn_sql(conn, SQL_ROLLBACK, NULL), NULL);
    keys_rolled_back(sqlite_of(base));
    work_rolled_back(sqlite_of(base));
    customers_rolled_back(sqlite_of(base));
    times_rolled_back(sqlite_of(base));
}

/* Readers hold all but a passive one up for RESET_WAIT_MS at most; what is left is done later. */
static int checkpoint(struct sqlite_store *store, int mode)
{
    int in_log = 0, moved = 0, rc = SQLITE_OK;

    if (mode != SQLITE_CHECKPOINT_PASSIVE)
        (void)sqlite3_busy_timeout(store->conn.db, RESET_WAIT_MS);
    fault_point("before_checkpoint");
    rc = sqlite3_wal_checkpoint_v2(store->conn.db, NULL, mode, &in_log, &moved);
    fault_point("after_checkpoint");
    if (mode != SQLITE_CHECKPOINT_PASSIVE)
        (void)sqlite3_busy_timeout(store->conn.db, BUSY_MS);
    if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY) {
        store->wal_pages = in_log > 0 ? in_log : 0;
        store->checkpointed = moved > 0 ? moved : 0;
    }
    return rc;
}

/*
 * A passive one is enough as long as no reader is in the way: the log is then written again from
 * its start, in place, which is faster than a log that is cut off and grows anew.
 */
static int checkpoint_mode(const struct sqlite_store *store)
{
    if (atomic_load(&store->copies) > 0) /* holds a snapshot for longer than anyone may wait */
        return SQLITE_CHECKPOINT_PASSIVE;
    if (store->wal_pages >= TRUNCATE_PAGES)
        return SQLITE_CHECKPOINT_TRUNCATE;
    return store->wal_pages >= RESET_PAGES ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
}

void sqlite_checkpoint(struct store *base, bool gap)
{
    struct sqlite_store *store = sqlite_of(base);
    struct conn *conn = &store->conn;
    int fresh = store->wal_pages - store->checkpointed;
    int rc = SQLITE_OK;

    if (conn->broken || atomic_load(&store->failed) || sqlite3_get_autocommit(conn->db) == 0)
        return;
    if (fresh < (gap ? GAP_PAGES : CHECKPOINT_PAGES))
        return;
    if (gap)
        (void)conn_run(conn, conn_sql(conn, SQL_VACUUM, NULL), NULL);
    rc = checkpoint(store, checkpoint_mode(store));
    /* A full disk only leaves the log longer; a failed sync is not to be tried again. */
    if (rc != SQLITE_OK)
        (void)conn_error(conn, rc, "move its log into the file", NULL);
}

void sqlite_sizes(struct store *base, int64_t *wal_size, int64_t *file_size)
{
    struct sqlite_store *store = sqlite_of(base);
    const char *wal = sqlite3_filename_wal(sqlite3_db_filename(store->conn.db, "main"));

    int64_t log = wal != NULL ? file_bytes(wal) : 0;
    int64_t file = file_bytes(store->path);

    *wal_size = log > 0 ? log : 0;
    *file_size = file > 0 ? file : 0;
}

enum err sqlite_reader_open(struct store *base, struct store_reader **out, struct why *why)
{
    struct sqlite_reader *reader = calloc(1, sizeof *reader);
    const struct conn_kind kind = {.writes = false};
    enum err e = OK;

    if (reader == NULL)
        return err_set(why, ERR_INTERNAL, "no memory");
    reader->base.ops = &ops;
    reader->steps = &base->steps;
    reader->store = sqlite_of(base);
    e = conn_open(&reader->conn, sqlite_of(base)->path, &kind, why);
    if (e == OK)
        *out = &reader->base;
    else
        free(reader);
    return e;
}

void sqlite_reader_close(struct store_reader *base)
{
    struct sqlite_reader *reader = (struct sqlite_reader *)base;

    conn_close(&reader->conn);
    free(reader);
}

enum err sqlite_probe(struct store_reader *base, struct why *why)
{
    struct conn *conn = conn_of(base);
    int64_t one = 0;

    return conn_number(conn, conn_sql(conn, SQL_PROBE, why), &one, why);
}
