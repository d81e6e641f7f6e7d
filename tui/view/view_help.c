/* Every key: those of the view it was asked from first. */
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

#define KEYS_W 12

static void action_line(const struct model *m, struct view_pen *pen, enum action action)
{
    const struct action_row *row = action_row(action);
    const char *why =
        action_on(action, model_screen(m)) ? model_why_not(m, action) : "not in this view";
    struct span at = view_pen_line(pen);
    int x = at.x + 1, end = at.x + at.w - 1;

    if (at.w < KEYS_W + 4)
        return;
    (void)canvas_put_right(pen->c, span_of(x, at.y, KEYS_W),
                           slice_of(m->key_names != NULL ? m->key_names[action] : ""),
                           why == NULL ? COLOUR_ACCENT | STYLE_BOLD : COLOUR_FAINT);
    x += KEYS_W + 2;
    x += canvas_put_cut(pen->c, span_of(x, at.y, end - x), slice_of(row->help),
                        why == NULL ? COLOUR_PLAIN : COLOUR_FAINT);
    x += canvas_printf(pen->c, span_of(x + 2, at.y, end - x - 2), COLOUR_FAINT, ":%s", row->name) +
         2;
    if (why != NULL)
        (void)canvas_printf(pen->c, span_of(x + 1, at.y, end - x - 1), COLOUR_WARN, " (%s)", why);
}

/* `here`: those of the view, or all others. */
static void lines(const struct model *m, struct view_pen *pen, bool here)
{
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        enum action action = (enum action)i;

        if (help_matches(&m->help, action) && action_on(action, model_screen(m)) == here)
            action_line(m, pen, action);
    }
}

static void both(const struct model *m, struct view_pen *pen)
{
    lines(m, pen, true);
    lines(m, pen, false);
}

/* What would be possible in the view that the help was asked from. */
static struct model below(const struct model *m)
{
    struct model under = *m;

    under.depth -= under.depth > 1;
    return under;
}

void view_help(const struct model *m, struct canvas *c, struct rect at)
{
    const struct model under = below(m);
    struct view_pen pen = {.c = c, .at = {at.x, at.y + 1, at.w, at.h - 1}};
    struct view_pen count = {.c = c};
    size_t rows = at.h > 1 ? (size_t)at.h - 1 : 0;
    struct span search = span_of(at.x + 10, at.y - 1, at.w - 12);

    (void)canvas_put_cut(c, span_of(at.x + 1, at.y - 1, 8), SLICE("/ search"),
                         m->help.searching ? STYLE_BOLD : COLOUR_FAINT);
    if (m->help.searching)
        widget_field(c, search, &m->help.search, true);
    else
        (void)canvas_put_cut(c, search, input_slice(&m->help.search), COLOUR_PLAIN);
    widget_rule(c, span_of(at.x, at.y, at.w), "help", screen_name(model_screen(&under)));
    both(&under, &count);
    pen.top = m->help.top;
    if (pen.top + rows > count.line)
        pen.top = count.line > rows ? count.line - rows : 0;
    both(&under, &pen);
    if (pen.line == 0)
        view_empty(c, pen.at, "no key does that");
}
