/* Orders, history entries, dead letters and events: their shapes, and who owns what is inside. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/status.h"
#include "shared/text.h"
#include "shared/uuid.h"

struct item {
    struct slice product_id;
    int64_t quantity;
};

struct pair {
    struct slice key;
    struct slice value;
};

/*
 * What a client asks for. All slices and lists are borrowed from whoever made the draft (a
 * request's frame and arena, a parsed file).
 */
struct order_draft {
    struct slice customer_id;
    struct slice reference; /* absent: none */
    const struct item *items;
    size_t n_items;
    const struct pair *metadata;
    size_t n_metadata;
    int64_t priority;   /* PRIORITY_DEFAULT unless given */
    int64_t not_before; /* µs since 1970 UTC; 0: none */
};

/*
 * An order as it stands. Times are µs since 1970 UTC, 0 for none. Slices are borrowed from the
 * arena or row it was read into. `items` … `results` are there only where a whole order was asked
 * for.
 */
/* Where an order waits or runs, as the store keeps it. */
struct queue_place {
    int64_t lane; /* 0: nowhere */
    int64_t due_at;
};

struct order {
    int64_t id; /* running number: inside the daemon only */
    struct uuid uid;
    enum status status;
    struct queue_place place; /* inside only: as it was when the store last wrote or read it */
    enum status listed; /* inside only: the rare status (store_sqlite_rare.c) that the store has it
                     under; STATUS_NONE for the usual ones */
    uint8_t priority;
    uint8_t n_done;  /* inside only, for the writer: how many steps of the list were done, be it
                        before  a replay from the start; 0 where there is one step */
    bool cancelling; /* a cancel was noted during the attempt (PROCESSING), is being carried out
                        (UNDOING), or came to a halt at an undo (FAILED) */
    uint32_t attempts;
    uint32_t max_attempts;
    uint32_t replays;
    int64_t total_quantity;
    int64_t created_at;
    int64_t updated_at;
    int64_t not_before;
    int64_t next_attempt_at; /* RETRYING: when the next attempt is due */
    int64_t due_at;          /* inside only: QUEUED or RETRYING: no attempt starts before it;
                                UNDOING: the same, 0 during an attempt;
                                FAILED: since when it is in the DLQ, 0 once discarded; else 0 */
    int64_t seq;             /* of its last event */
    uint64_t draw;           /* inside only: the simulated handler's draw of this replay round */
    int64_t replay;          /* inside only: the replay that last moved it, 0 for none */
    struct slice customer_id;
    struct slice reference;
    struct slice failure_reason;
    struct slice step;                     /* name of the step it is at */
    struct slice steps;                    /* the list it was accepted under (shared/steps.h) */
    struct slice cancel_by, cancel_reason; /* inside only: with `cancelling`: who asked, and why */
    struct slice trail; /* inside only: its newest history, as the store has it */
    struct slice result;
    const struct item *items;
    size_t n_items;
    const struct pair *metadata;
    size_t n_metadata;
    const struct pair *results;
    size_t n_results;
    uint64_t fixed, spilled, handed; /* inside only: sums of what is not here, as the store keeps
                                        them (store_sqlite_sums.c) */
    uint32_t cut; /* bit i: results[i] is not whole, for want of room (order_cut_results) */
};

/* Does it wait for an attempt, be it due or not? */
bool order_waits(const struct order *order);
/* Is an attempt under way? */
bool order_running(const struct order *order);
/* Is it, if anything, an undo that its next attempt is at? */
bool order_undoes(const struct order *order);

/* One line of an order's history. */
struct entry {
    int64_t seq;
    int64_t at;
    enum entry_type type;
    uint32_t attempt;    /* 0: none */
    struct slice step;   /* absent: none */
    struct slice by;     /* actor */
    struct slice detail; /* absent: none */
};

/* How a worker ended its lease; the numbers are stored. */
enum lease_op { LEASE_NOT = 0, LEASE_COMPLETED = 1, LEASE_FAILED = 2 };

/* A lease that was ended so, and what was answered: kept as long as its order. */
struct lease_end {
    struct slice token;
    enum lease_op op;
    enum status status;
    int64_t next_attempt_at;
};

/* A row of the dead-letter queue. */
struct dead_letter {
    int64_t n; /* rises with each dead letter ever: newest first is n descending */
    int64_t id;
    struct uuid uid;
    struct slice customer_id;
    struct slice reference;
    struct slice step;
    struct slice failure_reason;
    struct slice group;
    uint32_t attempts;
    uint32_t replays;
    int64_t failed_at;
};

struct reason_group {
    struct slice step; /* absent: of several, or not known */
    struct slice group;
    struct slice failure_reason; /* the newest */
    int64_t count;
    int64_t oldest_at;
    int64_t newest_at;
};

enum replay_state { REPLAY_RUNNING, REPLAY_DONE, REPLAY_CANCELLED, REPLAY_STOPPED, REPLAY_STATES };

const char *replay_state_name(enum replay_state state); /* "RUNNING" */
bool replay_state_parse(struct slice name, enum replay_state *out);

/* A replay as `replays` shows it. */
struct replay_row {
    int64_t id; /* running number: inside only */
    struct uuid uid;
    enum replay_state state;
    int64_t matched;
    int64_t moved;
    int64_t skipped;
    int64_t refailed;
    double rate; /* orders per second; 0: at once */
    int64_t started_at;
    int64_t finished_at; /* 0: not yet */
    struct slice by;
    struct slice reason;
};

/* Where events go: a topic of the events socket. The first STATUS_COUNT are `order.STATUS`. */
enum topic {
    TOPIC_DLQ = STATUS_COUNT,
    TOPIC_REPLAY,
    TOPIC_ALARM,
    TOPIC_CONTROL,
    TOPIC_HEARTBEAT,
    TOPIC_COUNT
};

const char *topic_name(enum topic topic); /* "order.QUEUED", "dlq"; "" for STATUS_NONE */
bool topic_parse(struct slice name, enum topic *out);

/* What an event is when it is not the change of an order: its `type`. */
enum news {
    NEWS_ORDER, /* an order's: the type is that of the entry */
    NEWS_REPLAY_STARTED,
    NEWS_REPLAY_PROGRESS,
    NEWS_REPLAY_ENDED,
    NEWS_ALARM,
    NEWS_ALARM_ACKNOWLEDGED,
    NEWS_PAUSED,
    NEWS_RESUMED,
    NEWS_DRAIN_STARTED,
    NEWS_COUNT
};

const char *news_name(enum news news); /* "replay_started" */
bool news_parse(struct slice name, enum news *out);

/* One recorded change. Absent or 0 where an event has no such part. */
struct event {
    int64_t seq;
    int64_t at;
    enum news news;
    enum entry_type entry; /* with NEWS_ORDER: `type` */
    enum status from;      /* STATUS_NONE: nil */
    enum status to;
    bool dlq_added;   /* a dead letter came: also on topic dlq */
    bool dlq_removed; /* one went: also on topic dlq */
    bool has_order;
    bool has_progress; /* replay: the four figures at the end */
    int64_t id;        /* the order's running number: inside only */
    struct uuid uid;
    uint32_t attempt;
    uint32_t max_attempts;
    int64_t total_quantity;
    int64_t created_at;
    int64_t next_attempt_at;
    struct slice customer_id;
    struct slice reference;
    struct slice step;
    struct slice reason;
    struct slice by;
    struct slice subject;    /* replay or alarm: its id or name */
    struct slice subject_to; /* its state */
    int64_t matched, moved, skipped, refailed;
};

/* The name of what happened: of the entry or of the news. */
const char *event_type_name(const struct event *event);

/*
 * The topics an event is published on, as bits of 1 << enum topic: `order.STATUS`, and `dlq` too
 * where a dead letter comes or goes; a discarded one on `dlq` alone.
 */
unsigned event_topics(const struct event *event);

/* The sum of the quantities. Saturates at INT64_MAX. */
int64_t draft_total(const struct order_draft *draft);

/* Are they the same order after defaults? Metadata is compared without regard to its order. */
bool draft_same(const struct order_draft *a, const struct order_draft *b);
