/*
 * Orders by their last change, without an index for it: the events are walked backwards, and an
 * order belongs where its last one is.
 */
#include <stdlib.h>

#include "daemon/store/store_sqlite_list.h"

struct change_row {
    int64_t seq, order;
};

static size_t read_changes(sqlite3_stmt *stmt, int64_t before, struct change_row *out)
{
    struct events_reader r;
    struct event event;
    size_t n = 0;

    if (!events_reader_init(&r, col_slice(stmt, 1), col_int(stmt, 0)))
        return 0;
    while (n < EVENTS_ROW_MAX && events_reader_next(&r, &event)) {
        if (event.has_order && event.seq < before)
            out[n++] = (struct change_row){event.seq, event.id};
    }
    return n;
}

static enum err walk_changes(struct walk *walk, const struct change_row *rows, size_t n)
{
    sqlite3_stmt *one = conn_sql(walk->conn, SQL_LIST_ONE, NULL);
    struct order order;
    enum err e = one == NULL ? ERR_INTERNAL : OK;

    for (; n > 0 && e == OK && !walk->stopped && walk->looked < LOOK_MAX_ROWS; n--) {
        const struct change_row *row = &rows[n - 1];
        uint32_t looked = walk->looked;

        if (walk_step_to(walk->conn, one, row->order, &order, &e)) {
            if (order.seq == row->seq)
                (void)walk_take(walk, one, &order, row->seq);
            (void)sqlite3_reset(one);
        }
        if (!walk->stopped) {
            walk->at = row->seq;
            walk->looked = looked + 1;
        }
    }
    return e;
}

enum err walk_by_change(struct walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_EVENTS_DOWN, why);
    struct change_row *rows = calloc(EVENTS_ROW_MAX, sizeof *rows);
    enum err e = stmt == NULL || rows == NULL ? ERR_INTERNAL : OK;
    bool more = e == OK;

    if (stmt != NULL) {
        bind_int(stmt, 1, walk->at);
        bind_int(stmt, 2,
                 walk->at < INT64_MAX - EVENTS_ROW_MAX ? walk->at + EVENTS_ROW_MAX : INT64_MAX);
    }
    while (more && e == OK && !walk->stopped && walk->looked < LOOK_MAX_ROWS) {
        more = conn_row(walk->conn, stmt, &e, why);
        if (more)
            e = walk_changes(walk, rows, read_changes(stmt, walk->at, rows));
    }
    if (stmt != NULL)
        (void)sqlite3_reset(stmt);
    walk->end = e == OK && !more;
    free(rows);
    return e;
}
