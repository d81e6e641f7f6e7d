/* Lists of dead letters: a page of them, and how many there are. */
#include "daemon/store/store_sqlite_match.h"

struct dead_walk {
    struct conn *conn;
    struct match *match;
    const struct store_failed_ask *ask;
    int64_t group; /* 0: of any */
    bool up;       /* oldest first */
    struct times_spans spans;
    struct times_span span; /* of numbers, the one that is being walked */
    int64_t at;
    int64_t n;
    int64_t looked;
    bool counts;
    bool end;
};

/* False: the page ended before this one. */
static bool take(struct dead_walk *walk, sqlite3_stmt *stmt)
{
    struct dead_letter dead = {0};
    bool matches = dead_holds(walk->match, walk->conn, stmt, &dead);

    if (!walk->counts && walk->n == walk->ask->page->limit)
        return false;
    if (matches && !walk->counts && !walk->ask->row(walk->ask->self, &dead))
        return false;
    walk->n += matches ? 1 : 0;
    walk->at = dead.n;
    return true;
}

/*
 * A reason, a time and what the order is called are in the dead letter's own row: the order, and so
 * on, is read of those alone that have all that is asked for.
 */
static bool looks_first(const struct dead_walk *walk)
{
    const struct match *match = walk->match;

    return match->reason.p != NULL || match->customer_id.p != NULL || match->search.p != NULL ||
           match->from != 0 || match->to != 0;
}

/* Is nothing else asked for? Its group may be, where that is what leads to the candidates. */
static bool look_decides(const struct dead_walk *walk)
{
    const struct match *match = walk->match;

    return match->filter->n == 0 && (match->group.p == NULL || walk->group != 0);
}

static bool equals(struct slice wanted, sqlite3_stmt *stmt, int i)
{
    return wanted.p == NULL || slice_eq(wanted, col_slice(stmt, i));
}

static bool is_found(const struct match *match, sqlite3_stmt *stmt)
{
    struct uuid uid;

    if (match->search.p == NULL)
        return true;
    uid = col_uuid(stmt, 5);
    return match_search(match, &uid, col_slice(stmt, 3), col_slice(stmt, 4));
}

static bool may_hold(const struct match *match, sqlite3_stmt *stmt)
{
    int64_t failed_at = col_int(stmt, 1);

    return (match->from == 0 || failed_at >= match->from) &&
           (match->to == 0 || failed_at < match->to) && equals(match->reason, stmt, 2) &&
           equals(match->customer_id, stmt, 3) && is_found(match, stmt);
}

/* The same by its own row; what may be in the list is read whole. */
static bool look(struct dead_walk *walk, sqlite3_stmt *stmt, enum err *e, struct why *why)
{
    sqlite3_stmt *one = NULL;
    bool goes_on = true;

    if (!may_hold(walk->match, stmt) && (walk->counts || walk->n < walk->ask->page->limit)) {
        walk->at = col_int(stmt, 0);
        return true;
    }
    if (walk->counts && look_decides(walk)) {
        walk->at = col_int(stmt, 0);
        walk->n++;
        return true;
    }
    one = conn_sql(walk->conn, SQL_DEAD_ONE, why);
    if (one != NULL)
        bind_int(one, 1, col_int(stmt, 0));
    if (conn_row(walk->conn, one, e, why)) {
        goes_on = take(walk, one);
        (void)sqlite3_reset(one);
    }
    return *e == OK && goes_on;
}

static sqlite3_stmt *candidates(const struct dead_walk *walk, struct why *why)
{
    static const enum sql sqls[2][2][2] = {
        {{SQL_DEAD_DOWN, SQL_DEAD_OF_GROUP}, {SQL_DEAD_UP, SQL_DEAD_UP_OF_GROUP}},
        {{SQL_DEAD_LOOK, SQL_DEAD_LOOK_OF_GROUP}, {SQL_DEAD_LOOK_UP, SQL_DEAD_LOOK_UP_OF_GROUP}}};
    sqlite3_stmt *stmt =
        conn_sql(walk->conn, sqls[looks_first(walk)][walk->up][walk->group != 0], why);
    int next = 1;

    if (stmt == NULL)
        return NULL;
    bind_int(stmt, next++, walk->at);
    if (walk->up)
        bind_int(stmt, next++, INT64_MAX);
    bind_int(stmt, next++, LOOK_MAX_ROWS - walk->looked);
    if (walk->group != 0)
        bind_int(stmt, next, walk->group);
    return stmt;
}

static bool is_past(const struct dead_walk *walk, int64_t n)
{
    return walk->up ? n > walk->span.last : n < walk->span.first;
}

static enum err walk_span(struct dead_walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = candidates(walk, why);
    bool looks = looks_first(walk);
    enum err e = OK;

    if (stmt == NULL)
        return ERR_INTERNAL;
    walk->end = true;
    while (walk->end && conn_row(walk->conn, stmt, &e, why) && !is_past(walk, col_int(stmt, 0))) {
        walk->end = looks ? look(walk, stmt, &e, why) : take(walk, stmt);
        walk->looked += walk->end ? 1 : 0;
    }
    (void)sqlite3_reset(stmt);
    walk->end = walk->end && walk->looked < LOOK_MAX_ROWS;
    return e;
}

static enum err walk_dead(struct dead_walk *walk, struct why *why)
{
    const struct times_spans *spans = &walk->spans;
    enum err e = OK;

    walk->end = true;
    for (size_t i = 0; i < spans->n && walk->end && e == OK; i++) {
        walk->span = spans->at[walk->up ? spans->n - 1 - i : i];
        if (walk->up ? walk->span.last <= walk->at : walk->span.first >= walk->at)
            continue;
        if (walk->up && walk->at < walk->span.first)
            walk->at = walk->span.first - 1;
        if (!walk->up && walk->at > walk->span.last)
            walk->at = walk->span.last + 1;
        e = walk_span(walk, why);
    }
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
        return dead_find_group(conn, group, id, why);
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

/* A reason leads to its group; most dead letters are looked at sooner without the index. */
static enum err leave_large(struct dead_walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_GROUP_COUNT, why);
    struct store_totals totals;
    int64_t n = 0;
    enum err e = OK;

    if (walk->group == 0)
        return OK;
    if (stmt != NULL)
        bind_int(stmt, 1, walk->group);
    e = conn_number(walk->conn, stmt, &n, why);
    if (e == OK)
        e = totals_read(walk->conn, &totals, why);
    if (e == OK && n * 2 > totals.dlq_depth)
        walk->group = 0;
    return e;
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
    bool by_reason = false;
    enum err e = OK;

    if (group.group.p == NULL && reason.p != NULL) {
        buf_clear(&match->text);
        text_group(&match->text, reason);
        group.group = (struct slice){buf_text(&match->text), match->text.len};
        by_reason = true;
    }
    if (group.group.p == NULL)
        return OK;
    e = find_only(walk->conn, &group, &walk->group, why);
    return e == OK && by_reason ? leave_large(walk, why) : e;
}

/* How many a group holds is kept. */
static enum err count_of_group(const struct dead_walk *walk, struct why *why)
{
    sqlite3_stmt *stmt = conn_sql(walk->conn, SQL_GROUP_COUNT, why);
    int64_t n = 0;
    enum err e = OK;

    if (stmt != NULL)
        bind_int(stmt, 1, walk->group);
    e = conn_number(walk->conn, stmt, &n, why);
    walk->ask->page->matched = e == OK && n <= MATCHED_MAX ? n : -1;
    return e;
}

/* Is nothing asked for but a group, of which there is one? */
static bool is_group_alone(const struct dead_walk *walk)
{
    const struct dead_query *query = walk->ask->query;

    return walk->group != 0 && query->group.p != NULL && query->reason.p == NULL &&
           query->customer_id.p == NULL && query->search.p == NULL && query->from == 0 &&
           query->to == 0 && query->filter.n == 0;
}

/* A page that began where the list does is counted on from its end, else from the start. */
static enum err count_dead(const struct dead_walk *done, struct why *why)
{
    struct store_page *page = done->ask->page;
    struct dead_walk walk = *done;
    struct store_totals totals = {0};
    bool first = page->cursor.p == NULL && done->ask->after == NULL;
    enum err e = OK;

    if (done->match->anything && done->match->statuses == STATUS_ALL_BITS) {
        e = totals_read(done->conn, &totals, why);
        page->matched = totals.dlq_depth <= MATCHED_MAX ? totals.dlq_depth : -1;
        return e;
    }
    if (is_group_alone(done))
        return count_of_group(done, why);
    if (first && page->next_cursor[0] == '\0') {
        page->matched = done->n;
        return OK;
    }
    walk.counts = true;
    if (!first) {
        walk.at = walk.up ? 0 : INT64_MAX;
        walk.n = 0;
        walk.looked = 0;
    }
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
        e = times_find(walk->conn, TIMES_FAILED, (int64_t[]){walk->match->from, walk->match->to},
                       &walk->spans, why);
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
