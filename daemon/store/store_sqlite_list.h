/* A list of orders while it is being walked; known to the files of store_list alone. */
#pragma once

#include "daemon/store/store_sqlite_match.h"

#define LIST_WAITING (STATUS_BIT(STATUS_QUEUED) | STATUS_BIT(STATUS_RETRYING))
#define LIST_FREQUENT                                                                              \
    (STATUS_BIT(STATUS_QUEUED) | STATUS_BIT(STATUS_PROCESSING) | STATUS_BIT(STATUS_FULFILLED))

/* How a list is walked: a statement of candidates, or numbers gathered beforehand. */
struct plan {
    enum sql down, up;
    struct slice text;       /* customer or reference */
    struct uuid first, last; /* of ids */
    bool gathered;
    bool customer; /* `text` is one: the newest orders are `recent` */
};

/* Of the customer that is asked for, orders that may not be in the table yet: gathered before the
   snapshot. */
struct recent {
    int64_t hash;
    int64_t *ids; /* rising */
    size_t n;
    int64_t from; /* all before it are in the table */
};

struct walk {
    struct conn *conn;
    const struct step_names *steps;
    struct match *match;
    const struct store_list_ask *ask;
    struct plan plan;
    const struct recent *recent;
    struct times_spans spans; /* of numbers that may match */
    struct times_span span;   /* the one that is being walked */
    int64_t at;               /* of the last row that was looked at */
    int64_t before;           /* only orders whose last event is older; 0: any */
    uint32_t looked;
    bool counts;  /* hands nothing out */
    int64_t n;    /* that match */
    bool stopped; /* the page is full */
    bool end;
};

/* The one customer that orders must be of to match; absent: none (store_sqlite_plan.c). */
struct slice plan_customer(const struct match *match);

/* Chooses the plan that leads to the fewest candidates (store_sqlite_plan.c). */
void walk_choose(struct walk *walk, const struct store_totals *totals);

/* Hands a candidate over if it matches. False: the page ended before this row. */
bool walk_take(struct walk *walk, sqlite3_stmt *stmt, const struct order *order, int64_t at);

/* The order of a number, if there is one; the statement is to be reset after it. */
bool walk_step_to(struct conn *conn, sqlite3_stmt *stmt, int64_t id, struct order *out,
                  enum err *e);

/* From walk->at on, by number, or from the newest change back (store_sqlite_changes.c). */
enum err walk_by_id(struct walk *walk, bool up, struct why *why);
enum err walk_by_change(struct walk *walk, struct why *why);
