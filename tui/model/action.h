/* All that a person can ask for on the dashboard, as rows of action.def. */
#pragma once

#include <stdbool.h>

#include "shared/op.h"
#include "shared/text.h"

enum action {
    ACTION_NONE = 0,
#define ACTION(id, name, needs, screens, footer, help) ACTION_##id,
#include "tui/model/action.def"
#undef ACTION
    ACTION_COUNT
};

enum screen {
    SCREEN_OVERVIEW,
    SCREEN_ORDERS,
    SCREEN_FAILED,
    SCREEN_REPLAYS,
    SCREEN_EVENTS,
    SCREEN_DETAIL,
    SCREEN_FORM,
    SCREEN_HELP,
    SCREEN_COUNT
};

struct action_row {
    const char *name;
    unsigned needs; /* enum role_bit */
    const char *screens;
    const char *footer;
    const char *help;
};

const struct action_row *action_row(enum action action);

/* By the start of a name, as `:` takes it; ACTION_NONE when none or more than one. */
enum action action_parse(struct slice name);

bool action_on(enum action action, enum screen screen);

/* "overview", "orders", ...; what `--view` takes. */
const char *screen_name(enum screen screen);
bool screen_parse(struct slice name, enum screen *out);
