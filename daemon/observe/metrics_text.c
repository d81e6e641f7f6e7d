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
static void label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            buf_add_byte(out, '\\');
        if (*value == '\n')
            buf_add_text(out, "\\n");
        else
            buf_add_byte(out, (uint8_t)*value);
    }
    buf_add_byte(out, '"');
}

static void add_info(struct buf *out, const struct metrics_extra *extra)
{
    family(out, "dofs_info", "gauge", "What runs here; always 1.");
    buf_add_text(out, "dofs_info{");
    label(out, "version", extra->version);
    buf_add_byte(out, ',');
    label(out, "instance", extra->instance);
    buf_add_byte(out, ',');
    label(out, "store", extra->store);
    buf_add_byte(out, ',');
    label(out, "handler", extra->handler);
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
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        struct alarm_row row;

        alarms_get(alarms, (enum alarm_id)i, &row);
        buf_printf(out, "dofs_alarm{name=\"%s\"} %d\n", alarm_name((enum alarm_id)i), row.alarm);
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
    add_rates(out, &stats);
    add_requests(out, metrics);
    add_net(out, &extra->net);
    if (extra->alarms != NULL)
        add_alarms(out, extra->alarms);
}
