/*
 * What a command does to an order: its next status, history entries, due time and dead-letter row.
 * Pure: time and draws come in as arguments, the order is changed in place, nothing is stored.
 */
#pragma once

#include "daemon/core/retry.h"
#include "daemon/core/rules.h"
#include "daemon/handler/handler.h"
#include "shared/err.h"
#include "shared/order.h"
#include "shared/steps.h"

/* A step of today's list. */
struct workflow_step {
    struct step step;
    struct retry_policy retry;
};

/* What the decisions depend on besides the order: changed as a whole by a reload. */
struct workflow_settings {
    struct rules rules;
    struct retry_policy retry;         /* of a step that `steps` does not name */
    const struct workflow_step *steps; /* today's; none: the usual one, by `retry` */
    size_t n_steps;
    struct slice list; /* the same as text (shared/steps.h), kept with each new order; absent: the
                          usual one */
    const struct retry_rule *by_reason; /* the first that matches a failure's reason wins */
    size_t n_by_reason;
    uint64_t seed; /* of the draws; with has_seed they repeat */
    bool has_seed;
};

/* What a decision is made with. */
struct workflow_now {
    const struct workflow_settings *settings;
    int64_t wall_us; /* for times people see */
    int64_t due_us;  /* clock_due: what due times are compared with and made from */
    struct rng *rng;
    struct slice by; /* actor */
};

#define DECISION_ENTRIES_MAX 4

/* What has to be stored for a decision, beside the order itself. */
struct decision {
    bool changed; /* false: it is so already: nothing is stored */
    enum status from;
    enum status to;
    struct slice from_step;                     /* where it stood before */
    struct entry entries[DECISION_ENTRIES_MAX]; /* seq is the caller's to fill */
    size_t n_entries;
    struct slice told; /* the event's reason, where it is not the last detail of the entries */
    bool dead_add;     /* a row of failed_orders comes */
    bool dead_remove;  /* one goes */
    bool result_add;   /* what a done step hands on, while another follows: */
    struct pair result;
};

/* What came in, and when. */
struct workflow_received {
    const struct order_draft *draft;
    int64_t received_at;
    int64_t validated_at;
};

/*
 * Makes a new order of a draft: QUEUED, or REJECTED by a rule. `order->id` and `uid` are given by
 * the caller before; the order's slices borrow from the draft and `reasons`.
 */
void workflow_accept(const struct workflow_now *now, const struct workflow_received *received,
                     struct buf *reasons, struct order *order, struct decision *out);

/* An attempt at a step, or at an undo, begins. errors: ERR_WRONG_STATE when it is not waiting, or
   not due yet. */
enum err workflow_start(const struct workflow_now *now, struct order *order, struct decision *out,
                        struct why *why);

/*
 * An attempt ended by itself. Done: FULFILLED after the last step, else QUEUED for the next one
 * with attempts from 0; an undo goes on to the one before it, and CANCELLED after the last. A noted
 * cancel is carried out unless the order is FULFILLED.
 *
 * errors   ERR_WRONG_STATE when none is under way
 */
enum err workflow_end(const struct workflow_now *now, struct order *order,
                      const struct attempt_end *end, struct decision *out, struct why *why);

/* The attempt was cut short by a crash: uses it up. errors: as workflow_end. */
enum err workflow_recover(const struct workflow_now *now, struct order *order, struct decision *out,
                          struct why *why);

/*
 * What an operator asks: CAUSE_CANCEL (of a PROCESSING order it is only noted: order->cancelling;
 * of one that has done steps with an undo it begins the last such undo: UNDOING), HOLD, RELEASE,
 * RETRY_NOW, DISCARD, REPLAY (of one whose undo failed: UNDOING again). Asking for what already is
 * gives OK and changed false, and so does the cancel of one that is UNDOING.
 *
 * in_dlq   is there a dead letter of it? A DISCARD or REPLAY without one is ERR_WRONG_STATE
 *          (DISCARD of a FAILED order that was discarded already is OK, changed false)
 * errors   ERR_WRONG_STATE naming the status it has and what was asked
 */
struct workflow_ask {
    enum cause cause;
    struct slice reason; /* absent: none given */
    bool in_dlq;
    bool from_start; /* REPLAY: all steps anew; an order whose undo failed goes on with that */
};
enum err workflow_change(const struct workflow_now *now, const struct workflow_ask *ask,
                         struct order *order, struct decision *out, struct why *why);

/*
 * A person's correction of an order that is HELD or FAILED: it stays so, and becomes what the draft
 * says. `order` is whole; what it is afterwards borrows from the draft. Whether its reference is
 * free is the caller's to find out.
 *
 * errors   ERR_WRONG_STATE naming the status it has; ERR_INVALID with the rules that it would break
 */
struct workflow_amendment {
    const struct order_draft *draft; /* valid */
    struct slice reason;
    struct buf *text; /* empty; what the entry says lives here */
};
enum err workflow_amend(const struct workflow_now *now, const struct workflow_amendment *ask,
                        struct order *order, struct decision *out, struct why *why);
