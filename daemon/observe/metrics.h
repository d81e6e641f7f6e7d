/* Counts, rates, quantiles and series: what `stats`, the heartbeat and Prometheus show. */
#pragma once

#include <stdint.h>

#include "daemon/observe/step_meter.h"
#include "shared/clock.h"
#include "shared/op.h"
#include "shared/order.h"
#include "shared/wire_reply.h"

struct metrics;

struct metrics *metrics_new(const struct clock *clock);
void metrics_free(struct metrics *metrics); /* takes NULL */

/* Which steps there are; told at most once, before the first commit. Without, none are shown. The
   names are borrowed. */
void metrics_set_steps(struct metrics *metrics, const struct step_list *list);

/* What goes on at each of them, as of now; NULL: none were told. */
const struct step_meter *metrics_steps(struct metrics *metrics);

/* Figures kept by the store: those of a commit's totals. */
struct metrics_totals {
    int64_t counts[STATUS_COUNT];
    int64_t dlq_depth, last_seq;
    int64_t accepted, fulfilled, failed, retried, rejected;
    const int64_t (*by_step)[STATUS_COUNT]; /* of each step; borrowed; NULL: not known */
};

/* A commit: its events and the totals after it. Thread: the loop's, as for all here. */
void metrics_committed(struct metrics *metrics, const struct event *events, size_t n,
                       const struct metrics_totals *totals);

/* A submit was answered: from frame read to reply, µs. */
void metrics_submit_took(struct metrics *metrics, int64_t took_us);

/* A request was answered, for the counts by operation and result; OP_COUNT: no known operation. */
void metrics_request(struct metrics *metrics, enum op op, enum err result, int64_t took_us);

/* How long the QUEUED order that waits longest has waited: told by who knows. */
void metrics_set_queue_oldest(struct metrics *metrics, int64_t oldest_ms);
/* The same at a step, orders that wait for an undo included. */
void metrics_set_step_oldest(struct metrics *metrics, uint32_t step, int64_t oldest_ms);

/* The figures as of now. The series' last second is the running one. */
void metrics_stats(struct metrics *metrics, struct stats *out);

/* Accepted, fulfilled, failed in the last whole second. */
struct metrics_second {
    uint32_t accepted, fulfilled, failed;
};
struct metrics_second metrics_last_second(struct metrics *metrics);

/* The sum of the last `n` seconds, at most 900, the running one included. */
struct metrics_second metrics_last_seconds(struct metrics *metrics, int64_t n);

/* What was done and failed at a step in the last `n` seconds, at most STEP_METER_SECONDS. */
struct step_counts metrics_step_last(struct metrics *metrics, uint32_t step, int64_t n);

int64_t metrics_last_seq(const struct metrics *metrics);

/* Requests by operation and result, for metrics_text. */
int64_t metrics_requests(const struct metrics *metrics, enum op op, enum err result);
/* Time taken by all requests of an operation, µs. */
int64_t metrics_request_us(const struct metrics *metrics, enum op op);
