/* Which rows belong in a list, and the places in one. */
#pragma once

#include "daemon/store/store_sqlite.h"

/*
 * What a row must be to be in a list. SQL only leads to candidates, at most LOOK_MAX_ROWS of them;
 * what is asked for is decided here, by the same filter_matches as everywhere.
 */
struct match {
    unsigned statuses; /* those that can match at all */
    struct slice customer_id, product_id, reference, reason, group, search;
    int64_t from, to; /* 0: open */
    const struct filter *filter;
    int64_t now_us;
    bool anything; /* nothing but a status is asked for */
    bool items;    /* a row's items have to be read */
    bool groups;   /* or the group of its reason */
    bool ids;      /* the search may be the start of an id */
    struct slice
        product; /* as an item begins where packed: without it an order is not in the list */
    struct buf packed;
    struct arena scratch;
    struct buf text;
};
void match_list(struct match *match, const struct request_list *query, int64_t now_us);
void match_dead(struct match *match, const struct dead_query *query, int64_t now_us);
void match_done(struct match *match);

/* Does the customer, the reference or the order's id begin by what is searched? */
bool match_search(const struct match *match, const struct uuid *uid, struct slice customer_id,
                  struct slice reference);

/* A candidate: an order, or with `dead` a dead letter of it; its row has items in `items_column`.
 */
struct match_row {
    const struct order *order;
    const struct dead_letter *dead;
    sqlite3_stmt *stmt;
    int items_column;
};
/* Whether a row that begins as LOOK_COLUMNS do is worth match_holds: false for most that do not
   match, cheaply. It has items in `items_column`; 0: none are needed. */
bool match_may(const struct match *match, sqlite3_stmt *stmt, int items_column);

/* A `by:` term holds where any entry of the order's history is by such an actor. */
bool match_holds(struct match *match, struct conn *conn, const struct match_row *row);

/* The one plain value that must be equal in this field, from the terms; absent: none. */
struct slice match_value(const struct filter *filter, enum filter_field field);

/* A place in a list: a letter for the kind, and a number. */
enum err cursor_read(struct slice cursor, char kind, int64_t *out, struct why *why);
void cursor_write(struct store_page *page, char kind, int64_t at);

/* The dead letter in a row of DEAD_COLUMNS, and what is needed of its order to match it. */
void dead_read(sqlite3_stmt *stmt, struct dead_letter *out, struct order *order);
#define DEAD_ITEMS_COLUMN 13
#define DEAD_GROUP_COLUMN 14
enum err dead_find_group(struct conn *conn, const struct reason_group *group, int64_t *id,
                         struct why *why);
/* Reads such a row, and says whether it is in the list. */
bool dead_holds(struct match *match, struct conn *conn, sqlite3_stmt *stmt,
                struct dead_letter *dead);
