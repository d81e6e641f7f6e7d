/* An order's history, entry by entry. */
#pragma once

#include "tui/view/view_parts.h"

/* Of an order with several steps under a heading for each, its undo after them. */
void view_history(const struct model *m, struct view_pen *pen);
