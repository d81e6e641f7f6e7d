/* The alarms as lines of the overview, and the one that nobody knows of in a word. */
#pragma once

#include "tui/view/view_parts.h"

/* A title and as many alarms as `rows`. */
void view_alarms(const struct model *m, struct view_pen *pen, size_t rows);

/* "! ALARM dlq_depth +1": the alarms that nobody has acknowledged; false: there are none. */
bool view_alarm_word(const struct model *m, char out[VIEW_PART_MAX]);
