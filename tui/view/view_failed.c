/* The dead-letter queue, flat or grouped by step and reason. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/view_rows.h"
#include "tui/view/widget.h"

enum group_column {
    GROUP_COUNT,
    GROUP_STEP,
    GROUP_REASON,
    GROUP_OLDEST,
    GROUP_NEWEST,
    GROUP_COLUMNS
};

struct group_table {
    const struct model *m;
    enum group_column kind[GROUP_COLUMNS]; /* of the columns that are shown */
};

static void draw_mark(void *self, size_t i, struct canvas *c, int x, int y)
{
    const struct group_table *t = self;

    (void)canvas_put(c, span_of(x, y, 2), i == t->m->groups.selected ? SLICE(">!") : SLICE(" !"),
                     style_status(STATUS_FAILED));
}

static void draw_cell(void *self, size_t i, size_t column, struct canvas *c, struct rect rect)
{
    const struct group_table *t = self;
    const struct group_line *line = &t->m->groups.lines[i];
    struct span at = span_of(rect.x, rect.y, rect.w);
    char text[VIEW_PART_MAX];

    switch (t->kind[column]) {
    case GROUP_COUNT:
        units_format_count(line->count, text);
        (void)canvas_put_right(c, at, slice_of(text), STYLE_BOLD);
        return;
    case GROUP_STEP:
        (void)canvas_put_cut(c, at, slice_of(line->step), COLOUR_PLAIN);
        return;
    case GROUP_REASON:
        (void)canvas_put_cut(c, at, slice_of(line->group), COLOUR_PLAIN);
        return;
    case GROUP_OLDEST:
    case GROUP_NEWEST:
        view_time(t->m, t->kind[column] == GROUP_OLDEST ? line->oldest_at : line->newest_at, text);
        (void)canvas_put_right(c, at, slice_of(text), COLOUR_FAINT);
        return;
    case GROUP_COLUMNS:
        return;
    }
}

static void draw_groups(const struct model *m, struct canvas *c, struct rect at, bool focused)
{
    int time_w = m->time_style == TIMES_RELATIVE ? 6 : 11;
    const struct widget_column all[GROUP_COLUMNS] = {
        [GROUP_COUNT] = {"COUNT", 10, 14, 0, true, 0, GROUP_COUNT},
        [GROUP_STEP] = {"STEP", 8, STEP_NAME_MAX, 0, false, 0, GROUP_STEP},
        [GROUP_REASON] = {"REASON", 12, 256, 1, false, 0, GROUP_REASON},
        [GROUP_OLDEST] = {"OLDEST", time_w, 12, 0, true, 2, GROUP_OLDEST},
        [GROUP_NEWEST] = {"NEWEST", time_w, 12, 0, true, 1, GROUP_NEWEST},
    };
    struct widget_column columns[GROUP_COLUMNS];
    size_t n = 0;
    struct group_table self = {m, {0}};
    struct widget_table table = {.at = at,
                                 .columns = columns,
                                 .n_columns = 0,
                                 .n_rows = m->groups.n,
                                 .top = m->groups.top,
                                 .selected = m->groups.selected,
                                 .focused = focused,
                                 .row_spot = SPOT_ROW,
                                 .self = &self,
                                 .mark = draw_mark,
                                 .cell = draw_cell};

    for (size_t i = 0; i < GROUP_COLUMNS; i++) {
        if (i == GROUP_STEP && !groups_by_step(&m->groups))
            continue;
        self.kind[n] = (enum group_column)i;
        columns[n++] = all[i];
    }
    table.n_columns = n;
    widget_table_draw(c, &table);
    if (m->groups.n == 0)
        view_empty(c, at, m->groups.loaded ? "nothing has failed" : "asking ...");
}

void view_failed(const struct model *m, struct canvas *c, struct rect at, bool focused)
{
    if (m->groups.on && model_base(m) == SCREEN_FAILED)
        draw_groups(m, c, at, focused);
    else
        view_rows(m, c, LIST_FAILED, at, focused);
}
