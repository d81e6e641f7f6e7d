/*
 * What the store knows of idempotency keys while it is open.
 *
 *   key_log    n, key, ...               the keys themselves
 *   key_runs   id, first_n, last_n, filter
 *   key_parts  run * KEY_PARTS + part: the places of a part, by hash
 *
 * A place may outlive its row (a rollback, old age): only a row that holds the key counts.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store_sqlite_keys.h"

#include "shared/need.h"

/* ---- runs ---- */

static void add_run(struct sqlite_keys *keys, const struct key_run *run)
{
    if (keys->n_runs == keys->cap_runs) {
        keys->cap_runs = keys->cap_runs > 0 ? keys->cap_runs * 2 : 8;
        keys->runs = need(realloc(keys->runs, keys->cap_runs * sizeof(*keys->runs)));
    }
    keys->runs[keys->n_runs++] = *run;
}

static uint32_t *new_filter(void)
{
    uint32_t *filter = need(calloc(1, KEY_FILTER_BYTES));

    return filter;
}

static void put_place(struct buf *out, const struct key_place *place)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_byte(out, (uint8_t)(place->hash >> shift));
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_byte(out, (uint8_t)(place->n >> shift));
}

static enum err write_part(struct sqlite_store *store, int64_t id, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_KEY_PART, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, id);
    bind_blob(stmt, 2, store->text.data, store->text.len);
    return conn_run(&store->conn, stmt, why);
}

/* The sorted places, a row for each part that has any. */
static enum err write_parts(struct sqlite_store *store, const struct key_run *run,
                            const struct key_place *places, size_t n, struct why *why)
{
    enum err e = OK;
    size_t i = 0;

    while (i < n && e == OK) {
        uint64_t part = places[i].hash >> KEY_PART_SHIFT;

        buf_clear(&store->text);
        for (; i < n && places[i].hash >> KEY_PART_SHIFT == part; i++) {
            put_place(&store->text, &places[i]);
            key_filter_add(run->filter, places[i].hash);
        }
        e = write_part(store, run->id * KEY_PARTS + (int64_t)part, why);
    }
    return e;
}

static enum err write_run(struct sqlite_store *store, const struct key_run *run, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_KEY_RUN, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, run->id);
    bind_int(stmt, 2, run->first_n);
    bind_int(stmt, 3, run->last_n);
    bind_blob(stmt, 4, run->filter, KEY_FILTER_BYTES);
    return conn_run(&store->conn, stmt, why);
}

enum err keys_seal(struct sqlite_store *store, struct why *why)
{
    struct sqlite_keys *keys = store->keys;
    struct key_place *places = need(calloc(keys->tail.n, sizeof(*places)));
    struct key_run run = {.id = keys->n_runs > 0 ? keys->runs[keys->n_runs - 1].id + 1 : 1,
                          .first_n = keys->tail_first,
                          .last_n = keys->next_n - 1,
                          .filter = new_filter()};
    enum err e = OK;

    keys->touched = true;
    key_tail_sorted(&keys->tail, places);
    e = write_parts(store, &run, places, keys->tail.n, why);
    if (e == OK)
        e = write_run(store, &run, why);
    free(places);
    if (e != OK) {
        free(run.filter);
        return e;
    }
    add_run(keys, &run);
    key_tail_done(&keys->tail);
    keys->tail_first = keys->next_n;
    return OK;
}

/* Of a run whose rows are all gone. */
static enum err drop(struct sqlite_store *store, const struct key_run *run, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_DROP_KEY_PARTS, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, run->id * KEY_PARTS);
    bind_int(stmt, 2, run->id * KEY_PARTS + KEY_PARTS);
    e = conn_run(&store->conn, stmt, why);
    if (e == OK)
        stmt = conn_write_sql(&store->conn, SQL_DROP_KEY_RUN, &e, why);
    if (e != OK || stmt == NULL)
        return e;
    bind_int(stmt, 1, run->id);
    return conn_run(&store->conn, stmt, why);
}

enum err keys_drop_runs(struct sqlite_store *store, struct why *why)
{
    struct sqlite_keys *keys = store->keys;
    int64_t first = INT64_MAX;
    size_t gone = 0;
    enum err e = conn_number(&store->conn, conn_sql(&store->conn, SQL_FIRST_KEY, why), &first, why);

    if (e == ERR_NOT_FOUND) {
        first = INT64_MAX;
        e = OK;
    }
    while (gone < keys->n_runs && keys->runs[gone].last_n < first && e == OK) {
        keys->touched = true;
        e = drop(store, &keys->runs[gone], why);
        free(keys->runs[gone++].filter);
    }
    keys->n_runs -= gone;
    if (gone > 0)
        memmove(keys->runs, keys->runs + gone, keys->n_runs * sizeof(*keys->runs));
    return e;
}

/* ---- what there is, from the file ---- */

static void forget(struct sqlite_keys *keys)
{
    for (size_t i = 0; i < keys->n_runs; i++)
        free(keys->runs[i].filter);
    keys->n_runs = 0;
    key_tail_done(&keys->tail);
    keys->tail_first = keys->next_n = 1;
    keys->touched = false;
}

static enum err read_runs(struct sqlite_store *store, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(&store->conn, SQL_KEY_RUNS, why);
    enum err e = OK;

    while (conn_row(&store->conn, stmt, &e, why)) {
        struct key_run run = {col_int(stmt, 0), col_int(stmt, 1), col_int(stmt, 2), NULL};
        struct slice filter = col_slice(stmt, 3);

        if (filter.n != KEY_FILTER_BYTES) {
            (void)sqlite3_reset(stmt);
            return err_set(why, ERR_INVALID,
                           "a run of idempotency keys is corrupt: restore a backup");
        }
        run.filter = new_filter();
        memcpy(run.filter, filter.p, filter.n);
        add_run(store->keys, &run);
        store->keys->tail_first = store->keys->next_n = run.last_n + 1;
    }
    return e;
}

void keys_add_place(struct sqlite_keys *keys, uint64_t hash)
{
    const struct key_place place = {hash, (uint32_t)(keys->next_n - keys->tail_first)};

    key_tail_add(&keys->tail, &place);
    keys->next_n++;
}

/* The rows behind those of the runs, up to a full tail; *full: there may be more. */
static enum err read_tail(struct sqlite_store *store, bool *full, struct why *why)
{
    struct sqlite_keys *keys = store->keys;
    sqlite3_stmt *stmt = conn_sql(&store->conn, SQL_KEYS_FROM, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, keys->next_n);
    while (keys->tail.n < KEY_RUN_MAX && conn_row(&store->conn, stmt, &e, why)) {
        if (keys->tail.n == 0)
            keys->tail_first = col_int(stmt, 0);
        keys->next_n = col_int(stmt, 0);
        keys_add_place(keys, checksum_key(keys->seed, col_slice(stmt, 1)));
    }
    *full = keys->tail.n == KEY_RUN_MAX;
    (void)sqlite3_reset(stmt);
    return e;
}

static enum err read_seed(struct sqlite_store *store, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(&store->conn, SQL_KEY_SEED, why);
    enum err e = OK;
    struct slice seed;

    if (!conn_row(&store->conn, stmt, &e, why))
        return e != OK ? e
                       : err_set(why, ERR_INVALID,
                                 "the seed of idempotency keys is lost: restore a backup");
    seed = col_slice(stmt, 0);
    if (seed.n == CHECKSUM_SEED_BYTES)
        memcpy(store->keys->seed, seed.p, seed.n);
    else
        e = err_set(why, ERR_INVALID, "the seed of idempotency keys is corrupt: restore a backup");
    (void)sqlite3_reset(stmt);
    return e;
}

static enum err seal_alone(struct sqlite_store *store, struct why *why)
{
    enum err e = sqlite_begin(&store->base, why);

    if (e != OK)
        return e;
    e = keys_seal(store, why);
    if (e != OK) {
        sqlite_rollback(&store->base);
        return e;
    }
    return sqlite_commit(&store->base, why);
}

enum err keys_open(struct sqlite_store *store, struct why *why)
{
    bool full = false;
    enum err e = OK;

    store->keys = need(calloc(1, sizeof(*store->keys)));
    forget(store->keys);
    e = read_seed(store, why);
    if (e == OK)
        e = read_runs(store, why);
    if (e == OK)
        e = read_tail(store, &full, why);
    while (e == OK && full) { /* of an older version, which had no runs */
        e = seal_alone(store, why);
        if (e == OK)
            e = read_tail(store, &full, why);
    }
    return e;
}

void keys_close(struct sqlite_store *store)
{
    if (store->keys == NULL)
        return;
    forget(store->keys);
    free(store->keys->runs);
    free(store->keys);
}

void keys_begun(struct sqlite_store *store)
{
    store->keys->touched = false;
}

/* Runs are as the file has them again; of single keys the tail may know too many. */
void keys_rolled_back(struct sqlite_store *store)
{
    struct sqlite_keys *keys = store->keys;
    struct why why = {0};
    bool full = false;
    enum err e = OK;

    if (keys == NULL || !keys->touched)
        return;
    forget(keys);
    e = read_runs(store, &why);
    if (e == OK)
        e = read_tail(store, &full, &why);
    if (e != OK) /* what is not known cannot be found: nothing may be accepted any more */
        store->conn.broken = true;
}
