/* What the engine is asked to do: commands, their results, and the commit that carried them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/handler/handler.h"
#include "daemon/store/store.h"
#include "daemon/store/store_alarm.h"
#include "shared/err.h"
#include "shared/order.h"

enum command_kind {
    COMMAND_SUBMIT,       /* store a new order */
    COMMAND_SUBMIT_BATCH, /* many, each standing alone */
    COMMAND_START,        /* an attempt of a waiting order */
    COMMAND_END,          /* an attempt ended */
    COMMAND_CHANGE,       /* cancel, hold, release, retry_now or discard, of one or many orders */
    COMMAND_AMEND,        /* correct a held or failed order */
    COMMAND_CONTROL,      /* pause, resume, drain started */
    COMMAND_PREVIEW,      /* keep what a dry run found */
    COMMAND_REPLAY,       /* begin a replay */
    COMMAND_REPLAY_MOVE,  /* move the next orders of a replay */
    COMMAND_REPLAY_CANCEL,
    COMMAND_RETAIN,   /* remove what is old enough, a little at a time */
    COMMAND_NEWS,     /* record an event that is no order's */
    COMMAND_SETTINGS, /* use other settings from now on */
    COMMAND_KINDS
};

/* One submitted order and what became of it. */
struct command_order {
    struct order_draft draft;
    struct slice key;    /* absent: none */
    uint64_t digest;     /* of the draft, where there is a key */
    int64_t received_at; /* wall µs */
    int64_t validated_at;
    bool skip; /* in a batch: refused already (malformed); the engine leaves it alone */
    /* out */
    enum err result;
    struct uuid uid;
    enum status status;
    bool duplicate;
    struct slice reasons; /* REJECTED: joined by "; "; lives until `done` returns */
    struct slice refusal; /* why, where `result` is not OK; lives until `done` returns */
};

enum control_change { CONTROL_PAUSE, CONTROL_RESUME, CONTROL_DRAIN };

struct workflow_settings;

/*
 * A command. Made and freed by whoever posts it; between engine_post and `done` it is the engine's.
 * All that its slices borrow must live until `done`.
 */
struct command {
    struct command *next;
    enum command_kind kind;
    bool can_wait;   /* may wait up to ENGINE_SHARE_US for company in its commit */
    struct slice by; /* actor */

    /* in, and out below, by kind */
    union {
        struct {
            struct command_order *orders; /* one, or many */
            size_t n;
        } submit;
        struct {
            int64_t order;
            bool in_pool; /* refused (ERR_WRONG_STATE) unless it waits in that pool: */
            uint16_t pool;
            bool whole;             /* the attempt is to carry the order with its lists */
            struct attempt attempt; /* out: what to start, when `result` is OK; what it borrows
                                       lives until `done` returns */
        } start;
        struct {
            int64_t order;
            enum outcome outcome;
            struct slice reason, result; /* absent: none */
            int64_t retry_after_us;
            enum lease_op op; /* ended by its worker: */
            struct slice lease;
            /* out */
            enum status status;
            int64_t next_attempt_at;
        } end;
        struct {
            enum cause cause;        /* CANCEL, HOLD, RELEASE, RETRY_NOW, DISCARD */
            const struct uuid *uids; /* or by number: */
            const int64_t *orders;
            size_t n;
            struct slice reason;
            /* out */
            int64_t changed, skipped;
            enum status status; /* of a single one */
            bool cancelling;
        } change;
        struct {
            struct uuid uid;
            struct order_draft draft;
            struct slice reason;
            enum status status; /* out */
        } amend;
        enum control_change control;
        struct {
            struct slice filter_text;
            const struct uuid *uids; /* a list of orders, when n_uids > 0 */
            size_t n_uids;
            const int64_t *ns; /* or of dead letters, rising, when n_ns > 0 */
            size_t n_ns;
            bool has_token; /* or what a dry run found */
            struct uuid token;
            int64_t upto; /* the newest dead letter that belongs to it; 0: all there are now */
            int64_t asked_at;
            int64_t matched;
            double rate;
            struct slice reason;
            bool from_start;
            int64_t canary;
            double failed_share;
            int64_t of_last;
            struct slice key;
            uint64_t digest;
            /* out */
            int64_t number;
            struct uuid uid;
            int64_t skipped;
            bool duplicate;
        } replay;
        struct {
            const int64_t *ns; /* rising; NULL: all up to `upto` */
            size_t n_ns;
            int64_t upto;
            int64_t matched;
            struct uuid token; /* out */
        } preview;
        struct {
            int64_t number;
            size_t limit;
            /* out */
            size_t moved;
            enum replay_state state;
            bool waits; /* for those of the canary to end: a commit's event tells */
        } replay_move;
        struct {
            struct uuid uid;
            enum replay_state state; /* out */
        } replay_cancel;
        struct {
            struct store_retention rows;
            bool more; /* out: there was as much as the limit */
        } retain;
        struct {
            enum news news;
            struct slice subject, subject_to;
            struct slice reason;           /* absent: none */
            const struct alarm_row *alarm; /* kept with the event; NULL: none */
        } news;
        const struct workflow_settings *settings; /* stays the poster's; must live on */
    };

    /* out, for all */
    enum err result;
    struct why why;

    /* Called on the loop's thread when the command is durable, or refused. */
    void (*done)(struct command *command);
    void *owner;
};

/*
 * What one transaction did; handed to the loop's thread as a whole. Commands in the order in which
 * they were carried out; the events' slices live as long as the commit.
 */
struct commit {
    struct commit *next;
    struct command *commands;
    const struct event *events;
    size_t n_events;
    struct store_totals totals;
    const struct waiting *waiting; /* orders that this commit left waiting for an attempt */
    size_t n_waiting;
    const int64_t *cancelling; /* orders PROCESSING of which this commit noted a cancel */
    size_t n_cancelling;
    struct arena arena;
};
