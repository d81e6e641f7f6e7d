/* What the dashboard knows of the daemon itself: its figures, its name, and the link to it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/op.h"
#include "shared/wire_reply.h"
#include "shared/wire_steps.h"

enum link_state {
    LINK_CONNECTING, /* nothing came yet */
    LINK_LIVE,
    LINK_STALE,  /* no heartbeat for over 2.5 s */
    LINK_OFFLINE /* no daemon there */
};

struct link {
    enum link_state state;
    int64_t heard_at; /* mono: when the last heartbeat came */
    int64_t retry_at; /* mono: when the next try is */
    char why[WHY_TEXT_MAX];
};

#define INFO_TEXT_MAX 128

struct daemon_info {
    bool known;
    char name[INFO_TEXT_MAX], version[INFO_TEXT_MAX], instance[INFO_TEXT_MAX];
    char store[INFO_TEXT_MAX], handler[INFO_TEXT_MAX], epoch[INFO_TEXT_MAX];
    enum role role;
    unsigned rights;                     /* enum role_bit; VIEW alone with --read-only */
    char steps[WIRE_STEPS_TEXT_MAX + 1]; /* today's list (shared/steps.h); "": the usual one */
    int64_t pid, started_at;
    bool paused, draining;
};

struct figures {
    bool known;
    struct stats now; /* the series too, moved on by each heartbeat */
};

struct model;

/* All orders there are, by the counts; -1: not known. */
int64_t figures_orders(const struct figures *figures);

/* "LIVE", "STALE 4s", "OFFLINE retry 3s", "CONNECTING". */
#define LINK_TEXT_MAX 32
void figures_link_text(const struct link *link, int64_t mono_us, char out[LINK_TEXT_MAX]);
