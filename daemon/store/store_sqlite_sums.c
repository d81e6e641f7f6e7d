/*
 * What an order's row, and the rows beside it, must sum to: so that what was changed by anything
 * but this store is noticed when it is read.
 *
 *   fixed    what is never or seldom changed; not stored, but read again with the row
 *   spilled  rows of `history`, added up     handed   rows of `results`, added up
 *   sum      fixed, spilled, handed, and all else of the row
 *
 * A value of another type than was written does not hold, even where it reads the same.
 */
#include "daemon/store/store_sqlite_sums.h"

#include <endian.h>

#include "daemon/store/checksum.h"

#define INTS_MAX 16
#define TEXTS_MAX 8
#define NULL_INT INT64_MIN

/* Numbers, then the texts' lengths, then the texts. */
struct parts {
    int64_t ints[INTS_MAX];
    struct slice texts[TEXTS_MAX];
    size_t n_ints, n_texts;
};

static int64_t or_null(int64_t value)
{
    return value != 0 ? value : NULL_INT;
}

static uint64_t digest(struct buf *scratch, const struct parts *parts)
{
    uint64_t head[INTS_MAX + TEXTS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < parts->n_ints; i++)
        head[n++] = htole64((uint64_t)parts->ints[i]);
    for (size_t i = 0; i < parts->n_texts; i++)
        head[n++] = htole64(parts->texts[i].p != NULL ? parts->texts[i].n : UINT64_MAX);
    buf_clear(scratch);
    buf_add(scratch, head, n * sizeof head[0]);
    for (size_t i = 0; i < parts->n_texts; i++)
        buf_add(scratch, parts->texts[i].p, parts->texts[i].n);
    return checksum_row(scratch->data, scratch->len);
}

/* ---- of what is written ---- */

uint64_t sum_fixed(struct buf *scratch, const struct order *order, struct slice items,
                   struct slice metadata)
{
    const struct parts parts = {
        .ints = {order->priority, order->total_quantity, order->created_at,
                 or_null(order->not_before)},
        .texts = {{(const char *)order->uid.bytes, sizeof order->uid.bytes},
                  order->customer_id,
                  order->reference,
                  order->steps,
                  items,
                  metadata},
        .n_ints = 4,
        .n_texts = 6,
    };

    return digest(scratch, &parts);
}

uint64_t sum_order(struct buf *scratch, const struct order *order, struct slice cancel)
{
    const struct parts parts = {
        .ints = {order->id, (int64_t)order->status, order->attempts, order->max_attempts,
                 order->replays, order->updated_at, or_null(order->next_attempt_at),
                 or_null(order->due_at), order->seq, (int64_t)order->draw, or_null(order->replay),
                 NULL_INT /* lane */, or_null((int64_t)order->spilled),
                 or_null((int64_t)order->handed), (int64_t)order->fixed},
        .texts = {cancel, order->failure_reason, order->step, order->result, order->trail},
        .n_ints = 15,
        .n_texts = 5,
    };

    return digest(scratch, &parts);
}

uint64_t sum_spilled(struct buf *scratch, int64_t order, int64_t seq, struct slice entries)
{
    const struct parts parts = {
        .ints = {order, seq}, .texts = {entries}, .n_ints = 2, .n_texts = 1};

    return digest(scratch, &parts);
}

uint64_t sum_handed(struct buf *scratch, int64_t order, const struct pair *result)
{
    const struct parts parts = {
        .ints = {order}, .texts = {result->key, result->value}, .n_ints = 1, .n_texts = 2};

    return digest(scratch, &parts);
}

/* ---- of what is read ---- */

/* Places in WHOLE_COLUMNS, in the order in which they are summed when written. */
static const uint8_t fixed_ints[] = {2, 7, 8, 10};
static const uint8_t fixed_texts[] = {16, 17, 18, 21, ORDER_ITEMS_COLUMN, COLUMN_METADATA};
static const uint8_t row_ints[] = {
    0, 1, 4, 5, 6, 9, 11, 12, 13, 14, 15, COLUMN_LANE, COLUMN_SPILLED, COLUMN_HANDED};
static const uint8_t row_texts[] = {3, 19, 20, COLUMN_RESULT, COLUMN_TRAIL};
#define COLUMN_UID 16

static bool take_ints(sqlite3_stmt *stmt, const uint8_t *columns, size_t n, struct parts *out)
{
    bool fine = true;

    for (size_t i = 0; i < n; i++) {
        int type = sqlite3_column_type(stmt, columns[i]);

        out->ints[out->n_ints++] = type == SQLITE_NULL ? NULL_INT : col_int(stmt, columns[i]);
        fine = fine && (type == SQLITE_INTEGER || type == SQLITE_NULL);
    }
    return fine;
}

static bool take_texts(sqlite3_stmt *stmt, const uint8_t *columns, size_t n, struct parts *out)
{
    bool fine = true;

    for (size_t i = 0; i < n; i++) {
        int type = sqlite3_column_type(stmt, columns[i]);
        bool blob = columns[i] == COLUMN_UID || columns[i] == COLUMN_TRAIL;

        out->texts[out->n_texts++] = col_slice(stmt, columns[i]);
        fine = fine && (type == (blob ? SQLITE_BLOB : SQLITE_TEXT) || type == SQLITE_NULL);
    }
    return fine;
}

static bool take_fixed(struct conn *conn, sqlite3_stmt *stmt, uint64_t *out)
{
    struct parts parts = {.n_ints = 0};
    bool fine = take_ints(stmt, fixed_ints, sizeof fixed_ints, &parts);

    fine = take_texts(stmt, fixed_texts, sizeof fixed_texts, &parts) && fine;
    *out = digest(&conn->sums, &parts);
    return fine && !conn->sums.failed;
}

static bool row_holds(struct conn *conn, sqlite3_stmt *stmt, uint64_t fixed)
{
    struct parts parts = {.n_ints = 0};
    bool fine = take_ints(stmt, row_ints, sizeof row_ints, &parts);

    fine = take_texts(stmt, row_texts, sizeof row_texts, &parts) && fine;
    parts.ints[parts.n_ints++] = (int64_t)fixed;
    return (int64_t)digest(&conn->sums, &parts) == col_int(stmt, COLUMN_SUM) && fine &&
           !conn->sums.failed && sqlite3_column_type(stmt, COLUMN_SUM) == SQLITE_INTEGER;
}

static enum err history_sum(struct conn *conn, int64_t order, uint64_t *out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_HISTORY, why);
    enum err e = OK;

    *out = 0;
    if (stmt != NULL) {
        bind_int(stmt, 1, order);
        bind_int(stmt, 2, INT64_MIN);
    }
    while (conn_row(conn, stmt, &e, why)) {
        bool fine = sqlite3_column_type(stmt, 0) == SQLITE_INTEGER &&
                    sqlite3_column_type(stmt, 1) == SQLITE_BLOB;

        *out += sum_spilled(&conn->sums, order, col_int(stmt, 0), col_slice(stmt, 1)) + !fine;
    }
    return e;
}

static enum err results_sum(struct conn *conn, int64_t order, uint64_t *out, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_HANDED_ON, why);
    enum err e = OK;

    *out = 0;
    if (stmt != NULL)
        bind_int(stmt, 1, order);
    while (conn_row(conn, stmt, &e, why)) {
        const struct pair result = {col_slice(stmt, 0), col_slice(stmt, 1)};
        bool fine = sqlite3_column_type(stmt, 0) == SQLITE_TEXT &&
                    sqlite3_column_type(stmt, 1) == SQLITE_TEXT;

        *out += sum_handed(&conn->sums, order, &result) + !fine;
    }
    return e;
}

#define NAMED "order "

enum err sum_damaged(const struct uuid *uid, struct why *why)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(uid, id);
    return err_set(
        why, ERR_DAMAGED,
        NAMED "%s does not hold: it was changed or damaged in the store; see dofs verify", id);
}

bool store_verify_named(const char *why, struct uuid *out)
{
    size_t n = sizeof NAMED - 1;

    return strncmp(why, NAMED, n) == 0 && strlen(why) >= n + UUID_TEXT_LEN &&
           uuid_parse(why + n, UUID_TEXT_LEN, out);
}

/* A row of version 1 that was not written since; a newer one without a sum has lost it. */
static enum err may_lack_sum(struct conn *conn, const struct order *order, const struct uuid *uid,
                             struct why *why)
{
    enum err e = OK;

    if (conn->last_unsummed < 0)
        e = conn_number(conn, conn_sql(conn, SQL_UNSUMMED, why), &conn->last_unsummed, why);
    if (e != OK)
        return e;
    return order->id <= conn->last_unsummed ? OK : sum_damaged(uid, why);
}

enum err sum_check(struct conn *conn, sqlite3_stmt *stmt, struct order *order,
                   const struct uuid *uid, struct why *why)
{
    struct uuid own = order->uid;
    const struct uuid *named = uid != NULL ? uid : &own;
    bool fine = take_fixed(conn, stmt, &order->fixed);
    enum err e = OK;

    order->spilled = (uint64_t)col_int(stmt, COLUMN_SPILLED);
    order->handed = (uint64_t)col_int(stmt, COLUMN_HANDED);
    if (sqlite3_column_type(stmt, COLUMN_SUM) == SQLITE_NULL) {
        e = may_lack_sum(conn, order, named, why);
        if (e == OK) /* what it has moved out is under its sum from the next write on */
            e = history_sum(conn, order->id, &order->spilled, why);
    } else {
        fine = row_holds(conn, stmt, order->fixed) && fine;
    }
    if (e == OK && (!fine || uuid_compare(named, &own) != 0))
        e = sum_damaged(named, why);
    return e;
}

enum err sum_check_history(struct conn *conn, const struct order *order, struct why *why)
{
    uint64_t found = 0;
    enum err e = history_sum(conn, order->id, &found, why);

    return e == OK && found != order->spilled ? sum_damaged(&order->uid, why) : e;
}

enum err sum_check_results(struct conn *conn, const struct order *order, struct why *why)
{
    uint64_t found = 0;
    enum err e = results_sum(conn, order->id, &found, why);

    return e == OK && found != order->handed ? sum_damaged(&order->uid, why) : e;
}
