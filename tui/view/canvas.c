/* A grid of styled cells: text measured, cut and made safe. */
#include "tui/view/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define PRINTF_MAX 1024

/* What a code point becomes on the screen. */
struct glyph {
    const char *p;
    size_t n;  /* bytes to put */
    int width; /* cells; 0: joins the cell before */
    bool drop; /* takes no part at all */
};

void canvas_init(struct canvas *c, int cols, int rows, bool utf8)
{
    *c = (struct canvas){.utf8 = utf8};
    canvas_resize(c, cols, rows);
}

void canvas_done(struct canvas *c)
{
    if (c == NULL)
        return;
    free(c->cells);
    c->cells = NULL;
    c->cols = c->rows = 0;
}

void canvas_resize(struct canvas *c, int cols, int rows)
{
    struct cell *cells = NULL;

    c->cols = cols > 0 ? cols : 1;
    c->rows = rows > 0 ? rows : 1;
    cells = realloc(c->cells, sizeof *cells * (size_t)c->cols * (size_t)c->rows);
    if (cells == NULL)
        abort();
    c->cells = cells;
    canvas_clear(c);
}

static const struct cell blank = {.text = " ", .n = 1, .width = 1};

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->cols * (size_t)c->rows;

    for (size_t i = 0; i < n; i++)
        c->cells[i] = blank;
    c->cursor_on = false;
    c->n_spots = 0;
}

static struct cell *cell_at(const struct canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->cols + (size_t)x];
}

/* The part of a span that is on the canvas; w 0 when there is none. Text put there loses what
   lies left of the canvas, which no view draws. */
static struct span clip(const struct canvas *c, struct span at)
{
    if (at.y < 0 || at.y >= c->rows || at.x >= c->cols)
        return (struct span){0, 0, 0};
    if (at.x < 0) {
        at.w += at.x;
        at.x = 0;
    }
    if (at.w > c->cols - at.x)
        at.w = c->cols - at.x;
    if (at.w < 0)
        at.w = 0;
    return at;
}

/* No half of a wide character may stay behind when the other is overwritten. */
static void free_cell(struct canvas *c, int x, int y)
{
    struct cell *cell = cell_at(c, x, y);

    if (cell->n == 0 && x > 0)
        *cell_at(c, x - 1, y) = blank;
    if (cell->width == 2 && x + 1 < c->cols)
        *cell_at(c, x + 1, y) = blank;
}

static void set_cell(struct canvas *c, struct span at, const struct glyph *glyph, unsigned style)
{
    struct cell *cell = cell_at(c, at.x, at.y);

    free_cell(c, at.x, at.y);
    *cell = (struct cell){
        .n = (uint8_t)glyph->n, .width = (uint8_t)glyph->width, .style = (uint16_t)style};
    memcpy(cell->text, glyph->p, glyph->n);
    if (glyph->width == 2) {
        free_cell(c, at.x + 1, at.y);
        *cell_at(c, at.x + 1, at.y) = (struct cell){.style = (uint16_t)style};
    }
}

static void join_cell(struct canvas *c, int x, int y, const struct glyph *glyph)
{
    struct cell *cell = cell_at(c, x, y);

    if (cell->n == 0 && x > 0)
        cell = cell_at(c, x - 1, y);
    if (cell->n + glyph->n > CELL_MAX_BYTES)
        return;
    memcpy(cell->text + cell->n, glyph->p, glyph->n);
    cell->n = (uint8_t)(cell->n + glyph->n);
}

static struct glyph odd_glyph(bool utf8)
{
    return utf8 ? (struct glyph){"·", 2, 1, false} : (struct glyph){".", 1, 1, false};
}

/* Takes the next code point off `text`. */
static struct glyph next_glyph(struct slice *text, bool utf8)
{
    struct glyph glyph = {text->p, 1, 1, false};
    uint32_t cp = 0;
    size_t n = utf8_decode(*text, &cp);
    int width = 0;

    text->p += n > 0 ? n : 1;
    text->n -= n > 0 ? n : 1;
    if (n == 0 || text_unsafe(cp))
        return odd_glyph(utf8);
    if (cp < 0x80)
        return glyph;
    width = wcwidth((wchar_t)cp);
    /* Selectors of a character's look change its width on some terminals and not on others. */
    if ((cp >= 0xFE00 && cp <= 0xFE0F) || (!utf8 && width == 0)) {
        glyph.drop = true;
        return glyph;
    }
    if (!utf8)
        return (struct glyph){"?", 1, 1, false};
    if (width < 0 || width > 2)
        return odd_glyph(true);
    glyph.n = n;
    glyph.width = width;
    return glyph;
}

int canvas_put(struct canvas *c, struct span at, struct slice text, unsigned style)
{
    struct span in = clip(c, at);
    int taken = 0;

    while (text.n > 0) {
        struct glyph glyph = next_glyph(&text, c->utf8);

        if (glyph.drop)
            continue;
        if (glyph.width == 0 && taken == 0)
            glyph = odd_glyph(c->utf8); /* nothing of its own to join */
        if (glyph.width > in.w - taken)
            break;
        if (glyph.width == 0)
            join_cell(c, in.x + taken - 1, in.y, &glyph);
        else
            set_cell(c, span_of(in.x + taken, in.y, 1), &glyph, style);
        taken += glyph.width;
    }
    return taken;
}

/* Measured as canvas_put draws, at most to `enough`. */
static int measure(struct slice text, bool utf8, int enough)
{
    int cells = 0;

    while (text.n > 0 && cells <= enough) {
        struct glyph glyph = next_glyph(&text, utf8);

        if (glyph.drop)
            continue;
        cells += glyph.width == 0 && cells == 0 ? 1 : glyph.width;
    }
    return cells;
}

int canvas_cells(struct slice text)
{
    return measure(text, true, INT16_MAX);
}

int canvas_put_cut(struct canvas *c, struct span at, struct slice text, unsigned style)
{
    struct span in = clip(c, at);
    int taken = 0;

    if (measure(text, c->utf8, in.w) <= in.w)
        return canvas_put(c, at, text, style);
    taken = canvas_put(c, span_of(in.x, in.y, in.w - 1), text, style);
    return taken + canvas_put(c, span_of(in.x + taken, in.y, in.w - taken),
                              slice_of(c->utf8 ? "…" : "~"), style);
}

int canvas_put_right(struct canvas *c, struct span at, struct slice text, unsigned style)
{
    int cells = measure(text, c->utf8, at.w);

    if (cells < at.w) {
        at.x += at.w - cells;
        at.w = cells;
    }
    return canvas_put_cut(c, at, text, style);
}

int canvas_printf(struct canvas *c, struct span at, unsigned style, const char *fmt, ...)
{
    char text[PRINTF_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return canvas_put_cut(c, at, slice_of(text), style);
}

void canvas_fill(struct canvas *c, struct span at, const char *character, unsigned style)
{
    struct span in = clip(c, at);

    for (int i = 0; i < in.w; i++)
        (void)canvas_put(c, span_of(in.x + i, in.y, 1), slice_of(character), style);
}

void canvas_add_style(struct canvas *c, struct span at, unsigned attributes)
{
    struct span in = clip(c, at);

    for (int i = 0; i < in.w; i++) {
        struct cell *cell = cell_at(c, in.x + i, in.y);

        cell->style = (uint16_t)(cell->style | attributes);
    }
}

void canvas_cursor(struct canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->cols || y >= c->rows)
        return;
    c->cursor_on = true;
    c->cursor_x = x;
    c->cursor_y = y;
}

void canvas_note_spot(struct canvas *c, struct canvas_spot spot)
{
    if (c->n_spots < CANVAS_SPOTS_MAX)
        c->spots[c->n_spots++] = spot;
}

/* The last noted wins: a dialog lies over what is below. */
const struct canvas_spot *canvas_spot_at(const struct canvas *c, int x, int y)
{
    for (size_t i = c->n_spots; i > 0; i--) {
        const struct canvas_spot *spot = &c->spots[i - 1];

        if (spot->y == y && x >= spot->x && x < spot->x + spot->w)
            return spot;
    }
    return NULL;
}
