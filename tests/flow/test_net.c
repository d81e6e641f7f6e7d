/* Flow tests of the request socket: pipelining, bounds, and peers that behave badly. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/limits.h"
#include "tests/lib/echo_server.h"
#include "tests/lib/net_scene.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define LONGEST ((size_t)FRAME_MAX_BYTES)

static void send_wish(int fd, uint32_t id, enum echo_wish wish)
{
    const uint8_t body[20] = {(uint8_t)wish};

    assert_true(raw_client_send(fd, id, body, sizeof(body)));
}

static void expect_id(int fd, uint32_t wanted)
{
    static uint8_t body[ECHO_BIG_BYTES];
    uint32_t id = 0;

    assert_true(raw_client_receive(fd, &id, body, sizeof(body)) >= 0);
    assert_int_equal(id, wanted);
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void replies_come_in_the_order_they_are_given(void **state)
{
    const struct net_scene *scene = *state;
    int fd = net_scene_client(scene);

    for (uint32_t id = 1; id <= 30; id++)
        send_wish(fd, id, ECHO_HOLD);
    send_wish(fd, 31, ECHO_RELEASE);
    for (uint32_t id = 30; id >= 1; id--)
        expect_id(fd, id);
    expect_id(fd, 31);
    (void)close(fd);
}

static void bodies_of_all_lengths_come_back_whole(void **state)
{
    static const size_t lengths[] = {0, 1, 100, 4095, 65521, 65536, 300000, LONGEST - 4};
    const struct net_scene *scene = *state;
    uint8_t *there = calloc(1, LONGEST), *back = calloc(1, LONGEST);
    int fd = net_scene_client(scene);
    uint32_t id = 0;

    for (size_t i = 0; i < LONGEST; i++)
        there[i] = (uint8_t)(i % 7);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        assert_true(raw_client_send(fd, (uint32_t)i, there, lengths[i]));
        assert_int_equal(raw_client_receive(fd, &id, back, LONGEST), lengths[i]);
        assert_int_equal(id, i);
        assert_memory_equal(there, back, lengths[i]);
    }
    (void)close(fd);
    free(there);
    free(back);
}

static void frames_may_come_byte_by_byte_or_many_at_once(void **state)
{
    const struct net_scene *scene = *state;
    const uint8_t hello[] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
    const uint8_t frame[] = {1, 0, 0, 0, 0, 0, 0, 0, 6, 0x80, 0, 0, 5, 'h', 'i'};
    uint8_t many[100 * sizeof(frame)], greeting[8];
    int fd = raw_client_connect(echo_server_request_path(scene->server));

    for (size_t i = 0; i < sizeof(hello); i++)
        assert_true(raw_client_write(fd, hello + i, 1));
    assert_true(raw_client_read(fd, greeting, sizeof(greeting)));
    for (size_t i = 0; i < sizeof(frame); i++) {
        assert_true(raw_client_write(fd, frame + i, 1));
        assert_true(raw_client_echoes(scene->good)); /* so that it is read by itself */
    }
    expect_id(fd, 5);
    for (size_t i = 0; i < 100; i++)
        memcpy(many + i * sizeof(frame), frame, sizeof(frame));
    for (size_t cut = 1; cut < 40; cut++) {
        assert_true(raw_client_write(fd, many, cut));
        assert_true(raw_client_echoes(scene->good));
        assert_true(raw_client_write(fd, many + cut, sizeof(many) - cut));
        for (int i = 0; i < 100; i++)
            expect_id(fd, 5);
    }
    (void)close(fd);
}

static void an_id_stack_goes_back_unchanged(void **state)
{
    const struct net_scene *scene = *state;
    const uint8_t frame[] = {1,    0, 0, 0, 0, 0, 0,    0, 13, 0, 0,
                             0x11, 1, 0, 0, 2, 2, 0xff, 3, 4,  5, 'x'};
    uint8_t back[sizeof(frame)];
    int fd = net_scene_client(scene);

    assert_true(raw_client_write(fd, frame, sizeof(frame)));
    assert_true(raw_client_read(fd, back, sizeof(back)));
    assert_memory_equal(frame, back, sizeof(frame));
    (void)close(fd);
}

static void a_breach_closes_that_connection_alone(void **state)
{
    static const struct {
        const char *label;
        bool greets;
        uint8_t bytes[48];
        size_t len;
    } cases[] = {
        {"not the protocol at all", false, "GET / HTTP/1.1\r\n\r\n", 18},
        {"a replier's handshake", false, {0, 'S', 'P', 0, 0, 0x31, 0, 0}, 8},
        {"a subscriber's handshake", false, {0, 'S', 'P', 0, 0, 0x21, 0, 0}, 8},
        {"a frame of type 0", true, {0, 0, 0, 0, 0, 0, 0, 0, 5, 0x80, 0, 0, 1, 1}, 14},
        {"one byte over the limit", true, {1, 0, 0, 0, 0, 0, 0x10, 0, 1}, 9},
        {"2^64 - 1 bytes", true, {1, 255, 255, 255, 255, 255, 255, 255, 255}, 9},
        {"an empty frame", true, {1, 0, 0, 0, 0, 0, 0, 0, 0}, 9},
        {"half an id", true, {1, 0, 0, 0, 0, 0, 0, 0, 2, 0x80, 0}, 11},
        {"an id without an end", true, {1, 0, 0, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4}, 13},
        {"nine hops", true, {1, 0, 0, 0, 0, 0, 0, 0, 36, [41] = 0x80}, 45},
    };
    const struct net_scene *scene = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = cases[i].greets ? net_scene_client(scene)
                                 : raw_client_connect(echo_server_request_path(scene->server));

        print_message("case: %s\n", cases[i].label);
        assert_true(raw_client_write(fd, cases[i].bytes, cases[i].len));
        assert_true(raw_client_was_closed(fd));
        assert_true(raw_client_echoes(scene->good));
        (void)close(fd);
    }
    assert_int_equal(net_scene_stats(scene).dropped, sizeof(cases) / sizeof(cases[0]));
}

static void slow_peers_are_dropped_and_quiet_ones_are_not(void **state)
{
    const struct net_scene *scene = *state;
    const uint8_t part[] = {1, 0, 0, 0, 0, 0, 0, 1, 0, 0x80, 0, 0, 1, 'a'};
    const char *path = echo_server_request_path(scene->server);
    int quiet = net_scene_client(scene);

    for (uint64_t i = 1; i <= 3; i++) {
        int silent = raw_client_connect(path), half = raw_client_connect(path);
        int begun = net_scene_client(scene), stuck = net_scene_client(scene);

        assert_true(raw_client_write(half, "\0SP", 3));
        assert_true(raw_client_write(begun, part, sizeof(part)));
        for (uint32_t id = 0; id < 40; id++)
            send_wish(stuck, id, ECHO_BIG);
        while (net_scene_stats(scene).dropped < 4 * i)
            assert_true(raw_client_echoes(scene->good));
        assert_true(raw_client_was_closed(silent));
        assert_true(raw_client_was_closed(half));
        assert_true(raw_client_was_closed(begun));
        assert_true(raw_client_was_closed(stuck));
        (void)close(silent);
        (void)close(half);
        (void)close(begun);
        (void)close(stuck);
    }
    assert_true(raw_client_echoes(quiet));
    (void)close(quiet);
}

/* Sends as many as go out while others are served; returns how many that were. */
static uint32_t send_until_full(const struct net_scene *scene, int fd)
{
    const uint8_t frame[] = {1, 0, 0, 0, 0, 0, 0, 0, 5, 0x80, 0, 0, 1, ECHO_BIG};
    uint32_t n = 0;

    for (int idle = 0; idle < 20; idle++) {
        while (send(fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(frame)) {
            n++;
            idle = 0;
            assert_true(n < 1000000);
        }
        assert_true(raw_client_echoes(scene->good));
    }
    return n;
}

static void a_peer_that_never_reads_is_not_read_from(void **state)
{
    const struct net_scene *scene = *state;
    int fd = net_scene_client(scene);
    uint32_t n = send_until_full(scene, fd);

    /* 1 MiB of replies, and what the kernel holds: the rest of the requests was not taken up. */
    assert_true(net_scene_stats(scene).bytes_in < (uint64_t)512 * 1024);
    for (uint32_t i = 0; i < n; i++) /* and now that it reads, each is answered */
        expect_id(fd, 1);
    assert_true(raw_client_echoes(fd));
    (void)close(fd);
}

static void only_so_many_requests_are_read_ahead(void **state)
{
    const struct net_scene *scene = *state;
    uint32_t limit = echo_server_settings().max_in_flight_per_peer;
    int fd = net_scene_client(scene);

    for (uint32_t id = 0; id < 3 * limit; id++)
        send_wish(fd, id, ECHO_HOLD);
    while (net_scene_stats(scene).bytes_in < (uint64_t)20 * limit)
        assert_true(raw_client_echoes(scene->good));
    for (int round = 0; round < 3; round++) {
        send_wish(scene->good, 1, ECHO_RELEASE);
        expect_id(scene->good, 1);
        for (uint32_t i = 0; i < limit; i++)
            expect_id(fd, (uint32_t)round * limit + limit - 1 - i);
        assert_false(is_readable(fd));
    }
    assert_true(raw_client_echoes(fd));
    (void)close(fd);
}

static void a_dropped_request_makes_room_for_the_next(void **state)
{
    const struct net_scene *scene = *state;
    int fd = net_scene_client(scene);

    for (uint32_t id = 0; id < 1000; id++)
        send_wish(fd, id, ECHO_DROP);
    assert_true(raw_client_echoes(fd));
    (void)close(fd);
}

static void a_client_that_only_shut_its_sending_side_is_answered(void **state)
{
    const struct net_scene *scene = *state;
    int fd = net_scene_client(scene);

    send_wish(fd, 1, ECHO_HOLD);
    send_wish(fd, 2, ECHO_BIG);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    expect_id(fd, 2);
    send_wish(scene->good, 3, ECHO_RELEASE);
    expect_id(fd, 1);
    assert_true(raw_client_was_closed(fd));
    expect_id(scene->good, 3);
    (void)close(fd);
}

static void connecting_and_closing_harms_nobody(void **state)
{
    const struct net_scene *scene = *state;
    int before = net_scene_fds();

    for (int i = 0; i < 1000; i++)
        (void)close(raw_client_connect(i % 2 == 0 ? echo_server_request_path(scene->server)
                                                  : echo_server_events_path(scene->server)));
    while (net_scene_stats(scene).accepted < 1001)
        ; /* some still wait to be let in */
    net_scene_await_peers(scene, 1);
    assert_int_equal(net_scene_fds(), before);
    assert_true(raw_client_echoes(scene->good));
}

/* Runs in a process of its own, and never returns. */
static void be_killed_in_mid_pipeline(const char *path)
{
    static const enum echo_wish wishes[] = {ECHO_HOLD, ECHO_BIG, ECHO_DROP, ECHO_STATS};
    int fd = raw_client_open(path, SP_PROTO_REQ);

    for (uint32_t id = 0; fd >= 0 && id < 32; id++) {
        uint8_t body[100] = {(uint8_t)wishes[id % 4]};

        (void)raw_client_send(fd, id, body, sizeof(body));
    }
    (void)kill(getpid(), SIGKILL);
    _exit(1);
}

static void killed_clients_leave_nothing_behind(void **state)
{
    const struct net_scene *scene = *state;
    int before = net_scene_fds();
    pid_t children[30];

    for (size_t i = 0; i < 30; i++) {
        children[i] = fork();
        if (children[i] == 0)
            be_killed_in_mid_pipeline(echo_server_request_path(scene->server));
    }
    for (size_t i = 0; i < 30; i++)
        assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
    net_scene_await_peers(scene, 1);
    assert_int_equal(net_scene_fds(), before);
    send_wish(scene->good, 1, ECHO_RELEASE); /* replies to the dead go nowhere */
    expect_id(scene->good, 1);
}

static void past_max_peers_a_new_one_is_closed_at_once(void **state)
{
    const struct net_scene *scene = *state; /* with room for three */
    int second = net_scene_client(scene), third = net_scene_client(scene);
    int fourth = raw_client_connect(echo_server_request_path(scene->server));

    assert_true(raw_client_was_closed(fourth));
    assert_true(raw_client_echoes(second));
    (void)close(third);
    (void)close(fourth);
    net_scene_await_peers(scene, 2);
    third = net_scene_client(scene);
    assert_true(raw_client_echoes(third));
    (void)close(second);
    (void)close(third);
}

/* In a process of its own: all of many connections are to be answered or closed. */
static int crowd(const char *path)
{
    int fds[50], closed = 0;

    for (int i = 0; i < 50; i++)
        fds[i] = raw_client_connect(path);
    for (int i = 49; i >= 5; i--)
        closed += raw_client_was_closed(fds[i]);
    return closed == 45 ? 0 : 1;
}

static void without_fds_the_listener_sheds_and_recovers(void **state)
{
    const struct net_scene *scene = *state;
    struct rlimit old, low;
    int status = 0, lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t child = 0;

    (void)close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = (rlim_t)lowest + 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    child = fork();
    if (child == 0) {
        (void)setrlimit(RLIMIT_NOFILE, &old);
        _exit(crowd(echo_server_request_path(scene->server)));
    }
    for (int i = 0; i < 100; i++)
        assert_true(raw_client_echoes(scene->good));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_true(net_scene_stats(scene).refused >= 45);
    net_scene_await_peers(scene, 1);
    (void)close(net_scene_client(scene));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_scene_begin, net_scene_end)
#define TEST_WITH(name, begin) cmocka_unit_test_setup_teardown(name, begin, net_scene_end)
    const struct CMUnitTest tests[] = {
        TEST(replies_come_in_the_order_they_are_given),
        TEST(bodies_of_all_lengths_come_back_whole),
        TEST(frames_may_come_byte_by_byte_or_many_at_once),
        TEST(an_id_stack_goes_back_unchanged),
        TEST(a_breach_closes_that_connection_alone),
        TEST_WITH(slow_peers_are_dropped_and_quiet_ones_are_not, net_scene_begin_hasty),
        TEST(a_peer_that_never_reads_is_not_read_from),
        TEST(only_so_many_requests_are_read_ahead),
        TEST(a_dropped_request_makes_room_for_the_next),
        TEST(a_client_that_only_shut_its_sending_side_is_answered),
        TEST(connecting_and_closing_harms_nobody),
        TEST(killed_clients_leave_nothing_behind),
        TEST_WITH(past_max_peers_a_new_one_is_closed_at_once, net_scene_begin_small),
        TEST(without_fds_the_listener_sheds_and_recovers),
    };
#undef TEST
#undef TEST_WITH

    return cmocka_run_group_tests(tests, NULL, NULL);
}
