/* A canvas as text: plain, or with colours as a terminal takes them. */
#include "tui/view/canvas.h"

static const struct cell *row_of(const struct canvas *c, int y)
{
    return &c->cells[(size_t)y * (size_t)c->cols];
}

static bool is_blank(const struct cell *cell, bool styled)
{
    const unsigned seen = STYLE_REVERSE | STYLE_UNDERLINE;

    return cell->n == 1 && cell->text[0] == ' ' && (!styled || (cell->style & seen) == 0);
}

static int row_end(const struct canvas *c, int y, bool styled)
{
    int end = c->cols;

    while (end > 0 && is_blank(&row_of(c, y)[end - 1], styled))
        end--;
    return end;
}

void canvas_plain(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->rows; y++) {
        int end = row_end(c, y, false);

        for (int x = 0; x < end; x++)
            buf_add(out, row_of(c, y)[x].text, row_of(c, y)[x].n);
        buf_add_byte(out, '\n');
    }
}

/* The eight colours that every terminal has; those of a status are as in its list. */
static const char *const colours[COLOUR_COUNT] = {
    [COLOUR_PLAIN] = "",
    [COLOUR_FAINT] = ";90",
    [COLOUR_ACCENT] = ";36",
    [COLOUR_GOOD] = ";32",
    [COLOUR_WARN] = ";33",
    [COLOUR_BAD] = ";31",
    [COLOUR_STATUS] = "",
    [COLOUR_STATUS + STATUS_QUEUED] = ";36",
    [COLOUR_STATUS + STATUS_PROCESSING] = ";34",
    [COLOUR_STATUS + STATUS_RETRYING] = ";33",
    [COLOUR_STATUS + STATUS_HELD] = ";35",
    [COLOUR_STATUS + STATUS_FULFILLED] = ";32",
    [COLOUR_STATUS + STATUS_FAILED] = ";31",
    [COLOUR_STATUS + STATUS_UNDOING] = ";33",
    [COLOUR_STATUS + STATUS_REJECTED] = ";35",
    [COLOUR_STATUS + STATUS_CANCELLED] = ";90",
};

static void add_style(struct buf *out, unsigned style)
{
    buf_add_text(out, "\033[0");
    if ((style & STYLE_BOLD) != 0)
        buf_add_text(out, ";1");
    if ((style & STYLE_DIM) != 0)
        buf_add_text(out, ";2");
    if ((style & STYLE_UNDERLINE) != 0)
        buf_add_text(out, ";4");
    if ((style & STYLE_REVERSE) != 0)
        buf_add_text(out, ";7");
    buf_add_text(out, colours[style & STYLE_COLOUR]);
    buf_add_byte(out, 'm');
}

void canvas_ansi(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->rows; y++) {
        int end = row_end(c, y, true);
        unsigned style = 0;

        for (int x = 0; x < end; x++) {
            const struct cell *cell = &row_of(c, y)[x];

            if (cell->style != style)
                add_style(out, cell->style);
            style = cell->style;
            buf_add(out, cell->text, cell->n);
        }
        if (style != 0)
            add_style(out, 0);
        buf_add_byte(out, '\n');
    }
}
