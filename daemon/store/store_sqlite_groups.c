/* Dead letters by the group of their reason: kept counts, and the groups of a query. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store_sqlite_match.h"

/* "g:COUNT:ID", of the last group handed out. */
static enum err read_place(struct slice cursor, int64_t *count, int64_t *id, struct why *why)
{
    struct slice rest = cursor;

    if (cursor.p == NULL)
        return OK;
    if (slice_is(slice_cut(&rest, ':'), "g") && text_int(slice_cut(&rest, ':'), count) &&
        text_int(rest, id) && *count >= 0 && *id >= 0)
        return OK;
    return err_set(why, ERR_INVALID, "cursor: is none of this list");
}

/* The newest reason and the times; the statements are to be reset after the row is used. */
static enum err fill_group(struct conn *conn, int64_t id, sqlite3_stmt **newest,
                           struct reason_group *out, struct why *why)
{
    sqlite3_stmt *oldest = conn_sql(conn, SQL_GROUP_OLDEST, why);
    enum err e = OK;

    *newest = conn_sql(conn, SQL_GROUP_NEWEST, why);
    if (*newest == NULL || oldest == NULL)
        return ERR_INTERNAL;
    bind_int(oldest, 1, id);
    e = conn_number(conn, oldest, &out->oldest_at, why);
    if (e != OK)
        return e;
    bind_int(*newest, 1, id);
    if (conn_row(conn, *newest, &e, why)) {
        out->failure_reason = col_slice(*newest, 0);
        out->newest_at = col_int(*newest, 1);
    }
    return e;
}

/* Stored as an empty text where it is not known. */
static struct slice step_of(sqlite3_stmt *stmt, int i)
{
    struct slice step = col_slice(stmt, i);

    return step.n > 0 ? step : (struct slice){NULL, 0};
}

static enum err list_groups(struct conn *conn, const struct store_groups_ask *ask, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_GROUPS, why);
    sqlite3_stmt *newest = NULL;
    int64_t count = INT64_MAX, id = INT64_MAX;
    uint32_t n = 0;
    enum err e = read_place(ask->page->cursor, &count, &id, why);
    bool full = false;

    if (e != OK || stmt == NULL)
        return e != OK ? e : ERR_INTERNAL;
    bind_int(stmt, 1, count);
    bind_int(stmt, 2, id);
    bind_int(stmt, 3, (int64_t)ask->page->limit + 1);
    while (!full && conn_row(conn, stmt, &e, why)) {
        struct reason_group group = {
            .step = step_of(stmt, 3), .group = col_slice(stmt, 1), .count = col_int(stmt, 2)};

        e = fill_group(conn, col_int(stmt, 0), &newest, &group, why);
        if (e != OK)
            break;
        full = n++ == ask->page->limit || !ask->row(ask->self, &group);
        (void)sqlite3_reset(newest);
        if (full)
            break;
        count = group.count;
        id = col_int(stmt, 0);
    }
    (void)sqlite3_reset(stmt);
    if (full)
        (void)snprintf(ask->page->next_cursor, sizeof ask->page->next_cursor, "g:%lld:%lld",
                       (long long)count, (long long)id);
    return e;
}

enum err sqlite_groups(struct store_reader *base, const struct store_groups_ask *ask,
                       struct why *why)
{
    struct conn *conn = conn_of(base);
    enum err e = conn_snapshot(conn, why);

    ask->page->next_cursor[0] = '\0';
    if (e == OK)
        e = list_groups(conn, ask, why);
    conn_snapshot_end(conn);
    return e;
}

/* ---- the groups of a query: an open table by the group's number ---- */

struct tally {
    int64_t group; /* 0: empty */
    int64_t count, oldest_at, newest_at;
    int64_t newest; /* dead letter */
};

struct tallies {
    struct tally *rows;
    size_t n, cap; /* cap a power of 2, at most half full */
};

static struct tally *slot(struct tally *rows, size_t cap, int64_t group)
{
    size_t i = (size_t)((uint64_t)group * 0x9E3779B97F4A7C15ULL) & (cap - 1);

    while (rows[i].group != 0 && rows[i].group != group)
        i = (i + 1) & (cap - 1);
    return &rows[i];
}

static bool grow(struct tallies *tallies)
{
    size_t cap = tallies->cap == 0 ? 64 : tallies->cap * 2;
    struct tally *rows = calloc(cap, sizeof *rows);

    if (rows == NULL)
        return false;
    for (size_t i = 0; i < tallies->cap; i++) {
        if (tallies->rows[i].group != 0)
            *slot(rows, cap, tallies->rows[i].group) = tallies->rows[i];
    }
    free(tallies->rows);
    tallies->rows = rows;
    tallies->cap = cap;
    return true;
}

/* Dead letters come newest first. */
static bool tally(struct tallies *tallies, int64_t group, const struct dead_letter *dead)
{
    struct tally *row = NULL;

    if (tallies->n * 2 >= tallies->cap && !grow(tallies))
        return false;
    row = slot(tallies->rows, tallies->cap, group);
    if (row->group == 0) {
        *row = (struct tally){group, 0, dead->failed_at, dead->failed_at, dead->n};
        tallies->n++;
    }
    row->count++;
    if (dead->failed_at < row->oldest_at)
        row->oldest_at = dead->failed_at;
    return true;
}

static int most_first(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->group < y->group) - (x->group > y->group);
}

static enum err hand_out(struct conn *conn, const struct store_preview_ask *ask,
                         struct tallies *tallies, struct why *why)
{
    sqlite3_stmt *text = conn_sql(conn, SQL_GROUP_TEXT, why);
    sqlite3_stmt *reason = conn_sql(conn, SQL_DEAD_REASON, why);
    enum err e = text == NULL || reason == NULL ? ERR_INTERNAL : OK;
    bool more = true;

    qsort(tallies->rows, tallies->cap, sizeof *tallies->rows, most_first);
    for (size_t i = 0; i < tallies->n && i < ask->max && more && e == OK; i++) {
        const struct tally *row = &tallies->rows[i];
        struct reason_group group = {
            .count = row->count, .oldest_at = row->oldest_at, .newest_at = row->newest_at};

        bind_int(text, 1, row->group);
        bind_int(reason, 1, row->newest);
        if (conn_row(conn, text, &e, why) && conn_row(conn, reason, &e, why)) {
            group.group = col_slice(text, 0);
            group.step = step_of(text, 1);
            group.failure_reason = col_slice(reason, 0);
            more = ask->row(ask->self, &group);
        }
        (void)sqlite3_reset(text);
        (void)sqlite3_reset(reason);
    }
    return e;
}

static enum err look_at_all(struct conn *conn, const struct store_preview_ask *ask,
                            struct tallies *tallies, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_DEAD_DOWN, why);
    struct match match;
    struct dead_letter dead;
    struct order order;
    const struct match_row row = {&order, &dead, stmt, DEAD_ITEMS_COLUMN};
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    match_dead(&match, ask->query, ask->now_us);
    bind_int(stmt, 1, INT64_MAX);
    bind_int(stmt, 2, -1); /* no limit */
    while (conn_row(conn, stmt, &e, why)) {
        dead_read(stmt, &dead, &order);
        if (ask->out->upto == 0)
            ask->out->upto = dead.n;
        if (!match_holds(&match, conn, &row))
            continue;
        ask->out->matched++;
        if (ask->out->oldest_at == 0 || dead.failed_at < ask->out->oldest_at)
            ask->out->oldest_at = dead.failed_at;
        if (ask->each != NULL && !ask->each(ask->each_self, dead.n)) {
            e = err_set(why, ERR_TOO_LARGE, "too many dead letters match to be named one by one");
            break;
        }
        if (!tally(tallies, col_int(stmt, DEAD_GROUP_COLUMN), &dead)) {
            e = err_set(why, ERR_INTERNAL, "no memory");
            break;
        }
    }
    (void)sqlite3_reset(stmt);
    match_done(&match);
    return e;
}

enum err sqlite_preview_dead(struct store_reader *base, const struct store_preview_ask *ask,
                             struct why *why)
{
    struct conn *conn = conn_of(base);
    struct tallies tallies = {NULL, 0, 0};
    enum err e = conn_snapshot(conn, why);

    *ask->out = (struct store_preview){0};
    if (e == OK)
        e = look_at_all(conn, ask, &tallies, why);
    if (e == OK && tallies.n > 0)
        e = hand_out(conn, ask, &tallies, why);
    conn_snapshot_end(conn);
    free(tallies.rows);
    return e;
}

/* Of a step that is not known nobody asks. */
enum err sqlite_dead_by_step(struct store_reader *base, int64_t *out, struct why *why)
{
    const struct step_names *steps = ((const struct sqlite_reader *)base)->steps;
    struct conn *conn = conn_of(base);
    sqlite3_stmt *stmt = conn_sql(conn, SQL_DEAD_BY_STEP, why);
    enum err e = OK;

    memset(out, 0, STEPS_EVER_MAX * sizeof *out);
    while (conn_row(conn, stmt, &e, why)) {
        uint32_t step = step_names_find(steps, col_slice(stmt, 0));

        if (step < STEPS_EVER_MAX)
            out[step] = col_int(stmt, 1);
    }
    return e;
}
