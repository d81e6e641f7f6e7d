/*
 * Which orders wait or run: the table `work`, by lane and due time, but for the newest orders.
 *
 * Most orders have ended before some thousand others came after them. So an order's place is put
 * down only when it still has one by then: until then it is in memory, and whoever reads looks at
 * the rows of the newest orders themselves (work_fresh).
 */
#include "daemon/store/store_sqlite_work.h"

#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

#define WORK_NEWEST 4096
#define WORK_RING 8192 /* more than those and one transaction's */

struct sqlite_work {
    int64_t from;   /* the places of orders before this one are in the table */
    int64_t next;   /* past the newest */
    int64_t newest; /* so many are left in memory when some are put down */
    bool stale;     /* a transaction was rolled back: what is here may be of it */
    struct queue_place ring[WORK_RING]; /* of those from `from` on */
};

static struct queue_place *slot(struct sqlite_work *work, int64_t id)
{
    return &work->ring[(uint64_t)id % WORK_RING];
}

bool work_place(const struct step_names *steps, const struct order *order, struct queue_place *out)
{
    uint32_t step = 0;

    *out = (struct queue_place){0};
    if (order_running(order)) {
        out->lane = LANE_RUNNING;
    } else if (order_waits(order)) {
        step = step_names_find(steps, order->step);
        out->lane = LANE(STORE_POOL(step, order_undoes(order)), order->priority);
        out->due_at = order->due_at;
    }
    return step != STEPS_EVER_MAX;
}

/* ---- the table ---- */

static void bind_place(sqlite3_stmt *stmt, int i, const struct queue_place *place)
{
    bind_int(stmt, i, place->lane);
    bind_int(stmt, i + 1, place->due_at);
}

static enum err move(struct sqlite_store *store, int64_t id, const struct queue_place *from,
                     const struct queue_place *to, struct why *why)
{
    enum sql sql = from->lane == 0 ? SQL_ADD_WORK : SQL_MOVE_WORK;
    enum err e = OK;
    sqlite3_stmt *stmt = NULL;

    if (to->lane == 0)
        sql = SQL_REMOVE_WORK;
    stmt = conn_write_sql(&store->conn, sql, &e, why);
    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, id);
    bind_place(stmt, 2, from->lane != 0 ? from : to);
    if (sql == SQL_MOVE_WORK)
        bind_place(stmt, 4, to);
    e = conn_run(&store->conn, stmt, why);
    if (e == OK && sqlite3_changes(store->conn.db) != 1)
        e = err_set(why, ERR_INTERNAL, "order number %lld is not where it waits", (long long)id);
    return e;
}

static enum err write_from(struct sqlite_store *store, int64_t from, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(&store->conn, SQL_WORK_MOVED, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, from);
    return conn_run(&store->conn, stmt, why);
}

/* What is before `from` from now on, and still waits or runs, goes to the table. */
static enum err put_down(struct sqlite_store *store, int64_t from, struct why *why)
{
    static const struct queue_place none = {0};
    struct sqlite_work *work = store->work;
    enum err e = OK;

    for (; work->from < from && work->from < work->next && e == OK; work->from++) {
        const struct queue_place *place = slot(work, work->from);

        if (place->lane != 0)
            e = move(store, work->from, &none, place, why);
    }
    work->from = from;
    if (work->next < from)
        work->next = from;
    return e == OK ? write_from(store, from, why) : e;
}

/* ---- the newest, by their rows ---- */

static void keep(struct sqlite_work *work, int64_t id, const struct queue_place *place)
{
    for (; work->next <= id; work->next++)
        *slot(work, work->next) = (struct queue_place){0};
    *slot(work, id) = *place;
}

enum err work_fresh(struct conn *conn, const struct step_names *steps,
                    void (*each)(void *self, const struct work_fresh *fresh), void *self)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FRESH, NULL);
    struct work_fresh fresh;
    enum err e = stmt == NULL ? ERR_INTERNAL : OK;

    while (e == OK && conn_row(conn, stmt, &e, NULL)) {
        const struct order order = {.status = (enum status)col_int(stmt, 1),
                                    .priority = (uint8_t)col_int(stmt, 2),
                                    .due_at = col_int(stmt, 3),
                                    .step = col_slice(stmt, 4)};

        fresh.id = col_int(stmt, 0);
        fresh.status = order.status;
        if (work_place(steps, &order, &fresh.place) && fresh.place.lane != 0)
            each(self, &fresh);
    }
    return e;
}

static void read_one(void *self, const struct work_fresh *fresh)
{
    struct sqlite_work *work = self;

    if (fresh->id - work->from < WORK_RING)
        keep(work, fresh->id, &fresh->place);
}

static enum err read_all(struct sqlite_store *store, struct why *why)
{
    struct sqlite_work *work = store->work;
    struct conn *conn = &store->conn;
    enum err e = conn_number(conn, conn_sql(conn, SQL_WORK_FROM, why), &work->from, why);

    work->next = work->from;
    if (e == OK)
        e = work_fresh(conn, &store->base.steps, read_one, work);
    work->stale = e != OK;
    return e == OK ? OK : err_set(why, e, "the store cannot read what waits");
}

enum err work_changed(struct sqlite_store *store, struct order *order, struct why *why)
{
    struct sqlite_work *work = store->work;
    struct queue_place was = order->place;
    enum err e = work->stale ? read_all(store, why) : OK;

    if (e != OK)
        return e;
    if (!work_place(&store->base.steps, order, &order->place))
        return err_set(why, ERR_INTERNAL, "the store does not know the step '%.*s'",
                       SLICE_ARGS(order->step));
    if (order->id - work->from >= WORK_RING)
        e = put_down(store, order->id - work->newest, why);
    if (e != OK)
        return e;
    if (order->id >= work->from)
        keep(work, order->id, &order->place);
    else if (was.lane != order->place.lane || was.due_at != order->place.due_at)
        e = move(store, order->id, &was, &order->place, why);
    return e;
}

enum err work_move(struct sqlite_store *store, struct why *why)
{
    const struct sqlite_work *work = store->work;

    if (work == NULL || work->stale || work->next - work->from <= work->newest + work->newest / 4)
        return OK;
    return put_down(store, work->next - work->newest, why);
}

/* ---- what the store calls ---- */

enum err work_open(struct sqlite_store *store, int64_t newest, struct why *why)
{
    enum err e = steps_read(&store->conn, &store->base.steps, why);

    store->work = need(calloc(1, sizeof *store->work));
    store->work->newest = newest > 0 ? newest : WORK_NEWEST;
    return e == OK ? read_all(store, why) : e;
}

void work_close(struct sqlite_store *store)
{
    free(store->work);
    store->work = NULL;
}

void work_rolled_back(struct sqlite_store *store)
{
    if (store->work != NULL)
        store->work->stale = true;
}
