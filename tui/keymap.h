/* Keys to actions and to edits, by table; the help is printed from it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tui/keys.h"
#include "tui/model/action.h"
#include "tui/model/model_input.h"

/* INPUT_KEYS: the action on this screen, or the one of another screen (the model says why it means
   nothing here); ACTION_NONE: none. */
enum action keymap_action(uint32_t key, enum screen screen);

/* INPUT_TEXT and INPUT_DIALOG: the edit; false: it is text, or nothing. */
bool keymap_edit(uint32_t key, enum edit *out);

/* Actions that go through in INPUT_TEXT: F7, F1, Ctrl-L; else ACTION_NONE. */
enum action keymap_always(uint32_t key);

/* The keys of each action, by enum action: "j, Down"; for the model. */
const char *const *keymap_names(void);
