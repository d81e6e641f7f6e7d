/* Replays: what is being brought back from the dead-letter queue, and what was. */
#include "daemon/store/store_sqlite_match.h"

static void row_read(sqlite3_stmt *stmt, struct replay_row *out)
{
    int64_t state = col_int(stmt, 2);

    *out = (struct replay_row){
        .id = col_int(stmt, 0),
        .uid = col_uuid(stmt, 1),
        .state = state >= 0 && state < REPLAY_STATES ? (enum replay_state)state : REPLAY_STOPPED,
        .matched = col_int(stmt, 3),
        .moved = col_int(stmt, 4),
        .skipped = col_int(stmt, 5),
        .refailed = col_int(stmt, 6),
        .rate = sqlite3_column_double(stmt, 7),
        .started_at = col_int(stmt, 8),
        .finished_at = col_int(stmt, 9),
        .by = col_slice(stmt, 10),
        .reason = col_slice(stmt, 11),
    };
}

enum err sqlite_add_replay(struct store *base, const struct store_replay *replay, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    const struct replay_row *row = &replay->row;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_REPLAY, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, row->id);
    bind_uuid(stmt, 2, &row->uid);
    bind_int(stmt, 3, (int64_t)row->state);
    bind_int(stmt, 4, row->matched);
    bind_int(stmt, 5, row->moved);
    bind_int(stmt, 6, row->skipped);
    bind_int(stmt, 7, row->refailed);
    (void)sqlite3_bind_double(stmt, 8, row->rate);
    bind_int(stmt, 9, row->started_at);
    bind_int(stmt, 10, row->finished_at);
    bind_slice(stmt, 11, row->by);
    bind_slice(stmt, 12, row->reason);
    bind_slice(stmt, 13, replay->filter_text);
    bind_int_or_null(stmt, 14, replay->set);
    bind_int(stmt, 15, replay->cursor);
    bind_int(stmt, 16, replay->upto);
    bind_int(stmt, 17, replay->asked_at);
    bind_int(stmt, 18, replay->from_start ? 1 : 0);
    bind_int(stmt, 19, replay->canary);
    bind_int(stmt, 20, replay->canary_passed);
    (void)sqlite3_bind_double(stmt, 21, replay->failed_share);
    bind_int(stmt, 22, replay->of_last);
    bind_blob(stmt, 23, replay->ends.p, replay->ends.n);
    return conn_run(conn, stmt, why);
}

enum err sqlite_change_replay(struct store *base, const struct store_replay *replay,
                              struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    const struct replay_row *row = &replay->row;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_CHANGE_REPLAY, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, row->id);
    bind_int(stmt, 2, (int64_t)row->state);
    bind_int(stmt, 3, row->moved);
    bind_int(stmt, 4, row->skipped);
    bind_int(stmt, 5, row->refailed);
    bind_int(stmt, 6, replay->cursor);
    bind_int(stmt, 7, row->finished_at);
    bind_int(stmt, 8, replay->canary_passed);
    bind_blob(stmt, 9, replay->ends.p, replay->ends.n);
    e = conn_run(conn, stmt, why);
    if (e == OK && sqlite3_changes(conn->db) != 1)
        e = err_set(why, ERR_NOT_FOUND, "there is no replay number %lld", (long long)row->id);
    return e;
}

enum err sqlite_load_replay(struct store *base, int64_t id, struct arena *arena,
                            struct store_replay *out, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LOAD_REPLAY, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, id);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK
                   ? e
                   : err_set(why, ERR_NOT_FOUND, "there is no replay number %lld", (long long)id);
    row_read(stmt, &out->row);
    out->row.by = slice_copy(arena, out->row.by);
    out->row.reason = slice_copy(arena, out->row.reason);
    out->filter_text = slice_copy(arena, col_slice(stmt, 12));
    out->set = col_int(stmt, 13);
    out->cursor = col_int(stmt, 14);
    out->upto = col_int(stmt, 15);
    out->asked_at = col_int(stmt, 16);
    out->from_start = col_int(stmt, 17) != 0;
    out->canary = col_int(stmt, 18);
    out->canary_passed = col_int(stmt, 19);
    out->failed_share = sqlite3_column_double(stmt, 20);
    out->of_last = col_int(stmt, 21);
    out->ends = slice_copy(arena, col_slice(stmt, 22));
    (void)sqlite3_reset(stmt);
    return OK;
}

static enum err no_such(const struct uuid *uid, struct why *why)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(uid, text);
    return err_set(why, ERR_NOT_FOUND, "there is no replay %s", text);
}

enum err sqlite_find_replay(struct store *base, const struct uuid *uid, int64_t *id,
                            struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_REPLAY, why);
    enum err e = OK;

    if (stmt != NULL)
        bind_uuid(stmt, 1, uid);
    e = conn_number(conn, stmt, id, why);
    return e == ERR_NOT_FOUND ? no_such(uid, why) : e;
}

enum err sqlite_running_replays(struct store *base, struct store_ids *out, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_RUNNING_REPLAYS, why);

    if (stmt != NULL)
        bind_int(stmt, 1, (int64_t)out->max);
    return ids_read(conn, stmt, out, why);
}

static enum err one(struct conn *conn, const struct store_replays_ask *ask, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_REPLAY_OF, why);
    struct replay_row row;
    enum err e = OK;

    if (stmt != NULL)
        bind_uuid(stmt, 1, ask->uid);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e : no_such(ask->uid, why);
    row_read(stmt, &row);
    (void)ask->row(ask->self, &row);
    (void)sqlite3_reset(stmt);
    return OK;
}

enum err sqlite_replays(struct store_reader *base, const struct store_replays_ask *ask,
                        struct why *why)
{
    struct conn *conn = conn_of(base);
    sqlite3_stmt *stmt = NULL;
    struct replay_row row;
    int64_t at = INT64_MAX;
    uint32_t n = 0;
    enum err e = cursor_read(ask->page->cursor, 'r', &at, why);

    ask->page->next_cursor[0] = '\0';
    if (e != OK || ask->uid != NULL)
        return e != OK ? e : one(conn, ask, why);
    stmt = conn_sql(conn, SQL_REPLAYS, why);
    if (stmt != NULL) {
        bind_int(stmt, 1, at);
        bind_int(stmt, 2, (int64_t)ask->page->limit + 1); /* one more tells that there is more */
    }
    while (conn_row(conn, stmt, &e, why)) {
        row_read(stmt, &row);
        if (n == ask->page->limit || !ask->row(ask->self, &row)) {
            cursor_write(ask->page, 'r', at);
            (void)sqlite3_reset(stmt);
            break;
        }
        at = row.id;
        n++;
    }
    return e;
}
