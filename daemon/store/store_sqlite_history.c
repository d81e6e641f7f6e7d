/* What happened: an order's history, and the events of all orders after a seq. */
#include <stdio.h>

#include "daemon/store/store_sqlite_sums.h"

/* "h:SEQ:I": the I-th entry of the event SEQ is the next. */
static enum err read_place(struct slice cursor, int64_t *seq, int64_t *i, struct why *why)
{
    struct slice rest = cursor;

    if (cursor.p == NULL)
        return OK;
    if (slice_is(slice_cut(&rest, ':'), "h") && text_int(slice_cut(&rest, ':'), seq) &&
        text_int(rest, i) && *seq >= 0 && *i >= 0)
        return OK;
    return err_set(why, ERR_INVALID, "cursor: is none of this list");
}

/* A page of entries in the making. */
struct page_walk {
    const struct store_history_ask *ask;
    int64_t seq, i; /* where it begins; then what was reached */
    uint32_t rows;
};

/* False: the page ended before the entry `i`. */
static bool take_event(void *self, const struct entry *entries, size_t n)
{
    struct page_walk *page = self;

    if (entries[0].seq != page->seq)
        page->i = 0; /* the event of the cursor is gone, or this is a later one */
    page->seq = entries[0].seq;
    for (; page->i < (int64_t)n; page->i++) {
        if (page->rows == page->ask->page->limit ||
            !page->ask->row(page->ask->self, &entries[page->i])) {
            (void)snprintf(page->ask->page->next_cursor, sizeof page->ask->page->next_cursor,
                           "h:%lld:%lld", (long long)page->seq, (long long)page->i);
            return false;
        }
        page->rows++;
    }
    return true;
}

static enum err list_entries(struct conn *conn, int64_t order, const struct store_history_ask *ask,
                             struct why *why)
{
    struct page_walk page = {.ask = ask};
    struct trail_walk walk = {.order = order, .event = take_event, .self = &page};
    enum err e = read_place(ask->page->cursor, &page.seq, &page.i, why);

    walk.from_seq = page.seq;
    return e == OK ? trail_read(conn, &walk, why) : e;
}

/* Before anything is handed over. */
static enum err check_order(struct conn *conn, const struct uuid *uid, int64_t id, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_LOAD, why);
    struct order order;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, id);
    if (!conn_row(conn, stmt, &e, why))
        return e != OK ? e : sum_damaged(uid, why);
    order_read(stmt, &order);
    e = sum_check(conn, stmt, &order, uid, why);
    if (e == OK)
        e = sum_check_history(conn, &order, why);
    (void)sqlite3_reset(stmt);
    return e;
}

enum err sqlite_history(struct store_reader *base, const struct store_history_ask *ask,
                        struct why *why)
{
    struct conn *conn = conn_of(base);
    int64_t order = 0, seq = 0, i = 0;
    enum err e = read_place(ask->page->cursor, &seq, &i, why); /* it goes before ERR_NOT_FOUND */

    ask->page->next_cursor[0] = '\0';
    if (e != OK)
        return e;
    e = conn_snapshot(conn, why);
    if (e == OK)
        e = order_find(conn, ask->uid, &order, why);
    if (e == OK)
        e = check_order(conn, ask->uid, order, why);
    if (e == OK)
        e = list_entries(conn, order, ask, why);
    conn_snapshot_end(conn);
    return e;
}

/* What is not in the event itself; an order that was removed leaves only what happened. */
static void join(struct conn *conn, sqlite3_stmt *stmt, struct event *event)
{
    enum err e = OK;

    if (!event->has_order || stmt == NULL)
        return;
    bind_int(stmt, 1, event->id);
    event->has_order = conn_row(conn, stmt, &e, NULL);
    if (!event->has_order)
        return;
    event->uid = col_uuid(stmt, 0);
    event->customer_id = col_slice(stmt, 1);
    event->reference = col_slice(stmt, 2);
    event->total_quantity = col_int(stmt, 3);
    event->created_at = col_int(stmt, 4);
}

/* The events of one row; *n counts them, past the limit when no more are wanted. */
static enum err hand_over(struct conn *conn, sqlite3_stmt *row, const struct store_events_ask *ask,
                          uint32_t *n, struct why *why)
{
    sqlite3_stmt *orders = conn_sql(conn, SQL_EVENT_ORDER, why);
    struct events_reader r;
    struct event event;
    bool more = events_reader_init(&r, col_slice(row, 1), col_int(row, 0));

    while (more && *n < ask->limit && events_reader_next(&r, &event)) {
        if (event.seq <= ask->after)
            continue;
        join(conn, orders, &event);
        more = ask->row(ask->self, &event);
        (void)sqlite3_reset(orders);
        *n = more ? *n + 1 : ask->limit;
    }
    if (mp_failed(&r.in))
        return err_set(why, ERR_INTERNAL, "the events from %lld on are corrupt",
                       (long long)col_int(row, 0));
    return OK;
}

static enum err bounds(struct conn *conn, const struct store_events_ask *ask, struct why *why)
{
    enum err e = OK;

    *ask->first = 0;
    *ask->last = 0;
    e = conn_number(conn, conn_sql(conn, SQL_EVENTS_FIRST, why), ask->first, why);
    if (e == OK)
        e = conn_number(conn, conn_sql(conn, SQL_EVENTS_LAST, why), ask->last, why);
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err list_events(struct conn *conn, const struct store_events_ask *ask, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_EVENTS_UP, why);
    uint32_t n = 0;
    enum err e = bounds(conn, ask, why);

    if (e != OK || stmt == NULL)
        return e != OK ? e : ERR_INTERNAL;
    bind_int(stmt, 1, ask->after);
    while (e == OK && n < ask->limit && conn_row(conn, stmt, &e, why))
        e = hand_over(conn, stmt, ask, &n, why);
    (void)sqlite3_reset(stmt);
    return e;
}

enum err sqlite_events(struct store_reader *base, const struct store_events_ask *ask,
                       struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    if (e == OK)
        e = list_events(conn, ask, why);
    conn_snapshot_end(conn);
    return e;
}
