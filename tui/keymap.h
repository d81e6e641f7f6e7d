/* Keys to actions and to edits, by table; the help is printed from it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tui/model/action.h"
#include "tui/model/model_input.h"

/* A key: a code point, or one of these beyond them. KEY_... is curses' own. */
enum key {
    KEYS_NONE = 0,
    KEYS_ENTER = 0x110000,
    KEYS_ESCAPE,
    KEYS_TAB,
    KEYS_BACKTAB,
    KEYS_BACKSPACE,
    KEYS_DELETE,
    KEYS_UP,
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_HOME,
    KEYS_END,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_F1,
    KEYS_F12 = KEYS_F1 + 11,
    KEYS_CTRL_LEFT,
    KEYS_CTRL_RIGHT,
    KEYS_END_OF_KEYS
};

#define KEYS_CTRL(letter) ((uint32_t)(letter)&0x1fU) /* KEYS_CTRL('L') */

/* INPUT_KEYS: the action on this screen; ACTION_NONE: none. */
enum action keymap_action(uint32_t key, enum screen screen);

/* INPUT_TEXT and INPUT_DIALOG: the edit; false: it is text, or nothing. */
bool keymap_edit(uint32_t key, enum edit *out);

/* Actions that go through in INPUT_TEXT: F7, F1, Ctrl-L; else ACTION_NONE. */
enum action keymap_always(uint32_t key);

/* The keys of each action, by enum action: "j, Down"; for the model. */
const char *const *keymap_names(void);

/* "Ctrl-U", "PgDn", "x", "<": as text, and back as key files spell it ("<C-u>", "<Enter>"). */
#define KEY_TEXT_MAX 16
void keymap_key_text(uint32_t key, char out[KEY_TEXT_MAX]);
bool keymap_key_parse(struct slice text, uint32_t *out);
