/* The state table of an order: statuses, causes, history entries, and which change is legal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/text.h"

enum status {
    STATUS_NONE = 0, /* before the order is stored */
#define STATUS(id, mark) STATUS_##id,
#include "shared/status.def"
#undef STATUS
    STATUS_COUNT
};

enum entry_type {
    ENTRY_NONE = 0,
#define ENTRY(id, name) ENTRY_##id,
#include "shared/status.def"
#undef ENTRY
    ENTRY_COUNT
};

enum cause {
#define CAUSE(id) CAUSE_##id,
#include "shared/status.def"
#undef CAUSE
    CAUSE_COUNT
};

struct change {
    bool legal;
    enum status to;
    enum entry_type entry; /* the last history entry it writes */
};

#define STATUS_BIT(status) (1U << (unsigned)(status))
#define STATUS_ALL_BITS ((1U << (unsigned)STATUS_COUNT) - 2U)

/* What `cause` makes of `from`; not legal: it cannot happen there. Thread: any. */
struct change status_change(enum status from, enum cause cause);

const char *status_name(enum status status); /* "QUEUED"; "" for NONE */
char status_mark(enum status status);
bool status_parse(struct slice name, enum status *out); /* exact, upper case */
bool status_final(enum status status);   /* FULFILLED, REJECTED or CANCELLED: the end */
bool status_settled(enum status status); /* final or FAILED: nothing goes on by itself */

const char *cause_name(enum cause cause);
const char *entry_name(enum entry_type type); /* "attempt_started" */
bool entry_parse(struct slice name, enum entry_type *out);
