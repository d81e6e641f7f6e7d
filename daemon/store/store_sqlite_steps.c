/* Steps: their numbers, and what those of an order that are done hand on. */
#include "shared/steps.h"

#include "daemon/store/store_sqlite_sums.h"

enum err steps_read(struct conn *conn, struct step_names *out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_STEPS, why);
    enum err e = OK;

    while (conn_row(conn, stmt, &e, why)) {
        if (!step_names_add(out, col_slice(stmt, 0))) {
            (void)sqlite3_reset(stmt);
            return err_set(why, ERR_INTERNAL, "the store's steps are corrupt");
        }
    }
    if (e == OK && step_names_count(out) == 0)
        return err_set(why, ERR_INTERNAL, "the store has lost its steps");
    return e;
}

static enum err insert(struct conn *conn, uint32_t number, struct slice name, struct why *why)
{
    enum err e = conn_run(conn, conn_sql(conn, SQL_BEGIN, why), why);
    sqlite3_stmt *stmt = NULL;

    if (e == OK)
        stmt = conn_write_sql(conn, SQL_ADD_STEP, &e, why);
    if (stmt != NULL) {
        bind_int(stmt, 1, number);
        bind_slice(stmt, 2, name);
        e = conn_run(conn, stmt, why);
    }
    if (e == OK)
        e = conn_run(conn, conn_sql(conn, SQL_COMMIT, why), why);
    return e;
}

/* By a connection of its own, for the writer's may be in use on another thread. */
enum err sqlite_add_step(struct store *base, struct slice name, struct why *why)
{
    const struct sqlite_store *store = sqlite_of(base);
    const struct conn_kind kind = {.writes = true, .synced = !store->forgetful};
    struct conn conn;
    enum err e = conn_open(&conn, store->path, &kind, why);

    if (e != OK)
        return e;
    e = insert(&conn, step_names_count(&base->steps), name, why);
    conn_close(&conn); /* rolls back what was not committed */
    return e;
}

/* One that is replaced is no longer in the sum. */
static enum err take_off(struct conn *conn, struct order *order, struct slice step, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_RESULT_OF, why);
    enum err e = OK;

    if (stmt != NULL) {
        bind_int(stmt, 1, order->id);
        bind_slice(stmt, 2, step);
    }
    if (conn_row(conn, stmt, &e, why)) {
        const struct pair result = {step, col_slice(stmt, 0)};

        order->handed -= sum_handed(&conn->sums, order->id, &result);
        (void)sqlite3_reset(stmt);
    }
    return e;
}

enum err sqlite_add_result(struct store *base, struct order *order, const struct pair *result,
                           struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = take_off(conn, order, result->key, why);
    sqlite3_stmt *stmt = e == OK ? conn_write_sql(conn, SQL_ADD_RESULT, &e, why) : NULL;

    if (stmt == NULL)
        return e;
    order->handed += sum_handed(&conn->sums, order->id, result);
    bind_int(stmt, 1, order->id);
    bind_slice(stmt, 2, result->key);
    bind_slice(stmt, 3, result->value);
    return conn_run(conn, stmt, why);
}

/* Absent: the step has not handed anything on. */
static enum err read_one(struct conn *conn, struct arena *arena, int64_t order, struct pair *out,
                         struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_RESULT_OF, why);
    enum err e = OK;

    out->value = (struct slice){NULL, 0};
    if (stmt != NULL) {
        bind_int(stmt, 1, order);
        bind_slice(stmt, 2, out->key);
    }
    if (conn_row(conn, stmt, &e, why)) {
        out->value = slice_copy(arena, col_slice(stmt, 0));
        (void)sqlite3_reset(stmt);
    }
    return e;
}

/* From where on results are of rounds before a replay from the start, and not to be shown. */
static size_t shown(const struct order *order)
{
    size_t at = steps_find(order->steps, order->step);

    if (at == STEP_NONE || status_final(order->status) || order_undoes(order))
        return STEPS_MAX;
    return at;
}

enum err results_read(struct conn *conn, struct arena *arena, struct order *out, struct why *why)
{
    size_t n = steps_count(out->steps);
    struct pair *pairs = arena_alloc(arena, n * sizeof *pairs);
    size_t upto = shown(out);
    struct step step;
    enum err e = OK;

    out->results = pairs;
    for (size_t i = 0; e == OK && i < upto && steps_at(out->steps, i, &step); i++) {
        struct pair *pair = &pairs[out->n_results];

        pair->key = step.name;
        e = read_one(conn, arena, out->id, pair, why);
        if (i + 1 == n && out->status == STATUS_FULFILLED)
            pair->value = out->result.p != NULL ? out->result : SLICE("");
        out->n_results += pair->value.p != NULL;
    }
    return e;
}

enum err results_count(struct conn *conn, struct order *out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_COUNT_RESULTS, why);
    int64_t n = 0;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, out->id);
    e = conn_number(conn, stmt, &n, why);
    out->n_done = (uint8_t)n;
    return e;
}
