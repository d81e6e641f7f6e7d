/*
 * Which numbers have a time in a span. Orders and dead letters are numbered as they come, so their
 * times rise with their numbers, except where the clock was set back. Each such place is noted:
 *
 *   clock_back(kind, n, at, was)   n has the time `at`, the one before it had a later one, `was`
 *
 * Between two of them times never fall, and a time is found by halving.
 */
#include "daemon/store/store_sqlite_times.h"

#include "daemon/store/store_sqlite.h"

static const struct {
    enum sql before, from;
} sqls[TIMES_KINDS] = {
    [TIMES_CREATED] = {SQL_CREATED_BEFORE, SQL_CREATED_FROM},
    [TIMES_FAILED] = {SQL_FAILED_BEFORE, SQL_FAILED_FROM},
};

struct row {
    int64_t n, at;
};

/* The row next to a number; false: there is none. */
static bool read_row(struct conn *conn, sqlite3_stmt *stmt, int64_t n, struct row *out, enum err *e)
{
    if (stmt != NULL)
        bind_int(stmt, 1, n);
    if (!conn_row(conn, stmt, e, NULL))
        return false;
    *out = (struct row){col_int(stmt, 0), col_int(stmt, 1)};
    (void)sqlite3_reset(stmt);
    return true;
}

static enum err note(struct sqlite_store *store, enum times_kind kind, const struct row *row,
                     struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_ADD_CLOCK_BACK, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, (int64_t)kind);
    bind_int(stmt, 2, row->n);
    bind_int(stmt, 3, row->at);
    bind_int(stmt, 4, store->last_times[kind].at);
    return conn_run(&store->conn, stmt, why);
}

enum err times_note(struct sqlite_store *store, enum times_kind kind, int64_t n, int64_t at,
                    struct why *why)
{
    struct last_time *last = &store->last_times[kind];
    struct row row = {0, 0};
    enum err e = OK;

    if (!last->known) {
        (void)read_row(&store->conn, conn_sql(&store->conn, sqls[kind].before, why), n, &row, &e);
        *last = (struct last_time){e == OK, row.at};
    }
    row = (struct row){n, at};
    if (e == OK && at < last->at)
        e = note(store, kind, &row, why);
    last->at = at;
    return e;
}

void times_rolled_back(struct sqlite_store *store)
{
    for (unsigned i = 0; i < TIMES_KINDS; i++)
        store->last_times[i].known = false;
}

/* In `within`, where times never fall: all below *out have a time before `at`, no other has. */
static enum err halve(struct conn *conn, sqlite3_stmt *stmt, const struct times_span *within,
                      int64_t at, int64_t *out)
{
    int64_t low = within->first, high = within->last + 1;
    struct row row = {0, 0};
    enum err e = OK;

    while (low < high && e == OK) {
        int64_t middle = low + (high - low) / 2;

        if (!read_row(conn, stmt, middle, &row, &e) || row.n > within->last || row.at >= at)
            high = middle;
        else
            low = row.n + 1;
    }
    *out = low;
    return e;
}

struct search {
    struct conn *conn;
    sqlite3_stmt *from;
    int64_t between[2];
    struct times_spans *out;
};

/* Where times never fall. */
static enum err add_part(struct search *search, const struct times_span *within)
{
    struct times_spans *out = search->out;
    struct times_span span = *within;
    int64_t end = 0;
    enum err e = OK;

    if (out->n == TIMES_SPANS_MAX - 1) {
        out->at[out->n++] = (struct times_span){1, within->last};
        out->cut = true;
        return OK;
    }
    if (search->between[0] != 0)
        e = halve(search->conn, search->from, within, search->between[0], &span.first);
    if (e == OK && search->between[1] != 0) {
        e = halve(search->conn, search->from, within, search->between[1], &end);
        span.last = end - 1;
    }
    if (e == OK && span.first <= span.last)
        out->at[out->n++] = span;
    return e;
}

static bool may_hold(const struct search *search, int64_t least, int64_t most)
{
    return (search->between[0] == 0 || most >= search->between[0]) &&
           (search->between[1] == 0 || least < search->between[1]);
}

/* From the last place where the clock was set back to the first. */
static enum err search_parts(struct search *search, enum times_kind kind, int64_t last,
                             struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(search->conn, SQL_CLOCK_BACK, why);
    struct times_span within = {1, last};
    int64_t most = INT64_MAX;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    bind_int(stmt, 1, (int64_t)kind);
    while (e == OK && !search->out->cut && conn_row(search->conn, stmt, &e, why)) {
        within.first = col_int(stmt, 0);
        if (within.first <= within.last && may_hold(search, col_int(stmt, 1), most))
            e = add_part(search, &within);
        within.last = within.first - 1;
        most = col_int(stmt, 2);
    }
    (void)sqlite3_reset(stmt);
    within.first = 1;
    if (e == OK && !search->out->cut && within.last >= 1 && may_hold(search, INT64_MIN, most))
        e = add_part(search, &within);
    return e;
}

enum err times_find(struct conn *conn, enum times_kind kind, const int64_t between[2],
                    struct times_spans *out, struct why *why)
{
    struct search search = {.conn = conn,
                            .from = conn_sql(conn, sqls[kind].from, why),
                            .between = {between[0], between[1]},
                            .out = out};
    struct row last = {0, 0};
    enum err e = search.from == NULL ? ERR_INTERNAL : OK;

    *out = times_all();
    if (e != OK || (between[0] == 0 && between[1] == 0))
        return e;
    out->n = 0;
    if (read_row(conn, conn_sql(conn, sqls[kind].before, why), INT64_MAX, &last, &e))
        e = search_parts(&search, kind, last.n, why);
    return e;
}
