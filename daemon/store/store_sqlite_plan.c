/* Which index leads a list of orders to the fewest candidates. */
#include <ctype.h>
#include <string.h>

#include "daemon/store/store_sqlite_list.h"

#define ID_START_MIN 8 /* characters of a word that may be taken for the start of an id */

static bool looks_like_id(struct slice s)
{
    if (s.p == NULL || s.n < ID_START_MIN || s.n > UUID_TEXT_LEN)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.p[i] != '-'
                 : !isxdigit((unsigned char)s.p[i]) || isupper((unsigned char)s.p[i]))
            return false;
    }
    return true;
}

static bool there(struct conn *conn, sqlite3_stmt *stmt)
{
    int64_t one = 0;

    return conn_number(conn, stmt, &one, NULL) == OK;
}

/* Does any customer or reference begin with it? */
static bool starts_text(struct conn *conn, struct slice s)
{
    static const enum sql asks[] = {SQL_CUSTOMER_THERE, SQL_REFERENCE_THERE};
    char above[UUID_TEXT_LEN];

    memcpy(above, s.p, s.n);
    above[s.n - 1]++; /* an ASCII character */
    for (unsigned i = 0; i < 2; i++) {
        sqlite3_stmt *stmt = conn_sql(conn, asks[i], NULL);

        if (stmt == NULL)
            return true;
        bind_slice(stmt, 1, s);
        bind_slice(stmt, 2, (struct slice){above, s.n});
        if (there(conn, stmt))
            return true;
    }
    return false;
}

/*
 * A word that begins an order's id and no customer or reference leads to that id alone: that
 * somebody calls a product like an order's id is left out of account.
 */
static bool plan_id(struct walk *walk, struct slice word)
{
    struct plan *plan = &walk->plan;
    sqlite3_stmt *stmt = NULL;
    char text[UUID_TEXT_LEN + 1] = "00000000-0000-0000-0000-000000000000";

    if (!looks_like_id(word))
        return false;
    memcpy(text, word.p, word.n);
    if (!uuid_parse(text, UUID_TEXT_LEN, &plan->first))
        return false;
    for (size_t i = word.n; i < UUID_TEXT_LEN; i++)
        text[i] = text[i] == '-' ? '-' : 'f';
    if (!uuid_parse(text, UUID_TEXT_LEN, &plan->last))
        return false;
    stmt = conn_sql(walk->conn, SQL_UID_THERE, NULL);
    if (stmt == NULL)
        return false;
    bind_uuid(stmt, 1, &plan->first);
    bind_uuid(stmt, 2, &plan->last);
    if (!there(walk->conn, stmt) || starts_text(walk->conn, word))
        return false;
    plan->down = SQL_UID_DOWN; /* ids rise as numbers do */
    plan->up = SQL_UID_UP;
    return true;
}

struct slice plan_customer(const struct match *match)
{
    return match->customer_id.p != NULL ? match->customer_id
                                        : match_value(match->filter, FILTER_CUSTOMER);
}

static bool plan_text(struct walk *walk)
{
    const struct filter *filter = walk->match->filter;
    struct plan *plan = &walk->plan;

    plan->text = walk->match->reference.p != NULL ? walk->match->reference
                                                  : match_value(filter, FILTER_REFERENCE);
    plan->down = SQL_REFERENCE_DOWN;
    plan->up = SQL_REFERENCE_UP;
    if (plan->text.p != NULL)
        return true;
    plan->text = plan_customer(walk->match);
    plan->down = SQL_CUSTOMER_DOWN;
    plan->up = SQL_CUSTOMER_UP;
    plan->customer = plan->text.p != NULL;
    return plan->customer;
}

/* Few enough to be gathered and sorted? What waits is gathered whole. */
static bool are_few(unsigned statuses, const struct store_totals *totals)
{
    int64_t n = 0;

    if ((statuses & STATUS_BIT(STATUS_FULFILLED)) != 0)
        return false;
    if ((statuses & STATUS_BIT(STATUS_QUEUED)) != 0)
        statuses |= LIST_WAITING;
    if ((statuses & STATUS_BIT(STATUS_PROCESSING)) != 0) /* with undos under way */
        n = totals->counts[STATUS_UNDOING];
    for (unsigned i = 1; i < STATUS_COUNT; i++)
        n += (statuses & (1U << i)) != 0 ? totals->counts[i] : 0;
    return n < LOOK_MAX_ROWS;
}

void walk_choose(struct walk *walk, const struct store_totals *totals)
{
    struct match *match = walk->match;
    struct slice word =
        match->search.p != NULL ? match->search : match_value(match->filter, FILTER_WORD);

    if (plan_text(walk) || plan_id(walk, word))
        return;
    walk->plan.down = SQL_LIST_DOWN;
    walk->plan.up = SQL_LIST_UP;
    if ((match->statuses & LIST_FREQUENT) == 0) {
        walk->plan.down = SQL_RARE_DOWN;
        walk->plan.up = SQL_RARE_UP;
    } else if (are_few(match->statuses, totals)) {
        walk->plan.gathered = true;
    }
}
