/* Counts, rates, quantiles and series: what `stats`, the heartbeat and Prometheus show. */
#pragma once

#include <stdint.h>

#include "shared/clock.h"
#include "shared/op.h"
#include "shared/order.h"
#include "shared/wire_reply.h"

struct metrics;

struct metrics *metrics_new(const struct clock *clock);
void metrics_free(struct metrics *metrics); /* takes NULL */

/* Figures kept by the store: those of a commit's totals. */
struct metrics_totals {
    int64_t counts[STATUS_COUNT];
    int64_t dlq_depth, last_seq;
    int64_t accepted, fulfilled, failed, retried, rejected;
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

/* The figures as of now. The series' last second is the running one. */
void metrics_stats(struct metrics *metrics, struct stats *out);

/* Accepted, fulfilled, failed in the last whole second. */
struct metrics_second {
    uint32_t accepted, fulfilled, failed;
};
struct metrics_second metrics_last_second(struct metrics *metrics);

/* The sum of the last `n` seconds, at most 900, the running one included. */
struct metrics_second metrics_last_seconds(struct metrics *metrics, int64_t n);

int64_t metrics_last_seq(const struct metrics *metrics);

/* Requests by operation and result, for metrics_text. */
int64_t metrics_requests(const struct metrics *metrics, enum op op, enum err result);
/* Time taken by all requests of an operation, µs. */
int64_t metrics_request_us(const struct metrics *metrics, enum op op);
