/* The frame, and which screen is in it. */
#include "tui/view/view.h"

#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view_alarms.h"
#include "tui/view/view_bars.h"
#include "tui/view/view_parts.h"
#include "tui/view/view_rows.h"
#include "tui/view/widget.h"

/* Under 60x15: what fits of the counters. */
static void draw_tiny(const struct model *m, struct canvas *c)
{
    static const enum status shown[] = {STATUS_QUEUED, STATUS_PROCESSING, STATUS_RETRYING,
                                        STATUS_FAILED, STATUS_FULFILLED};
    char text[LINK_TEXT_MAX], count[UNITS_TEXT_MAX], alarm[VIEW_PART_MAX];
    int y = 0;

    figures_link_text(&m->link, m->mono_us, text);
    (void)canvas_put_cut(c, span_of(0, y++, c->cols), slice_of(text), view_link_style(m));
    if (view_alarm_word(m, alarm) && y + 1 < c->rows)
        (void)canvas_put_cut(c, span_of(0, y++, c->cols), slice_of(alarm), COLOUR_BAD | STYLE_BOLD);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0] && y + 1 < c->rows; i++) {
        units_format_count(m->figures.now.counts[shown[i]], count);
        (void)canvas_printf(c, span_of(0, y++, c->cols), style_status(shown[i]), "%c %s %s",
                            status_mark(shown[i]), m->figures.known ? count : "?",
                            status_name(shown[i]));
    }
    if (c->rows > 1)
        (void)canvas_put_cut(c, span_of(0, c->rows - 1, c->cols), SLICE("enlarge to 60x15"),
                             STYLE_BOLD);
}

static bool lists_orders(enum screen screen)
{
    return screen == SCREEN_ORDERS || screen == SCREEN_FAILED || screen == SCREEN_EVENTS;
}

static void draw_base(const struct model *m, struct canvas *c, const struct layout *layout)
{
    enum screen base = model_base(m);

    switch (base) {
    case SCREEN_OVERVIEW:
        view_overview(m, c, layout->body);
        break;
    case SCREEN_ORDERS:
        view_orders(m, c, layout);
        break;
    case SCREEN_FAILED:
        view_failed(m, c, layout->list, m->pane != PANE_DETAIL);
        break;
    case SCREEN_REPLAYS:
        view_replays(m, c, layout->body);
        break;
    case SCREEN_EVENTS:
        view_events(m, c, layout->list);
        break;
    case SCREEN_DETAIL:
    case SCREEN_FORM:
    case SCREEN_HELP:
    case SCREEN_COUNT:
        break;
    }
    if (layout->preview.h > 0)
        view_preview(m, c, layout->preview);
    if (layout->detail.h > 0 && lists_orders(base)) {
        widget_divider(c, layout->detail.x - 1, layout->detail);
        view_detail(m, c, layout->detail, m->pane == PANE_DETAIL);
    }
}

static void draw_body(const struct model *m, struct canvas *c, const struct layout *layout)
{
    enum screen up = model_screen(m);

    if (up == SCREEN_DETAIL) {
        view_detail(m, c, layout->body, true);
    } else if (up == SCREEN_FORM) {
        view_form(m, c, layout->body);
    } else if (up == SCREEN_HELP) {
        view_help(m, c, layout->body);
    } else {
        view_filter_line(m, c, span_of(0, layout->filter_y, layout->cols));
        draw_base(m, c, layout);
    }
}

void view_draw(const struct model *m, struct canvas *c)
{
    struct layout layout = model_layout(m);

    canvas_clear(c);
    if (layout.step == WIDTH_TINY) {
        draw_tiny(m, c);
        return;
    }
    view_tabs_line(m, c, span_of(0, layout.tabs_y, layout.cols));
    view_figures_line(m, c, span_of(0, layout.figures_y, layout.cols));
    draw_body(m, c, &layout);
    view_message_line(m, c, span_of(0, layout.message_y, layout.cols));
    view_footer_line(m, c, span_of(0, layout.footer_y, layout.cols));
    if (m->dialog.kind != DIALOG_NONE)
        view_dialog(m, c);
}
