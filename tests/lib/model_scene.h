/* The dashboard's model with a daemon made up beside it: any number of orders, no sockets. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/wire_reply.h"
#include "tui/model/model.h"

/*
 * Order k of `n_orders`, 0 the oldest, exists without being stored: its id, customer ("cust-K")
 * and times follow from k. Every order whose k is a multiple of ten is FAILED, others QUEUED.
 */
struct scene {
    struct model *m;
    int64_t n_orders;
    bool silent;     /* asks get no answer: "no daemon" */
    bool hold;       /* asks are kept, not answered, until it is false again */
    enum err refuse; /* every change is refused with it */
    int64_t cut;     /* a page holds at most so many rows; 0: as asked */
    int64_t preview_matched;
    const char *token;        /* of each preview; NULL: none */
    bool alarm, acknowledged; /* the alarm dlq_depth is on; ann knows of it */
    bool rich;                /* orders have all that an order can have */
    const char *steps;        /* orders' list of steps; they are at the last of it */
    int64_t asks;             /* since the start */
    int64_t changes;          /* requests that change orders */
    int64_t seq;              /* of the last event */
    int64_t now;              /* both hands, µs */

    /* The last request of each kind that is no page, as it came. */
    enum op last_op; /* of the last change or submit */
    struct buf last; /* its bytes */
    int64_t last_ids;
    struct buf copied, exported, saved;
    bool quit, mouse;
    size_t n_held;
    struct wish *held[64];
};

/* A model of 80x24 on the view Orders with so many orders there, connected and settled. */
void scene_open(struct scene *s, int64_t n_orders);
void scene_done(struct scene *s);

struct uuid scene_uid(int64_t k);
int64_t scene_number(const struct uuid *uid);

/* Answers what was asked, lets time pass until nothing is due. */
void scene_settle(struct scene *s);
void scene_pass(struct scene *s, int64_t us); /* time passes, then settles */

void scene_act(struct scene *s, enum action action);   /* and settles */
void scene_command(struct scene *s, const char *line); /* `:` line, Enter */
void scene_type(struct scene *s, const char *text);
void scene_edit(struct scene *s, enum edit edit);

/* An order is added, the newest; its event is handed on. */
void scene_arrives(struct scene *s);
/* Order k changes; `entry` is the event's type. */
void scene_changes(struct scene *s, int64_t k, enum status from, enum status to,
                   enum entry_type entry);
/* The k of the row of a list; -1: there is none. */
int64_t scene_row(const struct scene *s, enum list_kind kind, size_t i);
/* The k of the selected row. */
int64_t scene_selected(const struct scene *s, enum list_kind kind);
