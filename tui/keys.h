/* Keys: characters, and those beyond them; as text, and as key files spell them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/text.h"

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
    KEYS_F7 = KEYS_F1 + 6,
    KEYS_F12 = KEYS_F1 + 11,
    KEYS_CTRL_LEFT,
    KEYS_CTRL_RIGHT,
    KEYS_END_OF_KEYS
};

#define KEYS_CTRL(letter) ((uint32_t)(letter)&0x1fU) /* KEYS_CTRL('L') */

/* The bytes of a key that is a character; 0 for all others. */
size_t key_character(uint32_t key, char out[4]);

/* "Ctrl-U", "PgDn", "x", "<": as text, and back as key files spell it ("<C-u>", "<Enter>"). */
#define KEY_TEXT_MAX 16
void key_text(uint32_t key, char out[KEY_TEXT_MAX]);
bool key_parse(struct slice text, uint32_t *out);
