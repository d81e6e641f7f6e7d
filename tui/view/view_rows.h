/* The table of a list of orders or of dead letters. */
#pragma once

#include "tui/model/model.h"
#include "tui/view/canvas.h"

/* `focused`: the keys are for this list. */
void view_rows(const struct model *m, struct canvas *c, enum list_kind kind, struct rect at,
               bool focused);

/* Its filter, how many match, what is new, its order; one line. */
void view_filter_line(const struct model *m, struct canvas *c, struct span at);
