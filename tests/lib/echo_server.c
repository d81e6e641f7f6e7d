/* A real sp_net in a thread of its own, which does what the first byte of a request says. */
#include "tests/lib/echo_server.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/sys/loop.h"
#include "shared/clock.h"

#define HELD_MAX 4096

struct echo_server {
    struct loop *loop;
    struct loop_bell *bell;
    struct clock clock;
    struct sp_net *net;
    struct sp_listener *rep, *pub;
    pthread_t thread;
    struct sp_request *held[HELD_MAX];
    size_t n_held;
    char dir[ECHO_PATH_MAX];
    char request_path[ECHO_PATH_MAX + 16];
    char events_path[ECHO_PATH_MAX + 16];
};

static void must(bool well, const char *what)
{
    if (well)
        return;
    (void)fprintf(stderr, "echo_server: %s\n", what);
    abort();
}

static void echo(struct sp_request *request)
{
    sp_reply(request, request->body, request->len);
}

static void release(struct echo_server *server)
{
    while (server->n_held > 0)
        echo(server->held[--server->n_held]);
}

static void answer_big(struct sp_request *request)
{
    static const uint8_t big[ECHO_BIG_BYTES];

    sp_reply(request, big, sizeof(big));
}

static void answer_stats(struct echo_server *server, struct sp_request *request)
{
    struct sp_stats stats;

    sp_net_stats(server->net, &stats);
    sp_reply(request, &stats, sizeof(stats));
}

static void on_request(void *self, struct sp_request *request)
{
    struct echo_server *server = self;
    int wish = request->len > 0 ? request->body[0] : 0;

    if (wish == ECHO_LARGE)
        sp_large(request);
    if ((wish == ECHO_HOLD || wish == ECHO_LARGE) && server->n_held < HELD_MAX) {
        server->held[server->n_held++] = request;
    } else if (wish == ECHO_DROP) {
        sp_drop(request);
    } else if (wish == ECHO_BIG) {
        answer_big(request);
    } else if (wish == ECHO_STATS) {
        answer_stats(server, request);
    } else {
        if (wish == ECHO_RELEASE)
            release(server);
        if (wish == ECHO_PUBLISH)
            sp_publish(server->pub, request->body + 1, request->len - 1);
        echo(request);
    }
}

static bool admit_all(void *self, const struct peer *who)
{
    (void)self;
    return who->uid == geteuid();
}

static void on_bell(void *self)
{
    loop_stop(((struct echo_server *)self)->loop, 0);
}

static void *run(void *self)
{
    must(loop_run(((struct echo_server *)self)->loop) == 0, "the loop failed");
    return NULL;
}

struct sp_settings echo_server_settings(void)
{
    return (struct sp_settings){
        .max_peers = 2000,
        .max_peers_per_user = 2000,
        .max_in_flight_per_peer = 64,
        .mode = 0660,
        .group = (gid_t)-1,
    };
}

static void listen_at(struct echo_server *server, enum sp_role role, const char *path,
                      struct sp_listener **out)
{
    const struct sp_callbacks callbacks = {
        .request = on_request, .admit = admit_all, .self = server};
    char url[ECHO_PATH_MAX + 32];
    const struct sp_place place = {.role = role, .url = url, .fd = -1};
    struct why why = {.text = ""};

    (void)snprintf(url, sizeof(url), "ipc://%s", path);
    must(sp_listen(server->net, &place, &callbacks, out, &why) == OK, why.text);
}

struct echo_server *echo_server_start(const struct sp_settings *settings)
{
    struct echo_server *server = calloc(1, sizeof(*server));
    struct why why = {.text = ""};

    must(server != NULL, "no memory");
    (void)snprintf(server->dir, sizeof(server->dir), "/tmp/dofs-echo-XXXXXX");
    must(mkdtemp(server->dir) != NULL, "cannot make a folder");
    (void)snprintf(server->request_path, sizeof(server->request_path), "%s/request.sock",
                   server->dir);
    (void)snprintf(server->events_path, sizeof(server->events_path), "%s/events.sock", server->dir);
    clock_init(&server->clock);
    must(loop_open(&server->loop, &why) == OK, why.text);
    must(loop_add_bell(server->loop, on_bell, server, &server->bell) == OK, "no bell");
    must(sp_net_open(&server->net, server->loop, &server->clock, settings, &why) == OK, why.text);
    listen_at(server, SP_REP, server->request_path, &server->rep);
    listen_at(server, SP_PUB, server->events_path, &server->pub);
    must(pthread_create(&server->thread, NULL, run, server) == 0, "no thread");
    return server;
}

void echo_server_stop(struct echo_server *server)
{
    loop_bell_ring(server->bell);
    (void)pthread_join(server->thread, NULL);
    sp_net_close(server->net);
    while (server->n_held > 0) /* they outlive the net */
        echo(server->held[--server->n_held]);
    loop_bell_free(server->bell);
    loop_close(server->loop);
    must(rmdir(server->dir) == 0, "a socket file was left behind");
    free(server);
}

const char *echo_server_dir(const struct echo_server *server)
{
    return server->dir;
}

const char *echo_server_request_path(const struct echo_server *server)
{
    return server->request_path;
}

const char *echo_server_events_path(const struct echo_server *server)
{
    return server->events_path;
}
