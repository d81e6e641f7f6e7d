/* The state table of an order, unrolled from status.def. */
#include "shared/status.h"

#include <stddef.h>

static const struct change changes[STATUS_COUNT][CAUSE_COUNT] = {
/* all else: not legal */
#define CHANGE(from, cause, to, entry)                                                             \
    [STATUS_##from][CAUSE_##cause] = {true, STATUS_##to, ENTRY_##entry},
#include "shared/status.def"
#undef CHANGE
};

struct status_row {
    struct slice name;
    char mark;
};

static const struct status_row statuses[STATUS_COUNT] = {
    [STATUS_NONE] = {{"", 0}, ' '},
#define STATUS(id, mark) [STATUS_##id] = {{#id, sizeof #id - 1}, (mark)},
#include "shared/status.def"
#undef STATUS
};

static const struct slice entries[ENTRY_COUNT] = {
    [ENTRY_NONE] = {"", 0},
#define ENTRY(id, name) [ENTRY_##id] = {"" name, sizeof(name) - 1},
#include "shared/status.def"
#undef ENTRY
};

static const char *const causes[CAUSE_COUNT] = {
#define CAUSE(id) [CAUSE_##id] = #id,
#include "shared/status.def"
#undef CAUSE
};

struct change status_change(enum status from, enum cause cause)
{
    if ((unsigned)from >= STATUS_COUNT || (unsigned)cause >= CAUSE_COUNT)
        return (struct change){0};
    return changes[from][cause];
}

const char *status_name(enum status status)
{
    return (unsigned)status < STATUS_COUNT ? statuses[status].name.p : "";
}

char status_mark(enum status status)
{
    return statuses[(unsigned)status < STATUS_COUNT ? status : STATUS_NONE].mark;
}

bool status_parse(struct slice name, enum status *out)
{
    for (unsigned i = STATUS_NONE + 1; i < STATUS_COUNT; i++) {
        if (slice_eq(name, statuses[i].name)) {
            *out = (enum status)i;
            return true;
        }
    }
    return false;
}

bool status_final(enum status status)
{
    return status == STATUS_FULFILLED || status == STATUS_REJECTED || status == STATUS_CANCELLED;
}

bool status_settled(enum status status)
{
    return status_final(status) || status == STATUS_FAILED;
}

const char *cause_name(enum cause cause)
{
    return (unsigned)cause < CAUSE_COUNT ? causes[cause] : "";
}

const char *entry_name(enum entry_type type)
{
    return (unsigned)type < ENTRY_COUNT ? entries[type].p : "";
}

bool entry_parse(struct slice name, enum entry_type *out)
{
    for (unsigned i = ENTRY_NONE + 1; i < ENTRY_COUNT; i++) {
        if (slice_eq(name, entries[i])) {
            *out = (enum entry_type)i;
            return true;
        }
    }
    return false;
}
