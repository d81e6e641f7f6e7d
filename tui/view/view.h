/* The frame, and which screen is in it: model in, canvas out; keeps nothing. */
#pragma once

#include "tui/model/model.h"
#include "tui/view/canvas.h"

/* Draws all. The canvas has the model's size. */
void view_draw(const struct model *m, struct canvas *c);

/* One screen each, into its rect of model_layout; view_X.c. */
void view_overview(const struct model *m, struct canvas *c, struct rect at);
void view_orders(const struct model *m, struct canvas *c, const struct layout *layout);
void view_failed(const struct model *m, struct canvas *c, struct rect at, bool focused);
void view_replays(const struct model *m, struct canvas *c, struct rect at);
void view_events(const struct model *m, struct canvas *c, struct rect at);
void view_detail(const struct model *m, struct canvas *c, struct rect at, bool focused);
void view_preview(const struct model *m, struct canvas *c, struct rect at);
void view_form(const struct model *m, struct canvas *c, struct rect at);
void view_help(const struct model *m, struct canvas *c, struct rect at);
void view_dialog(const struct model *m, struct canvas *c);

/* A time in the model's style: "28s", "03:26:31", "2026-01-31T03:26:31Z". */
#define VIEW_TIME_MAX 48
void view_time(const struct model *m, int64_t at_us, char out[VIEW_TIME_MAX]);
