/* Keys to actions and to edits, by table. */
#include "tui/keymap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define KEYS_EACH 3

static const struct binding {
    enum action action;
    uint32_t keys[KEYS_EACH]; /* KEYS_NONE behind the last */
} bindings[] = {
#define KEYMAP(action, names, ...) {ACTION_##action, {__VA_ARGS__}},
#include "tui/keymap.def"
#undef KEYMAP
};

static const char *const names[ACTION_COUNT] = {
    [ACTION_NONE] = "",
#define KEYMAP(action, names, ...) [ACTION_##action] = names,
#include "tui/keymap.def"
#undef KEYMAP
};

static const struct {
    uint32_t key;
    enum edit edit;
} edits[] = {
    {KEYS_LEFT, EDIT_LEFT},
    {KEYS_RIGHT, EDIT_RIGHT},
    {KEYS_CTRL_LEFT, EDIT_WORD_LEFT},
    {KEYS_CTRL_RIGHT, EDIT_WORD_RIGHT},
    {KEYS_HOME, EDIT_HOME},
    {KEYS_END, EDIT_END},
    {KEYS_CTRL('E'), EDIT_END},
    {KEYS_BACKSPACE, EDIT_BACKSPACE},
    {KEYS_DELETE, EDIT_DELETE},
    {KEYS_CTRL('W'), EDIT_DELETE_WORD},
    {KEYS_CTRL('U'), EDIT_DELETE_START},
    {KEYS_CTRL('K'), EDIT_DELETE_END},
    {KEYS_UP, EDIT_UP},
    {KEYS_DOWN, EDIT_DOWN},
    {KEYS_TAB, EDIT_NEXT},
    {KEYS_BACKTAB, EDIT_PREVIOUS},
    {KEYS_ENTER, EDIT_ENTER},
    {KEYS_ESCAPE, EDIT_ESCAPE},
};

static const struct {
    uint32_t key;
    enum action action;
} always[] = {
    {KEYS_F7, ACTION_SEND},
    {KEYS_F1, ACTION_HELP},
    {KEYS_CTRL('L'), ACTION_REDRAW},
};

static bool bound(const struct binding *binding, uint32_t key)
{
    for (size_t i = 0; i < KEYS_EACH && binding->keys[i] != KEYS_NONE; i++)
        if (binding->keys[i] == key)
            return true;
    return false;
}

enum action keymap_action(uint32_t key, enum screen screen)
{
    enum action elsewhere = ACTION_NONE;

    for (size_t i = 0; key != KEYS_NONE && i < LENGTH(bindings); i++) {
        if (!bound(&bindings[i], key))
            continue;
        if (action_on(bindings[i].action, screen))
            return bindings[i].action;
        elsewhere = bindings[i].action;
    }
    return elsewhere;
}

bool keymap_edit(uint32_t key, enum edit *out)
{
    for (size_t i = 0; i < LENGTH(edits); i++) {
        if (edits[i].key == key) {
            *out = edits[i].edit;
            return true;
        }
    }
    return false;
}

enum action keymap_always(uint32_t key)
{
    for (size_t i = 0; i < LENGTH(always); i++)
        if (always[i].key == key)
            return always[i].action;
    return ACTION_NONE;
}

const char *const *keymap_names(void)
{
    return names;
}
