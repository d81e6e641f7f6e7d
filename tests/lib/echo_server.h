/* A real sp_net in a thread of its own, which does what the first byte of a request says. */
#pragma once

#include <stddef.h>

#include "daemon/net/sp_listener.h"

/*
 * What a request asks for; any other byte, or none at all: itself back.
 *
 *   HOLD     to be answered (with itself) at the next RELEASE, last one first
 *   LARGE    the same, and its answer counts as a large one
 *   RELEASE  that, and then itself back
 *   DROP     no answer
 *   BIG      an answer of ECHO_BIG_BYTES
 *   PUBLISH  the rest of it is published, then itself back
 *   STATS    a struct sp_stats
 */
enum echo_wish {
    ECHO_HOLD = 'H',
    ECHO_LARGE = 'L',
    ECHO_RELEASE = 'R',
    ECHO_DROP = 'D',
    ECHO_BIG = 'B',
    ECHO_PUBLISH = 'P',
    ECHO_STATS = 'S'
};

#define ECHO_BIG_BYTES ((size_t)64 * 1024)
#define ECHO_PATH_MAX 100

struct echo_server;

/* Listens in a new folder under /tmp; aborts when it cannot. */
struct echo_server *echo_server_start(const struct sp_settings *settings);
void echo_server_stop(struct echo_server *server); /* and removes the folder */

/* Settings that get in nobody's way. */
struct sp_settings echo_server_settings(void);

const char *echo_server_dir(const struct echo_server *server);
const char *echo_server_request_path(const struct echo_server *server);
const char *echo_server_events_path(const struct echo_server *server);
