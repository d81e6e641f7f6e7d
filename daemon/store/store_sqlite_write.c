/* The rows of a transaction that every order writes: itself, the events, totals. */
#include <string.h>

#include "daemon/store/store_sqlite_sums.h"
#include "daemon/store/store_sqlite_work.h"

static void put_counts(struct buf *out, const int64_t counts[STATUS_COUNT])
{
    mp_put_list(out, STATUS_COUNT);
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        mp_put_int(out, counts[i]);
}

static void get_counts(struct mp_reader *r, int64_t counts[STATUS_COUNT])
{
    uint32_t n = mp_list(r);

    for (uint32_t i = 0; i < n && i < STATUS_COUNT; i++)
        counts[i] = mp_int(r);
}

/* As long as no other step is known, all that is not final is at the first: nothing is kept. */
static bool get_by_step(struct slice bytes, struct store_totals *out)
{
    struct mp_reader r;
    uint32_t n = 0;

    for (unsigned i = 1; bytes.p == NULL && i < STATUS_COUNT; i++)
        out->by_step[0][i] = status_final((enum status)i) ? 0 : out->counts[i];
    if (bytes.p == NULL)
        return true;
    mp_reader_init(&r, bytes.p, bytes.n);
    n = mp_list(&r);
    for (uint32_t i = 0; i < n && i < STEPS_EVER_MAX; i++)
        get_counts(&r, out->by_step[i]);
    return !mp_failed(&r);
}

enum err totals_read(struct conn *conn, struct store_totals *out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LOAD_TOTALS, why);
    struct mp_reader r;
    struct slice counts;
    bool fine = false;
    enum err e = OK;

    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e
                       : err_set(why, ERR_INVALID,
                                 "the store has lost its totals: restore a backup of it");
    *out = (struct store_totals){
        .last_seq = col_int(stmt, 0),
        .last_order = col_int(stmt, 1),
        .last_dead = col_int(stmt, 2),
        .last_replay = col_int(stmt, 3),
        .dlq_depth = col_int(stmt, 4),
        .accepted = col_int(stmt, 5),
        .fulfilled = col_int(stmt, 6),
        .failed = col_int(stmt, 7),
        .retried = col_int(stmt, 8),
        .rejected = col_int(stmt, 9),
        .paused = col_int(stmt, 10) != 0,
    };
    counts = col_slice(stmt, 11);
    mp_reader_init(&r, counts.p, counts.n);
    get_counts(&r, out->counts);
    fine = !mp_failed(&r) && get_by_step(col_slice(stmt, 12), out);
    (void)sqlite3_reset(stmt);
    return fine ? OK : err_set(why, ERR_INTERNAL, "the store's counts are corrupt");
}

enum err sqlite_load_totals(struct store *base, struct store_totals *out, struct why *why)
{
    return totals_read(&sqlite_of(base)->conn, out, why);
}

static void bind_by_step(struct sqlite_store *store, sqlite3_stmt *stmt, int i,
                         const struct store_totals *totals)
{
    uint32_t n = step_names_count(&store->base.steps);

    if (n == 1) {
        (void)sqlite3_bind_null(stmt, i);
        return;
    }
    buf_clear(&store->more);
    mp_put_list(&store->more, n);
    for (uint32_t step = 0; step < n; step++)
        put_counts(&store->more, totals->by_step[step]);
    bind_blob(stmt, i, store->more.data, store->more.len);
}

enum err sqlite_save_totals(struct store *base, const struct store_totals *totals, struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_SAVE_TOTALS, &e, why);
    const int64_t figures[] = {totals->last_seq,    totals->last_order,    totals->last_dead,
                               totals->last_replay, totals->dlq_depth,     totals->accepted,
                               totals->fulfilled,   totals->failed,        totals->retried,
                               totals->rejected,    totals->paused ? 1 : 0};

    if (stmt == NULL)
        return e;
    for (unsigned i = 0; i < sizeof figures / sizeof figures[0]; i++)
        bind_int(stmt, (int)i + 1, figures[i]);
    buf_clear(&store->text);
    put_counts(&store->text, totals->counts);
    bind_blob(stmt, 12, store->text.data, store->text.len);
    bind_by_step(store, stmt, 13, totals);
    return conn_run(&store->conn, stmt, why);
}

static struct slice slice_of_buf(const struct buf *buf)
{
    return (struct slice){buf->len > 0 ? (const char *)buf->data : NULL, buf->len};
}

/* Who asked for a noted cancel, and after a line's end why; neither can hold one. */
static void bind_cancel(sqlite3_stmt *stmt, int i, const struct order *order, struct buf *out)
{
    buf_clear(out);
    if (!order->cancelling) {
        (void)sqlite3_bind_null(stmt, i);
        return;
    }
    buf_add(out, order->cancel_by.p, order->cancel_by.n);
    buf_add_text(out, "\n");
    buf_add(out, order->cancel_reason.p, order->cancel_reason.n);
    bind_buf_text(stmt, i, out);
}

static void bind_new_row(sqlite3_stmt *stmt, const struct order *order)
{
    bind_int(stmt, 1, order->id);
    bind_int(stmt, 2, (int64_t)order->status);
    bind_int(stmt, 3, order->priority);
    (void)sqlite3_bind_null(stmt, 4); /* a cancel is noted in an attempt only */
    bind_int(stmt, 5, order->attempts);
    bind_int(stmt, 6, order->max_attempts);
    bind_int(stmt, 7, order->replays);
    bind_int(stmt, 8, order->total_quantity);
    bind_int(stmt, 9, order->created_at);
    bind_int(stmt, 10, order->updated_at);
    bind_int_or_null(stmt, 11, order->not_before);
    bind_int_or_null(stmt, 12, order->next_attempt_at);
    bind_int_or_null(stmt, 13, order->due_at);
    bind_int(stmt, 14, order->seq);
    bind_int(stmt, 15, (int64_t)order->draw);
    bind_int_or_null(stmt, 16, order->replay);
    bind_uuid(stmt, 17, &order->uid);
    bind_slice(stmt, 18, order->customer_id);
    bind_slice(stmt, 19, order->reference);
    bind_slice(stmt, 20, order->failure_reason);
    bind_slice(stmt, 21, order->step);
    bind_slice(stmt, 22, order->steps);
    bind_slice(stmt, 25, order->result);
    bind_blob(stmt, 26, order->trail.p, order->trail.n);
}

/* The pairs of a map behind each other in `more`; NULL for none. */
static void bind_pairs(sqlite3_stmt *stmt, int i, const struct pair *pairs, size_t n,
                       struct buf *out)
{
    buf_clear(out);
    if (n == 0) {
        (void)sqlite3_bind_null(stmt, i);
        return;
    }
    pack_pairs(out, pairs, n);
    bind_buf_text(stmt, i, out);
}

/* In the indexes by status. */
static enum err placed(struct sqlite_store *store, struct order *order, struct why *why)
{
    enum err e = work_changed(store, order, why);

    return e == OK ? rare_changed(store, order, why) : e;
}

enum err sqlite_add_order(struct store *base, struct order *order, struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct buf *sums = &store->conn.sums;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_ORDER, &e, why);

    if (stmt == NULL)
        return e;
    bind_new_row(stmt, order);
    buf_clear(&store->text);
    pack_items(&store->text, order->items, order->n_items);
    bind_buf_text(stmt, 23, &store->text);
    bind_pairs(stmt, 24, order->metadata, order->n_metadata, &store->more);
    if (store->text.failed || store->more.failed)
        return err_set(why, ERR_INTERNAL, "the order is too large to be stored");
    order->fixed = sum_fixed(sums, order, slice_of_buf(&store->text), slice_of_buf(&store->more));
    order->spilled = order->handed = 0;
    bind_int(stmt, 27, (int64_t)sum_order(sums, order, (struct slice){NULL, 0}));
    e = conn_run(&store->conn, stmt, why);
    order->listed = STATUS_NONE;
    order->place = (struct queue_place){0};
    if (e == OK)
        e = placed(store, order, why);
    if (e == OK)
        e = rare_named(store, order, why);
    if (e == OK)
        e = times_note(store, TIMES_CREATED, order->id, order->created_at, why);
    return e == OK ? customers_note(store, order, why) : e;
}

/* Has it nothing of what most orders have not? */
static bool is_plain(const struct order *order)
{
    return !order->cancelling && order->next_attempt_at == 0 && order->replay == 0 &&
           order->failure_reason.p == NULL && order->result.p == NULL && order->spilled == 0 &&
           order->handed == 0;
}

static void bind_change(sqlite3_stmt *stmt, const struct order *order)
{
    bind_int(stmt, 1, order->id);
    bind_int(stmt, 2, (int64_t)order->status);
    bind_int(stmt, 4, order->attempts);
    bind_int(stmt, 5, order->max_attempts);
    bind_int(stmt, 6, order->replays);
    bind_int(stmt, 7, order->updated_at);
    bind_int_or_null(stmt, 8, order->due_at);
    bind_int(stmt, 9, order->seq);
    bind_int(stmt, 10, (int64_t)order->draw);
    bind_slice(stmt, 11, order->step);
    bind_blob(stmt, 12, order->trail.p, order->trail.n);
}

/* What a plain one has not. */
static void bind_rest(sqlite3_stmt *stmt, const struct order *order, struct buf *cancel)
{
    bind_cancel(stmt, 14, order, cancel);
    bind_int_or_null(stmt, 15, order->next_attempt_at);
    bind_int_or_null(stmt, 16, order->replay);
    bind_slice(stmt, 17, order->failure_reason);
    bind_slice(stmt, 18, order->result);
    bind_int_or_null(stmt, 19, (int64_t)order->spilled);
    bind_int_or_null(stmt, 20, (int64_t)order->handed);
}

enum err sqlite_change_order(struct store *base, struct order *order, struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    bool plain = is_plain(order);
    enum err e = OK;
    sqlite3_stmt *stmt =
        conn_write_sql(&store->conn, plain ? SQL_CHANGE_PLAIN : SQL_CHANGE_ORDER, &e, why);

    if (stmt == NULL)
        return e;
    bind_change(stmt, order);
    buf_clear(&store->text);
    if (!plain)
        bind_rest(stmt, order, &store->text);
    bind_int(stmt, 13, (int64_t)sum_order(&store->conn.sums, order, slice_of_buf(&store->text)));
    e = conn_run(&store->conn, stmt, why);
    if (e == OK && sqlite3_changes(store->conn.db) != 1)
        e = err_set(why, ERR_NOT_FOUND, "there is no order number %lld", (long long)order->id);
    return e == OK ? placed(store, order, why) : e;
}

enum err sqlite_amend_order(struct store *base, struct order *order, struct why *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_AMEND_ORDER, &e, why);

    if (stmt == NULL)
        return e;
    buf_clear(&store->text);
    pack_items(&store->text, order->items, order->n_items);
    bind_int(stmt, 1, order->id);
    bind_slice(stmt, 2, order->customer_id);
    bind_slice(stmt, 3, order->reference);
    bind_buf_text(stmt, 4, &store->text);
    bind_pairs(stmt, 5, order->metadata, order->n_metadata, &store->more);
    bind_int(stmt, 6, order->priority);
    bind_int_or_null(stmt, 7, order->not_before);
    bind_int(stmt, 8, order->total_quantity);
    if (store->text.failed || store->more.failed)
        return err_set(why, ERR_INTERNAL, "the order is too large to be stored");
    order->fixed =
        sum_fixed(&store->conn.sums, order, slice_of_buf(&store->text), slice_of_buf(&store->more));
    e = customers_amend(store, order, why);
    if (e == OK)
        e = conn_run(&store->conn, stmt, why);
    if (e == OK)
        e = dead_amend(&store->conn, order, why);
    return e == OK ? rare_named(store, order, why) : e;
}

static enum err add_row(struct sqlite_store *store, const struct event *events, size_t n,
                        struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_EVENTS, &e, why);

    if (stmt == NULL)
        return e;
    buf_clear(&store->text);
    pack_events(&store->text, events, n);
    if (store->text.failed)
        return err_set(why, ERR_INTERNAL, "the events are too large to be stored");
    bind_int(stmt, 1, events[n - 1].seq);
    bind_int(stmt, 2, events[0].seq);
    bind_int(stmt, 3, events[0].at);
    bind_blob(stmt, 4, store->text.data, store->text.len);
    return conn_run(&store->conn, stmt, why);
}

enum err sqlite_add_events(struct store *base, const struct event *events, size_t n,
                           struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; i < n && e == OK; i += EVENTS_ROW_MAX)
        e = add_row(sqlite_of(base), events + i, n - i < EVENTS_ROW_MAX ? n - i : EVENTS_ROW_MAX,
                    why);
    return e;
}
