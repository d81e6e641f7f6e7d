/* Flow tests of the request socket: what one peer may have under way does not fill the memory. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/limits.h"
#include "tests/lib/echo_server.h"
#include "tests/lib/net_scene.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define LONGEST ((size_t)FRAME_MAX_BYTES - 4)
#define FRAMES 12

static void release(const struct net_scene *scene)
{
    const uint8_t wish = ECHO_RELEASE;
    uint8_t back = 0;
    uint32_t id = 0;

    assert_true(raw_client_send(scene->good, 1, &wish, 1));
    assert_int_equal(raw_client_receive(scene->good, &id, &back, 1), 1);
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void only_so_many_large_answers_are_made_at_once(void **state)
{
    const struct net_scene *scene = *state;
    const uint8_t wish = ECHO_LARGE;
    uint32_t sent = 2 * PEER_LARGE_MAX + 3;
    uint64_t before = net_scene_stats(scene).bytes_in;
    int fd = net_scene_client(scene);
    uint8_t back = 0;

    for (uint32_t id = 0; id < sent; id++)
        assert_true(raw_client_send(fd, id, &wish, 1));
    while (net_scene_stats(scene).bytes_in < before + 14 * (uint64_t)sent)
        ; /* some are still on their way */
    for (uint32_t first = 0; first < sent; first += PEER_LARGE_MAX) {
        uint32_t n = sent - first < PEER_LARGE_MAX ? sent - first : PEER_LARGE_MAX;
        uint32_t id = 0;

        release(scene);
        for (uint32_t i = n; i > 0; i--) {
            assert_int_equal(raw_client_receive(fd, &id, &back, 1), 1);
            assert_int_equal(id, first + i - 1);
        }
        assert_false(is_readable(fd));
    }
    assert_true(raw_client_echoes(fd));
    (void)close(fd);
}

static int send_all(int fd, uint8_t *body)
{
    body[0] = ECHO_HOLD;
    for (uint32_t id = 0; id < FRAMES; id++)
        if (!raw_client_send(fd, id, body, LONGEST))
            return 1;
    return 0;
}

/* In a process of its own, with another one that sends: both may have to wait. */
static int ask_at_length(const char *path)
{
    uint8_t *body = calloc(1, LONGEST);
    int fd = raw_client_open(path, SP_PROTO_REQ);
    uint32_t id = 0;
    int answers = 0;

    if (fd < 0 || body == NULL)
        return 1;
    if (fork() == 0)
        _exit(send_all(fd, body));
    while (answers < FRAMES && raw_client_receive(fd, &id, body, LONGEST) == (long)LONGEST)
        answers++;
    (void)close(fd);
    free(body);
    return answers == FRAMES ? 0 : 1;
}

static void only_so_many_bytes_are_read_ahead(void **state)
{
    const struct net_scene *scene = *state;
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(ask_at_length(echo_server_request_path(scene->server)));
    while (net_scene_stats(scene).bytes_in < (uint64_t)PEER_AHEAD_MAX_BYTES)
        ; /* that many are taken */
    for (int i = 0; i < 200; i++)
        assert_true(raw_client_echoes(scene->good));
    assert_true(net_scene_stats(scene).bytes_in <
                (uint64_t)PEER_AHEAD_MAX_BYTES + 2 * (uint64_t)FRAME_MAX_BYTES);
    while (waitpid(child, &status, WNOHANG) == 0)
        release(scene);
    assert_int_equal(status, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_scene_begin, net_scene_end)
    const struct CMUnitTest tests[] = {
        TEST(only_so_many_large_answers_are_made_at_once),
        TEST(only_so_many_bytes_are_read_ahead),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
