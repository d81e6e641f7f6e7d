/* The failed orders, flat or grouped by reason. */
#pragma once

#include "tui/model/model_list.h"

#define GROUPS_MAX 500

/* One reason at one step with its count. */
struct group_line {
    int64_t count, oldest_at, newest_at;
    char step[STEP_NAME_MAX * 4 + 1]; /* "": not told */
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

/* Do orders fail at other steps than the usual one, so that groups are told with theirs? */
bool groups_by_step(const struct groups *groups);

/* "step:pay", the term of the filter language for a group's step, where groups are told with it. */
void group_step_term(const struct groups *groups, const struct group_line *line, struct buf *out);

/* How many dead letters have the step and the reason group of `row`; -1: not known. */
int64_t groups_like(const struct groups *groups, const struct row *row);

/* Folds an event into the window; `known_only`: only into a row that is there. */
void model_failed_event(struct model *m, const struct event *event, bool known_only);
