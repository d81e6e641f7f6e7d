/* The form for a new order, or for one to be amended: its fields, what is wrong with them, and how
   its sending goes. */
#pragma once

#include "shared/err.h"
#include "shared/limits.h"
#include "shared/status.h"
#include "shared/uuid.h"
#include "tui/model/model_input.h"

#define FORM_PROBLEM_MAX 160

/* Which field: a kind, and a row for those that have several. */
enum form_kind {
    FORM_CUSTOMER,
    FORM_REFERENCE,
    FORM_PRIORITY,
    FORM_NOT_BEFORE,
    FORM_PRODUCT, /* by item row */
    FORM_QUANTITY,
    FORM_KEY, /* by metadata row */
    FORM_VALUE,
    FORM_REASON, /* amending: for the history */
    FORM_SUBMIT, /* no text: the button */
    FORM_KINDS
};

struct form_field {
    struct input input;
    char problem[FORM_PROBLEM_MAX]; /* shown under the field; "" when it is good */
};

struct form_item {
    struct form_field product, quantity;
};

struct form_pair {
    struct form_field key, value;
};

enum form_state {
    FORM_EDITING,
    FORM_SENDING,
    FORM_UNSENT /* no answer came: it may or may not be stored; sending again is safe by its key */
};

/* The new order's draft is kept while another is amended. */
enum form_purpose { FORM_FOR_NEW, FORM_FOR_AMENDMENT, FORM_PURPOSES };

/* Enter in the last item or pair adds a row; an empty row is left out of the order. */
struct form {
    bool amends; /* the order `uid`, not a new one */
    struct uuid uid;
    enum status status; /* as it was when it was fetched: FAILED or HELD */

    struct form_field customer, reference, priority, not_before, reason;
    struct form_item items[ITEMS_MAX];
    size_t n_items; /* >= 1 */
    struct form_pair pairs[METADATA_PAIRS_MAX];
    size_t n_pairs; /* >= 1 */
    char items_problem[FORM_PROBLEM_MAX], metadata_problem[FORM_PROBLEM_MAX];
    char refused[WHY_TEXT_MAX]; /* the daemon's answer, where no field is named; "" */

    enum form_kind focus;
    size_t focus_row;
    enum form_state state;
    char key[UUID_TEXT_LEN + 1]; /* idempotency key; "" until it is first sent */
    size_t top;                  /* the first line on the screen */

    uint64_t asking;
};

/* The field of a kind (and row); NULL for FORM_SUBMIT, or when there is no such row. */
const struct form_field *form_field(const struct form *form, enum form_kind kind, size_t row);

const char *form_label(const struct form *form, enum form_kind kind); /* "customer" */
