/* Tabs, fields, sparklines, bars, lines, boxes and buttons. */
#include "tui/view/widget.h"

#include <stdio.h>

#include "tui/model/model.h"

int widget_tabs(struct canvas *c, struct span at, const struct widget_tab *tabs, size_t n)
{
    int x = at.x, end = at.x + at.w;

    for (size_t i = 0; i < n && x < end; i++) {
        int w = canvas_printf(c, span_of(x + 1, at.y, end - x - 1),
                              tabs[i].on ? STYLE_BOLD : COLOUR_PLAIN, tabs[i].on ? "[%s]" : "%s",
                              tabs[i].text);

        canvas_note_spot(c, (struct canvas_spot){x + 1, at.y, w, SPOT_TAB, i});
        x += w + 1;
    }
    return x - at.x;
}

/* The first byte to show so that the cursor is inside of `cells`. */
static size_t field_start(const struct input *input, int cells)
{
    size_t start = 0;

    while (start < input->at &&
           canvas_cells((struct slice){input->text + start, input->at - start}) >= cells) {
        do
            start++;
        while (start < input->at && ((uint8_t)input->text[start] & 0xC0U) == 0x80);
    }
    return start;
}

void widget_field(struct canvas *c, struct span at, const struct input *input, bool focused)
{
    size_t start = focused ? field_start(input, at.w) : 0;
    struct slice shown = {input->text + start, input->n - start};
    struct slice before = {input->text + start, focused ? input->at - start : 0};

    canvas_fill(c, at, " ", STYLE_UNDERLINE);
    (void)canvas_put_cut(c, at, shown, STYLE_UNDERLINE);
    if (focused && at.w > 0)
        canvas_cursor(c, at.x + canvas_cells(before), at.y);
}

static const char *spark(uint32_t value, uint32_t most, bool utf8)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const digits[] = {"_", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    uint64_t steps = utf8 ? 8 : 9;
    uint64_t height = value == 0 ? 0 : ((uint64_t)value * steps + most - 1) / most;

    return utf8 ? blocks[height] : digits[height];
}

void widget_sparkline(struct canvas *c, struct span at, const uint32_t *values, size_t n,
                      unsigned style)
{
    size_t cells = at.w > 0 ? (size_t)at.w : 1;
    size_t each = (n + cells - 1) / cells;
    uint32_t most = 1;

    if (each == 0)
        return;
    for (size_t i = 0; i < n; i++)
        most = values[i] > most ? values[i] : most;
    /* From the newest back, so that a cell's share does not shift with the width. */
    for (size_t back = 0; back * each < n && back < cells; back++) {
        size_t end = n - back * each, from = end > each ? end - each : 0;
        uint32_t high = 0;

        for (size_t i = from; i < end; i++)
            high = values[i] > high ? values[i] : high;
        (void)canvas_put(c, span_of(at.x + at.w - 1 - (int)back, at.y, 1),
                         slice_of(spark(high, most, c->utf8)), style);
    }
}

void widget_bar(struct canvas *c, struct span at, double share, unsigned style)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double clean = share > 0 ? (share < 1 ? share : 1) : 0; /* NaN is none too */
    int eighths = (int)(clean * at.w * 8 + 0.5);
    int whole = eighths / 8;

    canvas_fill(c, at, c->utf8 ? "·" : "-", COLOUR_FAINT);
    canvas_fill(c, span_of(at.x, at.y, whole), c->utf8 ? "█" : "#", style);
    if (c->utf8 && whole < at.w && eighths % 8 > 0)
        (void)canvas_put(c, span_of(at.x + whole, at.y, 1), slice_of(parts[eighths % 8]), style);
}

void widget_rule(struct canvas *c, struct span at, const char *left, const char *right)
{
    int right_w = canvas_cells(slice_of(right));

    canvas_fill(c, at, c->utf8 ? "─" : "-", COLOUR_FAINT);
    if (left[0] != '\0' && at.w > 6) {
        int w = canvas_put_cut(c, span_of(at.x + 3, at.y, at.w - 4), slice_of(left), STYLE_BOLD);

        (void)canvas_put(c, span_of(at.x + 2, at.y, 1), SLICE(" "), 0);
        (void)canvas_put(c, span_of(at.x + 3 + w, at.y, 1), SLICE(" "), 0);
    }
    if (right_w > 0 && right_w + canvas_cells(slice_of(left)) + 8 < at.w) {
        (void)canvas_printf(c, span_of(at.x + at.w - right_w - 4, at.y, right_w + 2), COLOUR_PLAIN,
                            " %s ", right);
    }
}

void widget_divider(struct canvas *c, int x, struct rect beside)
{
    for (int y = beside.y; y < beside.y + beside.h; y++)
        canvas_fill(c, span_of(x, y, 1), c->utf8 ? "│" : "|", COLOUR_FAINT);
}

static void box_line(struct canvas *c, struct span at, const char *const ends[3])
{
    canvas_fill(c, span_of(at.x, at.y, 1), ends[0], COLOUR_FAINT);
    canvas_fill(c, span_of(at.x + 1, at.y, at.w - 2), ends[1], COLOUR_FAINT);
    canvas_fill(c, span_of(at.x + at.w - 1, at.y, 1), ends[2], COLOUR_FAINT);
}

struct rect widget_box(struct canvas *c, int w, int h, const char *title)
{
    static const char *const lines[2][3][3] = {
        {{"+", "-", "+"}, {"|", " ", "|"}, {"+", "-", "+"}},
        {{"┌", "─", "┐"}, {"│", " ", "│"}, {"└", "─", "┘"}},
    };
    struct rect box = {0, 0, w < c->cols ? w : c->cols, h < c->rows ? h : c->rows};

    box.x = (c->cols - box.w) / 2;
    box.y = (c->rows - box.h) / 2;
    for (int i = 0; i < box.h; i++) {
        size_t kind = i == 0 ? 0 : i == box.h - 1 ? 2 : 1;

        box_line(c, span_of(box.x, box.y + i, box.w), lines[c->utf8][kind]);
    }
    if (box.w > 6)
        (void)canvas_printf(c, span_of(box.x + 2, box.y, box.w - 4), STYLE_BOLD, " %s ", title);
    return (struct rect){box.x + 2, box.y + 1, box.w > 4 ? box.w - 4 : 0,
                         box.h > 2 ? box.h - 2 : 0};
}

int widget_button(struct canvas *c, struct span at, const char *text, bool focused, size_t index)
{
    int w =
        canvas_printf(c, at, focused ? STYLE_REVERSE | STYLE_BOLD : COLOUR_PLAIN, "[ %s ]", text);

    canvas_note_spot(c, (struct canvas_spot){at.x, at.y, w, SPOT_BUTTON, index});
    if (focused)
        canvas_cursor(c, at.x + 2, at.y);
    return w;
}
