/* The two lines above each screen: views and link, figures. */
#include "tui/view/view_bars.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view/view_alarms.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

#define VIEWS 5
#define ROUNDED_W 5     /* of a count in a tab that has little room */
#define RATES_FROM_W 78 /* below, the counts need the cells */
#define MORE_FROM_W 120
#define RATE_SECONDS 5 /* whole ones that a rate is the mean of */

unsigned view_link_style(const struct model *m)
{
    static const unsigned styles[] = {[LINK_CONNECTING] = COLOUR_WARN | STYLE_BOLD,
                                      [LINK_LIVE] = COLOUR_GOOD | STYLE_BOLD,
                                      [LINK_STALE] = COLOUR_WARN | STYLE_BOLD,
                                      [LINK_OFFLINE] = COLOUR_BAD | STYLE_BOLD};

    return styles[m->link.state];
}

static int64_t badge(const struct model *m, enum screen screen)
{
    if (screen == SCREEN_FAILED && m->figures.known)
        return m->figures.now.dlq_depth;
    if (screen == SCREEN_REPLAYS)
        return (int64_t)replays_running(&m->replays);
    return 0;
}

/* From what tells most to what takes least. */
enum tabs_length {
    TABS_WHOLE,
    TABS_ROUNDED, /* "200k" */
    TABS_BRIEF,   /* the same, and only the number of a view that is not up */
    TABS_LENGTHS
};

static int tab_texts(const struct model *m, struct widget_tab tabs[VIEWS], enum tabs_length length)
{
    static const char *const names[VIEWS] = {"Overview", "Orders", "Failed", "Replays", "Events"};
    int cells = 0;

    for (size_t i = 0; i < VIEWS; i++) {
        int64_t n = badge(m, (enum screen)i);
        char count[VIEW_PART_MAX] = "", shown[VIEW_PART_MAX + 2] = "";
        bool brief = false;

        view_count(n, length == TABS_WHOLE ? UNITS_TEXT_MAX : ROUNDED_W, count);
        if (n > 0)
            (void)snprintf(shown, sizeof shown, "(%s)", count);
        tabs[i].on = model_base(m) == (enum screen)i;
        brief = length == TABS_BRIEF && !tabs[i].on;
        (void)snprintf(tabs[i].text, sizeof tabs[i].text, "%zu%s%s%.20s", i + 1, brief ? "" : " ",
                       brief ? "" : names[i], shown);
        cells += (int)strlen(tabs[i].text) + 1 + (tabs[i].on ? 2 : 0);
    }
    return cells;
}

void view_tabs_line(const struct model *m, struct canvas *c, struct span at)
{
    struct widget_tab tabs[VIEWS];
    char link[LINK_TEXT_MAX];
    int name_w = 0, link_w = 0, room = 0;

    figures_link_text(&m->link, m->mono_us, link);
    link_w = canvas_cells(slice_of(link));
    name_w = canvas_printf(c, span_of(at.x + 1, at.y, at.w / 4), STYLE_BOLD, "DOFS %s",
                           m->info.known ? m->info.instance : "");
    room = at.w - name_w - link_w - 5;
    for (unsigned length = TABS_WHOLE; length < TABS_LENGTHS; length++) {
        if (tab_texts(m, tabs, (enum tabs_length)length) <= room)
            break;
    }
    (void)widget_tabs(c, span_of(at.x + name_w + 3, at.y, room), tabs, VIEWS);
    (void)canvas_put_right(c, span_of(at.x + at.w - link_w - 1, at.y, link_w), slice_of(link),
                           view_link_style(m));
}

/* Figures ---------------------------------------------------------------------------------------
 */

/* The mean of the last whole seconds, rounded up so that little is not nothing. */
static uint32_t rate(const uint32_t series[SERIES_SECONDS])
{
    uint32_t sum = 0;

    for (size_t i = 0; i < RATE_SECONDS; i++)
        sum += series[SERIES_SECONDS - 2 - i];
    return (sum + RATE_SECONDS - 1) / RATE_SECONDS;
}

static int put_flag_in(struct canvas *c, struct span at, const char *text, enum colour colour)
{
    return canvas_printf(c, at, (unsigned)colour | STYLE_BOLD | STYLE_REVERSE, " %s ", text) + 1;
}

static int put_flag(struct canvas *c, struct span at, const char *text)
{
    return put_flag_in(c, at, text, COLOUR_WARN);
}

static int draw_flags(const struct model *m, struct canvas *c, struct span at)
{
    char alarm[VIEW_PART_MAX];
    int x = at.x;

    if (view_alarm_word(m, alarm))
        x += put_flag_in(c, span_of(x, at.y, at.x + at.w - x), alarm, COLOUR_BAD);
    if (m->frozen) {
        char text[VIEW_PART_MAX], count[UNITS_TEXT_MAX];

        units_format_count(m->frozen_events, count);
        (void)snprintf(text, sizeof text, "FROZEN +%s", count);
        x += put_flag(c, span_of(x, at.y, at.x + at.w - x), text);
    }
    if (m->info.known && m->info.draining)
        x += put_flag(c, span_of(x, at.y, at.x + at.w - x), "DRAINING");
    else if (m->info.known && m->info.paused)
        x += put_flag(c, span_of(x, at.y, at.x + at.w - x), "PAUSED");
    if (m->read_only)
        x += put_flag(c, span_of(x, at.y, at.x + at.w - x), "READ ONLY");
    return x - at.x;
}

static int put_count(const struct model *m, struct canvas *c, struct span at, enum status status)
{
    static const char *const words[STATUS_COUNT] = {
        [STATUS_QUEUED] = "queued",     [STATUS_PROCESSING] = "processing",
        [STATUS_RETRYING] = "retrying", [STATUS_HELD] = "held",
        [STATUS_UNDOING] = "undoing",   [STATUS_FULFILLED] = "fulfilled",
        [STATUS_FAILED] = "failed"};
    char count[UNITS_TEXT_MAX];
    int64_t n = m->figures.now.counts[status];

    units_format_count(n, count);
    return canvas_printf(c, at, n > 0 ? style_status(status) : COLOUR_PLAIN, "%s %s ",
                         words[status], count);
}

static int put_rates(const struct model *m, struct canvas *c, struct span at)
{
    const struct stats *now = &m->figures.now;

    return canvas_printf(
        c, at, COLOUR_PLAIN, "in %" PRIu32 "/s  done %" PRIu32 "/s  fail %" PRIu32 "/s | ",
        rate(now->series_accepted), rate(now->series_fulfilled), rate(now->series_failed));
}

void view_figures_line(const struct model *m, struct canvas *c, struct span at)
{
    static const enum status always[] = {STATUS_QUEUED, STATUS_PROCESSING, STATUS_RETRYING};
    static const enum status wide[] = {STATUS_HELD, STATUS_UNDOING, STATUS_FAILED,
                                       STATUS_FULFILLED};
    int end = at.x + at.w - 1;
    int x = at.x + 1;
    char age[UNITS_TEXT_MAX];

    x += draw_flags(m, c, span_of(x, at.y, end - x));
    if (!m->figures.known) {
        (void)canvas_put_cut(c, span_of(x, at.y, end - x), slice_of(m->link.why), COLOUR_FAINT);
        return;
    }
    if (at.w >= RATES_FROM_W)
        x += put_rates(m, c, span_of(x, at.y, end - x));
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        x += put_count(m, c, span_of(x, at.y, end - x), always[i]);
    for (size_t i = 0; at.w >= MORE_FROM_W && i < sizeof wide / sizeof wide[0]; i++)
        x += put_count(m, c, span_of(x, at.y, end - x), wide[i]);
    units_format_age(m->figures.now.queue_oldest_ms * 1000, age);
    if (m->figures.now.counts[STATUS_QUEUED] > 0)
        (void)canvas_printf(c, span_of(x, at.y, end - x), COLOUR_PLAIN, "| oldest %s", age);
}
