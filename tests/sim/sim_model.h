/*
 * What the daemon has promised, kept as simply as can be: orders and their events in two lists,
 * the requests and what was answered. Each event is checked as it comes.
 */
#pragma once

#include "daemon/core/command.h"

#define SIM_CUSTOMER "req-" /* and the request's number: by this an order is known again */

/* The first thing that went wrong. */
struct sim_verdict {
    bool broken;
    char text[512];
    uint64_t print; /* of all that happened: the same seed leaves the same */
};

void sim_broken(struct sim_verdict *verdict, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* How often each change of the state table was seen, over all seeds. */
struct sim_coverage {
    uint64_t changes[STATUS_COUNT][CAUSE_COUNT];
};

struct model_order {
    int64_t request;
    struct uuid uid;
    enum status status;
    bool in_dlq;
    bool cancelling; /* a cancel of the attempt under way was answered */
    uint32_t attempts;
    uint32_t replays;
    uint32_t done;    /* steps, */
    uint32_t undone;  /* and of these undone again; */
    uint32_t to_undo; /* so many are to be, */
    bool undoes;      /* once a cancel has begun with it */
    bool maybe_more;  /* the attempt under way may have been one more */
    int64_t last;     /* its last event */
    size_t n_events;
};

struct model_event {
    int64_t order;  /* 0: no order's */
    int64_t before; /* the event before this one of the same order */
    enum status from, to;
    enum entry_type entry;
    uint32_t attempt;
};

/* What a client asked for, and was told. */
struct model_request {
    int64_t order; /* 0: there is none yet */
    bool keyed;    /* may be repeated */
    bool answered;
    bool fresh;    /* answered as new, not as a repetition */
    bool refused;  /* another order has its reference */
    bool rejected; /* so it was answered */
    struct uuid uid;
};

struct model {
    struct sim_verdict *verdict;
    struct sim_coverage *coverage;
    struct model_order *orders; /* number n at n - 1 */
    struct model_event *events; /* seq n at n - 1 */
    struct model_request *requests;
    struct slice list; /* the steps of all orders (shared/steps.h); absent: the usual one */
    size_t n_requests;
    struct store_totals totals;
    size_t cap_orders, cap_events, cap_requests;
};

void model_init(struct model *model, struct sim_verdict *verdict, struct sim_coverage *coverage);
void model_done(struct model *model);

/* The next event, in the order of `seq`. */
void model_add(struct model *model, const struct event *event);

/* A new request; its number. */
int64_t model_ask(struct model *model, bool keyed);
/* It was answered with success. */
void model_answer(struct model *model, int64_t number, const struct command_order *answer);

/* What an event says of its order's steps: each is done once, and what was done is undone once,
   before the order is at its end. */
void model_add_step(struct model *model, struct model_order *order, const struct event *event);

/* The order, NULL where there is none of that number. */
struct model_order *model_order(const struct model *model, int64_t number);
bool model_unfinished(const struct model_order *order);
