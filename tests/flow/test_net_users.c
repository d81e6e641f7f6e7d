/* Flow tests of what other users may do: so many peers each, and events if admitted. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/echo_server.h"
#include "tests/lib/net_scene.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define OTHER_UID 65534
#define PEERS_EACH 3

static int begin(void **state)
{
    struct sp_settings settings = echo_server_settings();

    settings.max_peers_per_user = PEERS_EACH;
    settings.mode = 0666;
    return net_scene_begin_with(state, &settings);
}

/* In a process of another user: what it was told is the bits of the code it ends with. */
static int be_another_user(const struct net_scene *scene)
{
    const char *path = echo_server_request_path(scene->server);
    int fds[PEERS_EACH], one_more = -1, subscriber = -1;
    int wrong = 0;

    if (setresuid(OTHER_UID, OTHER_UID, OTHER_UID) != 0)
        return 1;
    for (int i = 0; i < PEERS_EACH; i++) {
        fds[i] = raw_client_open(path, SP_PROTO_REQ);
        if (!raw_client_echoes(fds[i]))
            wrong |= 2;
    }
    one_more = raw_client_connect(path);
    if (!raw_client_was_closed(one_more))
        wrong |= 4;
    (void)close(fds[0]);
    subscriber = raw_client_connect(echo_server_events_path(scene->server));
    if (!raw_client_was_closed(subscriber)) /* the server admits its own user alone */
        wrong |= 8;
    for (int tries = 0; tries < 10000 && fds[0] >= 0; tries++) {
        one_more = raw_client_open(path, SP_PROTO_REQ);
        if (one_more >= 0) /* the one that left has made room */
            return wrong;
    }
    return wrong | 16;
}

static void another_user_is_bounded_and_may_not_subscribe(void **state)
{
    const struct net_scene *scene = *state;
    int status = 0, own[PEERS_EACH - 1], one_more = -1;
    pid_t child = 0;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(echo_server_dir(scene->server), 0755), 0);
    child = fork();
    if (child == 0)
        _exit(be_another_user(scene));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    for (int i = 0; i < PEERS_EACH - 1; i++) /* with the scene's own; the others' do not count */
        own[i] = net_scene_client(scene);
    one_more = raw_client_connect(echo_server_request_path(scene->server));
    assert_true(raw_client_was_closed(one_more)); /* root has its bound, too */
    for (int i = 0; i < PEERS_EACH - 1; i++)
        (void)close(own[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_user_is_bounded_and_may_not_subscribe, begin,
                                        net_scene_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
