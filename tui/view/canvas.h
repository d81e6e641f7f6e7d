/* A grid of styled cells: what a screen shows, before any terminal; also as plain text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/status.h"
#include "shared/text.h"

/* A style is one colour, and attributes added to it by `|`. */
enum colour {
    COLOUR_PLAIN,
    COLOUR_FAINT, /* what matters less: ids, ages, lines */
    COLOUR_ACCENT,
    COLOUR_GOOD,
    COLOUR_WARN,
    COLOUR_BAD,
    COLOUR_STATUS, /* + enum status: STATUS_QUEUED .. STATUS_CANCELLED */
    COLOUR_COUNT = COLOUR_STATUS + STATUS_COUNT
};

#define STYLE_COLOUR 0xffU
#define STYLE_BOLD 0x100U
#define STYLE_DIM 0x200U
#define STYLE_REVERSE 0x400U
#define STYLE_UNDERLINE 0x800U

static inline unsigned style_status(enum status status)
{
    return (unsigned)COLOUR_STATUS + (unsigned)status;
}

#define CELL_MAX_BYTES 16 /* a character with its combining ones; more of them are left out */

struct cell {
    char text[CELL_MAX_BYTES]; /* not NUL-terminated */
    uint8_t n;                 /* bytes; 0: the right half of the wide character before it */
    uint8_t width;             /* cells: 1 or 2; 0 with n 0 */
    uint16_t style;
};

/* A place that takes a click: `kind` is an enum spot of the model. */
struct canvas_spot {
    int x, y, w;
    int kind;
    size_t index;
};

#define CANVAS_SPOTS_MAX 256

struct canvas {
    int cols, rows;
    bool utf8; /* else only ASCII is put: others become '?' */
    struct cell *cells;
    bool cursor_on;
    int cursor_x, cursor_y;
    size_t n_spots;
    struct canvas_spot spots[CANVAS_SPOTS_MAX];
};

void canvas_init(struct canvas *c, int cols, int rows, bool utf8);
void canvas_done(struct canvas *c);                       /* takes NULL */
void canvas_resize(struct canvas *c, int cols, int rows); /* and clears */
void canvas_clear(struct canvas *c);                      /* blanks, cursor off, no spots */

/* Cells of one row: `w` of them from (x, y) on. */
struct span {
    int x, y, w;
};

static inline struct span span_of(int x, int y, int w)
{
    return (struct span){x, y, w};
}

/*
 * Puts text into a span from its left on, cut at the canvas's edge too.
 *
 * Measured by wcwidth; a wide character that does not fit whole is left out, combining ones join
 * the cell before them. Control and unsafe characters (text_unsafe) and bytes that are no UTF-8
 * are shown as one `·`, '.' where not UTF-8. Outside of the canvas nothing happens.
 *
 * returns  cells taken
 */
int canvas_put(struct canvas *c, struct span at, struct slice text, unsigned style);

/* The same for text that may not fit: then its last cell is `…` ('~' where not UTF-8). */
int canvas_put_cut(struct canvas *c, struct span at, struct slice text, unsigned style);

/* The same, at the right end of the span. */
int canvas_put_right(struct canvas *c, struct span at, struct slice text, unsigned style);

/* canvas_put_cut by a printf format. */
int canvas_printf(struct canvas *c, struct span at, unsigned style, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* One character of one cell all over the span: a line, a bar, a blank. */
void canvas_fill(struct canvas *c, struct span at, const char *character, unsigned style);

/* Adds attributes to cells that are there: the selected row. */
void canvas_add_style(struct canvas *c, struct span at, unsigned attributes);

void canvas_cursor(struct canvas *c, int x, int y);

/* Notes a place that takes a click; dropped past CANVAS_SPOTS_MAX. */
void canvas_note_spot(struct canvas *c, struct canvas_spot spot);
const struct canvas_spot *canvas_spot_at(const struct canvas *c, int x, int y); /* NULL: none */

/* How many cells a text takes, unsafe characters counted as one each. */
int canvas_cells(struct slice text);

/* The screen as text: a line for each row, blanks at the ends cut off. */
void canvas_plain(const struct canvas *c, struct buf *out);
/* The same with colours and attributes as SGR sequences. */
void canvas_ansi(const struct canvas *c, struct buf *out);
