/*
 * The store as all others see it: one writer with transactions, many readers with snapshots.
 *
 * Ids of rows (`id`) are running numbers; the UUID is in one unique index. Times are µs since 1970
 * UTC, 0 for none. What is handed to a callback is borrowed for the call.
 *
 * Errors of all functions: ERR_READ_ONLY (no space: the transaction is rolled back and nothing of
 * it is there), ERR_OUTCOME_UNKNOWN (a write or sync failed: the store must not be written again
 * by this process), ERR_INTERNAL (corrupt, or a fault of ours), ERR_NOT_FOUND where said.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/store/store_steps.h"
#include "shared/err.h"
#include "shared/filter.h"
#include "shared/order.h"
#include "shared/wire_order.h"
#include "shared/wire_request.h"

struct store;
struct store_reader;

struct store_settings {
    const char *directory; /* the state directory; the file in it is orders.db */
    int64_t now_us;        /* for the name of the copy made before a migration */
    int64_t newest;        /* so many of the newest orders are not yet in the index of what waits:
                              tests take few; 0: the usual number */
};

/*
 * Opens or makes a store: lock is the caller's business. After it returns the file is migrated,
 * checkpointed and its directory synced. Thread: the writer's functions belong to one thread, which
 * may be another than the opener's.
 *
 * url      "sqlite", or "memory" (forgets; for tests)
 * errors   ERR_INVALID for a url of no store, a corrupt, foreign or newer file; ERR_READ_ONLY when
 *          it cannot be made or written; ERR_INTERNAL
 */
enum err store_open(const char *url, const struct store_settings *settings, struct store **out,
                    struct why *why);
void store_close(struct store *store);             /* takes NULL; all readers are closed before */
const char *store_name(const struct store *store); /* "sqlite" */

/* ---- the writer ---- */

enum err store_begin(struct store *store, struct why *why);
enum err store_commit(struct store *store, struct why *why);
void store_rollback(struct store *store);

/*
 * Work for the writer between transactions: moves the log into the file, by the log's size. `gap`:
 * nothing else waits, so that it may be done sooner. Never inside a transaction.
 */
void store_checkpoint(struct store *store, bool gap);

/* Forgets what the writer has read for its own sake: there is nothing to do. Never inside a
   transaction. */
void store_rest(struct store *store);

/* Bytes of the write-ahead log and of the file. */
void store_sizes(struct store *store, int64_t *wal_bytes, int64_t *file_bytes);

/*
 * A consistent copy of all that is committed, taken while the writer goes on, synced and checked
 * (store_sqlite_check.h). The writer is not held up; the log grows by what is written meanwhile.
 *
 * errors   ERR_BUSY: stopped; ERR_READ_ONLY: it cannot be written there; ERR_INVALID: the copy does
 *          not hold; ERR_UNSUPPORTED
 * thread   any but the loop's and the writer's: it takes as long as it takes
 */
struct store_copy {
    const char *path;      /* an empty file of the caller's */
    atomic_bool *stop;     /* true: give up; NULL: never */
    int64_t bytes, orders; /* out */
};
enum err store_copy(struct store *store, struct store_copy *copy, struct why *why);

/* Figures that are kept, not counted: saved with each commit that changes them. */
struct store_totals {
    int64_t last_seq;
    int64_t last_order; /* running numbers given so far */
    int64_t last_dead;
    int64_t last_replay;
    int64_t counts[STATUS_COUNT];
    int64_t by_step[STEPS_EVER_MAX][STATUS_COUNT]; /* by the step that an order is at; kept for
                                                      statuses that are not final */
    int64_t dlq_depth;
    int64_t accepted, fulfilled, failed, retried, rejected; /* ever */
    bool paused;
};
enum err store_load_totals(struct store *store, struct store_totals *out, struct why *why);
enum err store_save_totals(struct store *store, const struct store_totals *totals, struct why *why);

/* A new order with its items and metadata; `order->id` is given by the caller. Fills its sums. */
enum err store_add_order(struct store *store, struct order *order, struct why *why);

/* The changeable part of an order: all but uid, customer, reference, items, metadata, created_at,
   priority, not_before, total, steps. Its sums are those it was added, loaded or amended with. */
enum err store_change_order(struct store *store, struct order *order, struct why *why);

/* The rest of it, but for uid and created_at: what a person may correct while it is HELD or FAILED.
   Its items and metadata must be there. Fills its sums: the order is to be changed next. */
enum err store_amend_order(struct store *store, struct order *order, struct why *why);

/* The entries that the event order->seq wrote. They are put down with the order, which is to be
   added or changed next; what its trail points to is the store's until the one after that. */
enum err store_add_history(struct store *store, struct order *order, const struct entry *entries,
                           size_t n, struct why *why);

/* The events of one commit, with seqs that follow each other. */
enum err store_add_events(struct store *store, const struct event *events, size_t n,
                          struct why *why);

/* What it says of its order is kept with it, and follows an amendment. */
enum err store_add_dead(struct store *store, const struct dead_letter *dead, struct why *why);
enum err store_remove_dead(struct store *store, int64_t order, struct why *why);

/* A lease of the order that its worker has ended: gone with the order. */
enum err store_add_lease(struct store *store, int64_t order, const struct lease_end *end,
                         struct why *why);

/*
 * Whole or without its lists. ERR_NOT_FOUND. Slices live in the arena. `results`, of an order of
 * several steps, are in the order of its list; with that of the last step once it is FULFILLED.
 * ERR_DAMAGED for an order that is not what was stored (store_verify.h).
 */
struct store_load_ask {
    int64_t id;
    enum order_shape shape;
    struct arena *arena;
    struct order *out;
};
enum err store_load(struct store *store, const struct store_load_ask *ask, struct why *why);
enum err store_find(struct store *store, const struct uuid *uid, int64_t *id, struct why *why);

/* The order that holds a reference (not REJECTED or CANCELLED). ERR_NOT_FOUND. */
enum err store_find_reference(struct store *store, struct slice reference, int64_t *id,
                              struct why *why);

struct store_key {
    int64_t order;
    uint64_t digest; /* of the order that was asked for */
    int64_t at;
};
/* Idempotency keys: order 0 with a digest is a replay's. ERR_NOT_FOUND. */
enum err store_find_key(struct store *store, struct slice key, struct store_key *out,
                        struct why *why);
enum err store_add_key(struct store *store, struct slice key, const struct store_key *value,
                       struct why *why);
/* Removes at most `limit` keys older than `before_us`; *removed says how many. */
enum err store_expire_keys(struct store *store, int64_t before_us, int64_t limit, int64_t *removed,
                           struct why *why);

/* Room for numbers, and how many of them there are. */
struct store_ids {
    int64_t *ids;
    size_t max;
    size_t n; /* out */
};

/* Orders with an attempt under way when the last daemon ended, from `after` (an id). */
enum err store_running(struct store *store, int64_t after, struct store_ids *out, struct why *why);

/* Replays. */
struct store_replay {
    struct replay_row row;
    struct slice filter_text; /* what it moves: the query, as text of the filter language */
    int64_t set;              /* or a set of dead letters; 0: none */
    int64_t cursor;           /* the last dead letter (n), or place in the set, it has looked at */
    int64_t upto;             /* the last dead letter that belongs to it, or the set's size */
    int64_t asked_at;         /* what ages in the filter are measured from */
    bool from_start;
    int64_t canary;        /* so many must be FULFILLED before more than these move; 0: none */
    int64_t canary_passed; /* so many are */
    double failed_share;   /* it is stopped when more of the last `of_last` to end failed again */
    int64_t of_last;       /* 0: never */
    struct slice ends;     /* of these, oldest first: a byte each, 1 for one that failed again */
};
enum err store_add_replay(struct store *store, const struct store_replay *replay, struct why *why);
/* state, moved, skipped, refailed, cursor, finished_at, canary_passed, ends. */
enum err store_change_replay(struct store *store, const struct store_replay *replay,
                             struct why *why);
enum err store_load_replay(struct store *store, int64_t id, struct arena *arena,
                           struct store_replay *out, struct why *why);
enum err store_find_replay(struct store *store, const struct uuid *uid, int64_t *id,
                           struct why *why);
/* Numbers of the replays that are RUNNING, oldest first. */
enum err store_running_replays(struct store *store, struct store_ids *out, struct why *why);

/*
 * Sets of dead letters, by their `n`: what a dry run found, or what a replay was asked for by name.
 * A dead letter of the same order that comes later is another one.
 */
struct store_set {
    int64_t id; /* out, of store_add_set */
    bool has_token;
    struct uuid token;
    int64_t at;
    int64_t matched; /* how many; with `listed` the length of `ns` */
    int64_t upto;    /* not listed: all up to this one */
    bool listed;
    const int64_t *ns; /* rising; only for store_add_set */
};
enum err store_add_set(struct store *store, struct store_set *set, struct why *why);
enum err store_find_set(struct store *store, const struct uuid *token, struct store_set *out,
                        struct why *why); /* ERR_NOT_FOUND, ERR_DAMAGED: no row was returned */

/* The numbers of a listed set from a place on, up to out.max. */
struct store_set_ask {
    int64_t set;
    int64_t from;
    struct store_ids out;
};
enum err store_read_set(struct store *store, struct store_set_ask *ask, struct why *why);

/* Removes those that are older, unless a replay that is RUNNING goes by them. */
enum err store_expire_sets(struct store *store, int64_t before_us, struct why *why);

/* The order of a dead letter, and the dead letter of an order. ERR_NOT_FOUND. */
enum err store_find_dead(struct store *store, int64_t n, int64_t *order, struct why *why);
enum err store_dead_of(struct store *store, int64_t order, int64_t *n, struct why *why);

/*
 * The next dead letters with cursor < n <= upto that match, oldest first, at most ids.max and
 * after at most LOOK_MAX_ROWS rows looked at. `cursor` is moved behind the last one looked at.
 * ids.n < ids.max and cursor < upto: ask again.
 */
struct store_next_ask {
    const struct filter *filter;
    int64_t now_us;
    int64_t upto;
    int64_t cursor;       /* in and out */
    struct store_ids ids; /* the orders' numbers */
};
enum err store_next_dead(struct store *store, struct store_next_ask *ask, struct why *why);

/*
 * Removes old rows, at most `limit` of a kind: orders that ended before the time given for their
 * status (0: keep), with history; events before `events_before`; replays that finished before
 * `replays_before`. What is in the DLQ stays. *removed counts rows of all kinds; the totals'
 * `counts` are lowered by the caller by removed_counts.
 */
struct store_retention {
    int64_t ended_before[STATUS_COUNT];
    int64_t discarded_before;
    int64_t events_before;
    int64_t replays_before;
    int64_t limit;
    int64_t removed;
    int64_t removed_counts[STATUS_COUNT];
    int64_t *removed_failed; /* STEPS_EVER_MAX figures: of the FAILED ones, how many at each step;
                                added to. NULL: not wanted */
};
enum err store_retain(struct store *store, struct store_retention *retention, struct why *why);

/* ---- readers: each belongs to one thread; each call is a short snapshot of its own ---- */

enum err store_reader_open(struct store *store, struct store_reader **out, struct why *why);
void store_reader_close(struct store_reader *reader); /* takes NULL */

/* Whole. ERR_NOT_FOUND, ERR_DAMAGED. Slices live in the arena. */
enum err store_get(struct store_reader *reader, const struct uuid *uid, struct arena *arena,
                   struct order *out, struct why *why);

/* A lease by out->token: ERR_NOT_FOUND when there is no such order; ERR_LEASE_LOST when no such
   lease of it was ended by its worker. */
enum err store_find_lease(struct store_reader *reader, const struct uuid *uid,
                          struct lease_end *out, struct why *why);

/* An opaque place in a list; as text in `cursor`. */
#define STORE_CURSOR_MAX 64

struct store_page {
    uint32_t limit;
    struct slice cursor;                /* absent: from the start; ERR_INVALID when bad */
    char next_cursor[STORE_CURSOR_MAX]; /* out: "" at the end */
    int64_t matched;                    /* out, where asked for: -1 past MATCHED_MAX or when
                                           not known after LOOK_MAX_ROWS rows */
    bool count;                         /* is `matched` asked for? */
};

/* Each returns rows through `row` until it returns false (the page then ends before that row) or
   the page is full. */
struct store_history_ask {
    const struct uuid *uid;
    struct store_page *page;
    bool (*row)(void *self, const struct entry *entry);
    void *self;
};
enum err store_history(struct store_reader *reader, const struct store_history_ask *ask,
                       struct why *why); /* ERR_NOT_FOUND */

/*
 * `after`, in this list and the next, is where a first page begins: behind that order, in the
 * direction of the sort. ERR_NOT_FOUND when there is no such order.
 */
struct store_list_ask {
    const struct request_list *query; /* its `page` is not looked at */
    int64_t now_us;
    struct store_page *page;
    bool (*row)(void *self, const struct order *order);
    void *self;
};
enum err store_list(struct store_reader *reader, const struct store_list_ask *ask, struct why *why);

struct store_failed_ask {
    const struct dead_query *query;
    enum list_sort sort;      /* newest or oldest */
    const struct uuid *after; /* an order's: ERR_NOT_FOUND where it is not in the DLQ; NULL: none */
    int64_t now_us;
    struct store_page *page;
    bool (*row)(void *self, const struct dead_letter *dead);
    void *self;
};
enum err store_failed(struct store_reader *reader, const struct store_failed_ask *ask,
                      struct why *why);

struct store_groups_ask {
    struct store_page *page;
    bool (*row)(void *self, const struct reason_group *group);
    void *self;
};
enum err store_groups(struct store_reader *reader, const struct store_groups_ask *ask,
                      struct why *why);

/* The groups of the dead letters that match, most frequent first, at most `max` rows handed out;
   the sum and the oldest of all. Looks at every dead letter: for dry runs. */
struct store_preview {
    int64_t matched;
    int64_t oldest_at;
    int64_t upto; /* the newest dead letter's n in this snapshot */
};
struct store_preview_ask {
    const struct dead_query *query;
    int64_t now_us;
    size_t max;
    struct store_preview *out;
    bool (*row)(void *self, const struct reason_group *group);
    void *self;
    bool (*each)(void *self, int64_t n); /* each that matches, newest first; false: no more of
                                            them, which is ERR_TOO_LARGE; NULL: not wanted */
    void *each_self;
};
enum err store_preview_dead(struct store_reader *reader, const struct store_preview_ask *ask,
                            struct why *why);

struct store_replays_ask {
    const struct uuid *uid; /* NULL: all, newest first */
    struct store_page *page;
    bool (*row)(void *self, const struct replay_row *replay);
    void *self;
};
enum err store_replays(struct store_reader *reader, const struct store_replays_ask *ask,
                       struct why *why);

/* Events with seq > after, oldest first; *first and *last: what the store holds (0, 0: nothing). */
struct store_events_ask {
    int64_t after;
    uint32_t limit;
    bool (*row)(void *self, const struct event *event);
    void *self;
    int64_t *first;
    int64_t *last;
};
enum err store_events(struct store_reader *reader, const struct store_events_ask *ask,
                      struct why *why);

/* Can it be read, and written as far as is known? For `health`. */
enum err store_probe(struct store_reader *reader, struct why *why);
