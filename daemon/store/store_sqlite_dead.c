/* The dead-letter queue: what comes, what goes, what is next for a replay, and its list. */
#include "daemon/store/store_sqlite.h"

static enum err find_group(struct conn *conn, const struct reason_group *group, int64_t *id,
                           struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(conn, SQL_FIND_GROUP, why);

    if (stmt != NULL) {
        bind_slice(stmt, 1, group->group);
        bind_slice(stmt, 2, group->step);
    }
    return conn_number(conn, stmt, id, why);
}

/* The number of a group that is there, or is made. */
static enum err group_number(struct conn *conn, const struct reason_group *group, int64_t *id,
                             struct why *why)
{
    enum err e = find_group(conn, group, id, why);
    sqlite3_stmt *stmt = NULL;

    if (e != ERR_NOT_FOUND)
        return e;
    stmt = conn_write_sql(conn, SQL_ADD_GROUP, &e, why);
    if (stmt == NULL)
        return e;
    bind_slice(stmt, 1, group->group);
    bind_slice(stmt, 2, group->step);
    e = conn_run(conn, stmt, why);
    *id = sqlite3_last_insert_rowid(conn->db);
    return e;
}

static enum err count_group(struct conn *conn, int64_t group, int64_t more, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_COUNT_GROUP, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, group);
    bind_int(stmt, 2, more);
    return conn_run(conn, stmt, why);
}

enum err sqlite_add_dead(struct store *base, const struct dead_letter *dead, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    const struct reason_group group = {
        .step = dead->step.p != NULL ? dead->step : SLICE(""),
        .group = dead->group.p != NULL ? dead->group : SLICE(""),
    };
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_ADD_DEAD, &e, why);
    int64_t number = 0;

    if (stmt == NULL)
        return e;
    e = group_number(conn, &group, &number, why);
    if (e == OK)
        e = count_group(conn, number, 1, why);
    if (e != OK)
        return e;
    bind_int(stmt, 1, dead->n);
    bind_int(stmt, 2, dead->id);
    bind_int(stmt, 3, dead->failed_at);
    bind_int(stmt, 4, number);
    bind_int(stmt, 5, dead->attempts);
    bind_slice(stmt, 6, dead->step);
    bind_slice(stmt, 7, dead->failure_reason);
    return conn_run(conn, stmt, why);
}

static enum err run_with(struct conn *conn, enum sql sql, int64_t number, struct why *why)
{
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, sql, &e, why);

    if (stmt == NULL)
        return e;
    bind_int(stmt, 1, number);
    return conn_run(conn, stmt, why);
}

enum err sqlite_remove_dead(struct store *base, int64_t order, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_GROUP_OF_DEAD, why);
    int64_t group = 0;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, order);
    e = conn_number(conn, stmt, &group, why);
    if (e == OK)
        e = run_with(conn, SQL_REMOVE_DEAD, order, why);
    if (e == OK)
        e = count_group(conn, group, -1, why);
    if (e == OK)
        e = run_with(conn, SQL_REMOVE_GROUP, group, why);
    return e;
}

void dead_read(sqlite3_stmt *stmt, struct dead_letter *out, struct order *order)
{
    *out = (struct dead_letter){
        .n = col_int(stmt, 0),
        .id = col_int(stmt, 1),
        .uid = col_uuid(stmt, 2),
        .customer_id = col_slice(stmt, 3),
        .reference = col_slice(stmt, 4),
        .step = col_slice(stmt, 5),
        .failure_reason = col_slice(stmt, 6),
        .group = col_slice(stmt, 7),
        .attempts = (uint32_t)col_int(stmt, 8),
        .replays = (uint32_t)col_int(stmt, 9),
        .failed_at = col_int(stmt, 10),
    };
    *order = (struct order){
        .id = out->id,
        .uid = out->uid,
        .status = STATUS_FAILED,
        .customer_id = out->customer_id,
        .reference = out->reference,
        .created_at = col_int(stmt, 11),
        .seq = col_int(stmt, 12),
    };
}

static bool holds(struct match *match, struct conn *conn, sqlite3_stmt *stmt,
                  struct dead_letter *dead)
{
    struct order order;
    const struct match_row row = {&order, dead, stmt, DEAD_ITEMS_COLUMN};

    dead_read(stmt, dead, &order);
    return match_holds(match, conn, &row);
}

enum err sqlite_next_dead(struct store *base, struct store_next_ask *ask, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    sqlite3_stmt *stmt = conn_sql(conn, SQL_DEAD_UP, why);
    const struct dead_query query = {.filter = *ask->filter};
    struct match match;
    struct dead_letter dead = {0};
    int64_t looked = 0;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    match_dead(&match, &query, ask->now_us);
    bind_int(stmt, 1, ask->cursor);
    bind_int(stmt, 2, ask->upto);
    bind_int(stmt, 3, LOOK_MAX_ROWS);
    while (ask->ids.n < ask->ids.max && conn_row(conn, stmt, &e, why)) {
        if (holds(&match, conn, stmt, &dead))
            ask->ids.ids[ask->ids.n++] = dead.id;
        ask->cursor = dead.n;
        looked++;
    }
    (void)sqlite3_reset(stmt);
    match_done(&match);
    if (e == OK && ask->ids.n < ask->ids.max && looked < LOOK_MAX_ROWS)
        ask->cursor = ask->upto;
    return e;
}

/* ---- the list ---- */

struct dead_walk {
    struct conn *conn;
    struct match *match;
    const struct store_failed_ask *ask;
    int64_t group; /* 0: of any */
    bool up;       /* oldest first */
    int64_t at;
    int64_t n;
    bool counts;
    bool end;
};

/* False: the page ended before this one. */
static bool take(struct dead_walk *walk, sqlite3_stmt *stmt)
{
    struct dead_letter dead = {0};
    bool matches = holds(walk->match, walk->conn, stmt, &dead);

    if (!walk->counts && walk->n == walk->ask->page->limit)
        return false;
    if (matches && !walk->counts && !walk->ask->row(walk->ask->self, &dead))
        return false;
    walk->n += matches ? 1 : 0;
    walk->at = dead.n;
    return true;
}

static sqlite3_stmt *candidates(const struct dead_walk *walk, struct why *why)
{
    static const enum sql sqls[2][2] = {{SQL_DEAD_DOWN, SQL_DEAD_OF_GROUP},
                                        {SQL_DEAD_UP, SQL_DEAD_UP_OF_GROUP}};
    sqlite3_stmt *stmt = conn_sql(walk->conn, sqls[walk->up][walk->group != 0], why);
    int next = 1;

    if (stmt == NULL)
        return NULL;
    bind_int(stmt, next++, walk->at);
    if (walk->up)
        bind_int(stmt, next++, INT64_MAX);
    bind_int(stmt, next++, LOOK_MAX_ROWS);
    if (walk->group != 0)
        bind_int(stmt, next, walk->group);
    return stmt;
}

static enum err walk_dead(struct dead_walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = candidates(walk, why);
    int64_t looked = 0;
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    walk->end = true;
    while (walk->end && conn_row(walk->conn, stmt, &e, why)) {
        walk->end = take(walk, stmt);
        looked++;
    }
    (void)sqlite3_reset(stmt);
    walk->end = walk->end && looked < LOOK_MAX_ROWS;
    return e;
}

/* The only group of a text at any step, or at that step; 0: there are several. ERR_NOT_FOUND. */
static enum err find_only(struct conn *conn, const struct reason_group *group, int64_t *id,
                          struct why *why)
{
    sqlite3_stmt *stmt = NULL;
    int64_t n = 0;
    enum err e = OK;

    if (group->step.p != NULL)
        return find_group(conn, group, id, why);
    stmt = conn_sql(conn, SQL_FIND_GROUPS, why);
    if (stmt != NULL)
        bind_slice(stmt, 1, group->group);
    if (!conn_row(conn, stmt, &e, why))
        return e;
    n = col_int(stmt, 1);
    *id = n == 1 ? col_int(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return n > 0 ? OK : ERR_NOT_FOUND;
}

/* A group, or a reason and so its group: the index leads there. ERR_NOT_FOUND: no such group. */
static enum err choose_group(struct dead_walk *walk, struct why *why)
{
    struct match *match = walk->match;
    struct reason_group group = {
        .step = match_value(match->filter, FILTER_STEP),
        .group = match->group.p != NULL ? match->group : match_value(match->filter, FILTER_GROUP),
    };
    struct slice reason =
        match->reason.p != NULL ? match->reason : match_value(match->filter, FILTER_REASON);

    if (group.group.p == NULL && reason.p != NULL) {
        buf_clear(&match->text);
        text_group(&match->text, reason);
        group.group = (struct slice){buf_text(&match->text), match->text.len};
    }
    return group.group.p == NULL ? OK : find_only(walk->conn, &group, &walk->group, why);
}

static enum err count_dead(const struct dead_walk *done, struct why *why)
{
    struct store_page *page = done->ask->page;
    struct dead_walk walk = *done;
    struct store_totals totals = {0};
    enum err e = OK;

    if (done->match->anything && done->match->statuses == STATUS_ALL_BITS) {
        e = totals_read(done->conn, &totals, why);
        page->matched = totals.dlq_depth <= MATCHED_MAX ? totals.dlq_depth : -1;
        return e;
    }
    if (page->cursor.p == NULL && done->ask->after == NULL && page->next_cursor[0] == '\0') {
        page->matched = done->n;
        return OK;
    }
    walk.counts = true;
    walk.at = walk.up ? 0 : INT64_MAX;
    walk.n = 0;
    e = walk_dead(&walk, why);
    page->matched = walk.end ? walk.n : -1;
    return e;
}

/* The place of an order's dead letter. */
static enum err find_after(struct dead_walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_DEAD_OF_ORDER, why);
    int64_t id = 0;
    enum err e = order_find(walk->conn, walk->ask->after, &id, why);

    if (e != OK || stmt == NULL)
        return e != OK ? e : ERR_INTERNAL;
    bind_int(stmt, 1, id);
    e = conn_number(walk->conn, stmt, &walk->at, why);
    return e == ERR_NOT_FOUND
               ? err_set(why, e, "the order behind which the list begins is not in the DLQ")
               : e;
}

static enum err list_dead(struct dead_walk *walk, struct why *why)
{
    struct store_page *page = walk->ask->page;
    char kind = walk->up ? 'g' : 'f';
    enum err e = OK;

    walk->at = walk->up ? 0 : INT64_MAX;
    if (page->cursor.p == NULL && walk->ask->after != NULL)
        e = find_after(walk, why);
    if (e == OK)
        e = cursor_read(page->cursor, kind, &walk->at, why);
    if (e != OK)
        return e;
    e = choose_group(walk, why);
    if (e == ERR_NOT_FOUND) {
        page->matched = page->count ? 0 : -1;
        return OK;
    }
    if (e == OK)
        e = walk_dead(walk, why);
    if (e == OK && !walk->end)
        cursor_write(page, kind, walk->at);
    return e == OK && page->count ? count_dead(walk, why) : e;
}

enum err sqlite_failed(struct store_reader *base, const struct store_failed_ask *ask,
                       struct why *why)
{
    struct conn *conn = conn_of(base);
    struct match match;
    struct dead_walk walk = {
        .conn = conn, .match = &match, .ask = ask, .up = ask->sort == SORT_OLDEST};
    enum err e = conn_snapshot(conn, why);

    ask->page->next_cursor[0] = '\0';
    ask->page->matched = -1;
    match_dead(&match, ask->query, ask->now_us);
    if (e == OK)
        e = list_dead(&walk, why);
    conn_snapshot_end(conn);
    match_done(&match);
    return e;
}
