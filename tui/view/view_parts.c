/* What several screens draw: ids, statuses, times, counts, long texts, lines that scroll. */
#include "tui/view/view_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tui/view/view.h"

#define SECOND_US INT64_C(1000000)
#define ID_SHORT 13 /* the millisecond it was made in */
#define ID_LONG 18  /* and the count within it */

static struct tm broken_down(const struct model *m, int64_t at_us)
{
    time_t seconds = (time_t)(at_us / SECOND_US);
    struct tm tm = {0};

    if (m->time_style == TIMES_UTC)
        (void)gmtime_r(&seconds, &tm);
    else
        (void)localtime_r(&seconds, &tm);
    return tm;
}

static const char *zone(const struct model *m)
{
    return m->time_style == TIMES_UTC ? "Z" : "";
}

void view_time(const struct model *m, int64_t at_us, char out[VIEW_TIME_MAX])
{
    struct tm tm, today;

    if (m->time_style == TIMES_RELATIVE) {
        units_format_age(m->wall_us - at_us, out);
        return;
    }
    tm = broken_down(m, at_us);
    today = broken_down(m, m->wall_us);
    if (tm.tm_year == today.tm_year && tm.tm_yday == today.tm_yday)
        (void)snprintf(out, VIEW_TIME_MAX, "%02d:%02d:%02d%s", tm.tm_hour, tm.tm_min, tm.tm_sec,
                       zone(m));
    else
        (void)snprintf(out, VIEW_TIME_MAX, "%02d-%02d %02d:%02d%s", tm.tm_mon + 1, tm.tm_mday,
                       tm.tm_hour, tm.tm_min, zone(m));
}

void view_ago(const struct model *m, int64_t at_us, char out[VIEW_PART_MAX])
{
    char text[VIEW_TIME_MAX];
    int64_t left_us = at_us - m->wall_us;

    if (m->time_style != TIMES_RELATIVE) {
        view_time(m, at_us, text);
        (void)snprintf(out, VIEW_PART_MAX, "at %s", text);
        return;
    }
    /* Up to a second ahead is the other clock's, not the future. */
    if (left_us > 0) {
        units_format_age(left_us + SECOND_US - 1, text);
        (void)snprintf(out, VIEW_PART_MAX, "in %s", text);
    } else {
        units_format_age(-left_us, text);
        (void)snprintf(out, VIEW_PART_MAX, "%s ago", text);
    }
}

void view_clock(const struct model *m, int64_t at_us, char out[VIEW_PART_MAX])
{
    struct tm tm = broken_down(m, at_us);

    (void)snprintf(out, VIEW_PART_MAX, "%02d:%02d:%02d.%03d%s", tm.tm_hour, tm.tm_min, tm.tm_sec,
                   (int)(at_us % SECOND_US / 1000), zone(m));
}

void view_date(const struct model *m, int64_t at_us, char out[VIEW_PART_MAX])
{
    struct tm tm = broken_down(m, at_us);
    char text[VIEW_PART_MAX - 4];

    if (strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        text[0] = '\0';
    (void)snprintf(out, VIEW_PART_MAX, "%s%s", text, zone(m));
}

void view_step(int64_t us, char out[VIEW_PART_MAX])
{
    if (us < 1000)
        (void)snprintf(out, VIEW_PART_MAX, "%" PRId64 "us", us);
    else if (us < SECOND_US)
        (void)snprintf(out, VIEW_PART_MAX, "%" PRId64 "ms", us / 1000);
    else if (us < 60 * SECOND_US)
        (void)snprintf(out, VIEW_PART_MAX, "%" PRId64 ".%" PRId64 "s", us / SECOND_US,
                       us % SECOND_US / 100000);
    else
        units_format_age(us, out);
}

void view_count(int64_t n, int cells, char out[VIEW_PART_MAX])
{
    static const char steps[] = {'k', 'M', 'G', 'T', 'P', 'E'};
    size_t step = 0;

    units_format_count(n, out);
    if ((int)strlen(out) <= cells)
        return;
    for (n /= 1000; n >= 1000 && step + 1 < sizeof steps; n /= 1000)
        step++;
    (void)snprintf(out, VIEW_PART_MAX, "%" PRId64 "%c", n, steps[step]);
}

void view_id(struct canvas *c, struct span at, const struct uuid *uid, unsigned style)
{
    char text[UUID_TEXT_LEN + 1];
    size_t n = at.w >= UUID_TEXT_LEN ? UUID_TEXT_LEN : at.w >= ID_LONG ? ID_LONG : ID_SHORT;

    uuid_format(uid, text);
    (void)canvas_put(c, at, (struct slice){text, n}, style);
}

void view_status_word(const struct model *m, const struct row *row, char out[VIEW_PART_MAX])
{
    const char *word = status_name(row->status);
    char when[UNITS_TEXT_MAX];
    int64_t due = 0;

    if (row->status == STATUS_RETRYING || row->status == STATUS_UNDOING)
        due = row->next_attempt_at;
    else if (row->status == STATUS_QUEUED && row->not_before > m->wall_us)
        due = row->not_before;
    if (row->cancelling && row->status != STATUS_UNDOING) {
        (void)snprintf(out, VIEW_PART_MAX, "%s %s", word,
                       row->status == STATUS_FAILED ? "undo" : "cancel");
    } else if (due > m->wall_us) {
        units_format_age(due - m->wall_us + SECOND_US - 1, when);
        (void)snprintf(out, VIEW_PART_MAX, "%s in %s", word, when);
    } else {
        (void)snprintf(out, VIEW_PART_MAX, "%s", word);
    }
}

void view_empty(struct canvas *c, struct rect at, const char *text)
{
    int w = canvas_cells(slice_of(text));
    int x = w < at.w ? at.x + (at.w - w) / 2 : at.x;

    if (at.h > 0)
        (void)canvas_put_cut(c, span_of(x, at.y + at.h / 2, at.x + at.w - x), slice_of(text),
                             COLOUR_FAINT);
}

struct span view_pen_line(struct view_pen *pen)
{
    size_t line = pen->line++;

    if (line < pen->top || line - pen->top >= (size_t)(pen->at.h > 0 ? pen->at.h : 0))
        return span_of(0, 0, 0);
    return span_of(pen->at.x, pen->at.y + (int)(line - pen->top), pen->at.w);
}

/* The bytes at the start of `text` that take at most `cells`, at least one character; they end
   behind a blank where there is one. */
static size_t fitting(struct slice text, int cells)
{
    size_t end = 0, at_blank = 0;
    int taken = 0;

    while (end < text.n) {
        uint32_t cp = 0;
        size_t n = utf8_decode((struct slice){text.p + end, text.n - end}, &cp);

        n = n > 0 ? n : 1;
        taken += canvas_cells((struct slice){text.p + end, n});
        if (end > 0 && (text.p[end - 1] == '\n' || taken > cells))
            break;
        end += n;
        if (cp == ' ' || cp == '\n')
            at_blank = end;
    }
    return end < text.n && at_blank > 0 ? at_blank : end;
}

void view_pen_wrap(struct view_pen *pen, int indent, struct slice text, unsigned style)
{
    int cells = pen->at.w - indent > 1 ? pen->at.w - indent : 1;

    do {
        size_t n = fitting(text, cells);
        struct span at = view_pen_line(pen);
        struct slice part = {text.p, n};

        while (part.n > 0 && part.p[part.n - 1] == '\n')
            part.n--;
        if (at.w > 0)
            (void)canvas_put(pen->c, span_of(at.x + indent, at.y, cells), part, style);
        text.p += n;
        text.n -= n;
    } while (text.n > 0);
}
