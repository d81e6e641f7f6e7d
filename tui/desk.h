/* What the dashboard and its snapshots share: the model, fed by the link, its wishes done. */
#pragma once

#include "shared/clock.h"
#include "tui/dashboard.h"
#include "tui/keeper.h"
#include "tui/link/live.h"
#include "tui/model/model.h"

#define DESK_THEME_MAX 32

struct desk {
    struct clock clock;
    struct model *model;
    struct live *live;
    struct buf preferences;
    char theme[DESK_THEME_MAX]; /* `theme=NAME` of the preferences, kept as it is; "": none */
    struct keeper_export export;
    bool quit;
    bool up, down; /* the link was, since the start */
    /* Wishes that only a terminal can do; NULL: nobody does them. */
    void (*terminal)(void *self, const struct wish *wish);
    void *self;
};

struct desk_screen {
    int cols, rows;
    bool utf8;
};

/* Takes the locale of the environment for this thread: how wide characters are. Is it UTF-8? */
bool desk_utf8(void);

/* The view that the settings name. False with `why` when there is none. */
bool desk_view(const struct dashboard_settings *settings, enum screen *out, struct why *why);

/* Reads the preferences; once, before desk_open. */
void desk_load(struct desk *desk);

/* Starts the link; never waits for it. The settings' view must be one. */
void desk_open(struct desk *desk, const struct dashboard_settings *settings,
               struct desk_screen screen);
void desk_close(struct desk *desk); /* also when never opened, all zero */

/* A key, by what the screen that is up makes of it. */
void desk_key(struct desk *desk, uint32_t key);

/* Text only: what was copied somewhere must not press keys here. */
void desk_paste(struct desk *desk, struct slice text);

int64_t desk_tick(struct desk *desk); /* turns the model's clock; returns its mono hand */
void desk_take_news(struct desk *desk);
void desk_do_wishes(struct desk *desk);
