/* A struct for each reply, to and from msgpack. */
#pragma once

#include "shared/err.h"
#include "shared/op.h"
#include "shared/validate.h"
#include "shared/wire_order.h"
#include "shared/wire_request.h"

/* Writing: the daemon's side. Each writes a whole reply, `v` and `ok` included. */

/* A refusal. `problems` NULL or empty: no details; they are left out, too, where the reply would
   pass the cap of `out` by them. */
void wire_reply_error(struct buf *out, enum err code, const struct why *why,
                      const struct problems *problems);

/* The head of a reply with `ok` true and `fields` more pairs to follow. */
void wire_reply_ok(struct buf *out, uint32_t fields);

/* On the wire `reasons` is a list of texts, split at "; "; nil unless REJECTED. */
struct reply_submit {
    struct uuid order_id;
    enum status status;
    bool duplicate;
    struct slice reasons; /* REJECTED: joined by "; "; absent else */
};
void wire_reply_submit(struct buf *out, const struct reply_submit *reply);

/* One result of a batch: an error when `code` is not OK. */
struct batch_result {
    enum err code;
    struct why why;
    const struct problems *problems;
    struct reply_submit reply;
};
void wire_reply_batch(struct buf *out, const struct batch_result *results, size_t n);

struct reply_change_one {
    struct uuid order_id;
    enum status status;
    bool cancelling;
};
void wire_reply_change_one(struct buf *out, const struct reply_change_one *reply);
void wire_reply_change_many(struct buf *out, int64_t changed, int64_t skipped);

/* A step of today's list: which handlers carry it out. */
struct info_step {
    struct slice step, handler;
    struct slice undo; /* absent: it has none */
};

struct reply_info {
    struct slice name, version, instance, epoch, store, handler, role;
    int64_t pid;
    int64_t started_at;
    bool paused, draining;
    const struct info_step *steps; /* not read */
    size_t n_steps;
};
void wire_reply_info(struct buf *out, const struct reply_info *reply);

struct quantiles {
    double p50, p95, p99, max; /* milliseconds; 0: none there were: nil */
};

#define SERIES_SECONDS 120

/* Of the orders that are at a step. */
struct step_figures {
    char name[STEP_NAME_MAX + 1];
    int64_t queued, processing, retrying, held, failed, undoing;
    double rate_1m;    /* done per second */
    int64_t oldest_ms; /* how long the one waits that has waited longest for an attempt */
};

/* The figures that `stats` and the heartbeat share; the series are only in `stats`. */
struct stats {
    int64_t counts[STATUS_COUNT];
    int64_t queue_oldest_ms, dlq_depth;
    int64_t accepted_total, fulfilled_total, failed_total, retried_total, rejected_total;
    double rate_1m, rate_5m, rate_15m;
    double success_rate_5m; /* < 0: nothing ended yet: nil */
    struct quantiles submit_ms, order_ms;
    struct step_figures steps[STEPS_EVER_MAX]; /* today's list in its order, then others that still
                                                  have orders; `fulfil` alone has its row, too */
    size_t n_steps;
    uint32_t series_accepted[SERIES_SECONDS]; /* oldest first, the last is the running second */
    uint32_t series_fulfilled[SERIES_SECONDS];
    uint32_t series_failed[SERIES_SECONDS];
};

/* Pairs written by wire_stats_figures. */
#define WIRE_STATS_PAIRS 17

/* All figures but `series`, as pairs of a map whose head is written already. */
void wire_stats_figures(struct buf *out, const struct stats *stats);
void wire_reply_stats(struct buf *out, const struct stats *stats); /* with `series` */

/* Reading: the client's side. */

/*
 * Checks a frame and splits it.
 *
 * *body    at the first pair of the reply's map, `pairs` of them, `v` and `ok` among them
 * returns  OK; the daemon's error code with its message in `why` (retry_after_us too);
 *          ERR_MALFORMED for a frame that is no reply
 */
enum err wire_reply_head(const void *bytes, size_t n, struct mp_reader *body, uint32_t *pairs,
                         struct why *why);

/* Positions a reader at the value of top-level key `key` of a reply (or of any map's bytes);
   false when absent. */
bool wire_reply_find(const void *bytes, size_t n, const char *key, struct mp_reader *value);

/* Each reads the reply's frame; ERR_MALFORMED when parts are missing or of a wrong type. Slices
   borrow from the frame, but for `reasons`, which are joined in the arena. `figures` are those of
   any map, a heartbeat's too. */
enum err wire_read_submit(const void *bytes, size_t n, struct arena *arena,
                          struct reply_submit *out, struct why *why);
enum err wire_read_info(const void *bytes, size_t n, struct reply_info *out, struct why *why);
enum err wire_read_figures(const void *bytes, size_t n, struct stats *out, struct why *why);
enum err wire_read_stats(const void *bytes, size_t n, struct stats *out, struct why *why);
enum err wire_read_change_one(const void *bytes, size_t n, struct reply_change_one *out,
                              struct why *why);
