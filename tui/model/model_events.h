/* The live tail of events, newest first. */
#pragma once

#include "tui/model/model_list.h"

#define TAIL_MAX 500

struct event_row {
    int64_t seq, at;
    const char *type; /* a name out of a table */
    bool has_order;
    struct uuid uid;
    enum status from, to;
    uint32_t attempt, max_attempts;
    int64_t total_quantity, created_at, next_attempt_at;
    bool has_progress;
    int64_t matched, moved, skipped, refailed;
    char customer[CUSTOMER_ID_MAX * 4 + 1];
    char reference[REFERENCE_MAX * 4 + 1];
    char reason[FAILURE_REASON_MAX * 4 + 1];
    char step[STEP_NAME_MAX * 4 + 1];
    char by[128];
    char subject[128];   /* a replay's id */
    char subject_to[32]; /* its state */
};

/* Those that match the filter come by tail_shown; the ring keeps all. */
struct tail {
    struct list_filter filter;
    struct event_row *ring; /* TAIL_MAX of them */
    size_t head, n;         /* `head`: where the newest is */
    size_t shown[TAIL_MAX]; /* those that match, newest first: places in the ring */
    size_t n_shown, top, selected;
    int64_t n_new; /* came while held */
    int64_t last_seq;

    /* inside */
    uint64_t asking;
    bool loaded;
};

/* The i-th of those that match, newest first. */
const struct event_row *tail_shown(const struct tail *tail, size_t i);
const struct event_row *tail_selected(const struct tail *tail); /* NULL: none */
