/* The steps as a table: how many orders are at each, how fast it goes, how long they wait. */
#include "tui/view/view_steps.h"

#include <stdio.h>

#include "tui/view/widget.h"

#define LEAST_LINES 4 /* the header and three steps */

enum step_column {
    STEP_NAME,
    STEP_QUEUED,
    STEP_PROCESSING,
    STEP_RETRYING,
    STEP_HELD,
    STEP_UNDOING,
    STEP_FAILED,
    STEP_RATE,
    STEP_OLDEST,
    STEP_COLUMNS
};

static const struct widget_column columns[STEP_COLUMNS] = {
    [STEP_NAME] = {"STEP", 8, STEP_NAME_MAX, 1, false, 0, STEP_NAME},
    [STEP_QUEUED] = {"QUEUED", 6, 9, 1, true, 0, STEP_QUEUED},
    [STEP_PROCESSING] = {"PROCESSING", 10, 10, 0, true, 0, STEP_PROCESSING},
    [STEP_RETRYING] = {"RETRYING", 8, 9, 1, true, 0, STEP_RETRYING},
    [STEP_HELD] = {"HELD", 6, 9, 1, true, 2, STEP_HELD},
    [STEP_UNDOING] = {"UNDOING", 7, 9, 1, true, 1, STEP_UNDOING},
    [STEP_FAILED] = {"FAILED", 6, 9, 1, true, 0, STEP_FAILED},
    [STEP_RATE] = {"RATE", 6, 8, 1, true, 0, STEP_RATE},
    [STEP_OLDEST] = {"OLDEST", 6, 8, 1, true, 0, STEP_OLDEST},
};

static const struct {
    size_t offset; /* of the figure */
    enum status status;
} counts[STEP_COLUMNS] = {
    [STEP_QUEUED] = {offsetof(struct step_figures, queued), STATUS_QUEUED},
    [STEP_PROCESSING] = {offsetof(struct step_figures, processing), STATUS_PROCESSING},
    [STEP_RETRYING] = {offsetof(struct step_figures, retrying), STATUS_RETRYING},
    [STEP_HELD] = {offsetof(struct step_figures, held), STATUS_HELD},
    [STEP_UNDOING] = {offsetof(struct step_figures, undoing), STATUS_UNDOING},
    [STEP_FAILED] = {offsetof(struct step_figures, failed), STATUS_FAILED},
};

size_t view_steps_lines(const struct model *m, int rows)
{
    size_t n = m->figures.now.n_steps, most = rows > 0 ? (size_t)rows * 2 / 5 : 0;

    if (n < 2)
        return 0;
    most = most < LEAST_LINES ? LEAST_LINES : most;
    return n + 1 < most ? n + 1 : most;
}

static void put_count(const struct step_figures *step, enum step_column column, struct canvas *c,
                      struct span at)
{
    int64_t n = *(const int64_t *)(const void *)((const char *)step + counts[column].offset);
    char text[VIEW_PART_MAX];

    view_count(n, at.w, text);
    (void)canvas_put_right(c, at, slice_of(text),
                           n == 0 ? COLOUR_FAINT : style_status(counts[column].status));
}

/* "12.5/s"; a rate that is wider than its column goes without its fraction. */
static void put_rate(const struct step_figures *step, struct canvas *c, struct span at)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%.1f/s", step->rate_1m);
    if ((int)canvas_cells(slice_of(text)) > at.w)
        (void)snprintf(text, sizeof text, "%.0f/s", step->rate_1m);
    (void)canvas_put_right(c, at, slice_of(text), COLOUR_PLAIN);
}

static void put_oldest(const struct step_figures *step, struct canvas *c, struct span at)
{
    char age[UNITS_TEXT_MAX];

    units_format_age(step->oldest_ms * 1000, age);
    (void)canvas_put_right(c, at, slice_of(step->oldest_ms > 0 ? age : "-"), COLOUR_PLAIN);
}

static void put_cell(const struct step_figures *step, enum step_column column, struct canvas *c,
                     struct span at)
{
    if (column == STEP_NAME)
        (void)canvas_put_cut(c, at, slice_of(step->name), STYLE_BOLD);
    else if (column == STEP_RATE)
        put_rate(step, c, at);
    else if (column == STEP_OLDEST)
        put_oldest(step, c, at);
    else
        put_count(step, column, c, at);
}

/* `step` NULL: the header. */
static void put_line(struct view_pen *pen, const int *widths, const struct step_figures *step)
{
    struct span at = view_pen_line(pen);
    int x = at.x + 1;

    for (size_t i = 0; i < STEP_COLUMNS && at.w > 0; i++) {
        struct span cell = span_of(x, at.y, widths[i]);

        if (widths[i] == 0)
            continue;
        if (step != NULL)
            put_cell(step, (enum step_column)i, pen->c, cell);
        else
            (void)(columns[i].right ? canvas_put_right : canvas_put_cut)(
                pen->c, cell, slice_of(columns[i].header), COLOUR_FAINT);
        x += widths[i] + 1;
    }
}

void view_steps(const struct model *m, struct view_pen *pen, size_t lines)
{
    const struct stats *now = &m->figures.now;
    size_t shown = now->n_steps;
    int widths[STEP_COLUMNS];

    if (lines < 2)
        return;
    if (shown + 1 > lines)
        shown = lines - 2;
    widget_widths(columns, STEP_COLUMNS, pen->at.w - 2, widths);
    put_line(pen, widths, NULL);
    for (size_t i = 0; i < shown; i++)
        put_line(pen, widths, &now->steps[i]);
    if (shown < now->n_steps) {
        struct span at = view_pen_line(pen);

        if (at.w > 2)
            (void)canvas_printf(pen->c, span_of(at.x + 1, at.y, at.w - 2), COLOUR_FAINT,
                                "%zu more steps: enlarge, or `dofs stats`", now->n_steps - shown);
    }
}
