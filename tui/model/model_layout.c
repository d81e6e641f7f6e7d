/* Where things are on a screen of a size. */
#include "tui/model/model_layout.h"

#define TINY_COLS 60
#define TINY_ROWS 15
#define NORMAL_COLS 80
#define WIDE_COLS 150
#define PREVIEW_ROWS 4
#define PREVIEW_FROM_ROWS 18 /* below, the list needs the lines more */

static enum width_step step_of(int cols, int rows)
{
    if (cols < TINY_COLS || rows < TINY_ROWS)
        return WIDTH_TINY;
    if (cols < NORMAL_COLS)
        return WIDTH_NARROW;
    return cols < WIDE_COLS ? WIDTH_NORMAL : WIDTH_WIDE;
}

/* Three columns, a blank between them. */
static void side_by_side(struct layout *l, bool with_failed)
{
    struct rect body = l->body;
    int list_w = body.w * 44 / 100, failed_w = body.w * 26 / 100;

    if (!with_failed) {
        list_w += failed_w + 1;
        failed_w = -1;
    }
    l->list.w = list_w;
    if (with_failed)
        l->failed = (struct rect){body.x + list_w + 1, body.y, failed_w, body.h};
    l->detail.x = body.x + list_w + failed_w + 2;
    l->detail.y = body.y;
    l->detail.w = body.x + body.w - l->detail.x;
    l->detail.h = body.h;
}

struct layout layout_of(int cols, int rows, bool with_order, bool with_failed)
{
    struct layout l = {.step = step_of(cols, rows), .cols = cols, .rows = rows};

    l.figures_y = 1;
    l.filter_y = 2;
    l.message_y = rows - 2;
    l.footer_y = rows - 1;
    if (l.step == WIDTH_TINY)
        return l;
    l.body = (struct rect){0, 3, cols, rows - 5};
    l.list = l.body;
    if (l.step == WIDTH_WIDE && with_order) {
        side_by_side(&l, with_failed);
    } else if (l.step == WIDTH_NORMAL && with_order && rows >= PREVIEW_FROM_ROWS) {
        l.list.h -= PREVIEW_ROWS;
        l.preview = (struct rect){0, l.list.y + l.list.h, cols, PREVIEW_ROWS};
    }
    return l;
}
