/* The replays of the last days, moved on by events. */
#pragma once

#include "shared/err.h"
#include "shared/limits.h"
#include "shared/order.h"

#define REPLAYS_MAX 200

struct replay_line {
    struct uuid uid;
    enum replay_state state;
    int64_t matched, moved, skipped, refailed;
    double rate; /* 0: at once */
    int64_t started_at, finished_at;
    char by[128];
    char reason[REASON_MAX * 4 + 1];
};

struct replays {
    bool loaded;
    char refused[WHY_TEXT_MAX];
    size_t n, top, selected;
    struct replay_line *lines; /* newest first */

    /* inside */
    uint64_t asking;
    int64_t ask_at;
};

struct model;

/* The replay with the cursor; NULL when there is none. */
const struct replay_line *replays_selected(const struct replays *replays);
/* How many are RUNNING. */
size_t replays_running(const struct replays *replays);
