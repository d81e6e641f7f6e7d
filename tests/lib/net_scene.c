/* An echo server and one good client of it, for flow tests of the net. */
#include "tests/lib/net_scene.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define HASTY_US 100000

int net_scene_begin_with(void **state, const struct sp_settings *settings)
{
    struct net_scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    scene->server = echo_server_start(settings);
    scene->good = net_scene_client(scene);
    *state = scene;
    return 0;
}

int net_scene_begin(void **state)
{
    const struct sp_settings settings = echo_server_settings();

    return net_scene_begin_with(state, &settings);
}

int net_scene_begin_hasty(void **state)
{
    struct sp_settings settings = echo_server_settings();

    settings.handshake_us = HASTY_US;
    settings.frame_us = HASTY_US;
    settings.write_us = HASTY_US;
    return net_scene_begin_with(state, &settings);
}

int net_scene_begin_small(void **state)
{
    struct sp_settings settings = echo_server_settings();

    settings.max_peers = 3;
    return net_scene_begin_with(state, &settings);
}

int net_scene_end(void **state)
{
    struct net_scene *scene = *state;

    assert_true(raw_client_echoes(scene->good));
    (void)close(scene->good);
    echo_server_stop(scene->server);
    free(scene);
    return 0;
}

int net_scene_client(const struct net_scene *scene)
{
    int fd = raw_client_open(echo_server_request_path(scene->server), SP_PROTO_REQ);

    assert_true(fd >= 0);
    return fd;
}

int net_scene_subscriber(const struct net_scene *scene)
{
    uint64_t before = net_scene_stats(scene).subscribers_now;
    int fd = raw_client_open(echo_server_events_path(scene->server), SP_PROTO_SUB);

    assert_true(fd >= 0);
    while (net_scene_stats(scene).subscribers_now == before)
        ;
    return fd;
}

struct sp_stats net_scene_stats(const struct net_scene *scene)
{
    const uint8_t wish = ECHO_STATS;
    uint8_t bytes[sizeof(struct sp_stats)];
    struct sp_stats stats;
    uint32_t id = 0;

    assert_true(raw_client_send(scene->good, 1, &wish, 1));
    assert_int_equal(raw_client_receive(scene->good, &id, bytes, sizeof(bytes)), sizeof(bytes));
    memcpy(&stats, bytes, sizeof(stats));
    return stats;
}

void net_scene_await_peers(const struct net_scene *scene, uint64_t n)
{
    while (net_scene_stats(scene).peers_now != n)
        ; /* the run's own time limit ends what never comes */
}

int net_scene_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) /* NOLINT(concurrency-mt-unsafe): a DIR of our own */
        n++;
    (void)closedir(dir);
    return n;
}
