/* Where things are on a screen of a size: for the view to draw, for the model to page by. */
#pragma once

#include <stdbool.h>

enum width_step {
    WIDTH_TINY,   /* under 60x15: the counters and "enlarge to 60x15" */
    WIDTH_NARROW, /* to 79 columns */
    WIDTH_NORMAL, /* 80 to 149: a list with a four-line preview */
    WIDTH_WIDE    /* 150 and more: list, failed orders and the selected order side by side */
};

struct rect {
    int x, y, w, h;
};

/*
 * Lines from the top: tabs, figures, filter, then the body, then message and footer. `list`,
 * `failed` and `detail` lie in the body; a list's first line is its header of columns. A rect with
 * h 0 is not shown.
 */
struct layout {
    enum width_step step;
    int cols, rows;
    int tabs_y, figures_y, filter_y, message_y, footer_y;
    struct rect body;
    struct rect list;    /* of the view that is up */
    struct rect preview; /* NORMAL: a line of title and three below the list */
    struct rect failed;  /* WIDE, view Orders */
    struct rect detail;  /* WIDE, views Orders and Failed */
};

/* `with_order`: the view lists orders, so that there is a preview or detail beside it;
   `with_failed`: it is the view Orders. */
struct layout layout_of(int cols, int rows, bool with_order, bool with_failed);

/* Rows of data in a list's rect. */
static inline int layout_list_rows(struct rect list)
{
    return list.h > 1 ? list.h - 1 : 0;
}
