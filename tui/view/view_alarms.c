/* The alarms as lines of the overview, and the one that nobody knows of in a word. */
#include "tui/view/view_alarms.h"

#include <stdio.h>
#include <string.h>

#include "shared/alarm.h"
#include "tui/view/widget.h"

#define NAME_W 13 /* or as wide as the longest, up to: */
#define LONG_NAME_W 20
#define REST_W 60    /* what a wide line keeps for all else */
#define FIGURES_W 24 /* "52.0%, limit 50.0%" */
#define AGO_W 8

static unsigned style_of(const struct alarm_line *line)
{
    if (alarm_open(line))
        return COLOUR_BAD | STYLE_BOLD;
    if (line->alarm)
        return COLOUR_WARN;
    return line->threshold > 0 ? COLOUR_GOOD : COLOUR_FAINT;
}

static const char *word_of(const struct alarm_line *line)
{
    return !line->alarm && !(line->threshold > 0) ? "off" : alarm_state(line->alarm);
}

static const char *mark_of(const struct alarm_line *line)
{
    if (alarm_open(line))
        return "!";
    if (line->alarm)
        return "=";
    return line->threshold > 0 ? "+" : "-";
}

static void known_by(const struct alarm_line *line, struct canvas *c, struct span at)
{
    if (alarm_open(line))
        (void)canvas_put_cut(c, at, SLICE("not acknowledged"), COLOUR_BAD);
    else if (line->alarm)
        (void)canvas_printf(c, at, COLOUR_PLAIN, "by %s", line->acknowledged_by);
}

static void figure(const struct alarm_line *line, double value, char out[UNITS_TEXT_MAX])
{
    struct slice text;

    alarm_format(slice_of(line->name), value, out);
    text = slice_of(out);
    while (text.n > 0 && text.p[text.n - 1] >= '0' && text.p[text.n - 1] <= '9')
        text.n--;
    if (text.n == 0 && value < 1e15) /* a plain number */
        units_format_count((int64_t)value, out);
}

/* Names with steps are longer than those of the instance. */
static int name_width(const struct alarms *alarms, int width)
{
    int longest = NAME_W;
    int most = width - REST_W > LONG_NAME_W ? width - REST_W : LONG_NAME_W;

    for (size_t i = 0; i < alarms->n; i++) {
        int n = (int)strlen(alarms->lines[i].name);

        longest = n > longest ? n : longest;
    }
    return longest < most ? longest : most;
}

/* ">! dlq_depth     ALARM 12, limit 5               3m ago  not acknowledged" */
static void alarm_line(const struct model *m, struct canvas *c, struct span at, size_t i)
{
    const struct alarm_line *line = &m->alarms.lines[i];
    char value[UNITS_TEXT_MAX], limit[UNITS_TEXT_MAX];
    int name_w = name_width(&m->alarms, at.w);
    int x = at.x, end = at.x + at.w;

    if (i == m->alarms.selected) {
        (void)canvas_put(c, span_of(x, at.y, 1), SLICE(">"), STYLE_BOLD);
        if (model_screen(m) == SCREEN_OVERVIEW)
            canvas_cursor(c, x, at.y);
    }
    (void)canvas_put(c, span_of(x + 1, at.y, 1), slice_of(mark_of(line)), style_of(line));
    (void)canvas_put_cut(c, span_of(x + 3, at.y, name_w), slice_of(line->name), style_of(line));
    (void)canvas_put(c, span_of(x + 4 + name_w, at.y, 5), slice_of(word_of(line)), style_of(line));
    x += name_w + 10;
    figure(line, line->value, value);
    figure(line, line->threshold, limit);
    if (line->threshold > 0)
        (void)canvas_printf(c, span_of(x, at.y, FIGURES_W), COLOUR_PLAIN, "%s, limit %s", value,
                            limit);
    x += at.w >= 70 ? FIGURES_W : FIGURES_W - 4;
    if (line->since_at != 0 && line->alarm) {
        char ago[VIEW_PART_MAX];

        view_ago(m, line->since_at, ago);
        (void)canvas_put_right(c, span_of(x, at.y, AGO_W), slice_of(ago), COLOUR_FAINT);
    }
    x += AGO_W + 2;
    known_by(line, c, span_of(x, at.y, end - x));
}

static void heading(const struct alarms *alarms, struct canvas *c, struct span at)
{
    size_t open = model_alarms_open(alarms), on = model_alarms_on(alarms);
    char text[VIEW_PART_MAX] = "asking ...";

    if (on > 0)
        (void)snprintf(text, sizeof text, "%zu on, %zu not acknowledged", on, open);
    else if (alarms->loaded)
        (void)snprintf(text, sizeof text, "all OK");
    widget_rule(c, at, "alarms", text);
}

void view_alarms(const struct model *m, struct view_pen *pen, size_t rows)
{
    const struct alarms *alarms = &m->alarms;
    size_t top = rows > 0 && alarms->selected >= rows ? alarms->selected + 1 - rows : 0;
    struct span at = view_pen_line(pen);

    if (at.w > 0)
        heading(alarms, pen->c, at);
    for (size_t i = top; i < alarms->n && i < top + rows; i++) {
        at = view_pen_line(pen);
        if (at.w > 0)
            alarm_line(m, pen->c, at, i);
    }
}

bool view_alarm_word(const struct model *m, char out[VIEW_PART_MAX])
{
    size_t open = model_alarms_open(&m->alarms);

    if (open == 0)
        return false;
    if (open == 1)
        (void)snprintf(out, VIEW_PART_MAX, "! ALARM %s", m->alarms.lines[0].name);
    else
        (void)snprintf(out, VIEW_PART_MAX, "! ALARM %s +%zu", m->alarms.lines[0].name, open - 1);
    return true;
}
