/* What a smoke test found, as Markdown or JSON. */
#pragma once

#include <stdio.h>

#include "shared/order.h"
#include "shared/wire_reply.h"

#define SMOKE_ORDERS 3
#define SMOKE_METRICS_MAX 16

struct smoke_order {
    struct order_draft draft;
    struct uuid id;
    bool accepted, stored, ended, as_expected;
    double submit_ms, get_ms;
    struct order order; /* as `get` told it last */
    bool dead;          /* it has a row in the dead-letter queue */
    struct dead_letter letter;
};

struct smoke_metric {
    const char *name;
    char expected[48];
    char measured[48];
    bool good;
};

struct smoke_report {
    struct reply_info info;
    int64_t at;
    struct smoke_order orders[SMOKE_ORDERS];
    const char *refusal; /* of the bad order: code and message; NULL: it was not refused */
    const char *details; /* one a line, "field: problem" */
    struct smoke_metric metrics[SMOKE_METRICS_MAX];
    size_t n_metrics;
    bool good; /* all of them are */
};

void smoke_report_markdown(const struct smoke_report *report, FILE *out);
void smoke_report_json(const struct smoke_report *report, FILE *out);
