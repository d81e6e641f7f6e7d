/* The lines above and below each screen. */
#pragma once

#include "tui/model/model.h"
#include "tui/view/canvas.h"

/* Colour of the link's state. */
unsigned view_link_style(const struct model *m);

/* "DOFS staging", the views, the link. */
void view_tabs_line(const struct model *m, struct canvas *c, struct span at);

/* What must be known at any time (paused, frozen, read only), rates and counts. */
void view_figures_line(const struct model *m, struct canvas *c, struct span at);

/* What was said last; the command line while it is open; else the newest replay. */
void view_message_line(const struct model *m, struct canvas *c, struct span at);

/* Keys that mean something now. */
void view_footer_line(const struct model *m, struct canvas *c, struct span at);
