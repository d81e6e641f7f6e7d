/* The failed orders, flat or grouped by reason. */
#pragma once

#include "tui/model/model_list.h"

#define GROUPS_MAX 500

/* One reason with its count. */
struct group_line {
    int64_t count, oldest_at, newest_at;
    char group[FAILURE_REASON_MAX * 4 + 1];
    char reason[FAILURE_REASON_MAX * 4 + 1]; /* the newest */
};

struct groups {
    bool on;     /* the view shows groups */
    bool loaded; /* known at all: the overview shows the first few */
    bool more;   /* over GROUPS_MAX */
    size_t n, top, selected;
    struct group_line *lines; /* most frequent first */

    /* inside */
    uint64_t asking;
    int64_t ask_at; /* mono; 0: not due */
};

struct model;

/* The group with the cursor; NULL unless groups are shown and there is one. */
const struct group_line *groups_selected(const struct groups *groups);

/* How many dead letters have the reason group of `row`; -1: not known. */
int64_t groups_like(const struct groups *groups, const struct row *row);

/* Folds an event into the window; `known_only`: only into a row that is there. */
void model_failed_event(struct model *m, const struct event *event, bool known_only);
