/* An order's row to an order: by number, id or reference, and those that wait or run. */
#include <stdlib.h>

#include "daemon/store/store_sqlite.h"

#define LANES (PRIORITY_MAX + 1)

static void read_cancel(struct slice noted, struct order *out)
{
    if (noted.p == NULL)
        return;
    out->cancelling = true;
    out->cancel_by = slice_cut(&noted, '\n');
    out->cancel_reason = noted.n > 0 ? noted : (struct slice){NULL, 0};
}

void order_read(sqlite3_stmt *stmt, struct order *out)
{
    *out = (struct order){
        .id = col_int(stmt, 0),
        .status = (enum status)col_int(stmt, 1),
        .priority = (uint8_t)col_int(stmt, 2),
        .attempts = (uint32_t)col_int(stmt, 4),
        .max_attempts = (uint32_t)col_int(stmt, 5),
        .replays = (uint32_t)col_int(stmt, 6),
        .total_quantity = col_int(stmt, 7),
        .created_at = col_int(stmt, 8),
        .updated_at = col_int(stmt, 9),
        .not_before = col_int(stmt, 10),
        .next_attempt_at = col_int(stmt, 11),
        .due_at = col_int(stmt, 12),
        .seq = col_int(stmt, 13),
        .draw = (uint64_t)col_int(stmt, 14),
        .replay = col_int(stmt, 15),
        .uid = col_uuid(stmt, 16),
        .customer_id = col_slice(stmt, 17),
        .reference = col_slice(stmt, 18),
        .failure_reason = col_slice(stmt, 19),
        .step = col_slice(stmt, 20),
    };
    read_cancel(col_slice(stmt, 3), out);
}

/* What was borrowed from the row becomes the arena's; with its lists where there are any. */
static enum err keep(sqlite3_stmt *stmt, bool whole, struct arena *arena, struct order *out,
                     struct why *why)
{
    bool fine = out->status > STATUS_NONE && out->status < STATUS_COUNT;

    out->customer_id = slice_copy(arena, out->customer_id);
    out->reference = slice_copy(arena, out->reference);
    out->failure_reason = slice_copy(arena, out->failure_reason);
    out->step = slice_copy(arena, out->step);
    out->cancel_by = slice_copy(arena, out->cancel_by);
    out->cancel_reason = slice_copy(arena, out->cancel_reason);
    if (whole) {
        fine = fine && unpack_items(col_slice(stmt, 21), arena, out) &&
               unpack_pairs(col_slice(stmt, 22), arena, &out->metadata, &out->n_metadata) &&
               unpack_pairs(col_slice(stmt, 23), arena, &out->results, &out->n_results);
        out->result = slice_copy(arena, col_slice(stmt, 24));
    }
    if (!fine)
        return err_set(why, ERR_INTERNAL, "order number %lld is corrupt", (long long)out->id);
    return OK;
}

enum err sqlite_load(struct store *base, const struct store_load_ask *ask, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    bool whole = ask->shape == ORDER_WHOLE;
    sqlite3_stmt *stmt = conn_sql(conn, whole ? SQL_LOAD_WHOLE : SQL_LOAD_ROW, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, ask->id);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e
                       : err_set(why, ERR_NOT_FOUND, "there is no order number %lld",
                                 (long long)ask->id);
    order_read(stmt, ask->out);
    e = keep(stmt, whole, ask->arena, ask->out, why);
    (void)sqlite3_reset(stmt);
    return e;
}

static enum err no_such(const struct uuid *uid, struct why *why)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(uid, text);
    return err_set(why, ERR_NOT_FOUND, "there is no order %s", text);
}

enum err sqlite_get(struct store_reader *base, const struct uuid *uid, struct arena *arena,
                    struct order *out, struct why *why)
{
    struct conn *conn = conn_of(base);
    sqlite3_stmt *stmt = conn_sql(conn, SQL_GET, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_uuid(stmt, 1, uid);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e : no_such(uid, why);
    order_read(stmt, out);
    e = keep(stmt, true, arena, out, why);
    (void)sqlite3_reset(stmt);
    return e;
}

enum err order_find(struct conn *conn, const struct uuid *uid, int64_t *id, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_uuid(stmt, 1, uid);
    e = conn_number(conn, stmt, id, why);
    return e == ERR_NOT_FOUND ? no_such(uid, why) : e;
}

enum err sqlite_find(struct store *base, const struct uuid *uid, int64_t *id, struct why *why)
{
    return order_find(&sqlite_of(base)->conn, uid, id, why);
}

enum err sqlite_find_reference(struct store *base, struct slice reference, int64_t *id,
                               struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_REFERENCE, why);

    if (stmt != NULL)
        bind_slice(stmt, 1, reference);
    return conn_number(conn, stmt, id, why);
}

enum err ids_read(struct conn *conn, sqlite3_stmt *stmt, struct store_ids *out, struct why *why)
{
    enum err e = OK;

    while (conn_row(conn, stmt, &e, why)) {
        if (out->n == out->max) {
            (void)sqlite3_reset(stmt);
            break;
        }
        out->ids[out->n++] = col_int(stmt, 0);
    }
    return e;
}

enum err sqlite_running(struct store *base, int64_t after, struct store_ids *out, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_RUNNING, why);

    if (stmt != NULL) {
        bind_int(stmt, 1, after);
        bind_int(stmt, 2, (int64_t)out->max);
    }
    return ids_read(conn, stmt, out, why);
}

static enum err read_lane(struct conn *conn, uint8_t lane, const struct store_waiting_ask *ask,
                          struct store_waiting_ask *lane_out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, ask->ready ? SQL_WAITING_READY : SQL_WAITING_LATER, why);
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    bind_int(stmt, 1, lane);
    bind_int(stmt, 2, ask->now_us);
    bind_int(stmt, 3, (int64_t)lane_out->max);
    lane_out->n = 0;
    while (lane_out->out != NULL && conn_row(conn, stmt, &e, why))
        lane_out->out[lane_out->n++] =
            (struct waiting){.id = col_int(stmt, 0), .due_at = col_int(stmt, 1), .priority = lane};
    return e;
}

static int by_due(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;

    if (x->due_at != y->due_at)
        return x->due_at < y->due_at ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Lane by lane is best first. */
static enum err waiting_ready(struct conn *conn, struct store_waiting_ask *ask, struct why *why)
{
    enum err e = OK;

    for (uint8_t lane = 0; lane < LANES && ask->n < ask->max && e == OK; lane++) {
        struct store_waiting_ask part = {.max = ask->max - ask->n, .out = ask->out + ask->n};

        e = read_lane(conn, lane, ask, &part, why);
        ask->n += part.n;
    }
    return e;
}

/* The soonest of each lane, then the soonest of them. */
static enum err waiting_later(struct conn *conn, struct store_waiting_ask *ask, struct why *why)
{
    struct waiting *all = calloc(LANES * ask->max, sizeof *all);
    size_t n = 0;
    enum err e = all == NULL ? err_set(why, ERR_INTERNAL, "no memory") : OK;

    for (uint8_t lane = 0; lane < LANES && e == OK; lane++) {
        struct store_waiting_ask part = {.max = ask->max, .out = all + n};

        e = read_lane(conn, lane, ask, &part, why);
        n += part.n;
    }
    if (e == OK && n > 0)
        qsort(all, n, sizeof *all, by_due);
    for (size_t i = 0; i < n && i < ask->max && e == OK; i++)
        ask->out[ask->n++] = all[i];
    free(all);
    return e;
}

enum err sqlite_waiting(struct store_reader *base, struct store_waiting_ask *ask, struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    if (e == OK && ask->max > 0)
        e = ask->ready ? waiting_ready(conn, ask, why) : waiting_later(conn, ask, why);
    conn_snapshot_end(conn);
    return e;
}

enum err sqlite_oldest_queued(struct store_reader *base, int64_t now_us, int64_t *due_at,
                              struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    *due_at = 0;
    for (int lane = 0; lane < LANES && e == OK; lane++) {
        sqlite3_stmt *stmt = conn_sql(conn, SQL_QUEUED_FIRST, why);
        int64_t at = 0;

        if (stmt != NULL) {
            bind_int(stmt, 1, lane);
            bind_int(stmt, 2, now_us);
        }
        e = conn_number(conn, stmt, &at, why);
        if (e == OK && (*due_at == 0 || at < *due_at))
            *due_at = at;
        if (e == ERR_NOT_FOUND)
            e = OK;
    }
    conn_snapshot_end(conn);
    return e;
}
