/* Lists of orders: a page of them, and how many there are. */
#include <stdlib.h>

#include "daemon/store/store_sqlite_list.h"

/* What is asked for is a sum of figures that are kept. */
static int64_t sum_of(unsigned statuses, const struct store_totals *totals)
{
    int64_t n = 0;

    for (unsigned i = 1; i < STATUS_COUNT; i++)
        n += (statuses & (1U << i)) != 0 ? totals->counts[i] : 0;
    return n <= MATCHED_MAX ? n : -1;
}

static bool is_first(const struct walk *walk)
{
    return walk->ask->page->cursor.p == NULL && !walk->ask->query->has_after;
}

/* Is nothing asked for but a customer? */
static bool is_customer_alone(const struct match *match)
{
    size_t terms = match->customer_id.p != NULL ? 0 : 1;

    return plan_customer(match).p != NULL && match->filter->n == terms &&
           match->statuses == STATUS_ALL_BITS && match->product_id.p == NULL &&
           match->reference.p == NULL && match->search.p == NULL && match->from == 0 &&
           match->to == 0;
}

/* Those in the table by their places; the newest, of which some may be gone, by their rows. */
static enum err count_of_customer(const struct walk *walk, struct why *why)
{
    const struct recent *recent = walk->recent;
    sqlite3_stmt *places = conn_sql(walk->conn, SQL_CUSTOMER_COUNT, why);
    sqlite3_stmt *one = conn_sql(walk->conn, SQL_CUSTOMER_OF, why);
    int64_t n = 0;
    enum err e = OK;

    if (places == NULL || one == NULL)
        return ERR_INTERNAL;
    bind_int(places, 1, recent->hash);
    bind_int(places, 2, recent->from);
    bind_int(places, 3, MATCHED_MAX + 1);
    e = conn_number(walk->conn, places, &n, why);
    for (size_t i = 0; i < recent->n && n <= MATCHED_MAX && e == OK; i++) {
        bind_int(one, 1, recent->ids[i]);
        if (conn_row(walk->conn, one, &e, why)) {
            n += slice_eq(col_slice(one, 0), plan_customer(walk->match)) ? 1 : 0;
            (void)sqlite3_reset(one);
        }
    }
    walk->ask->page->matched = e == OK && n <= MATCHED_MAX ? n : -1;
    return e;
}

/* Is nothing asked for but a time? */
static bool is_time_alone(const struct walk *walk)
{
    const struct match *match = walk->match;

    return !walk->spans.cut && match->customer_id.p == NULL && match->product_id.p == NULL &&
           match->reference.p == NULL && match->search.p == NULL &&
           match->statuses == STATUS_ALL_BITS && match->filter->n == 0;
}

/* Times are looked for by number: what lies in between need not be read. */
static enum err count_of_time(const struct walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_CREATED_COUNT, why);
    int64_t n = 0, more = 0;
    enum err e = stmt == NULL ? ERR_INTERNAL : OK;

    for (size_t i = 0; i < walk->spans.n && n <= MATCHED_MAX && e == OK; i++) {
        bind_int(stmt, 1, walk->spans.at[i].first);
        bind_int(stmt, 2, walk->spans.at[i].last);
        bind_int(stmt, 3, MATCHED_MAX + 1 - n);
        e = conn_number(walk->conn, stmt, &more, why);
        n += more;
    }
    walk->ask->page->matched = e == OK && n <= MATCHED_MAX ? n : -1;
    return e;
}

/* A page that began where the list does is counted on from its end, else from the start. */
static enum err count(const struct walk *done, const struct store_totals *totals, struct why *why)
{
    struct store_page *page = done->ask->page;
    bool on = is_first(done) && done->ask->query->sort != SORT_UPDATED;
    struct walk walk = *done;
    enum err e = OK;

    if (done->match->anything) {
        page->matched = sum_of(done->match->statuses, totals);
        return OK;
    }
    if (is_first(done) && page->next_cursor[0] == '\0') {
        page->matched = done->n;
        return OK;
    }
    if (is_customer_alone(done->match))
        return count_of_customer(done, why);
    if (is_time_alone(done))
        return count_of_time(done, why);
    walk.counts = true;
    walk.stopped = walk.end = false;
    if (!on) {
        walk.at = INT64_MAX;
        walk.n = 0;
        walk.looked = 0;
        walk.before = 0;
        walk_choose(&walk, totals);
    }
    e = walk_by_id(&walk, on && done->ask->query->sort == SORT_OLDEST, why);
    page->matched = walk.end ? walk.n : -1;
    return e;
}

/* Sets walk->before: orders older than all events that are kept are listed behind them, by id. */
static enum err older_than_events(struct walk *walk, struct why *why)
{
    enum err e =
        conn_number(walk->conn, conn_sql(walk->conn, SQL_EVENTS_FIRST, why), &walk->before, why);

    if (e == ERR_NOT_FOUND)
        walk->before = INT64_MAX;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* The order that the first page begins behind; of it only its number and seq. */
static enum err find_after(const struct walk *walk, struct order *out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_LIST_ONE, why);
    struct order order = {0};
    int64_t id = 0;
    enum err e = order_find(walk->conn, &walk->ask->query->after, &id, why);

    if (e == OK && (stmt == NULL || !walk_step_to(walk->conn, stmt, id, &order, &e)))
        e = e == OK ? ERR_INTERNAL : e;
    *out = (struct order){.id = order.id, .seq = order.seq};
    if (stmt != NULL)
        (void)sqlite3_reset(stmt);
    return e;
}

/* Sets walk->at, and *older where what is left is older than all events that are kept. */
static enum err begin_updated(struct walk *walk, bool *older, struct why *why)
{
    struct slice cursor = walk->ask->page->cursor;
    struct order after = {0};
    enum err e = OK;

    walk->at = INT64_MAX;
    *older = cursor.p != NULL && cursor.n > 0 && cursor.p[0] == 'v';
    if (cursor.p != NULL || !walk->ask->query->has_after)
        return cursor_read(cursor, *older ? 'v' : 'u', &walk->at, why);
    e = find_after(walk, &after, why);
    if (e == OK)
        e = older_than_events(walk, why);
    if (e != OK)
        return e;
    *older = after.seq < walk->before;
    walk->at = *older ? after.id : after.seq;
    walk->before = 0;
    return OK;
}

static enum err list_updated(struct walk *walk, struct why *why)
{
    struct store_page *page = walk->ask->page;
    bool older = false;
    enum err e = begin_updated(walk, &older, why);

    if (e == OK && !older)
        e = walk_by_change(walk, why);
    if (e != OK)
        return e;
    if (!older && !walk->end) {
        cursor_write(page, 'u', walk->at);
        return OK;
    }
    e = older_than_events(walk, why);
    if (e != OK || walk->before == 1) /* the events go back to the first: there is nothing older */
        return e;
    if (!older)
        walk->at = INT64_MAX;
    e = walk_by_id(walk, false, why);
    if (e == OK && !walk->end)
        cursor_write(page, 'v', walk->at);
    return e;
}

static enum err list_by_id(struct walk *walk, struct why *why)
{
    bool up = walk->ask->query->sort == SORT_OLDEST;
    struct store_page *page = walk->ask->page;
    struct order after = {.id = up ? 0 : INT64_MAX};
    enum err e = OK;

    if (page->cursor.p == NULL && walk->ask->query->has_after)
        e = find_after(walk, &after, why);
    walk->at = after.id;
    if (e == OK)
        e = cursor_read(page->cursor, up ? 'o' : 'n', &walk->at, why);
    if (e == OK)
        e = walk_by_id(walk, up, why);
    if (e == OK && !walk->end)
        cursor_write(page, up ? 'o' : 'n', walk->at);
    return e;
}

static enum err list(struct walk *walk, struct why *why)
{
    struct store_totals totals;
    enum err e = totals_read(walk->conn, &totals, why);

    if (e != OK)
        return e;
    e = times_find(walk->conn, TIMES_CREATED, (int64_t[]){walk->match->from, walk->match->to},
                   &walk->spans, why);
    if (e != OK)
        return e;
    walk_choose(walk, &totals);
    e = walk->ask->query->sort == SORT_UPDATED ? list_updated(walk, why) : list_by_id(walk, why);
    if (e == OK && walk->ask->page->count)
        e = count(walk, &totals, why);
    return e;
}

static void find_recent(const struct store_reader *base, const struct match *match,
                        struct recent *out)
{
    const struct sqlite_store *store = ((const struct sqlite_reader *)base)->store;
    struct slice customer = plan_customer(match);

    *out = (struct recent){.from = INT64_MAX};
    if (customer.p == NULL)
        return;
    out->hash = customers_hash(store, customer);
    recent_orders_find(store->recent, out->hash, &out->ids, &out->n, &out->from);
}

enum err sqlite_list(struct store_reader *base, const struct store_list_ask *ask, struct why *why)
{
    struct conn *conn = conn_of(base);
    struct match match;
    struct recent recent;
    struct walk walk = {.conn = conn,
                        .steps = ((struct sqlite_reader *)base)->steps,
                        .match = &match,
                        .ask = ask,
                        .recent = &recent};
    enum err e = OK;

    ask->page->next_cursor[0] = '\0';
    ask->page->matched = -1;
    match_list(&match, ask->query, ask->now_us);
    find_recent(base, &match, &recent);
    e = conn_snapshot(conn, why);
    if (e == OK)
        e = list(&walk, why);
    conn_snapshot_end(conn);
    free(recent.ids);
    match_done(&match);
    return e;
}
