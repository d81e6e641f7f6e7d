/* Counts, rates, quantiles and series: what `stats`, the heartbeat and Prometheus show. */
#include "daemon/observe/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/observe/histogram.h"
#include "shared/need.h"

#define SECOND_US 1000000LL
#define KEPT_SECONDS 900 /* the longest window */

struct metrics {
    const struct clock *clock;
    struct metrics_totals totals;
    int64_t queue_oldest_ms;
    int64_t second;                              /* the running one, on the clock's scale */
    struct metrics_second seconds[KEPT_SECONDS]; /* by second modulo KEPT_SECONDS */
    struct histogram *submit, *order;
    struct step_meter *steps;                  /* NULL: none were told */
    int64_t requests[OP_COUNT + 1][ERR_COUNT]; /* the last row: no known operation */
    int64_t request_us[OP_COUNT + 1];
};

struct metrics *metrics_new(const struct clock *clock)
{
    struct metrics *metrics = need(calloc(1, sizeof(*metrics)));

    metrics->clock = clock;
    metrics->second = clock_mono(clock) / SECOND_US;
    metrics->submit = histogram_new();
    metrics->order = histogram_new();
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    histogram_free(metrics->submit);
    histogram_free(metrics->order);
    step_meter_free(metrics->steps);
    free(metrics);
}

void metrics_set_steps(struct metrics *metrics, const struct step_list *list)
{
    metrics->steps = step_meter_new(list);
}

static struct metrics_second *second_at(struct metrics *metrics, int64_t second)
{
    return &metrics->seconds[(size_t)(second % KEPT_SECONDS)];
}

/* Empties the seconds that went by since the last look. */
static struct metrics_second *running_second(struct metrics *metrics)
{
    int64_t now = clock_mono(metrics->clock) / SECOND_US;

    if (metrics->steps != NULL && metrics->second < now)
        step_meter_turn(metrics->steps, metrics->second, now);
    if (now - metrics->second >= KEPT_SECONDS) {
        memset(metrics->seconds, 0, sizeof(metrics->seconds));
        metrics->second = now;
    }
    while (metrics->second < now)
        *second_at(metrics, ++metrics->second) = (struct metrics_second){0};
    return second_at(metrics, metrics->second);
}

static void order_ended(struct metrics *metrics, const struct event *event)
{
    histogram_add(metrics->order, clock_mono(metrics->clock), event->at - event->created_at);
}

static void count_event(struct metrics *metrics, struct metrics_second *second,
                        const struct event *event)
{
    if (event->news != NEWS_ORDER)
        return;
    if (event->from == STATUS_NONE && event->to == STATUS_QUEUED) {
        second->accepted++;
    } else if (event->entry == ENTRY_FULFILLED) {
        second->fulfilled++;
        order_ended(metrics, event);
    } else if (event->entry == ENTRY_DEAD_LETTERED) {
        second->failed++;
        order_ended(metrics, event);
    } else if (event->entry == ENTRY_CANCELLED) {
        order_ended(metrics, event);
    }
}

void metrics_committed(struct metrics *metrics, const struct event *events, size_t n,
                       const struct metrics_totals *totals)
{
    struct metrics_second *second = running_second(metrics);

    for (size_t i = 0; i < n; i++) {
        count_event(metrics, second, &events[i]);
        if (metrics->steps != NULL && events[i].news == NEWS_ORDER)
            step_meter_event(metrics->steps, metrics->second, &events[i]);
    }
    if (metrics->steps != NULL && totals->by_step != NULL)
        step_meter_orders(metrics->steps, totals->by_step);
    metrics->totals = *totals;
    metrics->totals.by_step = NULL;
}

void metrics_submit_took(struct metrics *metrics, int64_t took_us)
{
    histogram_add(metrics->submit, clock_mono(metrics->clock), took_us);
}

void metrics_request(struct metrics *metrics, enum op op, enum err result, int64_t took_us)
{
    unsigned row = (unsigned)op < OP_COUNT ? (unsigned)op : OP_COUNT;

    if ((unsigned)result >= ERR_COUNT)
        return;
    metrics->requests[row][result]++;
    metrics->request_us[row] += took_us;
}

void metrics_set_queue_oldest(struct metrics *metrics, int64_t oldest_ms)
{
    metrics->queue_oldest_ms = oldest_ms;
}

void metrics_set_step_oldest(struct metrics *metrics, uint32_t step, int64_t oldest_ms)
{
    if (metrics->steps != NULL)
        step_meter_set_oldest(metrics->steps, step, oldest_ms);
}

const struct step_meter *metrics_steps(struct metrics *metrics)
{
    (void)running_second(metrics);
    return metrics->steps;
}

struct step_counts metrics_step_last(struct metrics *metrics, uint32_t step, int64_t n)
{
    (void)running_second(metrics);
    return step_meter_last(metrics->steps, step, metrics->second, n);
}

/* The sum of the last `n` seconds, the running one included. */
static struct metrics_second last_seconds(struct metrics *metrics, int64_t n)
{
    struct metrics_second sum = {0};

    for (int64_t i = 0; i < n && i <= metrics->second; i++) {
        const struct metrics_second *one = second_at(metrics, metrics->second - i);

        sum.accepted += one->accepted;
        sum.fulfilled += one->fulfilled;
        sum.failed += one->failed;
    }
    return sum;
}

static void fill_rates(struct metrics *metrics, struct stats *out)
{
    struct metrics_second five = last_seconds(metrics, 300);
    uint32_t ended = five.fulfilled + five.failed;

    out->rate_1m = last_seconds(metrics, 60).accepted / 60.0;
    out->rate_5m = five.accepted / 300.0;
    out->rate_15m = last_seconds(metrics, KEPT_SECONDS).accepted / (double)KEPT_SECONDS;
    out->success_rate_5m = ended > 0 ? (double)five.fulfilled / ended : -1;
}

static void fill_series(struct metrics *metrics, struct stats *out)
{
    for (int64_t i = 0; i < SERIES_SECONDS; i++) {
        int64_t second = metrics->second - (SERIES_SECONDS - 1) + i;

        if (second < 0) /* before the clock began */
            continue;
        out->series_accepted[i] = second_at(metrics, second)->accepted;
        out->series_fulfilled[i] = second_at(metrics, second)->fulfilled;
        out->series_failed[i] = second_at(metrics, second)->failed;
    }
}

static void fill_step(const struct metrics *metrics, uint32_t number, struct step_figures *out)
{
    const struct step_meter *meter = metrics->steps;
    struct slice name = step_meter_name(meter, number);

    memcpy(out->name, name.p, name.n);
    out->queued = step_meter_count(meter, number, STATUS_QUEUED);
    out->processing = step_meter_count(meter, number, STATUS_PROCESSING);
    out->retrying = step_meter_count(meter, number, STATUS_RETRYING);
    out->held = step_meter_count(meter, number, STATUS_HELD);
    out->failed = step_meter_count(meter, number, STATUS_FAILED);
    out->undoing = step_meter_count(meter, number, STATUS_UNDOING);
    out->rate_1m = (double)step_meter_last(meter, number, metrics->second, 60).done / 60.0;
    out->oldest_ms = step_meter_oldest(meter, number);
}

static void fill_steps(const struct metrics *metrics, struct stats *out)
{
    uint32_t shown[STEPS_EVER_MAX];

    if (metrics->steps == NULL)
        return;
    out->n_steps = step_meter_shown(metrics->steps, shown);
    for (size_t i = 0; i < out->n_steps; i++)
        fill_step(metrics, shown[i], &out->steps[i]);
}

void metrics_stats(struct metrics *metrics, struct stats *out)
{
    int64_t now = clock_mono(metrics->clock);

    (void)running_second(metrics);
    memset(out, 0, sizeof(*out));
    memcpy(out->counts, metrics->totals.counts, sizeof(out->counts));
    /* What was told may be older than the last order's leaving the queue. */
    out->queue_oldest_ms = out->counts[STATUS_QUEUED] > 0 ? metrics->queue_oldest_ms : 0;
    out->dlq_depth = metrics->totals.dlq_depth;
    out->accepted_total = metrics->totals.accepted;
    out->fulfilled_total = metrics->totals.fulfilled;
    out->failed_total = metrics->totals.failed;
    out->retried_total = metrics->totals.retried;
    out->rejected_total = metrics->totals.rejected;
    fill_rates(metrics, out);
    out->submit_ms = histogram_quantiles(metrics->submit, now);
    out->order_ms = histogram_quantiles(metrics->order, now);
    fill_series(metrics, out);
    fill_steps(metrics, out);
}

struct metrics_second metrics_last_second(struct metrics *metrics)
{
    (void)running_second(metrics);
    return metrics->second > 0 ? *second_at(metrics, metrics->second - 1)
                               : (struct metrics_second){0};
}

struct metrics_second metrics_last_seconds(struct metrics *metrics, int64_t n)
{
    (void)running_second(metrics);
    return last_seconds(metrics, n);
}

int64_t metrics_last_seq(const struct metrics *metrics)
{
    return metrics->totals.last_seq;
}

int64_t metrics_requests(const struct metrics *metrics, enum op op, enum err result)
{
    unsigned row = (unsigned)op < OP_COUNT ? (unsigned)op : OP_COUNT;

    return (unsigned)result < ERR_COUNT ? metrics->requests[row][result] : 0;
}

int64_t metrics_request_us(const struct metrics *metrics, enum op op)
{
    return metrics->request_us[(unsigned)op < OP_COUNT ? (unsigned)op : OP_COUNT];
}
