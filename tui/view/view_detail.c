/* An order with all there is to know of it, and its history as a timeline. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "shared/order_steps.h"
#include "shared/order_why.h"
#include "tui/view/view.h"
#include "tui/view/view_history.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

#define LABEL_W 12
#define WHY_SHOWN 3             /* sentences of what happened: the history has the rest */
#define RESULT_SHOWN_BYTES 8192 /* of a result: more is for `show` */

static void put_label(struct view_pen *pen, struct span at, const char *label)
{
    if (at.w > 0)
        (void)canvas_put_cut(pen->c, span_of(at.x + 1, at.y, LABEL_W - 1), slice_of(label),
                             COLOUR_FAINT);
}

/* "customer    cust-acme": left out when there is no value. */
static void field(struct view_pen *pen, const char *label, struct slice value, unsigned style)
{
    struct span at;

    if (value.n == 0)
        return;
    at = view_pen_line(pen);
    put_label(pen, at, label);
    if (at.w > LABEL_W)
        (void)canvas_put_cut(pen->c, span_of(at.x + LABEL_W + 1, at.y, at.w - LABEL_W - 1), value,
                             style);
}

static void field_f(struct view_pen *pen, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void field_f(struct view_pen *pen, const char *label, const char *fmt, ...)
{
    char text[256];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    field(pen, label, slice_of(text), COLOUR_PLAIN);
}

/* "2026-01-31 03:26:31  12s ago" */
static void time_field(const struct model *m, struct view_pen *pen, const char *label, int64_t at)
{
    char date[VIEW_PART_MAX], ago[VIEW_PART_MAX];

    if (at == 0)
        return;
    view_date(m, at, date);
    view_ago(m, at, ago);
    field_f(pen, label, "%s%s%s", date, m->time_style == TIMES_RELATIVE ? "  " : "",
            m->time_style == TIMES_RELATIVE ? ago : "");
}

static void heading(struct view_pen *pen, const char *text)
{
    struct span at;

    (void)view_pen_line(pen);
    at = view_pen_line(pen);
    if (at.w > 0)
        (void)canvas_put_cut(pen->c, span_of(at.x + 1, at.y, at.w - 1), slice_of(text), STYLE_BOLD);
}

static const char *cancelling_word(const struct order *order)
{
    if (!order->cancelling || order->status == STATUS_UNDOING)
        return "";
    return order->status == STATUS_FAILED ? ", its undo failed" : ", cancelling";
}

static void status_line(struct view_pen *pen, const struct order *order)
{
    struct span at = view_pen_line(pen);

    put_label(pen, at, "status");
    if (at.w > LABEL_W)
        (void)canvas_printf(pen->c, span_of(at.x + LABEL_W + 1, at.y, at.w - LABEL_W - 1),
                            style_status(order->status) | STYLE_BOLD,
                            "%c %s%s  try %" PRIu32 "/%" PRIu32, status_mark(order->status),
                            status_name(order->status), cancelling_word(order), order->attempts,
                            order->max_attempts);
}

static void reason_lines(struct view_pen *pen, const struct order *order)
{
    struct view_pen inner = *pen;

    if (order->failure_reason.n == 0)
        return;
    inner.at.x += LABEL_W + 1;
    inner.at.w -= LABEL_W + 1;
    put_label(pen, view_pen_line(pen), "reason");
    view_pen_wrap(&inner, 0, order->failure_reason, style_status(order->status));
    pen->line = inner.line;
}

/* "pay, 2 of 3" */
static void step_line(struct view_pen *pen, const struct order *order)
{
    if (order_has_steps(order) && order_step_at(order) != STEP_NONE)
        field_f(pen, "step", "%.*s, %zu of %zu", SLICE_ARGS(order->step), order_step_at(order) + 1,
                steps_count(order->steps));
    else
        field(pen, "step", order->step, COLOUR_PLAIN);
}

static void order_lines(const struct model *m, struct view_pen *pen)
{
    const struct order *order = &m->detail.order;
    char count[UNITS_TEXT_MAX];

    status_line(pen, order);
    reason_lines(pen, order);
    field(pen, "customer", order->customer_id, COLOUR_PLAIN);
    field(pen, "reference", order->reference, COLOUR_PLAIN);
    units_format_count(order->total_quantity, count);
    field(pen, "quantity", slice_of(count), COLOUR_PLAIN);
    if (order->priority != PRIORITY_DEFAULT)
        field_f(pen, "priority", "%u", (unsigned)order->priority);
    time_field(m, pen, "created", order->created_at);
    time_field(m, pen, "changed", order->updated_at);
    time_field(m, pen, "not before", order->not_before);
    time_field(m, pen, "next try", order->next_attempt_at);
    step_line(pen, order);
    if (order->replays > 0)
        field_f(pen, "replays", "%" PRIu32, order->replays);
}

/* What `dofs why` tells: the last of what happened, and what comes next. */
static void why_lines(const struct model *m, struct view_pen *pen)
{
    const struct detail *d = &m->detail;
    const struct order_why_facts facts = {.order = &d->order,
                                          .entries = d->entries,
                                          .n_entries = d->n_entries,
                                          .paused = m->info.paused,
                                          .draining = m->info.draining,
                                          .now_us = m->wall_us};
    struct view_pen inner = *pen;
    struct arena arena = {0};
    struct order_why why;

    if (!d->have_entries || d->more) /* of a part of the history it would not be true */
        return;
    order_why(&facts, &arena, &why);
    heading(pen, "why");
    inner.line = pen->line;
    inner.at.w -= 1; /* as the other lines, one cell off the edge */
    for (size_t i = why.n_happened > WHY_SHOWN ? why.n_happened - WHY_SHOWN : 0; i < why.n_happened;
         i++)
        view_pen_wrap(&inner, 3, why.happened[i], COLOUR_PLAIN);
    if (why.stands.n > 0)
        view_pen_wrap(&inner, 3, why.stands, COLOUR_PLAIN);
    view_pen_wrap(&inner, 3, why.next, COLOUR_ACCENT);
    pen->line = inner.line;
    arena_done(&arena);
}

static void item_lines(struct view_pen *pen, const struct order *order)
{
    heading(pen, "items");
    for (size_t i = 0; i < order->n_items; i++) {
        struct span at = view_pen_line(pen);
        char count[UNITS_TEXT_MAX];

        units_format_count(order->items[i].quantity, count);
        if (at.w > 4)
            (void)canvas_printf(pen->c, span_of(at.x + 3, at.y, at.w - 4), COLOUR_PLAIN,
                                "%9s x %.*s", count, SLICE_ARGS(order->items[i].product_id));
    }
}

static void pair_lines(struct view_pen *pen, const char *title, const struct pair *pairs, size_t n)
{
    if (n > 0)
        heading(pen, title);
    for (size_t i = 0; i < n; i++) {
        struct span at = view_pen_line(pen);
        int w = 0;

        if (at.w < 4)
            continue;
        w = canvas_put_cut(pen->c, span_of(at.x + 3, at.y, at.w / 3), pairs[i].key, COLOUR_FAINT);
        (void)canvas_put_cut(pen->c, span_of(at.x + 3 + w + 2, at.y, at.w - w - 6), pairs[i].value,
                             COLOUR_PLAIN);
    }
}

static void result_lines(struct view_pen *pen, struct slice result)
{
    if (result.n == 0)
        return;
    heading(pen, result.n > RESULT_SHOWN_BYTES ? "result (its start)" : "result");
    if (result.n > RESULT_SHOWN_BYTES)
        result.n = RESULT_SHOWN_BYTES;
    view_pen_wrap(pen, 3, result, COLOUR_PLAIN);
}

static void all_lines(const struct model *m, struct view_pen *pen)
{
    const struct detail *d = &m->detail;

    order_lines(m, pen);
    why_lines(m, pen);
    item_lines(pen, &d->order);
    pair_lines(pen, "metadata", d->order.metadata, d->order.n_metadata);
    pair_lines(pen, "results", d->order.results, d->order.n_results);
    result_lines(pen, d->order.result);
    heading(pen, d->have_entries ? "history" : "history: asking ...");
    view_history(m, pen);
    if (d->more)
        heading(pen, "more than 2,000 entries: `dofs show ID --history` has them all");
}

/* How many lines there are, by drawing none of them. */
static size_t count_lines(const struct model *m, struct canvas *c, struct rect at)
{
    struct view_pen pen = {.c = c, .at = at};

    pen.at.h = 0;
    all_lines(m, &pen);
    return pen.line;
}

static size_t first_line(const struct detail *d, size_t last)
{
    size_t top = d->top < last ? d->top : last;

    return d->from_end ? last - top : top;
}

void view_detail(const struct model *m, struct canvas *c, struct rect at, bool focused)
{
    struct view_pen pen = {.c = c, .at = at};
    const struct detail *d = &m->detail;
    char id[UUID_TEXT_LEN + 1];
    size_t n = 0, rows = at.h > 1 ? (size_t)at.h - 1 : 0;

    if (d->wanted)
        uuid_format(&d->uid, id);
    widget_rule(c, span_of(at.x, at.y, at.w), d->wanted ? id : "order",
                d->following ? "following" : "");
    pen.at.y++;
    pen.at.h--;
    if (!d->wanted || !d->have) {
        view_empty(c, at,
                   !d->wanted              ? "no order selected"
                   : d->refused[0] != '\0' ? d->refused
                                           : "asking ...");
        return;
    }
    n = count_lines(m, c, pen.at);
    if (focused || d->following)
        pen.top = first_line(d, n > rows ? n - rows : 0);
    all_lines(m, &pen);
    if (focused)
        canvas_cursor(c, at.x, at.y + 1);
}
