/* The metrics as Prometheus text. */
#pragma once

#include "daemon/net/sp_listener.h"
#include "daemon/observe/alarm.h"
#include "daemon/observe/metrics.h"
#include "shared/buf.h"

/* What is shown beside the metrics' own figures. */
struct metrics_extra {
    const char *version;
    const char *instance;
    const char *store;
    const char *handler;
    int64_t started_at; /* wall µs */
    bool paused, draining;
    int64_t wal_bytes, file_bytes;
    struct sp_stats net;
    const struct alarms *alarms;
};

/* Every name begins with dofs_ and has HELP and TYPE; label values are escaped. */
void metrics_text(struct metrics *metrics, const struct metrics_extra *extra, struct buf *out);
