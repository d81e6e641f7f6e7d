/* Colours of the styles: two themes, as many colours as the terminal has, or none. */
#include "tui/term_curses.h"

#include <stdlib.h>
#include <string.h>

#include "tui/term_inside.h"

/* One style's colour. Middle tones, that read well on black and on white. */
struct paint {
    int rgb;             /* -1: the terminal's own */
    int ansi;            /* of eight colours */
    attr_t without;      /* instead, where there are no colours */
    int blind, blind_of; /* rgb and ansi of the theme for the colour-blind */
};

#define TERMINALS_OWN (-1)

/* The colour-blind theme keeps to blue, orange, yellow and grey, which stay apart for all. */
static const struct paint paints[COLOUR_COUNT] = {
    [COLOUR_PLAIN] = {TERMINALS_OWN, TERMINALS_OWN, A_NORMAL, TERMINALS_OWN, TERMINALS_OWN},
    [COLOUR_FAINT] = {0x808080, TERMINALS_OWN, A_DIM, 0x808080, TERMINALS_OWN},
    [COLOUR_ACCENT] = {0x0087d7, COLOR_CYAN, A_BOLD, 0x0087d7, COLOR_BLUE},
    [COLOUR_GOOD] = {0x00875f, COLOR_GREEN, A_NORMAL, 0x5fafd7, COLOR_CYAN},
    [COLOUR_WARN] = {0xd78700, COLOR_YELLOW, A_BOLD, 0xd7af00, COLOR_YELLOW},
    [COLOUR_BAD] = {0xd75f5f, COLOR_RED, A_BOLD, 0xd75f00, COLOR_RED},
    [COLOUR_STATUS] = {TERMINALS_OWN, TERMINALS_OWN, A_NORMAL, TERMINALS_OWN, TERMINALS_OWN},
    [COLOUR_STATUS + STATUS_QUEUED] = {0x00afaf, COLOR_CYAN, A_NORMAL, 0x5fafd7, COLOR_CYAN},
    [COLOUR_STATUS + STATUS_PROCESSING] = {0x0087d7, COLOR_BLUE, A_BOLD, 0x005fd7, COLOR_BLUE},
    [COLOUR_STATUS + STATUS_RETRYING] = {0xd78700, COLOR_YELLOW, A_BOLD, 0xd7af00, COLOR_YELLOW},
    [COLOUR_STATUS + STATUS_HELD] = {0xaf5faf, COLOR_MAGENTA, A_UNDERLINE, 0x9e9e9e, TERMINALS_OWN},
    [COLOUR_STATUS + STATUS_FULFILLED] = {0x00875f, COLOR_GREEN, A_NORMAL, 0x5fafd7, COLOR_CYAN},
    [COLOUR_STATUS + STATUS_FAILED] = {0xd75f5f, COLOR_RED, A_BOLD, 0xd75f00, COLOR_RED},
    [COLOUR_STATUS + STATUS_UNDOING] = {0xd78700, COLOR_YELLOW, A_NORMAL, 0xd7af00, COLOR_YELLOW},
    [COLOUR_STATUS + STATUS_REJECTED] = {0xaf5faf, COLOR_MAGENTA, A_DIM, 0xd7875f, COLOR_RED},
    [COLOUR_STATUS + STATUS_CANCELLED] = {0x808080, TERMINALS_OWN, A_DIM, 0x808080, TERMINALS_OWN},
};

static bool no_colour(void)
{
    const char *value = secure_getenv("NO_COLOR");

    return value != NULL && value[0] != '\0';
}

static const char *theme_of(const struct term *term)
{
    const char *value = secure_getenv("DOFS_THEME");

    return value != NULL && value[0] != '\0' ? value : term->theme;
}

static int level(int value)
{
    return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

/* The nearest of the 256: of the 24 greys, or of the cube of six levels. */
static int of_256(int rgb)
{
    int r = rgb >> 16 & 0xff, g = rgb >> 8 & 0xff, b = rgb & 0xff;

    if (r == g && g == b)
        return 232 + (r - 8) / 10;
    return 16 + 36 * level(r) + 6 * level(g) + level(b);
}

static int colour_of(int rgb, int ansi)
{
    if (rgb == TERMINALS_OWN || COLORS < 256)
        return ansi;
    return COLORS > 256 ? rgb : of_256(rgb);
}

void term_colours_start(struct term *term)
{
    const char *theme = theme_of(term);
    bool blind = strcmp(theme, "colour-blind") == 0 || strcmp(theme, "color-blind") == 0;

    term->coloured = !no_colour() && strcmp(theme, "mono") != 0 && has_colors();
    if (!term->coloured)
        return;
    (void)start_color();
    (void)use_default_colors();
    for (int i = COLOUR_PLAIN + 1; i < COLOUR_COUNT && i < COLOR_PAIRS; i++) {
        const struct paint *paint = &paints[i];
        int colour =
            blind ? colour_of(paint->blind, paint->blind_of) : colour_of(paint->rgb, paint->ansi);

        (void)init_extended_pair(i, colour, TERMINALS_OWN);
    }
}

void term_style(const struct term *term, unsigned style, attr_t *attributes, short *pair)
{
    unsigned colour = style & STYLE_COLOUR;
    bool with = term->coloured && COLOR_PAIRS > COLOUR_COUNT;

    *pair = (short)(with ? colour : 0);
    *attributes = with ? A_NORMAL : paints[colour].without;
    if (with && COLORS < 256 && paints[colour].rgb == 0x808080)
        *attributes |= A_DIM;
    if ((style & STYLE_BOLD) != 0)
        *attributes |= A_BOLD;
    if ((style & STYLE_DIM) != 0)
        *attributes |= A_DIM;
    if ((style & STYLE_REVERSE) != 0)
        *attributes |= A_REVERSE;
    if ((style & STYLE_UNDERLINE) != 0)
        *attributes |= A_UNDERLINE;
}
