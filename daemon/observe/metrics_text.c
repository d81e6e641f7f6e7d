/* The metrics as Prometheus text. */
#include "daemon/observe/metrics_text.h"

#include <inttypes.h>
#include <stddef.h>

/* One figure of the stats: a family of its own, without labels. */
struct figure {
    const char *name, *type, *help;
    size_t offset; /* of an int64_t in struct stats */
};

#define COUNTER(member, name, help)                                                                \
    {                                                                                              \
        name, "counter", help, offsetof(struct stats, member)                                      \
    }
#define GAUGE(member, name, help)                                                                  \
    {                                                                                              \
        name, "gauge", help, offsetof(struct stats, member)                                        \
    }

static const struct figure figures[] = {
    GAUGE(dlq_depth, "dofs_dead_letters", "Orders in the dead-letter queue."),
    COUNTER(accepted_total, "dofs_orders_accepted_total", "Orders accepted and queued, ever."),
    COUNTER(fulfilled_total, "dofs_orders_fulfilled_total", "Orders fulfilled, ever."),
    COUNTER(failed_total, "dofs_orders_failed_total", "Orders dead-lettered, ever."),
    COUNTER(retried_total, "dofs_retries_total", "Retries scheduled, ever."),
    COUNTER(rejected_total, "dofs_orders_rejected_total", "Orders rejected by a rule, ever."),
};

struct net_figure {
    const char *name, *type, *help;
    size_t offset; /* of a uint64_t in struct sp_stats */
};

#define NET(member, name, type, help)                                                              \
    {                                                                                              \
        name, type, help, offsetof(struct sp_stats, member)                                        \
    }

static const struct net_figure net_figures[] = {
    NET(peers_now, "dofs_peers", "gauge", "Peers connected."),
    NET(subscribers_now, "dofs_subscribers", "gauge", "Peers subscribed to events."),
    NET(accepted, "dofs_peers_accepted_total", "counter", "Connections accepted."),
    NET(refused, "dofs_peers_refused_total", "counter", "Connections refused."),
    NET(dropped, "dofs_peers_dropped_total", "counter", "Connections dropped for a breach."),
    NET(messages_left_out, "dofs_event_messages_left_out_total", "counter",
        "Event messages not queued for a subscriber that lagged."),
    NET(bytes_in, "dofs_received_bytes_total", "counter", "Bytes read from peers."),
    NET(bytes_out, "dofs_sent_bytes_total", "counter", "Bytes written to peers."),
};

static void family(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void whole(struct buf *out, const char *name, int64_t value)
{
    buf_printf(out, "%s %" PRId64 "\n", name, value);
}

/* A label's value: backslash, quote and newline are escaped, as the format asks. */
static void label(struct buf *out, const char *name, struct slice value)
{
    buf_printf(out, "%s=\"", name);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\\' || value.p[i] == '"')
            buf_add_byte(out, '\\');
        if (value.p[i] == '\n')
            buf_add_text(out, "\\n");
        else
            buf_add_byte(out, (uint8_t)value.p[i]);
    }
    buf_add_byte(out, '"');
}

static void add_info(struct buf *out, const struct metrics_extra *extra)
{
    family(out, "dofs_info", "gauge", "What runs here; always 1.");
    buf_add_text(out, "dofs_info{");
    label(out, "version", slice_of(extra->version));
    buf_add_byte(out, ',');
    label(out, "instance", slice_of(extra->instance));
    buf_add_byte(out, ',');
    label(out, "store", slice_of(extra->store));
    buf_add_byte(out, ',');
    label(out, "handler", slice_of(extra->handler));
    buf_add_text(out, "} 1\n");
    family(out, "dofs_start_time_seconds", "gauge", "When the daemon started, since 1970.");
    buf_printf(out, "dofs_start_time_seconds %.3f\n", (double)extra->started_at / 1e6);
    family(out, "dofs_paused", "gauge", "1 while no attempt starts.");
    whole(out, "dofs_paused", extra->paused);
    family(out, "dofs_draining", "gauge", "1 while draining.");
    whole(out, "dofs_draining", extra->draining);
    family(out, "dofs_store_wal_bytes", "gauge", "Size of the store's write-ahead log.");
    whole(out, "dofs_store_wal_bytes", extra->wal_bytes);
    family(out, "dofs_store_file_bytes", "gauge", "Size of the store's file.");
    whole(out, "dofs_store_file_bytes", extra->file_bytes);
}

static void add_orders(struct buf *out, const struct stats *stats)
{
    family(out, "dofs_orders", "gauge", "Orders by status.");
    for (unsigned i = STATUS_NONE + 1; i < STATUS_COUNT; i++)
        buf_printf(out, "dofs_orders{status=\"%s\"} %" PRId64 "\n", status_name((enum status)i),
                   stats->counts[i]);
    family(out, "dofs_queue_oldest_seconds", "gauge", "How long the oldest queued order waits.");
    buf_printf(out, "dofs_queue_oldest_seconds %.3f\n", (double)stats->queue_oldest_ms / 1000);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        const void *at = (const char *)stats + figures[i].offset;

        family(out, figures[i].name, figures[i].type, figures[i].help);
        whole(out, figures[i].name, *(const int64_t *)at);
    }
}

static void add_quantiles(struct buf *out, const char *name, const char *help,
                          const struct quantiles *q)
{
    const double values[] = {q->p50, q->p95, q->p99, q->max};
    static const char *const shares[] = {"0.5", "0.95", "0.99", "1"};

    family(out, name, "gauge", help);
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
        buf_printf(out, "%s{quantile=\"%s\"} %.9g\n", name, shares[i], values[i] / 1000);
}

static void add_rates(struct buf *out, const struct stats *stats)
{
    family(out, "dofs_accept_rate", "gauge", "Orders accepted per second, by window.");
    buf_printf(out, "dofs_accept_rate{window=\"1m\"} %.9g\n", stats->rate_1m);
    buf_printf(out, "dofs_accept_rate{window=\"5m\"} %.9g\n", stats->rate_5m);
    buf_printf(out, "dofs_accept_rate{window=\"15m\"} %.9g\n", stats->rate_15m);
    family(out, "dofs_success_ratio", "gauge",
           "Share of orders fulfilled, of those that ended in 5 minutes; NaN without any.");
    if (stats->success_rate_5m < 0)
        buf_add_text(out, "dofs_success_ratio NaN\n");
    else
        buf_printf(out, "dofs_success_ratio %.9g\n", stats->success_rate_5m);
    add_quantiles(out, "dofs_submit_seconds", "Submit, from request to reply, over 5 minutes.",
                  &stats->submit_ms);
    add_quantiles(out, "dofs_order_seconds", "An order's life to its end, over 5 minutes.",
                  &stats->order_ms);
}

static const char *op_label(unsigned op)
{
    return op < OP_COUNT ? op_name((enum op)op) : "unknown";
}

static void add_requests(struct buf *out, const struct metrics *metrics)
{
    family(out, "dofs_requests_total", "counter", "Requests answered, by operation and result.");
    for (unsigned op = 0; op <= OP_COUNT; op++) {
        for (unsigned e = 0; e < ERR_COUNT; e++) {
            int64_t n = metrics_requests(metrics, (enum op)op, (enum err)e);

            if (n > 0)
                buf_printf(out, "dofs_requests_total{op=\"%s\",result=\"%s\"} %" PRId64 "\n",
                           op_label(op), err_name((enum err)e), n);
        }
    }
    family(out, "dofs_request_seconds_total", "counter", "Time taken by requests, by operation.");
    for (unsigned op = 0; op <= OP_COUNT; op++) {
        int64_t us = metrics_request_us(metrics, (enum op)op);

        if (us > 0)
            buf_printf(out, "dofs_request_seconds_total{op=\"%s\"} %.6f\n", op_label(op),
                       (double)us / 1e6);
    }
}

static void add_alarms(struct buf *out, const struct alarms *alarms)
{
    family(out, "dofs_alarm", "gauge", "1 while the alarm is raised.");
    for (size_t i = 0; i < alarms_places(alarms); i++) {
        struct alarm_row row;

        if (!alarms_get(alarms, i, &row))
            continue;
        buf_add_text(out, "dofs_alarm{");
        label(out, "name", row.name);
        buf_printf(out, "} %d\n", row.alarm);
    }
}

/* ---- by step ---- */

struct shown {
    const struct step_meter *meter;
    uint32_t steps[STEPS_EVER_MAX]; /* their numbers */
    uint32_t n;
};

static void step_sample(struct buf *out, const char *name, const struct shown *shown, uint32_t i)
{
    buf_printf(out, "%s{", name);
    label(out, "step", step_meter_name(shown->meter, shown->steps[i]));
}

static void add_step_orders(struct buf *out, const struct shown *shown)
{
    family(out, "dofs_step_orders", "gauge", "Orders at a step, by status.");
    for (uint32_t i = 0; i < shown->n; i++) {
        for (unsigned status = STATUS_NONE + 1; status < STATUS_COUNT; status++) {
            if (status_final((enum status)status))
                continue;
            step_sample(out, "dofs_step_orders", shown, i);
            buf_printf(out, ",status=\"%s\"} %" PRId64 "\n", status_name((enum status)status),
                       step_meter_count(shown->meter, shown->steps[i], (enum status)status));
        }
    }
}

/* One figure of what goes on at a step. */
static const struct {
    const char *name, *help;
    size_t offset; /* of an int64_t in struct step_counts */
} step_counters[] = {
    {"dofs_step_done_total", "How often a step was done, since the daemon started.",
     offsetof(struct step_counts, done)},
    {"dofs_step_failed_total", "Orders dead-lettered at a step, since the daemon started.",
     offsetof(struct step_counts, failed)},
    {"dofs_step_attempts_failed_total",
     "Attempts at a step, or at its undo, that failed, since the daemon started.",
     offsetof(struct step_counts, attempts)},
};

static void add_steps(struct buf *out, const struct step_meter *meter)
{
    struct shown shown = {.meter = meter};

    shown.n = step_meter_shown(meter, shown.steps);
    add_step_orders(out, &shown);
    for (size_t row = 0; row < sizeof(step_counters) / sizeof(step_counters[0]); row++) {
        family(out, step_counters[row].name, "counter", step_counters[row].help);
        for (uint32_t i = 0; i < shown.n; i++) {
            struct step_counts counts = step_meter_ever(meter, shown.steps[i]);
            const void *at = (const char *)&counts + step_counters[row].offset;

            step_sample(out, step_counters[row].name, &shown, i);
            buf_printf(out, "} %" PRId64 "\n", *(const int64_t *)at);
        }
    }
    family(out, "dofs_step_oldest_seconds", "gauge",
           "How long the order waits that waits longest for an attempt at a step.");
    for (uint32_t i = 0; i < shown.n; i++) {
        step_sample(out, "dofs_step_oldest_seconds", &shown, i);
        buf_printf(out, "} %.3f\n", (double)step_meter_oldest(meter, shown.steps[i]) / 1000);
    }
}

static void add_net(struct buf *out, const struct sp_stats *net)
{
    for (size_t i = 0; i < sizeof(net_figures) / sizeof(net_figures[0]); i++) {
        const void *at = (const char *)net + net_figures[i].offset;

        family(out, net_figures[i].name, net_figures[i].type, net_figures[i].help);
        buf_printf(out, "%s %" PRIu64 "\n", net_figures[i].name, *(const uint64_t *)at);
    }
}

void metrics_text(struct metrics *metrics, const struct metrics_extra *extra, struct buf *out)
{
    struct stats stats;

    metrics_stats(metrics, &stats);
    add_info(out, extra);
    add_orders(out, &stats);
    if (metrics_steps(metrics) != NULL)
        add_steps(out, metrics_steps(metrics));
    add_rates(out, &stats);
    add_requests(out, metrics);
    add_net(out, &extra->net);
    if (extra->alarms != NULL)
        add_alarms(out, extra->alarms);
}
