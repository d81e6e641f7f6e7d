/* Ten kinds of connection that nobody wants, from a process of their own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HOSTILE_KINDS 10

struct hostile_place {
    const char *request_path, *events_path;
};

/*
 * Starts a process that makes `n` connections, of each kind in turn, some of them kept for a while.
 * It ends with 0 if each was treated as it should be, else with 1 and the kind's name on standard
 * error.
 */
pid_t hostile_start(const struct hostile_place *place, size_t n);

/* Starts a process that sends 32 requests on a connection and is killed before any answer. */
pid_t hostile_start_killed(const char *request_path);

/* Starts a process that subscribes and, once it says so through its socket, stops for good. */
pid_t hostile_start_stalled(const char *events_path);

/* Sends requests that it will not take the answers of: a thousand at once, then as long as any go
   out; how many did. */
size_t hostile_flood(int fd);
