/* What is old enough to go, removed in the gaps. */
#pragma once

#include "daemon/core/engine.h"

struct retention;

struct retention_settings { /* µs; 0: keep for ever */
    int64_t fulfilled, cancelled, discarded, rejected, events;
};

enum err retention_open(struct retention **out, struct loop *loop, const struct clock *clock,
                        struct engine *engine, struct why *why);
void retention_close(struct retention *retention); /* takes NULL */
void retention_set(struct retention *retention, const struct retention_settings *settings);
