/* All that a person can ask for, looked up. */
#include "tui/model/action.h"

#include <string.h>

static const struct action_row rows[ACTION_COUNT] = {
    [ACTION_NONE] = {"", 0, "", "", ""},
#define ACTION(id, name, needs, screens, footer, help)                                             \
    [ACTION_##id] = {name, RIGHT_##needs, screens, footer, help},
#include "tui/model/action.def"
#undef ACTION
};

/* By enum screen: its letter in action.def, and its name. */
static const struct {
    char letter;
    const char *name;
} screens[SCREEN_COUNT] = {
    [SCREEN_OVERVIEW] = {'O', "overview"}, [SCREEN_ORDERS] = {'L', "orders"},
    [SCREEN_FAILED] = {'F', "failed"},     [SCREEN_REPLAYS] = {'R', "replays"},
    [SCREEN_EVENTS] = {'E', "events"},     [SCREEN_DETAIL] = {'D', "order"},
    [SCREEN_FORM] = {'N', "new order"},    [SCREEN_HELP] = {'H', "help"},
};

const struct action_row *action_row(enum action action)
{
    return &rows[(unsigned)action < ACTION_COUNT ? action : ACTION_NONE];
}

enum action action_parse(struct slice name)
{
    enum action found = ACTION_NONE;

    if (name.n == 0)
        return ACTION_NONE;
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        struct slice whole = slice_of(rows[i].name);

        if (slice_eq(whole, name))
            return (enum action)i;
        if (slice_starts(whole, name))
            found = found == ACTION_NONE ? (enum action)i : ACTION_COUNT;
    }
    return found == ACTION_COUNT ? ACTION_NONE : found;
}

bool action_on(enum action action, enum screen screen)
{
    const char *on = action_row(action)->screens;

    return on[0] == '*' || strchr(on, screens[screen].letter) != NULL;
}

const char *screen_name(enum screen screen)
{
    return (unsigned)screen < SCREEN_COUNT ? screens[screen].name : "";
}

bool screen_parse(struct slice name, enum screen *out)
{
    for (unsigned i = 0; i < SCREEN_COUNT; i++) {
        if (slice_is(name, screens[i].name)) {
            *out = (enum screen)i;
            return true;
        }
    }
    return false;
}
