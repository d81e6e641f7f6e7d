/* What the files of term share: the terminal's state. */
#pragma once

#include "shared/buf.h"
#include "tui/term.h"

/* An escape sequence that names no key: it ends with a letter, or as a string does. */
enum term_sequence { TERM_SEQUENCE_NONE, TERM_SEQUENCE_CONTROL, TERM_SEQUENCE_STRING };

struct term {
    void *screen; /* curses' */
    int epoll, winch;
    bool utf8, mouse;
    const char *theme; /* until the colours are started */
    bool coloured;
    struct term_size size;
    struct canvas last; /* what is on the screen */
    bool fresh;         /* `last` holds */
    struct buf paste;
    bool pasting;
    enum term_sequence sequence; /* what is being passed over */
};

#define TERM_PASTE_MAX_BYTES ((size_t)64 * 1024)

/* Codes for sequences that the terminal's description does not name. */
enum { TERM_KEY_PASTE_BEGIN = 5000, TERM_KEY_PASTE_END, TERM_KEY_CTRL_LEFT, TERM_KEY_CTRL_RIGHT };

/* Colours for the styles, as many as the terminal has; once, after curses started. */
void term_colours_start(struct term *term);
/* Tells curses the sequences of the codes above. */
void term_keys_start(void);
/* Takes note of the terminal's size; true when it is another. */
bool term_resized(struct term *term);
