/* The live tail of events, newest first. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

enum event_column {
    EVENT_TIME,
    EVENT_TYPE,
    EVENT_ID,
    EVENT_CUSTOMER,
    EVENT_STATUS,
    EVENT_TRY,
    EVENT_BY,
    EVENT_REASON,
    EVENT_COLUMNS
};

struct event_table {
    const struct model *m;
};

static unsigned style_of(const struct event_row *row)
{
    return row->has_order ? style_status(row->to) : COLOUR_ACCENT;
}

static void draw_mark(void *self, size_t i, struct canvas *c, int x, int y)
{
    const struct event_table *t = self;
    const struct event_row *row = tail_shown(&t->m->tail, i);
    char status[] = {' ', '\0'};

    if (row->has_order)
        status[0] = status_mark(row->to);
    (void)canvas_put(c, span_of(x, y, 1), i == t->m->tail.selected ? SLICE(">") : SLICE(" "),
                     COLOUR_PLAIN);
    (void)canvas_put(c, span_of(x + 1, y, 1), slice_of(status), style_of(row));
}

static void put_id(struct canvas *c, struct span at, const struct event_row *row)
{
    if (row->has_order)
        view_id(c, at, &row->uid, COLOUR_ACCENT);
    else
        (void)canvas_put_cut(c, at, slice_of(row->subject), COLOUR_PLAIN);
}

static void put_status(struct canvas *c, struct span at, const struct event_row *row)
{
    const char *word = row->has_order ? status_name(row->to) : row->subject_to;

    (void)canvas_put_cut(c, at, slice_of(word), style_of(row));
}

static void put_try(struct canvas *c, struct span at, const struct event_row *row)
{
    char text[VIEW_PART_MAX];

    if (row->attempt == 0)
        return;
    (void)snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, row->attempt, row->max_attempts);
    (void)canvas_put_right(c, at, slice_of(text), COLOUR_PLAIN);
}

static void put_reason(struct canvas *c, struct span at, const struct event_row *row)
{
    if (row->has_progress)
        (void)canvas_printf(c, at, COLOUR_PLAIN,
                            "%" PRId64 " of %" PRId64 " moved, %" PRId64 " failed again",
                            row->moved, row->matched, row->refailed);
    else
        (void)canvas_put_cut(c, at, slice_of(row->reason), COLOUR_PLAIN);
}

static void draw_cell(void *self, size_t i, size_t column, struct canvas *c, struct rect rect)
{
    const struct event_table *t = self;
    const struct event_row *row = tail_shown(&t->m->tail, i);
    struct span at = span_of(rect.x, rect.y, rect.w);
    char text[VIEW_PART_MAX];

    switch ((enum event_column)column) {
    case EVENT_TIME:
        view_clock(t->m, row->at, text);
        (void)canvas_put_cut(c, at, slice_of(text), COLOUR_FAINT);
        return;
    case EVENT_TYPE:
        (void)canvas_put_cut(c, at, slice_of(row->type), COLOUR_PLAIN);
        return;
    case EVENT_ID:
        put_id(c, at, row);
        return;
    case EVENT_CUSTOMER:
        (void)canvas_put_cut(c, at, slice_of(row->customer), COLOUR_PLAIN);
        return;
    case EVENT_STATUS:
        put_status(c, at, row);
        return;
    case EVENT_TRY:
        put_try(c, at, row);
        return;
    case EVENT_BY:
        (void)canvas_put_cut(c, at, slice_of(row->by), COLOUR_FAINT);
        return;
    case EVENT_REASON:
        put_reason(c, at, row);
        return;
    case EVENT_COLUMNS:
        return;
    }
}

void view_events(const struct model *m, struct canvas *c, struct rect at)
{
    static const struct widget_column columns[EVENT_COLUMNS] = {
        [EVENT_TIME] = {"TIME", 12, 13, 1, false, 3, 0},
        [EVENT_TYPE] = {"EVENT", 15, 18, 1, false, 0, 0},
        [EVENT_ID] = {"ORDER", 13, 18, 1, false, 0, 0},
        [EVENT_CUSTOMER] = {"CUSTOMER", 12, 40, 3, false, 4, 0},
        [EVENT_STATUS] = {"STATUS", 10, 10, 0, false, 2, 0},
        [EVENT_TRY] = {"TRY", 4, 6, 0, true, 5, 0},
        [EVENT_BY] = {"BY", 6, 16, 1, false, 7, 0},
        [EVENT_REASON] = {"REASON", 8, 80, 4, false, 6, 0},
    };
    struct event_table self = {m};
    struct widget_table table = {.at = at,
                                 .columns = columns,
                                 .n_columns = EVENT_COLUMNS,
                                 .n_rows = m->tail.n_shown,
                                 .top = m->tail.top,
                                 .selected = m->tail.selected,
                                 .focused = m->pane != PANE_DETAIL,
                                 .row_spot = SPOT_ROW,
                                 .self = &self,
                                 .mark = draw_mark,
                                 .cell = draw_cell};

    widget_table_draw(c, &table);
    if (m->tail.n_shown == 0)
        view_empty(c, at, m->tail.n > 0 ? "no event matches the filter" : "no events yet");
}
