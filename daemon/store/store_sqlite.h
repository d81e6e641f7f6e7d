/* The inside of the SQLite store: connections, statements, errors; known to store_sqlite_*.c. */
#pragma once

#include <sqlite3.h>
#include <stdatomic.h>

#include "daemon/store/recent_orders.h"
#include "daemon/store/store_ops.h"
#include "daemon/store/store_sqlite_customers.h"
#include "daemon/store/store_sqlite_times.h"
#include "shared/buf.h"
#include "shared/limits.h"
#include "shared/mp.h"
#include "shared/steps.h"

/* Every statement there is; each connection prepares those it needs once. */
enum sql {
#define SQL(id, text) SQL_##id,
#include "daemon/store/store_sqlite.def"
#undef SQL
    SQL_COUNT
};

/* A connection: of one thread at a time. */
struct conn {
    sqlite3 *db;
    sqlite3_stmt *stmts[SQL_COUNT];
    struct buf sums;       /* scratch: what is summed */
    int64_t last_unsummed; /* orders up to this number may have no sum; -1: not known yet */
    bool writes;
    bool broken; /* a write or sync failed: nothing may be written again */
};

#define WRITER_CACHE "PRAGMA cache_size=-16384"

struct sqlite_keys;
struct sqlite_work;

struct sqlite_store {
    struct store base;
    struct conn conn;
    char *path;
    char *directory;
    bool forgetful;
    atomic_int copies;    /* being made: none but they may wait for the log's readers */
    atomic_bool failed;   /* a copy could not sync the file: as conn.broken */
    int wal_pages;        /* in the log after the last commit */
    int checkpointed;     /* of these, pages that are in the file already */
    struct buf trails[2]; /* of the order that is written, and of the one before it */
    unsigned trail_turn;
    struct buf text, more; /* for what is encoded; kept, so that nothing is allocated for each */
    struct sqlite_keys *keys;
    struct sqlite_work *work;
    struct recent_orders *recent;
    struct last_time last_times[TIMES_KINDS];
    int64_t retain_at[STATUS_COUNT]; /* where store_retain goes on, by status */
};

struct sqlite_reader {
    struct store_reader base;
    struct conn conn;
    const struct step_names *steps; /* the store's, with the next */
    const struct sqlite_store *store;
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

static inline struct conn *conn_of(struct store_reader *reader)
{
    return &((struct sqlite_reader *)reader)->conn;
}

/* How many pools an order can wait in. */
static inline uint32_t pools_of(const struct store_reader *reader)
{
    return STORE_POOL(step_names_count(((const struct sqlite_reader *)reader)->steps), false);
}

/* ---- files (store_sqlite_file.c) ---- */

/* -1: there is none. */
int64_t file_bytes(const char *path);
/* After a sync that failed the cache may hold what the disk will never get: what is clean there is
   read from the disk again. Not of a file that is open, whose locks would be gone. */
void file_read_anew(const char *path);
/* errors: ERR_READ_ONLY */
enum err file_sync_directory(const char *directory, struct why *why);

/* ---- what a start finds (store_sqlite_found.c) ---- */

/* *logged: there is a log. ERR_INVALID: what is there is no store's, and is left alone;
 * ERR_READ_ONLY, ERR_INTERNAL. */
enum err found_settle(const struct sqlite_store *store, bool *logged, struct why *why);

/* ---- connections (store_sqlite_conn.c) ---- */

struct conn_kind {
    bool writes;
    bool synced;
    bool makes;     /* the file, if there is none */
    bool keeps_log; /* until conn_keep_log says otherwise */
};
enum err conn_open(struct conn *conn, const char *path, const struct conn_kind *kind,
                   struct why *why);
void conn_close(struct conn *conn);

/* SQLite moves its log into the file when it is closed, and removes it: not while `keep`, which is
   so of a file with a log until it is known to be a store. */
void conn_keep_log(struct conn *conn, bool keep);

#define SUMS_MAX_BYTES (16UL * 1024 * 1024) /* more than any order has */

static inline void conn_init_sums(struct conn *conn)
{
    buf_init(&conn->sums, SUMS_MAX_BYTES);
    conn->last_unsummed = -1;
}

/* The code of what SQLite reported, with its text in `why`. What may have damaged the file or left
   a commit in doubt makes a writing connection `broken`. */
enum err conn_error(struct conn *conn, int rc, const char *doing, struct why *why);

/* A statement ready to be bound; NULL after a failure. */
sqlite3_stmt *conn_sql(struct conn *conn, enum sql id, struct why *why);

/* The same, for writing: refused outside of a transaction, so that nothing commits by itself after
   SQLite has rolled one back. *e says why there is none. */
sqlite3_stmt *conn_write_sql(struct conn *conn, enum sql id, enum err *e, struct why *why);

/* Takes the next row; false at the end or after a failure, when it is reset too. */
bool conn_row(struct conn *conn, sqlite3_stmt *stmt, enum err *e, struct why *why);

/* Carries out a statement without rows, and resets it. */
enum err conn_run(struct conn *conn, sqlite3_stmt *stmt, struct why *why);

/* A statement with one number in: its one number out, ERR_NOT_FOUND without a row. */
enum err conn_number(struct conn *conn, sqlite3_stmt *stmt, int64_t *out, struct why *why);
enum err conn_exec(struct conn *conn, const char *text, struct why *why);
int64_t conn_pragma(struct conn *conn, const char *pragma); /* as a number; -1: failed */

/* A snapshot for several statements. */
enum err conn_snapshot(struct conn *conn, struct why *why);
void conn_snapshot_end(struct conn *conn);

/* Binding and reading; what is bound is borrowed until the statement is reset. 0 may be NULL. */
static inline void bind_int(sqlite3_stmt *stmt, int i, int64_t value)
{
    (void)sqlite3_bind_int64(stmt, i, value);
}
static inline void bind_int_or_null(sqlite3_stmt *stmt, int i, int64_t value)
{
    if (value != 0)
        (void)sqlite3_bind_int64(stmt, i, value);
    else
        (void)sqlite3_bind_null(stmt, i);
}
static inline void bind_slice(sqlite3_stmt *stmt, int i, struct slice s)
{
    (void)sqlite3_bind_text(stmt, i, s.p, (int)s.n, SQLITE_STATIC); /* NULL gives NULL */
}
static inline void bind_blob(sqlite3_stmt *stmt, int i, const void *bytes, size_t n)
{
    (void)sqlite3_bind_blob(stmt, i, bytes, (int)n, SQLITE_STATIC);
}
static inline void bind_buf_text(sqlite3_stmt *stmt, int i, const struct buf *buf)
{
    (void)sqlite3_bind_text(stmt, i, (const char *)buf->data, (int)buf->len, SQLITE_STATIC);
}
static inline void bind_uuid(sqlite3_stmt *stmt, int i, const struct uuid *uuid)
{
    bind_blob(stmt, i, uuid->bytes, sizeof uuid->bytes);
}
static inline int64_t col_int(sqlite3_stmt *stmt, int i)
{
    return sqlite3_column_int64(stmt, i);
}
struct slice col_slice(sqlite3_stmt *stmt, int i); /* borrowed until the next step */
struct uuid col_uuid(sqlite3_stmt *stmt, int i);

/* ---- the file (store_sqlite_schema.c) ---- */

#define SCHEMA_APPLICATION 0x444F4653
#define SCHEMA_VERSION 2

/* ERR_INVALID for a file (not an empty one) of another program or of a newer version of this. */
enum err schema_check(struct conn *conn, const char *path, struct why *why);

/* The tables and views of the newest version, from any older one; copies an older file first. */
enum err schema_prepare(struct conn *conn, const char *path, int64_t now_us, struct why *why);

/* From version `from` to the next, in the caller's transaction (store_sqlite_migrate.c). */
enum err migrate_step(struct conn *conn, int64_t from, struct why *why);

#define EVENTS_ROW_MAX 1000 /* events in one row; readers seek by it */

/* What the rows promise each other (store_sqlite_check_rows.c): ERR_INVALID with the first thing
   that does not hold. Within one snapshot, or in a file that nobody writes. */
struct store_checked;
enum err rows_check(struct conn *conn, struct store_checked *out, struct why *why);

/* ---- what is packed into a column (store_sqlite_pack.c) ---- */

/* How pack_items begins an item of that product. */
void pack_product(struct buf *out, struct slice product);
void pack_items(struct buf *out, const struct item *items, size_t n);
void pack_pairs(struct buf *out, const struct pair *pairs, size_t n);
bool unpack_items(struct slice text, struct arena *arena, struct order *out);
bool unpack_pairs(struct slice text, struct arena *arena, const struct pair **out, size_t *n);
/* An event's entries, their times counted from `base`. */
void pack_entries(struct buf *out, int64_t base, const struct entry *entries, size_t n);
#define ENTRIES_MAX 16
void unpack_entries(struct mp_reader *r, int64_t seq, int64_t base, struct entry out[ENTRIES_MAX],
                    size_t *n);

/* The events of one row (store_sqlite_events.c); of the order only its number is in them. */
void pack_events(struct buf *out, const struct event *events, size_t n);
struct events_reader {
    struct mp_reader in;
    uint32_t left;
    struct event last;
};
bool events_reader_init(struct events_reader *r, struct slice bytes, int64_t first_seq);
bool events_reader_next(struct events_reader *r, struct event *out);

/* ---- an order's row (store_sqlite_order.c) ---- */

/* From the first columns of ORDER_COLUMNS in store_sqlite.def; borrowed until the next step. */
void order_read(sqlite3_stmt *stmt, struct order *out);
/* The same from LOOK_COLUMNS: of an order what a list may be asked for by. */
void order_look(sqlite3_stmt *stmt, struct order *out);
#define LOOK_ITEMS_COLUMN 10
#define ORDER_ITEMS_COLUMN 22 /* where items follow, in some statements */
enum {                        /* and in WHOLE_COLUMNS, behind them */
       COLUMN_METADATA = 23,
       COLUMN_RESULT,
       COLUMN_TRAIL,
       COLUMN_LANE,
       COLUMN_SPILLED,
       COLUMN_HANDED,
       COLUMN_SUM
};
enum err order_find(struct conn *conn, const struct uuid *uid, int64_t *id, struct why *why);

/* The first column of each row, up to out->max. */
enum err ids_read(struct conn *conn, sqlite3_stmt *stmt, struct store_ids *out, struct why *why);

/* ---- the table's functions, by file ---- */

/* store_sqlite_conn.c */
void sqlite_rest(struct store *base);

/* store_sqlite.c */
void sqlite_close(struct store *base);
enum err sqlite_begin(struct store *base, struct why *why);
enum err sqlite_commit(struct store *base, struct why *why);
void sqlite_rollback(struct store *base);
void sqlite_checkpoint(struct store *base, bool gap);
void sqlite_sizes(struct store *base, int64_t *wal_size, int64_t *file_size);
enum err sqlite_reader_open(struct store *base, struct store_reader **out, struct why *why);
void sqlite_reader_close(struct store_reader *base);
enum err sqlite_probe(struct store_reader *base, struct why *why);

/* store_sqlite_verify.c */
enum err sqlite_verify(struct store_reader *base, struct store_verify_ask *ask, struct why *why);

/* store_sqlite_copy.c */
enum err sqlite_copy(struct store *base, struct store_copy *copy, struct why *why);

/* store_sqlite_write.c */
enum err totals_read(struct conn *conn, struct store_totals *out, struct why *why);
enum err sqlite_load_totals(struct store *base, struct store_totals *out, struct why *why);
enum err sqlite_save_totals(struct store *base, const struct store_totals *totals, struct why *why);
enum err sqlite_add_order(struct store *base, struct order *order, struct why *why);
enum err sqlite_change_order(struct store *base, struct order *order, struct why *why);
enum err sqlite_amend_order(struct store *base, struct order *order, struct why *why);
enum err sqlite_add_events(struct store *base, const struct event *events, size_t n,
                           struct why *why);

/* store_sqlite_trail.c */
enum err sqlite_add_history(struct store *base, struct order *order, const struct entry *entries,
                            size_t n, struct why *why);

/* The history of an order, an event at a time, oldest first. In a snapshot. */
struct trail_walk {
    int64_t order;
    int64_t from_seq;
    bool (*event)(void *self, const struct entry *entries, size_t n); /* false: no more */
    void *self;
    int64_t created_at; /* the walk's own, with the next */
    bool corrupt;
};
enum err trail_read(struct conn *conn, struct trail_walk *walk, struct why *why);

/* store_sqlite_order.c */
enum err sqlite_load(struct store *base, const struct store_load_ask *ask, struct why *why);
enum err sqlite_find(struct store *base, const struct uuid *uid, int64_t *id, struct why *why);
enum err sqlite_find_reference(struct store *base, struct slice reference, int64_t *id,
                               struct why *why);
enum err sqlite_running(struct store *base, int64_t after, struct store_ids *out, struct why *why);
enum err sqlite_get(struct store_reader *base, const struct uuid *uid, struct arena *arena,
                    struct order *out, struct why *why);
/* store_sqlite_steps.c */
enum err steps_read(struct conn *conn, struct step_names *out, struct why *why);
enum err sqlite_add_step(struct store *base, struct slice name, struct why *why);
enum err sqlite_add_result(struct store *base, struct order *order, const struct pair *result,
                           struct why *why);
/* Of an order of several steps, in the order of its list; in a snapshot. */
enum err results_read(struct conn *conn, struct arena *arena, struct order *out, struct why *why);
/* Its n_done: steps are done in their order, and each hands something on. */
enum err results_count(struct conn *conn, struct order *out, struct why *why);

/* store_sqlite_waiting.c */
enum err sqlite_waiting(struct store_reader *base, struct store_waiting_ask *ask, struct why *why);
enum err sqlite_oldest_queued(struct store_reader *base, int64_t now_us, int64_t *due_at,
                              struct why *why);
enum err sqlite_oldest_waiting(struct store_reader *base, uint16_t pool, int64_t now_us,
                               int64_t *due_at, struct why *why);
enum err sqlite_dead_by_step(struct store_reader *base, int64_t *out, struct why *why);

/* store_sqlite_alarms.c */
enum err sqlite_keep_alarm(struct store *base, const struct alarm_row *alarm, struct why *why);
enum err sqlite_alarms(struct store_reader *base,
                       void (*row)(void *self, const struct alarm_row *alarm), void *self,
                       struct why *why);

/* store_sqlite_leases.c */
enum err sqlite_add_lease(struct store *base, int64_t order, const struct lease_end *end,
                          struct why *why);
enum err sqlite_find_lease(struct store_reader *base, const struct uuid *uid, struct lease_end *out,
                           struct why *why);

/* store_sqlite_keys.c */
enum err sqlite_find_key(struct store *base, struct slice key, struct store_key *out,
                         struct why *why);
enum err sqlite_add_key(struct store *base, struct slice key, const struct store_key *value,
                        struct why *why);
enum err sqlite_expire_keys(struct store *base, int64_t before_us, int64_t limit, int64_t *removed,
                            struct why *why);

/* store_sqlite_key_runs.c: what of them is kept in memory; close takes a half-open store */
enum err keys_open(struct sqlite_store *store, struct why *why);
void keys_close(struct sqlite_store *store);
void keys_begun(struct sqlite_store *store);
void keys_rolled_back(struct sqlite_store *store);

/* store_sqlite_rare.c */
enum status rare_status(enum status status); /* STATUS_NONE for one that most orders are in */
/* Notes the reference and the customer of one that is added or amended; the status, against
   order->listed, of one that is added or changed; one that goes. */
enum err rare_named(struct sqlite_store *store, const struct order *order, struct why *why);
enum err rare_changed(struct sqlite_store *store, struct order *order, struct why *why);
enum err rare_gone(struct sqlite_store *store, enum status status, int64_t id,
                   struct slice reference, struct why *why);

/* store_sqlite_replays.c */
enum err sqlite_add_replay(struct store *base, const struct store_replay *replay, struct why *why);
enum err sqlite_change_replay(struct store *base, const struct store_replay *replay,
                              struct why *why);
enum err sqlite_load_replay(struct store *base, int64_t id, struct arena *arena,
                            struct store_replay *out, struct why *why);
enum err sqlite_find_replay(struct store *base, const struct uuid *uid, int64_t *id,
                            struct why *why);
enum err sqlite_running_replays(struct store *base, struct store_ids *out, struct why *why);
enum err sqlite_replays(struct store_reader *base, const struct store_replays_ask *ask,
                        struct why *why);

/* store_sqlite_sets.c */
enum err sqlite_add_set(struct store *base, struct store_set *set, struct why *why);
enum err sqlite_find_set(struct store *base, const struct uuid *token, struct store_set *out,
                         struct why *why);
enum err sqlite_read_set(struct store *base, struct store_set_ask *ask, struct why *why);
enum err sqlite_expire_sets(struct store *base, int64_t before_us, struct why *why);
enum err sqlite_find_dead(struct store *base, int64_t n, int64_t *order, struct why *why);
enum err sqlite_dead_of(struct store *base, int64_t order, int64_t *n, struct why *why);

/* store_sqlite_dead.c, store_sqlite_groups.c */
enum err sqlite_add_dead(struct store *base, const struct dead_letter *dead, struct why *why);
enum err sqlite_remove_dead(struct store *base, int64_t order, struct why *why);
enum err sqlite_next_dead(struct store *base, struct store_next_ask *ask, struct why *why);
enum err sqlite_failed(struct store_reader *base, const struct store_failed_ask *ask,
                       struct why *why);
/* What the dead letter of an order, if it has one, knows of it. */
enum err dead_amend(struct conn *conn, const struct order *order, struct why *why);
enum err sqlite_groups(struct store_reader *base, const struct store_groups_ask *ask,
                       struct why *why);
enum err sqlite_preview_dead(struct store_reader *base, const struct store_preview_ask *ask,
                             struct why *why);

/* store_sqlite_retain.c, store_sqlite_list.c, store_sqlite_history.c */
enum err sqlite_retain(struct store *base, struct store_retention *retention, struct why *why);
enum err sqlite_list(struct store_reader *base, const struct store_list_ask *ask, struct why *why);
enum err sqlite_history(struct store_reader *base, const struct store_history_ask *ask,
                        struct why *why);
enum err sqlite_events(struct store_reader *base, const struct store_events_ask *ask,
                       struct why *why);
