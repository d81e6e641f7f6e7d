/*
 * An order's history: the newest of it, its trail, is in the order's own row, and so costs no row
 * of its own; past TRAIL_MAX_BYTES it moves to the table `history`, and a new trail begins.
 *
 *   trail    SEQ, ENTRIES, SEQ, ENTRIES, ...   each event's entries behind its seq
 *   history  order_id, seq (the last in it), the same; of version 1: ENTRIES alone, of that seq
 *
 * Times are counted from the order's created_at, in version 1 from 1970.
 */
#include "daemon/store/store_sqlite_sums.h"

#define TRAIL_MAX_BYTES 1024

/* ---- writing ---- */

static enum err move_out(struct sqlite_store *store, struct order *order, int64_t last_seq,
                         struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_HISTORY, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, order->id);
    bind_int(stmt, 2, last_seq);
    bind_blob(stmt, 3, order->trail.p, order->trail.n);
    order->spilled += sum_spilled(&store->conn.sums, order->id, last_seq, order->trail);
    return conn_run(&store->conn, stmt, why);
}

enum err sqlite_add_history(struct store *base, struct order *order, const struct entry *entries,
                            size_t n, struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct buf *trail = &store->trails[store->trail_turn];
    enum err e = OK;

    if (n > ENTRIES_MAX)
        return err_set(why, ERR_INTERNAL, "an event has %zu entries", n);
    buf_clear(&store->text);
    mp_put_int(&store->text, order->seq);
    pack_entries(&store->text, order->created_at, entries, n);
    buf_clear(trail);
    if (order->trail.n + store->text.len > TRAIL_MAX_BYTES && order->trail.n > 0)
        e = move_out(store, order, order->seq - 1, why);
    else
        buf_add(trail, order->trail.p, order->trail.n);
    buf_add(trail, store->text.data, store->text.len);
    if (e == OK && (trail->failed || store->text.failed))
        e = err_set(why, ERR_INTERNAL, "the history of an order is too large to be stored");
    order->trail = (struct slice){(const char *)trail->data, trail->len};
    store->trail_turn = 1 - store->trail_turn; /* the next may be of the same order */
    return e;
}

/* ---- reading ---- */

/* Hands over what one row holds; false: no more is wanted. */
static bool hand_over(struct trail_walk *walk, struct slice bytes, int64_t seq)
{
    struct entry entries[ENTRIES_MAX];
    struct mp_reader r;
    bool first_version = false;
    bool more = true;
    size_t n = 0;

    mp_reader_init(&r, bytes.p, bytes.n);
    first_version = mp_peek(&r) == MP_LIST;
    while (more && r.at < r.end && !mp_failed(&r)) {
        if (!first_version)
            seq = mp_int(&r);
        unpack_entries(&r, seq, first_version ? 0 : walk->created_at, entries, &n);
        if (!mp_failed(&r) && n > 0 && seq >= walk->from_seq)
            more = walk->event(walk->self, entries, n);
    }
    walk->corrupt = walk->corrupt || mp_failed(&r);
    return more && !walk->corrupt;
}

static enum err read_trail(struct conn *conn, struct trail_walk *walk, struct buf *out,
                           struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_TRAIL, why);
    struct slice trail;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, walk->order);
    if (!conn_row(conn, stmt, &e, why))
        return e;
    walk->created_at = col_int(stmt, 0);
    trail = col_slice(stmt, 1);
    buf_add(out, trail.p, trail.n);
    (void)sqlite3_reset(stmt);
    return OK;
}

enum err trail_read(struct conn *conn, struct trail_walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_HISTORY, why);
    struct buf trail;
    bool more = true;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    buf_init(&trail, (size_t)FRAME_MAX_BYTES);
    e = read_trail(conn, walk, &trail, why);
    bind_int(stmt, 1, walk->order);
    bind_int(stmt, 2, walk->from_seq);
    while (e == OK && more && conn_row(conn, stmt, &e, why))
        more = hand_over(walk, col_slice(stmt, 1), col_int(stmt, 0));
    (void)sqlite3_reset(stmt);
    if (e == OK && more && trail.len > 0)
        (void)hand_over(walk, (struct slice){(const char *)trail.data, trail.len}, 0);
    buf_done(&trail);
    if (e == OK && walk->corrupt)
        e = err_set(why, ERR_INTERNAL, "the history of order number %lld is corrupt",
                    (long long)walk->order);
    return e;
}
