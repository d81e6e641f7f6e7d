/* Workers by hand: each a connection of its own, so that many may wait at once. */
#pragma once

#include "shared/json.h"
#include "tests/lib/daemon_proc.h"

/* A lease as tests hold it. */
struct held {
    char id[40], lease[80], key[64], expires_at[40];
    int attempt;
};

#define WORKER_HANDLER "[fulfilment]\nhandler = worker\ninterval = 5ms\njitter = none\n"

/* Leases one order by the daemon's own client, `more` being further fields (", 'key': 'k'"). */
struct held held_one(struct daemon_proc *proc, const char *more);
/* How many leases such a request gets, without waiting. */
size_t held_none(struct daemon_proc *proc, const char *more);
/* The fields that name it: "'order_id': '...', 'lease': '...'"; good until the next call but one.
 */
const char *held_is(const struct held *held);

/* A connection to the request socket, and a request on it: the inside of a map. */
int lease_peer_open(struct daemon_proc *proc);
void lease_peer_ask(int fd, const char *inside);
/* Its answer, to be freed; fails the test when none comes within 20 s. */
struct json *lease_peer_answer(int fd);
/* Of `n` connections the one whose answer is there first; -1 after `ms` without any. */
int lease_peer_first(const int *fds, size_t n, int ms);
