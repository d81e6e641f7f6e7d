/* The one door to curses, and the styles as it takes them. */
#pragma once

/* Ours first: curses has macros OK and ERR. */
#include "shared/err.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

/* Attributes and colour pair of a style of the canvas. */
struct term;

void term_style(const struct term *term, unsigned style, attr_t *attributes, short *pair);
