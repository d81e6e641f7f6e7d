/* Flow tests of the events socket: all get each message, and nobody holds up another. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/limits.h"
#include "tests/lib/echo_server.h"
#include "tests/lib/net_scene.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define MESSAGE_BYTES ((size_t)100000)

/* The good client has `len` bytes published, numbered in the first two. */
static void publish(const struct net_scene *scene, unsigned n, size_t len)
{
    uint8_t *body = calloc(1, len + 3), *back = calloc(1, len + 3);
    uint32_t id = 0;

    assert_non_null(body);
    assert_non_null(back);
    body[0] = ECHO_PUBLISH;
    body[1] = (uint8_t)(n >> 8);
    body[2] = (uint8_t)n;
    assert_true(raw_client_send(scene->good, n, body, len + 1));
    assert_int_equal(raw_client_receive(scene->good, &id, back, len + 1), len + 1);
    free(body);
    free(back);
}

static unsigned next_number(int fd, size_t len)
{
    static uint8_t body[MESSAGE_BYTES];

    assert_int_equal(raw_client_event(fd, body, sizeof(body)), len);
    return (unsigned)body[0] << 8 | body[1];
}

static void every_subscriber_gets_every_message_in_order(void **state)
{
    const struct net_scene *scene = *state;
    int subs[5];

    for (int i = 0; i < 5; i++)
        subs[i] = net_scene_subscriber(scene);
    for (unsigned n = 0; n < 200; n++)
        publish(scene, n, 50);
    for (int i = 0; i < 5; i++) {
        for (unsigned n = 0; n < 200; n++)
            assert_int_equal(next_number(subs[i], 50), n);
        (void)close(subs[i]);
    }
}

static void a_subscriber_that_lags_misses_messages_and_stays(void **state)
{
    const struct net_scene *scene = *state;
    int lagging = net_scene_subscriber(scene), quick = net_scene_subscriber(scene);
    unsigned n = 0, seen = 0, last = 0, missed = 0;

    for (n = 0; n < 40; n++) {
        publish(scene, n, MESSAGE_BYTES);
        assert_int_equal(next_number(quick, MESSAGE_BYTES), n);
    }
    missed = (unsigned)net_scene_stats(scene).messages_left_out;
    assert_in_range(missed, 20, 31); /* 1 MiB waits, and what its socket holds */
    for (seen = 0; seen < 40 - missed; seen++)
        assert_int_equal(next_number(lagging, MESSAGE_BYTES), seen); /* the first ones, whole */
    publish(scene, 99, MESSAGE_BYTES);                               /* and it is still there */
    last = next_number(lagging, MESSAGE_BYTES);
    assert_int_equal(last, 99);
    (void)close(lagging);
    (void)close(quick);
}

static void what_a_subscriber_says_is_not_listened_to(void **state)
{
    const struct net_scene *scene = *state;
    int fd = net_scene_subscriber(scene);

    for (uint32_t i = 0; i < 1000; i++)
        assert_true(raw_client_send(fd, i, "blah", 4));
    publish(scene, 1, 50);
    assert_int_equal(next_number(fd, 50), 1);
    (void)close(fd);
}

static void a_breach_closes_a_subscriber(void **state)
{
    const struct net_scene *scene = *state;
    const uint8_t too_long[] = {1, 0, 0, 0, 0, 0, 0x10, 0, 1};
    const uint8_t requester[] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
    int fd = net_scene_subscriber(scene);

    assert_true(raw_client_write(fd, too_long, sizeof(too_long)));
    assert_true(raw_client_was_closed(fd));
    (void)close(fd);
    fd = raw_client_connect(echo_server_events_path(scene->server));
    assert_true(raw_client_write(fd, requester, sizeof(requester)));
    assert_true(raw_client_was_closed(fd));
    (void)close(fd);
}

static void a_slow_subscriber_is_not_dropped(void **state)
{
    const struct net_scene *scene = *state; /* with deadlines of some ms */
    int lagging = net_scene_subscriber(scene);

    for (unsigned n = 0; n < 20; n++)
        publish(scene, n, MESSAGE_BYTES);
    for (uint64_t i = 1; i <= 3; i++) { /* the time it takes to drop three others */
        int silent = raw_client_connect(echo_server_request_path(scene->server));

        assert_true(raw_client_was_closed(silent));
        (void)close(silent);
    }
    assert_int_equal(net_scene_stats(scene).subscribers_now, 1);
    for (unsigned n = 0; n < 10; n++)
        assert_int_equal(next_number(lagging, MESSAGE_BYTES), n);
    (void)close(lagging);
}

static void publishing_to_nobody_is_harmless(void **state)
{
    const struct net_scene *scene = *state;

    publish(scene, 1, 0);
    publish(scene, 2, MESSAGE_BYTES);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_scene_begin, net_scene_end)
    const struct CMUnitTest tests[] = {
        TEST(every_subscriber_gets_every_message_in_order),
        TEST(a_subscriber_that_lags_misses_messages_and_stays),
        TEST(what_a_subscriber_says_is_not_listened_to),
        TEST(a_breach_closes_a_subscriber),
        cmocka_unit_test_setup_teardown(a_slow_subscriber_is_not_dropped, net_scene_begin_hasty,
                                        net_scene_end),
        TEST(publishing_to_nobody_is_harmless),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
