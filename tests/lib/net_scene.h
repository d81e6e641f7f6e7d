/* An echo server and one good client of it, for flow tests of the net. */
#pragma once

#include "daemon/net/sp_listener.h"
#include "tests/lib/echo_server.h"

struct net_scene {
    struct echo_server *server;
    int good; /* a client that is to be answered whatever others do */
};

/* cmocka's setup and teardown; *state becomes a struct net_scene. */
int net_scene_begin(void **state);
int net_scene_begin_with(void **state, const struct sp_settings *settings);
int net_scene_begin_hasty(void **state); /* deadlines of some ms */
int net_scene_begin_small(void **state); /* room for three peers */
int net_scene_end(void **state);

int net_scene_client(const struct net_scene *scene);     /* another one, greeted */
int net_scene_subscriber(const struct net_scene *scene); /* which surely is one by now */
struct sp_stats net_scene_stats(const struct net_scene *scene);
void net_scene_await_peers(const struct net_scene *scene, uint64_t n);
int net_scene_fds(void); /* open in this process */
