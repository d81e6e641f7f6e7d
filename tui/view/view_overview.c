/* The pipeline at a glance: counters, the last two minutes, latency, reasons, the daemon. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view/view.h"
#include "tui/view/view_alarms.h"
#include "tui/view/view_parts.h"
#include "tui/view/view_steps.h"
#include "tui/view/widget.h"

#define COUNT_W 8 /* "12,481" and its mark */
#define ALARMS_LEAST 3
#define OTHERS_H 15 /* lines of all but the alarms and the reasons */
#define REASONS_LEAST 4
#define REASONS_TIGHT 2
#define SIX_W 60 /* all six, one blank between them; in wider ones more */

static void draw_pipeline(const struct model *m, struct view_pen *pen)
{
    static const enum status stages[] = {STATUS_QUEUED, STATUS_PROCESSING, STATUS_RETRYING,
                                         STATUS_HELD,   STATUS_FULFILLED,  STATUS_FAILED};
    struct span numbers = view_pen_line(pen), words = view_pen_line(pen);
    int x = numbers.x + 1, end = numbers.x + numbers.w;

    if (words.w == 0)
        return;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        const char *name = status_name(stages[i]);
        char count[VIEW_PART_MAX];
        int w = (int)strlen(name) > COUNT_W ? (int)strlen(name) : COUNT_W;

        view_count(m->figures.now.counts[stages[i]], w - 2, count);
        (void)canvas_printf(pen->c, span_of(x, numbers.y, end - x),
                            style_status(stages[i]) | STYLE_BOLD, "%c %s", status_mark(stages[i]),
                            count);
        (void)canvas_put_cut(pen->c, span_of(x, words.y, end - x), slice_of(name),
                             style_status(stages[i]));
        x += w + 1 + (numbers.w - SIX_W) / 12;
    }
}

static void draw_series(struct view_pen *pen, const char *label, const uint32_t *series,
                        unsigned style)
{
    struct span at = view_pen_line(pen);
    uint32_t most = 0;
    int w = at.w - 20 < SERIES_SECONDS ? at.w - 20 : SERIES_SECONDS;

    if (at.w < 30)
        return;
    for (size_t i = 0; i < SERIES_SECONDS; i++)
        most = series[i] > most ? series[i] : most;
    (void)canvas_put_cut(pen->c, span_of(at.x + 1, at.y, 10), slice_of(label), style);
    widget_sparkline(pen->c, span_of(at.x + 11, at.y, w), series, SERIES_SECONDS, style);
    (void)canvas_printf(pen->c, span_of(at.x + 12 + w, at.y, 8), COLOUR_FAINT, "%" PRIu32 "/s",
                        most);
}

static void title(struct view_pen *pen, const char *text, const char *right)
{
    struct span at = view_pen_line(pen);

    if (at.w > 0)
        widget_rule(pen->c, at, text, right);
}

static void latency(struct view_pen *pen, const char *label, const struct quantiles *q)
{
    struct span at = view_pen_line(pen);

    if (at.w > 0)
        (void)canvas_printf(pen->c, span_of(at.x + 1, at.y, at.w - 2), COLOUR_PLAIN,
                            "%-8s p50 %8.1f   p95 %8.1f   p99 %8.1f ms", label, q->p50, q->p95,
                            q->p99);
}

static void draw_rates(const struct model *m, struct view_pen *pen)
{
    const struct stats *now = &m->figures.now;
    struct span at = view_pen_line(pen);
    char success[32] = "none ended";

    if (at.w == 0)
        return;
    if (now->success_rate_5m >= 0)
        (void)snprintf(success, sizeof success, "%.1f %%", now->success_rate_5m * 100);
    (void)canvas_printf(pen->c, span_of(at.x + 1, at.y, at.w - 2), COLOUR_PLAIN,
                        "success %s (5m)   accepted %.1f/s (1m) %.1f (5m) %.1f (15m)", success,
                        now->rate_1m, now->rate_5m, now->rate_15m);
}

static void draw_reasons(const struct model *m, struct view_pen *pen, size_t most)
{
    char count[UNITS_TEXT_MAX];

    for (size_t i = 0; i < m->groups.n && i < most; i++) {
        struct span at = view_pen_line(pen);

        if (at.w < 12)
            return;
        units_format_count(m->groups.lines[i].count, count);
        (void)canvas_put_right(pen->c, span_of(at.x + 1, at.y, 8), slice_of(count),
                               style_status(STATUS_FAILED));
        (void)canvas_put_cut(pen->c, span_of(at.x + 10, at.y, at.w - 11),
                             slice_of(m->groups.lines[i].group), COLOUR_PLAIN);
    }
}

static void draw_daemon(const struct model *m, struct view_pen *pen)
{
    const struct daemon_info *info = &m->info;
    struct span first, second;
    char up[UNITS_TEXT_MAX];

    title(pen, "daemon", "");
    first = view_pen_line(pen);
    second = view_pen_line(pen);
    if (!info->known || first.w == 0)
        return;
    units_format_age(m->wall_us - info->started_at, up);
    (void)canvas_printf(pen->c, span_of(first.x + 1, first.y, first.w - 2), COLOUR_PLAIN,
                        "%s %s   instance %s   pid %" PRId64 "   up %s   %s", info->name,
                        info->version, info->instance, info->pid, up,
                        info->draining ? "draining"
                        : info->paused ? "paused"
                                       : "running");
    if (second.w > 0)
        (void)canvas_printf(pen->c, span_of(second.x + 1, second.y, second.w - 2), COLOUR_PLAIN,
                            "store %s   handler %s   you are %s", info->store, info->handler,
                            role_name(info->role));
}

/* Those that are on, up to three, whatever else has to go; the others where there is room. */
static size_t alarm_rows(const struct model *m, int spare)
{
    size_t on = model_alarms_on(&m->alarms), room = spare > 0 ? (size_t)spare : 0;
    size_t least = on < ALARMS_LEAST ? on : ALARMS_LEAST;

    return room > m->alarms.n ? m->alarms.n : room > least ? room : least;
}

void view_overview(const struct model *m, struct canvas *c, struct rect at)
{
    struct view_pen pen = {.c = c, .at = at};
    const struct stats *now = &m->figures.now;
    size_t n_steps = view_steps_lines(m, at.h);
    size_t n_alarms = alarm_rows(m, at.h - OTHERS_H - (int)n_steps - REASONS_LEAST);
    int spare = at.h - OTHERS_H - (int)n_steps - (int)n_alarms;
    bool tight = n_steps > 0 && spare < REASONS_TIGHT; /* the reasons say more than the daemon */

    if (!m->figures.known) {
        view_empty(c, at, m->link.why[0] != '\0' ? m->link.why : "asking ...");
        return;
    }
    draw_pipeline(m, &pen);
    view_steps(m, &pen, n_steps);
    view_alarms(m, &pen, n_alarms);
    title(&pen, "the last two minutes", "highest");
    draw_series(&pen, "accepted", now->series_accepted, COLOUR_ACCENT);
    draw_series(&pen, "fulfilled", now->series_fulfilled, style_status(STATUS_FULFILLED));
    draw_series(&pen, "failed", now->series_failed, style_status(STATUS_FAILED));
    draw_rates(m, &pen);
    title(&pen, "latency over five minutes", "");
    latency(&pen, "submit", &now->submit_ms);
    latency(&pen, "order", &now->order_ms);
    if (!tight)
        draw_daemon(m, &pen);
    title(&pen, "why orders fail", m->groups.n == 0 ? "nothing has failed" : "");
    draw_reasons(m, &pen, spare > 1 ? (size_t)spare : tight ? REASONS_TIGHT : 1);
    if (tight)
        draw_daemon(m, &pen);
}
