/* The orders, live; on a wide screen the failed ones beside them. */
#include "tui/view/view.h"
#include "tui/view/view_rows.h"
#include "tui/view/widget.h"

void view_orders(const struct model *m, struct canvas *c, const struct layout *layout)
{
    view_rows(m, c, LIST_ORDERS, layout->list, m->pane == PANE_LIST);
    if (layout->failed.h > 0) {
        widget_divider(c, layout->failed.x - 1, layout->failed);
        view_failed(m, c, layout->failed, m->pane == PANE_FAILED);
    }
}
