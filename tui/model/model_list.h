/*
 * A live list of any length as a sliding window of rows: the orders, or the failed ones.
 *
 * The window holds a few hundred rows in the list's order. Each edge knows whether the list ends
 * there; near an edge that is no end, the next page is asked for ahead of the eye.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/filter.h"
#include "shared/limits.h"
#include "shared/order.h"
#include "shared/wire_request.h"
#include "tui/model/model_input.h"
#include "tui/model/model_marks.h"

#define LIST_ROWS_MAX 400
#define LIST_PAGE 100
#define LIST_CURSOR_MAX 512

/* An order, or a dead letter, as a row. Texts are NUL-terminated; "" for none. */
struct row {
    struct uuid uid;
    enum status status;
    bool cancelling;
    bool gone; /* not what is listed any more; shown faint until the list moves */
    uint8_t priority;
    uint32_t attempts, max_attempts, replays;
    int64_t total_quantity; /* of a dead letter: 0, not known */
    int64_t created_at, updated_at, not_before, next_attempt_at;
    int64_t failed_at; /* dead letters */
    int64_t seq;       /* of the event it is as new as; 0: not known */
    char customer[CUSTOMER_ID_MAX * 4 + 1];
    char reference[REFERENCE_MAX * 4 + 1];
    char reason[FAILURE_REASON_MAX * 4 + 1];
    char group[FAILURE_REASON_MAX * 4 + 1]; /* dead letters */
    char step[STEP_NAME_MAX * 4 + 1];
};

enum list_kind { LIST_ORDERS, LIST_FAILED, LIST_KINDS };

/* What is listed, as a line of the filter language. */
struct list_filter {
    bool editing; /* the line has the focus */
    struct input input;
    char text[INPUT_MAX_BYTES + 1]; /* its complete terms: what is applied */
    char before[INPUT_MAX_BYTES + 1];
    char problem[160]; /* what is wrong with a term; "" for nothing */
    struct arena arena;
    struct filter filter; /* `text`, parsed */
};

enum list_side { LIST_UP, LIST_DOWN, LIST_SIDES };

struct list_edge {
    bool end;                     /* the list ends here */
    uint64_t asking;              /* the ask under way; 0: none */
    char cursor[LIST_CURSOR_MAX]; /* goes on from here; "": from the outermost row */
};

#define LIST_MATCHED_UNKNOWN (-1) /* not asked yet */
#define LIST_MATCHED_MANY (-2)    /* more than MATCHED_MAX */

struct list {
    enum list_kind kind;
    enum list_sort sort; /* LIST_FAILED: always SORT_NEWEST, by failed_at */
    struct list_filter filter;

    struct row *rows[LIST_ROWS_MAX];
    size_t n;
    struct list_edge edges[LIST_SIDES];
    bool loaded;                /* something was answered since the start or the last failure */
    bool reloading;             /* the next answer replaces all rows */
    char refused[WHY_TEXT_MAX]; /* why there are no rows; "" when that was no failure */

    size_t top;      /* the first row on the screen */
    size_t selected; /* the row with the cursor; 0 when n is 0 */
    int64_t matched; /* or LIST_MATCHED_... */
    int64_t n_new;   /* came while held: "+12 new" */
    bool new_some;   /* more came that might match, their number not known */

    struct marks marks;
    bool ranging; /* `v` was pressed: from `range_from` to the selection */
    struct uuid range_from;
    unsigned columns; /* bits of 1 << enum column */

    /* inside */
    int64_t reload_at;   /* mono; 0: not due */
    int64_t quiet_until; /* mono: after an ask that failed */
    struct buf later;    /* events that came while a page was under way */
    uint64_t gathering;  /* `*` is marking page by page; 0: no */
    bool seek_last;      /* `G` pages on to the end */
    int64_t sought;
    struct uuid keep; /* to be selected again after a reload */
    bool has_keep;
    struct uuid *anchors; /* ids at the ends of pages that left upwards */
    size_t n_anchors, cap_anchors;
};

/* Columns of the two lists; bits of list->columns. */
enum column {
    COLUMN_ID,
    COLUMN_CUSTOMER,
    COLUMN_REFERENCE,
    COLUMN_QUANTITY,
    COLUMN_STATUS,
    COLUMN_TRY,
    COLUMN_REASON,
    COLUMN_AGE,     /* created_at; failed: failed_at */
    COLUMN_CHANGED, /* updated_at */
    COLUMN_NEXT,    /* next_attempt_at */
    COLUMN_PRIORITY,
    COLUMN_STEP,
    COLUMN_REPLAYS,
    COLUMN_COUNT
};

struct column_row {
    const char *name;   /* in the preferences and the dialog */
    const char *header; /* "ORDER" */
    bool in[LIST_KINDS];
    bool at_first[LIST_KINDS];
};

const struct column_row *column_row(enum column column);

/* Shown? ID always. */
bool list_column(const struct list *list, enum column column);

/* The row with the cursor; NULL when there is none. */
const struct row *list_selected(const struct list *list);

/* Is the list held: scrolled, marked, or its cursor off the first row? Then nothing moves. */
bool list_held(const struct list *list);

/* "newest", "oldest", "updated". */
const char *list_sort_name(enum list_sort sort);
