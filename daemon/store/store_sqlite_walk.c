/*
 * A walk along an index, by number, from a cursor until the page is full, LOOK_MAX_ROWS were looked
 * at, or the end is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store_sqlite_list.h"
#include "daemon/store/store_sqlite_work.h"

#define RARE_ARMS 6

bool walk_take(struct walk *walk, sqlite3_stmt *stmt, const struct order *order, int64_t at)
{
    const struct match_row row = {order, NULL, stmt, ORDER_ITEMS_COLUMN};

    if (!walk->counts && walk->n == walk->ask->page->limit)
        walk->stopped = true;
    else if ((walk->before == 0 || order->seq < walk->before) &&
             match_holds(walk->match, walk->conn, &row)) {
        if (walk->counts || walk->ask->row(walk->ask->self, order))
            walk->n++;
        else
            walk->stopped = true;
    }
    if (!walk->stopped) {
        walk->at = at;
        walk->looked++;
    }
    return !walk->stopped;
}

/* Is it behind the span that is being walked? */
static bool is_past(const struct walk *walk, int64_t id, bool up)
{
    return up ? id > walk->span.last : id < walk->span.first;
}

static void bind_plan(sqlite3_stmt *stmt, const struct walk *walk, enum sql sql)
{
    int arm = 3;

    (void)sqlite3_clear_bindings(stmt);
    bind_int(stmt, 1, walk->at);
    bind_int(stmt, 2, walk->looked < LOOK_MAX_ROWS ? LOOK_MAX_ROWS - walk->looked : 0);
    if (sql == SQL_UID_DOWN || sql == SQL_UID_UP) {
        bind_uuid(stmt, 3, &walk->plan.first);
        bind_uuid(stmt, 4, &walk->plan.last);
    } else if (sql == SQL_RARE_DOWN || sql == SQL_RARE_UP) {
        for (unsigned i = 1; i < STATUS_COUNT && arm < 3 + RARE_ARMS; i++) {
            if ((walk->match->statuses & (1U << i)) != 0)
                bind_int(stmt, arm++, (int64_t)i);
        }
    } else if (walk->plan.customer) {
        bind_int(stmt, 3, walk->recent->hash);
        bind_int(stmt, 4, walk->recent->from);
    } else if (sql != SQL_LIST_DOWN && sql != SQL_LIST_UP) {
        bind_slice(stmt, 3, walk->plan.text);
    }
}

/* How a row is looked at: all that may be asked for, or no more than what is. */
struct look {
    enum sql down, up;
    int items_column;
    bool names; /* it has what a search is for, and nothing else */
    bool all;
};

static const struct look look_all = {SQL_LOOK_DOWN, SQL_LOOK_UP, LOOK_ITEMS_COLUMN, false, true};
static const struct look look_names = {SQL_LOOK_NAMES_DOWN, SQL_LOOK_NAMES_UP, 0, true, false};
static const struct look look_items = {SQL_LOOK_ITEMS_DOWN, SQL_LOOK_ITEMS_UP, 3, false, false};

static const struct look *choose_look(const struct walk *walk)
{
    const struct match *match = walk->match;
    struct slice product = match->product_id;

    if (match->filter->n > 0 || walk->before != 0)
        return &look_all;
    if (product.p == NULL)
        return match->search.p != NULL ? &look_names : &look_all;
    return match->search.p == NULL && memchr(product.p, ']', product.n) == NULL ? &look_items
                                                                                : &look_all;
}

/* Is the order of this row in the list? */
static bool holds(struct walk *walk, const struct look *how, sqlite3_stmt *stmt)
{
    struct order order;
    const struct match_row row = {&order, NULL, stmt, LOOK_ITEMS_COLUMN};
    struct uuid uid;

    if (!match_may(walk->match, stmt, how->items_column))
        return false;
    if (how->names) {
        uid = col_uuid(stmt, 3);
        return match_search(walk->match, &uid, col_slice(stmt, 4), col_slice(stmt, 5));
    }
    if (!how->all)
        return true;
    order_look(stmt, &order);
    return (walk->before == 0 || order.seq < walk->before) &&
           match_holds(walk->match, walk->conn, &row);
}

/* Looks at a row; the whole of an order that is in the list is read by LIST_ONE, which is there. */
static bool look(struct walk *walk, const struct look *how, sqlite3_stmt *stmt, enum err *e)
{
    sqlite3_stmt *one = NULL;
    struct order order;
    int64_t id = col_int(stmt, 0);
    bool hit = false;

    walk->stopped = !walk->counts && walk->n == walk->ask->page->limit;
    if (walk->stopped)
        return false;
    hit = holds(walk, how, stmt);
    if (hit && !walk->counts) {
        one = conn_sql(walk->conn, SQL_LIST_ONE, NULL);
        if (walk_step_to(walk->conn, one, id, &order, e))
            (void)walk_take(walk, one, &order, id);
        (void)sqlite3_reset(one);
        return *e == OK && !walk->stopped;
    }
    walk->n += hit ? 1 : 0;
    walk->at = id;
    walk->looked++;
    return true;
}

/* All orders, of which most will not match. */
static enum err walk_look(struct walk *walk, bool up, struct why *why)
{
    const struct look *how = choose_look(walk);
    sqlite3_stmt *stmt = conn_sql(walk->conn, up ? how->up : how->down, why);
    enum err e = OK;
    bool more = true;

    if (stmt == NULL || conn_sql(walk->conn, SQL_LIST_ONE, why) == NULL)
        return ERR_INTERNAL;
    bind_plan(stmt, walk, up ? SQL_LIST_UP : SQL_LIST_DOWN);
    while (more && conn_row(walk->conn, stmt, &e, why))
        more = !is_past(walk, col_int(stmt, 0), up) && look(walk, how, stmt, &e);
    (void)sqlite3_reset(stmt);
    walk->end = !walk->stopped && walk->looked < LOOK_MAX_ROWS;
    return e;
}

static enum err walk_rows(struct walk *walk, bool up, struct why *why)
{
    enum sql sql = up ? walk->plan.up : walk->plan.down;
    sqlite3_stmt *stmt = conn_sql(walk->conn, sql, why);
    struct order order;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    bind_plan(stmt, walk, sql);
    while (conn_row(walk->conn, stmt, &e, why)) {
        order_read(stmt, &order);
        if (is_past(walk, order.id, up) || !walk_take(walk, stmt, &order, order.id))
            break;
    }
    (void)sqlite3_reset(stmt);
    walk->end = !walk->stopped && walk->looked < LOOK_MAX_ROWS;
    return e;
}

static enum err gather(struct walk *walk, enum sql sql, int64_t what, struct store_ids *ids)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, sql, NULL);

    if (stmt == NULL)
        return ERR_INTERNAL;
    bind_int(stmt, 1, what);
    bind_int(stmt, 2, (int64_t)(ids->max - ids->n));
    return ids_read(walk->conn, stmt, ids, NULL);
}

/* What is QUEUED or RETRYING, at any step. */
static enum err gather_waiting(struct walk *walk, struct store_ids *ids)
{
    enum err e = OK;

    for (uint32_t step = 0; step < step_names_count(walk->steps); step++) {
        for (int64_t i = 0; i <= PRIORITY_MAX && e == OK; i++)
            e = gather(walk, SQL_IN_LANE, LANE(STORE_POOL(step, false), i), ids);
    }
    return e;
}

struct fresh_ids {
    struct store_ids *ids;
    unsigned statuses;
};

static void gather_fresh(void *self, const struct work_fresh *fresh)
{
    const struct fresh_ids *f = self;

    if ((f->statuses & STATUS_BIT(fresh->status)) != 0 && f->ids->n < f->ids->max)
        f->ids->ids[f->ids->n++] = fresh->id;
}

static enum err gather_all(struct walk *walk, struct store_ids *ids)
{
    unsigned statuses = walk->match->statuses;
    /* other statuses are gathered whole, by their index */
    struct fresh_ids fresh = {ids, statuses & (LIST_FREQUENT | STATUS_BIT(STATUS_RETRYING))};
    enum err e = work_fresh(walk->conn, walk->steps, gather_fresh, &fresh);

    if (e != OK)
        return e;
    if ((statuses & STATUS_BIT(STATUS_PROCESSING)) != 0)
        e = gather(walk, SQL_IN_LANE, LANE_RUNNING, ids);
    if (e == OK && (statuses & STATUS_BIT(STATUS_QUEUED)) != 0) {
        e = gather_waiting(walk, ids);
        statuses &= ~LIST_WAITING;
    }
    statuses &= ~LIST_FREQUENT;
    for (unsigned i = 1; i < STATUS_COUNT && e == OK; i++) {
        if ((statuses & (1U << i)) != 0)
            e = gather(walk, SQL_OF_STATUS, (int64_t)i, ids);
    }
    return e;
}

static int rising(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

bool walk_step_to(struct conn *conn, sqlite3_stmt *stmt, int64_t id, struct order *out, enum err *e)
{
    bind_int(stmt, 1, id);
    if (!conn_row(conn, stmt, e, NULL))
        return false;
    order_read(stmt, out);
    return true;
}

/* Orders by their numbers, which rise; some may not be there. */
static enum err walk_numbers(struct walk *walk, const int64_t *ids, size_t n, bool up)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_LIST_ONE, NULL);
    struct order order;
    enum err e = stmt == NULL ? ERR_INTERNAL : OK;

    for (size_t i = 0; i < n && e == OK && !walk->stopped && walk->looked < LOOK_MAX_ROWS; i++) {
        int64_t id = ids[up ? i : n - 1 - i];
        bool again = i > 0 && id == ids[up ? i - 1 : n - i];

        if (!again && (up ? id > walk->at : id < walk->at) && !is_past(walk, id, up) &&
            walk_step_to(walk->conn, stmt, id, &order, &e)) {
            (void)walk_take(walk, stmt, &order, id);
            (void)sqlite3_reset(stmt);
        }
    }
    return e;
}

/* The newest are in memory, those before them in the table. */
static enum err walk_customer(struct walk *walk, bool up, struct why *why)
{
    const struct recent *recent = walk->recent;
    enum err e = up ? walk_rows(walk, up, why) : walk_numbers(walk, recent->ids, recent->n, up);

    if (e == OK && !walk->stopped && walk->looked < LOOK_MAX_ROWS)
        e = up ? walk_numbers(walk, recent->ids, recent->n, up) : walk_rows(walk, up, why);
    walk->end = !walk->stopped && walk->looked < LOOK_MAX_ROWS;
    return e;
}

static enum err walk_gathered(struct walk *walk, bool up, struct why *why)
{
    struct store_ids ids = {.max = LOOK_MAX_ROWS};
    enum err e = OK;

    ids.ids = calloc(ids.max, sizeof *ids.ids);
    e = ids.ids == NULL ? ERR_INTERNAL : gather_all(walk, &ids);
    if (e == OK && ids.n > 0)
        qsort(ids.ids, ids.n, sizeof *ids.ids, rising);
    if (e == OK) /* an undo under way is there twice: UNDOING, and in the lane of what runs */
        e = walk_numbers(walk, ids.ids, ids.n, up);
    walk->end = !walk->stopped;
    free(ids.ids);
    return e == OK ? OK : err_set(why, e, "the store cannot list what waits");
}

static enum err walk_span(struct walk *walk, bool up, struct why *why)
{
    if (walk->plan.customer)
        return walk_customer(walk, up, why);
    return walk->plan.down == SQL_LIST_DOWN && !walk->match->anything ? walk_look(walk, up, why)
                                                                      : walk_rows(walk, up, why);
}

enum err walk_by_id(struct walk *walk, bool up, struct why *why)
{
    const struct times_spans *spans = &walk->spans;
    enum err e = OK;

    walk->span = times_all().at[0];
    if (walk->plan.gathered)
        return walk_gathered(walk, up, why);
    walk->end = true;
    for (size_t i = 0; i < spans->n && walk->end && e == OK; i++) {
        walk->span = spans->at[up ? spans->n - 1 - i : i];
        if (up ? walk->span.last <= walk->at : walk->span.first >= walk->at)
            continue;
        if (up && walk->at < walk->span.first)
            walk->at = walk->span.first - 1;
        if (!up && walk->at > walk->span.last)
            walk->at = walk->span.last + 1;
        e = walk_span(walk, up, why);
    }
    return e;
}
