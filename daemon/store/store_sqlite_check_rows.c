/* What the rows of a store promise each other: the first thing that does not hold is named. */
#include <stdlib.h>

#include "daemon/store/store_sqlite_check.h"
#include "daemon/store/store_sqlite_work.h"
#include "shared/need.h"

#define LL(n) ((long long)(n))

/* All orders, by rising number. */
struct walk {
    struct conn *conn;
    int64_t counts[STATUS_COUNT];
    int64_t in_dlq; /* FAILED and not discarded */
    int64_t from;   /* orders before it that wait or run are in the queue's table, */
    int64_t placed; /* so many */
    struct step_names *steps;
    int64_t last_order, last_seq;
    bool ends[STATUS_COUNT][ENTRY_COUNT]; /* a history of such an order may end so */
    struct arena arena;
};

static enum err broken_order(struct why *why, int64_t order, const char *what)
{
    return err_set(why, ERR_INVALID, "order number %lld %s", LL(order), what);
}

/* By the state table: which entry may be the last one of an order that has this status. */
static void learn_ends(struct walk *walk)
{
    for (unsigned from = 0; from < STATUS_COUNT; from++) {
        for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
            struct change change = status_change((enum status)from, (enum cause)cause);

            if (change.legal)
                walk->ends[change.to][change.entry] = true;
        }
    }
}

/* What a history begins and ends with. */
struct ends {
    enum entry_type first, last;
    int64_t seq;
};

static bool see(void *self, const struct entry *entries, size_t n)
{
    struct ends *ends = self;

    if (ends->first == ENTRY_NONE)
        ends->first = entries[0].type;
    ends->last = entries[n - 1].type;
    ends->seq = entries[0].seq;
    return true;
}

static enum err check_history(struct walk *walk, const struct order *order, struct why *why)
{
    struct ends ends = {.seq = 0};
    struct trail_walk history = {.order = order->id, .event = see, .self = &ends};
    enum err e = trail_read(walk->conn, &history, why);

    if (history.corrupt)
        return broken_order(why, order->id, "has a history that cannot be read");
    if (e != OK)
        return e;
    if (ends.seq != 0 && ends.first != ENTRY_RECEIVED)
        return broken_order(why, order->id, "has lost the beginning of its history");
    if (ends.seq != order->seq)
        return broken_order(why, order->id, "has lost the end of its history");
    if (!walk->ends[order->status][ends.last])
        return err_set(why, ERR_INVALID, "order number %lld is %s, but its history ends with %s",
                       LL(order->id), status_name(order->status), entry_name(ends.last));
    return OK;
}

static enum err check_items(struct walk *walk, sqlite3_stmt *stmt, struct order *order,
                            struct why *why)
{
    struct order_draft draft = {0};

    arena_done(&walk->arena);
    if (!unpack_items(col_slice(stmt, 4), &walk->arena, order) || order->n_items == 0)
        return broken_order(why, order->id, "has items that cannot be read");
    draft.items = order->items;
    draft.n_items = order->n_items;
    if (draft_total(&draft) != order->total_quantity)
        return broken_order(why, order->id, "has not the total quantity of its items");
    return OK;
}

/* Is it in the queue, where it waits or runs and is none of the newest? */
static enum err check_place(struct walk *walk, const struct order *order, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_CHECK_PLACE, why);
    struct queue_place place;
    int64_t one = 0;
    enum err e = OK;

    if (!work_place(walk->steps, order, &place))
        return broken_order(why, order->id, "is at a step that there is not");
    if (place.lane == 0 || order->id >= walk->from)
        return OK;
    walk->placed++;
    if (stmt != NULL) {
        bind_int(stmt, 1, place.lane);
        bind_int(stmt, 2, place.due_at);
        bind_int(stmt, 3, order->id);
    }
    e = conn_number(walk->conn, stmt, &one, why);
    return e == ERR_NOT_FOUND ? broken_order(why, order->id, "is not in the queue") : e;
}

static enum err check_order(struct walk *walk, sqlite3_stmt *stmt, struct why *why)
{
    int64_t status = col_int(stmt, 1);
    struct order order = {.id = col_int(stmt, 0),
                          .seq = col_int(stmt, 2),
                          .total_quantity = col_int(stmt, 3),
                          .due_at = col_int(stmt, 5),
                          .priority = (uint8_t)col_int(stmt, 6)};
    enum err e = OK;

    if (status <= STATUS_NONE || status >= STATUS_COUNT)
        return broken_order(why, order.id, "has a status that there is not");
    order.status = (enum status)status;
    e = check_history(walk, &order, why);
    if (e == OK)
        e = check_items(walk, stmt, &order, why);
    order.step = col_slice(stmt, 7);
    if (e == OK)
        e = check_place(walk, &order, why);
    walk->counts[status]++;
    walk->in_dlq += status == STATUS_FAILED && col_int(stmt, 5) > 0;
    walk->last_order = order.id;
    if (order.seq > walk->last_seq)
        walk->last_seq = order.seq;
    return e;
}

static enum err walk_orders(struct walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_CHECK_ORDERS, why);
    enum err e = steps_read(walk->conn, walk->steps, why);

    if (e == OK)
        e = conn_number(walk->conn, conn_sql(walk->conn, SQL_WORK_FROM, why), &walk->from, why);
    if (stmt == NULL)
        return ERR_INTERNAL;
    while (e == OK && conn_row(walk->conn, stmt, &e, why))
        e = check_order(walk, stmt, why);
    (void)sqlite3_reset(stmt);
    return e;
}

/* Each finds what must not be, by its number. */
static const struct {
    enum sql sql;
    const char *what;
} nones[] = {
    {SQL_CHECK_HISTORY, "there is a history, but no order number"},
    {SQL_CHECK_DEAD, "there is a dead letter, but no FAILED order number"},
    {SQL_CHECK_GROUPS, "dead letters are miscounted in the group number"},
    {SQL_CHECK_RARE, "an index has by another status the order number"},
    {SQL_CHECK_NOT_RARE, "no index has by its status the order number"},
    {SQL_CHECK_REFERENCES, "no index has by its reference the order number"},
    {SQL_CHECK_CUSTOMERS, "the customers' orders are not those before number"},
    {SQL_CHECK_CREATED, "the clock was set back, and nobody noted it, at order number"},
    {SQL_CHECK_FAILED, "the clock was set back, and nobody noted it, at dead letter"},
};

/* A query that finds what must not be: its first row is named by `what` and its number. */
static enum err find_none(struct conn *conn, enum sql id, const char *what, struct why *why)
{
    int64_t found = 0;
    struct why none = {0};
    enum err e = conn_number(conn, conn_sql(conn, id, &none), &found, &none);

    if (e == ERR_NOT_FOUND)
        return OK;
    return e != OK ? err_set(why, e, "%s", none.text)
                   : err_set(why, ERR_INVALID, "%s %lld", what, LL(found));
}

/* Each row of events goes on where the one before it ended; the first ones may have been removed.
 */
/* Are these events the ones from first to last? */
static bool holds_events(struct slice batch, int64_t first, int64_t last)
{
    struct events_reader reader;
    struct event event = {.seq = first - 1};

    if (!events_reader_init(&reader, batch, first) || reader.left != last - first + 1)
        return false;
    while (events_reader_next(&reader, &event)) {
    }
    return event.seq == last;
}

static enum err walk_events(struct conn *conn, int64_t *last, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_CHECK_EVENTS, why);
    enum err e = OK;

    *last = 0;
    while (conn_row(conn, stmt, &e, why)) {
        int64_t first = col_int(stmt, 0), upto = col_int(stmt, 1);

        if (*last != 0 && first != *last + 1)
            e = err_set(why, ERR_INVALID, "event %lld is missing", LL(*last + 1));
        else if (!holds_events(col_slice(stmt, 2), first, upto))
            e = err_set(why, ERR_INVALID, "events from %lld on cannot be read", LL(first));
        if (e != OK)
            break;
        *last = upto;
    }
    if (stmt != NULL)
        (void)sqlite3_reset(stmt);
    return e;
}

static enum err same(struct why *why, const char *what, int64_t kept, int64_t counted)
{
    if (kept == counted)
        return OK;
    return err_set(why, ERR_INVALID, "the total of %s is %lld, but there are %lld", what, LL(kept),
                   LL(counted));
}

static enum err check_queue(const struct walk *walk, struct why *why)
{
    int64_t n = 0;
    enum err e = conn_number(walk->conn, conn_sql(walk->conn, SQL_CHECK_WORK, why), &n, why);

    if (e != OK || n == walk->placed)
        return e;
    return err_set(why, ERR_INVALID, "the queue holds %lld orders, but %lld wait or run", LL(n),
                   LL(walk->placed));
}

static enum err check_totals(const struct walk *walk, const struct store_checked *found,
                             const struct store_totals *totals, struct why *why)
{
    enum err e = OK;

    for (unsigned i = 1; e == OK && i < STATUS_COUNT; i++)
        e = same(why, status_name((enum status)i), totals->counts[i], walk->counts[i]);
    if (e == OK)
        e = same(why, "dead letters", totals->dlq_depth, found->dead);
    if (e == OK)
        e = same(why, "FAILED orders in the dead-letter queue", found->dead, walk->in_dlq);
    if (e == OK && (totals->last_order < walk->last_order || totals->last_seq < walk->last_seq))
        e = err_set(why, ERR_INVALID, "the totals are older than the orders");
    if (e == OK && found->last_seq != 0 && found->last_seq != totals->last_seq)
        e = err_set(why, ERR_INVALID, "the last event is %lld, but %lld were recorded",
                    LL(found->last_seq), LL(totals->last_seq));
    return e;
}

enum err rows_check(struct conn *conn, struct store_checked *out, struct why *why)
{
    struct walk walk = {.conn = conn, .steps = need(calloc(1, sizeof *walk.steps))};
    struct store_totals totals;
    enum err e = totals_read(conn, &totals, why);

    learn_ends(&walk);
    if (e == OK)
        e = walk_orders(&walk, why);
    if (e == OK)
        e = check_queue(&walk, why);
    if (e == OK)
        e = walk_events(conn, &out->last_seq, why);
    for (size_t i = 0; i < sizeof nones / sizeof nones[0] && e == OK; i++)
        e = find_none(conn, nones[i].sql, nones[i].what, why);
    if (e == OK)
        e = conn_number(conn, conn_sql(conn, SQL_CHECK_DEAD_COUNT, why), &out->dead, why);
    if (e == OK)
        e = check_totals(&walk, out, &totals, why);
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        out->orders += walk.counts[i];
    out->last_seq = totals.last_seq;
    free(walk.steps);
    arena_done(&walk.arena);
    return e;
}
