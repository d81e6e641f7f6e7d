/* The request socket: requests in, replies out, many at once. */
#pragma once

#include "daemon/api/access.h"
#include "daemon/api/op_handler.h"

struct server;
struct sp_callbacks;

/* Takes `access`; copies `parts`, whose `gather` becomes its own. */
struct server *server_new(const struct api_parts *parts, struct access *access);
void server_free(struct server *server);                              /* takes NULL */
void server_set_access(struct server *server, struct access *access); /* takes `access` */

/* Callbacks for the REP socket, and for the PUB socket (admit: who may read). */
struct sp_callbacks server_callbacks(struct server *server);
struct sp_callbacks server_events_callbacks(struct server *server);

/* Requests taken and not yet answered. */
size_t server_open_calls(const struct server *server);
