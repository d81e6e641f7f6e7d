/* A client that keeps to the rules, and how long each of its answers took. */
#pragma once

#include "shared/buf.h"
#include "shared/clock.h"
#include "tests/lib/daemon_proc.h"

struct good_client {
    int fd;
    struct clock clock;
    uint32_t id;
    uint32_t *took_us;
    size_t n, cap;
    uint8_t *reply;
};

/* Connected to the daemon's request socket; fails the test when that cannot be. */
void good_client_open(struct good_client *good, const struct daemon_proc *proc);
void good_client_close(struct good_client *good);

/* One request, as `ask` takes it, and its answer, which must be `ok`; fails the test if not. */
void good_client_ask(struct good_client *good, const struct buf *request);

/* Prints how many answers there were and how long they took, and counts anew. */
void good_client_print(struct good_client *good, const char *when);
