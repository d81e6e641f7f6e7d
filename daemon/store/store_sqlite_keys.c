/*
 * Idempotency keys: a row for each at the end of `key_log`, so that the old ones are at the front;
 * found by their hashes.
 */
#include "daemon/store/store_sqlite_keys.h"

struct search {
    struct sqlite_store *store;
    struct slice key;
    uint64_t hash;
    bool found;
    struct store_key *out;
    struct why *why;
};

/* Does this row hold the key? */
static enum err look(struct search *search, int64_t n)
{
    struct conn *conn = &search->store->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_KEY, search->why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, n);
    if (!conn_row(conn, stmt, &e, search->why))
        return e;
    if (slice_eq(col_slice(stmt, 0), search->key)) {
        search->found = true;
        *search->out = (struct store_key){.order = col_int(stmt, 1),
                                          .digest = (uint64_t)col_int(stmt, 2),
                                          .at = col_int(stmt, 3)};
    }
    (void)sqlite3_reset(stmt);
    return OK;
}

/* The newest of those in the tail. */
static enum err find_in_tail(struct search *search)
{
    const struct sqlite_keys *keys = search->store->keys;
    uint32_t n = 0, newest = 0;
    size_t at = 0;
    enum err e = OK;

    while (e == OK && key_tail_find(&keys->tail, search->hash, &at, &n)) {
        if (search->found && n < newest)
            continue;
        newest = n;
        e = look(search, keys->tail_first + n);
    }
    return e;
}

static uint64_t number_of(const uint8_t *bytes, size_t n)
{
    uint64_t number = 0;

    for (size_t i = 0; i < n; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* All places with this hash; those of a part are in order, so that the newest is the last. */
static enum err look_in_part(struct search *search, const struct key_run *run,
                             const struct buf *part)
{
    const uint8_t *place = part->data;
    enum err e = OK;

    for (size_t i = 0; i < part->len / KEY_PLACE_BYTES && e == OK; i++, place += KEY_PLACE_BYTES) {
        if (number_of(place, 8) == search->hash)
            e = look(search, run->first_n + (int64_t)number_of(place + 8, 4));
    }
    return e;
}

static enum err find_in_run(struct search *search, const struct key_run *run)
{
    struct sqlite_store *store = search->store;
    sqlite3_stmt *stmt = conn_sql(&store->conn, SQL_KEY_PART, search->why);
    struct slice places;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, run->id * KEY_PARTS + (int64_t)(search->hash >> KEY_PART_SHIFT));
    if (!conn_row(&store->conn, stmt, &e, search->why))
        return e;
    places = col_slice(stmt, 0);
    buf_clear(&store->text);
    buf_add(&store->text, places.p, places.n);
    (void)sqlite3_reset(stmt);
    return look_in_part(search, run, &store->text);
}

enum err sqlite_find_key(struct store *base, struct slice key, struct store_key *out,
                         struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    const struct sqlite_keys *keys = store->keys;
    struct search search = {store, key, checksum_key(keys->seed, key), false, out, why};
    enum err e = find_in_tail(&search);

    for (size_t i = keys->n_runs; i > 0 && e == OK && !search.found; i--) {
        if (key_filter_has(keys->runs[i - 1].filter, search.hash))
            e = find_in_run(&search, &keys->runs[i - 1]);
    }
    if (e == OK && !search.found)
        e = err_set(why, ERR_NOT_FOUND, "no such idempotency key");
    return e;
}

enum err sqlite_add_key(struct store *base, struct slice key, const struct store_key *value,
                        struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_keys *keys = store->keys;
    enum err e = keys->tail.n >= KEY_RUN_MAX ? keys_seal(store, why) : OK;
    sqlite3_stmt *stmt = e == OK ? conn_write_sql(&store->conn, SQL_ADD_KEY, &e, why) : NULL;

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, keys->next_n);
    bind_blob(stmt, 2, key.p, key.n);
    bind_int(stmt, 3, value->order);
    bind_int(stmt, 4, (int64_t)value->digest);
    bind_int(stmt, 5, value->at);
    e = conn_run(&store->conn, stmt, why);
    if (e == OK)
        keys_add_place(keys, checksum_key(keys->seed, key));
    return e;
}

enum err sqlite_expire_keys(struct store *base, int64_t before_us, int64_t limit, int64_t *removed,
                            struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct conn *conn = &store->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LAST_OLD_KEY, why);
    int64_t last = 0;
    enum err e = OK;

    *removed = 0;
    if (stmt != NULL) {
        bind_int(stmt, 1, before_us);
        bind_int(stmt, 2, limit);
    }
    e = conn_number(conn, stmt, &last, why);
    if (e != OK || last == 0)
        return e;
    stmt = conn_write_sql(conn, SQL_EXPIRE_KEYS, &e, why);
    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, last);
    bind_int(stmt, 2, before_us);
    e = conn_run(conn, stmt, why);
    if (e != OK)
        return e;
    *removed = sqlite3_changes(conn->db);
    return keys_drop_runs(store, why);
}
