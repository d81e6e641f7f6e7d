/* The request socket: requests in, replies out, many at once. */
#include "daemon/api/server.h"

#include <stdlib.h>

#include "daemon/api/router.h"
#include "daemon/net/sp_listener.h"
#include "shared/need.h"

struct server {
    struct api_parts parts; /* a copy, with our `gather` in it */
    struct call_gather gather;
    struct access *access;
};

struct server *server_new(const struct api_parts *parts, struct access *access)
{
    struct server *server = need(calloc(1, sizeof(*server)));

    server->parts = *parts;
    server->parts.gather = &server->gather;
    server->access = access;
    return server;
}

void server_free(struct server *server)
{
    if (server == NULL)
        return;
    access_free(server->access);
    free(server);
}

void server_set_access(struct server *server, struct access *access)
{
    access_free(server->access);
    server->access = access;
}

static void send_reply(struct call *call, const void *reply, size_t len)
{
    sp_reply(call->origin, reply, len);
}

static bool peer_gone(const struct call *call)
{
    return sp_gone(call->origin);
}

static void may_be_large(struct call *call)
{
    sp_large(call->origin);
}

static void take(void *self, struct sp_request *request)
{
    struct server *server = self;
    struct router_frame frame = {
        .bytes = request->body,
        .len = request->len,
        .rights = access_rights(server->access, request->who),
        .actor = access_actor(server->access, request->who),
        .received_mono = request->read_mono_us,
        .send = send_reply,
        .gone = peer_gone,
        .large = may_be_large,
        .origin = request,
    };

    server->gather.open = true;
    router_take(&server->parts, &frame);
}

static void pass_done(void *self)
{
    struct server *server = self;

    call_gather_post(&server->gather, server->parts.engine);
}

static bool admit(void *self, const struct peer *who)
{
    struct server *server = self;

    return (access_rights(server->access, who) & RIGHT_VIEW) != 0;
}

struct sp_callbacks server_callbacks(struct server *server)
{
    return (struct sp_callbacks){.request = take, .pass_done = pass_done, .self = server};
}

struct sp_callbacks server_events_callbacks(struct server *server)
{
    return (struct sp_callbacks){.admit = admit, .self = server};
}

size_t server_open_calls(const struct server *server)
{
    return server->gather.calls;
}
