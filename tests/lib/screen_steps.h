/* Screens of an instance whose orders have several steps. */
#pragma once

#include "tui/model/model.h"

void screen_steps_overview(struct model *m);
void screen_steps_many(struct model *m); /* more than the overview has lines for */
void screen_steps_groups(struct model *m);
void screen_steps_preview(struct model *m); /* its undo waits for the next attempt */
void screen_steps_order(struct model *m);
void screen_steps_history(struct model *m);
void screen_steps_cancel(struct model *m);
void screen_steps_cancel_running(struct model *m);
void screen_steps_cancel_marked(struct model *m);
