/* An order's history in two lines: how it came in, and what each attempt came to. */
#pragma once

#include "tui/model/model.h"
#include "tui/view/canvas.h"

/* "03:26:31.429 received .430 validated .431 stored": before the first attempt. */
void view_timeline_intake(const struct model *m, struct canvas *c, struct span at);

/* "try 1 03:26:31 failed   try 2 03:26:33 failed -> DLQ"; the latest, when not all fit. */
void view_timeline_tries(const struct model *m, struct canvas *c, struct span at);
