/* What several screens draw: ids, statuses, times, counts, long texts, lines that scroll. */
#pragma once

#include "shared/units.h"
#include "tui/model/model.h"
#include "tui/view/canvas.h"

#define VIEW_PART_MAX 96

/* The start of an id that fits, 13 cells or 18 where there is room. */
void view_id(struct canvas *c, struct span at, const struct uuid *uid, unsigned style);

/* "12s ago", "in 3s"; in the other styles the time itself. */
void view_ago(const struct model *m, int64_t at_us, char out[VIEW_PART_MAX]);

/* 03:26:31.429, local, or UTC in that style. */
void view_clock(const struct model *m, int64_t at_us, char out[VIEW_PART_MAX]);

/* 2026-01-31 03:26:31, with its zone. */
void view_date(const struct model *m, int64_t at_us, char out[VIEW_PART_MAX]);

/* "1.5s", "430us": a step of time, three figures at most. */
void view_step(int64_t us, char out[VIEW_PART_MAX]);

/* "12,481"; where that is wider than `cells`, "12k", "12M": a number is never cut. */
void view_count(int64_t n, int cells, char out[VIEW_PART_MAX]);

/* "RETRYING in 3s": the word of a row's status, and what is to be known with it. */
void view_status_word(const struct model *m, const struct row *row, char out[VIEW_PART_MAX]);

/* A sentence in the middle of an empty rect. */
void view_empty(struct canvas *c, struct rect at, const char *text);

/* Lines of a rect that scrolls: the caller draws all, those that are outside get no span. */
struct view_pen {
    struct canvas *c;
    struct rect at;
    size_t top;  /* the first line that is shown */
    size_t line; /* the next one */
};

/* The next line; w 0 when it is not on the screen. */
struct span view_pen_line(struct view_pen *pen);

/* A text over as many lines as it needs; indented by `indent` cells. */
void view_pen_wrap(struct view_pen *pen, int indent, struct slice text, unsigned style);
