/* The replays: how far each is, and how many failed again. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

enum replay_column {
    REPLAY_COLUMN_ID,
    REPLAY_COLUMN_STATE,
    REPLAY_COLUMN_BAR,
    REPLAY_COLUMN_MOVED,
    REPLAY_COLUMN_AGAIN,
    REPLAY_COLUMN_LEFT,
    REPLAY_COLUMN_RATE,
    REPLAY_COLUMN_STARTED,
    REPLAY_COLUMN_BY,
    REPLAY_COLUMN_REASON,
    REPLAY_COLUMNS
};

struct replay_table {
    const struct model *m;
};

static unsigned state_style(enum replay_state state)
{
    static const unsigned styles[REPLAY_STATES] = {[REPLAY_RUNNING] = COLOUR_ACCENT,
                                                   [REPLAY_DONE] = COLOUR_GOOD,
                                                   [REPLAY_CANCELLED] = COLOUR_FAINT,
                                                   [REPLAY_STOPPED] = COLOUR_WARN};

    return styles[state];
}

static void draw_mark(void *self, size_t i, struct canvas *c, int x, int y)
{
    static const char marks[REPLAY_STATES] = {[REPLAY_RUNNING] = '@',
                                              [REPLAY_DONE] = '+',
                                              [REPLAY_CANCELLED] = 'x',
                                              [REPLAY_STOPPED] = '!'};
    const struct replay_table *t = self;
    enum replay_state state = t->m->replays.lines[i].state;
    char mark[] = {i == t->m->replays.selected ? '>' : ' ', marks[state], '\0'};

    (void)canvas_put(c, span_of(x, y, 2), slice_of(mark), state_style(state));
}

static void put_count(struct canvas *c, struct span at, int64_t n, unsigned style)
{
    char text[VIEW_PART_MAX];

    view_count(n, at.w, text);
    (void)canvas_put_right(c, at, slice_of(text), style);
}

static void put_moved(struct canvas *c, struct span at, const struct replay_line *line)
{
    char moved[VIEW_PART_MAX], matched[VIEW_PART_MAX], text[VIEW_PART_MAX];
    int each = (at.w - 4) / 2; /* " of " */

    view_count(line->moved, each, moved);
    view_count(line->matched, each, matched);
    (void)snprintf(text, sizeof text, "%.20s of %.20s", moved, matched);
    (void)canvas_put_right(c, at, slice_of(text), COLOUR_PLAIN);
}

static void put_rate(struct canvas *c, struct span at, double rate)
{
    char text[VIEW_PART_MAX] = "at once";

    if (rate > 0)
        (void)snprintf(text, sizeof text, "%g/s", rate);
    (void)canvas_put_right(c, at, slice_of(text), COLOUR_PLAIN);
}

static int64_t left(const struct replay_line *line)
{
    int64_t n = line->matched - line->moved - line->skipped;

    return line->state == REPLAY_RUNNING && n > 0 ? n : 0;
}

static double share(const struct replay_line *line)
{
    return line->matched > 0 ? (double)(line->moved + line->skipped) / (double)line->matched : 1;
}

static void draw_cell(void *self, size_t i, size_t column, struct canvas *c, struct rect rect)
{
    const struct replay_table *t = self;
    const struct replay_line *line = &t->m->replays.lines[i];
    struct span at = span_of(rect.x, rect.y, rect.w);
    char text[VIEW_PART_MAX];

    switch ((enum replay_column)column) {
    case REPLAY_COLUMN_ID:
        view_id(c, at, &line->uid, COLOUR_ACCENT);
        return;
    case REPLAY_COLUMN_STATE:
        (void)canvas_put_cut(c, at, slice_of(replay_state_name(line->state)),
                             state_style(line->state));
        return;
    case REPLAY_COLUMN_BAR:
        widget_bar(c, at, share(line), state_style(line->state));
        return;
    case REPLAY_COLUMN_MOVED:
        put_moved(c, at, line);
        return;
    case REPLAY_COLUMN_AGAIN:
        put_count(c, at, line->refailed, line->refailed > 0 ? COLOUR_BAD : COLOUR_PLAIN);
        return;
    case REPLAY_COLUMN_LEFT:
        put_count(c, at, left(line), COLOUR_PLAIN);
        return;
    case REPLAY_COLUMN_RATE:
        put_rate(c, at, line->rate);
        return;
    case REPLAY_COLUMN_STARTED:
        view_time(t->m, line->started_at, text);
        (void)canvas_put_right(c, at, slice_of(text), COLOUR_FAINT);
        return;
    case REPLAY_COLUMN_BY:
        (void)canvas_put_cut(c, at, slice_of(line->by), COLOUR_PLAIN);
        return;
    case REPLAY_COLUMN_REASON:
        (void)canvas_put_cut(c, at, slice_of(line->reason), COLOUR_PLAIN);
        return;
    case REPLAY_COLUMNS:
        return;
    }
}

void view_replays(const struct model *m, struct canvas *c, struct rect at)
{
    int time_w = m->time_style == TIMES_RELATIVE ? 7 : 11;
    const struct widget_column columns[REPLAY_COLUMNS] = {
        [REPLAY_COLUMN_ID] = {"REPLAY", 13, 18, 1, false, 0, 0},
        [REPLAY_COLUMN_STATE] = {"STATE", 9, 9, 0, false, 0, 0},
        [REPLAY_COLUMN_BAR] = {"", 6, 30, 3, false, 5, 0},
        [REPLAY_COLUMN_MOVED] = {"MOVED", 12, 20, 1, true, 0, 0},
        [REPLAY_COLUMN_AGAIN] = {"AGAIN", 5, 7, 0, true, 3, 0},
        [REPLAY_COLUMN_LEFT] = {"LEFT", 5, 9, 0, true, 4, 0},
        [REPLAY_COLUMN_RATE] = {"RATE", 7, 9, 0, true, 6, 0},
        [REPLAY_COLUMN_STARTED] = {"STARTED", time_w, 11, 0, true, 2, 0},
        [REPLAY_COLUMN_BY] = {"BY", 6, 20, 1, false, 7, 0},
        [REPLAY_COLUMN_REASON] = {"REASON", 10, 80, 4, false, 8, 0},
    };
    struct replay_table self = {m};
    struct widget_table table = {.at = at,
                                 .columns = columns,
                                 .n_columns = REPLAY_COLUMNS,
                                 .n_rows = m->replays.n,
                                 .top = m->replays.top,
                                 .selected = m->replays.selected,
                                 .focused = true,
                                 .row_spot = SPOT_ROW,
                                 .self = &self,
                                 .mark = draw_mark,
                                 .cell = draw_cell};

    widget_table_draw(c, &table);
    if (m->replays.n > 0)
        return;
    if (m->replays.refused[0] != '\0')
        view_empty(c, at, m->replays.refused);
    else
        view_empty(c, at, m->replays.loaded ? "no replays in the last 30 days" : "asking ...");
}
