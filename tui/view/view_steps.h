/* The steps in the overview: what is at each of them. */
#pragma once

#include "tui/view/view_parts.h"

/* How many lines they take of `rows`: none where there is only one step. */
size_t view_steps_lines(const struct model *m, int rows);

/* Those lines: a header, then a step each; of too many the last line says how many more. */
void view_steps(const struct model *m, struct view_pen *pen, size_t lines);
