/* One line of text that a person edits, its cursor always between whole characters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/text.h"

#define INPUT_MAX_BYTES 1024

/* All zero is an empty line. */
struct input {
    char text[INPUT_MAX_BYTES + 1]; /* valid UTF-8 without control characters, NUL-terminated */
    size_t n;                       /* bytes */
    size_t at;                      /* the cursor: bytes before it */
};

/* What an editing key does, in a text field and in a dialog. */
enum edit {
    EDIT_LEFT,
    EDIT_RIGHT,
    EDIT_WORD_LEFT,
    EDIT_WORD_RIGHT,
    EDIT_HOME,
    EDIT_END,
    EDIT_BACKSPACE,
    EDIT_DELETE,
    EDIT_DELETE_WORD,  /* the word before the cursor */
    EDIT_DELETE_START, /* all before the cursor */
    EDIT_DELETE_END,   /* all behind it */
    EDIT_UP,
    EDIT_DOWN,
    EDIT_NEXT,     /* Tab */
    EDIT_PREVIOUS, /* Shift-Tab */
    EDIT_ENTER,
    EDIT_ESCAPE,
    EDIT_COUNT
};

void input_clear(struct input *input);

/* Replaces the whole; the cursor goes to the end. Cut, cleaned as input_type does. */
void input_set(struct input *input, struct slice text);

/* Puts text in at the cursor: line ends and tabs become blanks, other control characters and bytes
   that are no UTF-8 are left out, what does not fit is cut. */
void input_type(struct input *input, struct slice text);

/* True when it was a key that edits or moves in the line; false for EDIT_UP to EDIT_ESCAPE. */
bool input_edit(struct input *input, enum edit edit);

static inline struct slice input_slice(const struct input *input)
{
    return (struct slice){input->text, input->n};
}
