/* An order's row to an order: by number, id or reference, and those that run. */
#include "daemon/store/store_sqlite_sums.h"
#include "daemon/store/store_sqlite_work.h"

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
        .listed = rare_status((enum status)col_int(stmt, 1)),
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
        .steps = col_slice(stmt, 21),
    };
    read_cancel(col_slice(stmt, 3), out);
}

void order_look(sqlite3_stmt *stmt, struct order *out)
{
    *out = (struct order){
        .id = col_int(stmt, 0),
        .status = (enum status)col_int(stmt, 1),
        .created_at = col_int(stmt, 2),
        .attempts = (uint32_t)col_int(stmt, 3),
        .seq = col_int(stmt, 4),
        .uid = col_uuid(stmt, 5),
        .customer_id = col_slice(stmt, 6),
        .reference = col_slice(stmt, 7),
        .failure_reason = col_slice(stmt, 8),
        .step = col_slice(stmt, 9),
    };
}

/* Lists and result; what steps handed on is read while the row's statement holds its snapshot, and
   is checked first: an order without steps has none. */
static enum err keep_whole(struct conn *conn, sqlite3_stmt *stmt, struct arena *arena,
                           struct order *out, struct why *why)
{
    enum err e = OK;

    if (!unpack_items(col_slice(stmt, ORDER_ITEMS_COLUMN), arena, out) ||
        !unpack_pairs(col_slice(stmt, ORDER_ITEMS_COLUMN + 1), arena, &out->metadata,
                      &out->n_metadata))
        return err_set(why, ERR_INTERNAL, "order number %lld is corrupt", (long long)out->id);
    out->result = slice_copy(arena, col_slice(stmt, COLUMN_RESULT));
    if (out->steps.n == 0)
        return OK;
    e = sum_check_results(conn, out, why);
    return e == OK ? results_read(conn, arena, out, why) : e;
}

/* What was borrowed from the row becomes the arena's. */
static enum err keep(struct arena *arena, struct order *out, struct why *why)
{
    out->customer_id = slice_copy(arena, out->customer_id);
    out->reference = slice_copy(arena, out->reference);
    out->failure_reason = slice_copy(arena, out->failure_reason);
    out->step = slice_copy(arena, out->step);
    out->cancel_by = slice_copy(arena, out->cancel_by);
    out->cancel_reason = slice_copy(arena, out->cancel_reason);
    out->steps = slice_copy(arena, out->steps);
    out->trail = slice_copy(arena, out->trail);
    if (out->status <= STATUS_NONE || out->status >= STATUS_COUNT)
        return err_set(why, ERR_INTERNAL, "order number %lld is corrupt", (long long)out->id);
    return OK;
}

enum err sqlite_load(struct store *base, const struct store_load_ask *ask, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    bool whole = ask->shape == ORDER_WHOLE;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LOAD, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, ask->id);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e
                       : err_set(why, ERR_NOT_FOUND, "there is no order number %lld",
                                 (long long)ask->id);
    order_read(stmt, ask->out);
    ask->out->trail = col_slice(stmt, COLUMN_TRAIL);
    (void)work_place(&base->steps, ask->out, &ask->out->place);
    e = sum_check(conn, stmt, ask->out, NULL, why);
    if (e == OK)
        e = keep(ask->arena, ask->out, why);
    if (e == OK && ask->out->steps.n > 0)
        e = results_count(conn, ask->out, why);
    if (e == OK && whole)
        e = keep_whole(conn, stmt, ask->arena, ask->out, why);
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
    e = sum_check(conn, stmt, out, uid, why);
    if (e == OK)
        e = keep(arena, out, why);
    if (e == OK)
        e = keep_whole(conn, stmt, arena, out, why);
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
