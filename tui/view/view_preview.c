/* The selected order in four lines, below a list. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/view_timeline.h"
#include "tui/view/widget.h"

/* "failed 12s ago" */
static void since_text(const struct model *m, const struct order *order, char out[VIEW_PART_MAX])
{
    char ago[VIEW_PART_MAX], when[VIEW_PART_MAX];
    const char *word = status_name(order->status);
    size_t n = 0;

    view_ago(m, order->updated_at, ago);
    for (; word[n] != '\0' && n + 1 < sizeof when; n++)
        when[n] = (char)(word[n] | 0x20);
    when[n] = '\0';
    (void)snprintf(out, VIEW_PART_MAX, "%.20s %.60s", when, ago);
}

/* "3 x staging-widget, 1 x gadget": what is in it. */
static void draw_items(const struct order *order, struct canvas *c, struct span at)
{
    int x = at.x, end = at.x + at.w;

    for (size_t i = 0; i < order->n_items && x < end; i++)
        x += canvas_printf(c, span_of(x, at.y, end - x), COLOUR_PLAIN, "%s%" PRId64 " x %.*s",
                           i > 0 ? ", " : "", order->items[i].quantity,
                           SLICE_ARGS(order->items[i].product_id));
}

/* The list's row of the order: it knows the reason's group. */
static const struct row *row_of(const struct model *m)
{
    const struct list *list = model_list_of(m);
    const struct row *row = list != NULL ? list_selected(list) : NULL;

    return row != NULL && uuid_compare(&row->uid, &m->detail.uid) == 0 ? row : NULL;
}

static void draw_reason(const struct model *m, struct canvas *c, struct span at)
{
    const struct order *order = &m->detail.order;
    const struct row *row = row_of(m);
    int64_t like = row != NULL ? groups_like(&m->groups, row) : -1;
    char text[VIEW_PART_MAX] = "";
    int text_w = 0;

    if (order->failure_reason.n == 0) {
        draw_items(order, c, at);
        return;
    }
    if (order->status == STATUS_FAILED && like > 1) {
        char count[UNITS_TEXT_MAX];

        units_format_count(like, count);
        (void)snprintf(text, sizeof text, "%s like this (3 then b to group)", count);
        text_w = canvas_cells(slice_of(text)) + 2;
    }
    if (text_w > at.w / 2)
        text_w = 0;
    (void)canvas_put_cut(c, span_of(at.x, at.y, at.w - text_w), order->failure_reason,
                         style_status(order->status));
    (void)canvas_put_right(c, span_of(at.x + at.w - text_w, at.y, text_w), slice_of(text),
                           COLOUR_FAINT);
}

/* Of a group: its newest reason, and what may be done with all of it. */
static void draw_group(const struct model *m, struct canvas *c, struct rect at)
{
    const struct group_line *line = groups_selected(&m->groups);
    char count[UNITS_TEXT_MAX];

    if (line == NULL)
        return;
    units_format_count(line->count, count);
    (void)canvas_put_cut(c, span_of(at.x + 1, at.y + 1, at.w - 2), slice_of(line->reason),
                         style_status(STATUS_FAILED));
    (void)canvas_printf(c, span_of(at.x + 1, at.y + 2, at.w - 2), COLOUR_FAINT,
                        "Enter lists the %s; R replays them; D discards them", count);
}

void view_preview(const struct model *m, struct canvas *c, struct rect at)
{
    const struct detail *d = &m->detail;
    char id[UUID_TEXT_LEN + 1] = "", since[VIEW_PART_MAX] = "";
    int w = at.w - 2;

    if (d->wanted)
        uuid_format(&d->uid, id);
    if (d->wanted && d->have)
        since_text(m, &d->order, since);
    widget_rule(c, span_of(at.x, at.y, at.w), id, since);
    if (model_base(m) == SCREEN_FAILED && m->groups.on)
        draw_group(m, c, at);
    if (!d->wanted)
        return;
    if (!d->have) {
        (void)canvas_put_cut(c, span_of(at.x + 1, at.y + 1, w), slice_of(d->refused), COLOUR_FAINT);
        return;
    }
    draw_reason(m, c, span_of(at.x + 1, at.y + 1, w));
    if (!d->have_entries)
        return;
    view_timeline_intake(m, c, span_of(at.x + 1, at.y + 2, w));
    view_timeline_tries(m, c, span_of(at.x + 1, at.y + 3, w));
}
