/* The terminal behind one door: canvas out, keys in, and all of it given back whole. */
#pragma once

#include "shared/err.h"
#include "tui/keys.h"
#include "tui/view/canvas.h"

struct term;

struct term_size {
    int cols, rows;
};

enum term_kind {
    TERM_NOTHING,
    TERM_KEY,
    TERM_PASTE,  /* `text`, borrowed till the next read */
    TERM_MOUSE,  /* a click at x, y */
    TERM_WHEEL,  /* `lines`, up is negative */
    TERM_RESIZE, /* to `size` */
    TERM_CLOSED  /* the terminal has gone */
};

struct term_event {
    enum term_kind kind;
    uint32_t key;
    struct slice text;
    int x, y, lines;
    struct term_size size;
};

/*
 * Takes the terminal. A crash, an abort and every fatal signal give it back too.
 * utf8     the locale of this thread is UTF-8
 * theme    "colour-blind" or "mono", which DOFS_THEME overrules; "": the usual colours
 * errors   ERR_INVALID when standard input or output is no terminal, or it is not known
 */
enum err term_open(bool utf8, const char *theme, struct term **out, struct why *why);
void term_close(struct term *term); /* takes NULL */

struct term_size term_size(const struct term *term);
bool term_utf8(const struct term *term);

/* Readable when term_read would give something. A lone Esc is told by a deadline: term_wake. */
int term_fd(const struct term *term);
int64_t term_wake(const struct term *term); /* mono µs; INT64_MAX: none */

/* What came next, without waiting. Call until TERM_NOTHING. */
struct term_event term_read(struct term *term, int64_t mono_us);

/* Writes what differs from the last canvas. `all`: every cell. */
void term_draw(struct term *term, const struct canvas *canvas, bool all);

void term_mouse(struct term *term, bool on);
void term_copy(struct term *term, struct slice text); /* OSC 52 */

/* Gives the terminal back, stops the process (Ctrl-Z), takes it again at SIGCONT. */
void term_suspend(struct term *term);
