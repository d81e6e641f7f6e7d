/* Flow tests of the sockets with NNG's own library and program as the clients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>

#include "tests/lib/echo_server.h"
#include "tests/lib/net_scene.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define DEADLINE_MS 20000
#define CONTEXTS 32

static void dial(nng_socket socket, const char *path)
{
    char url[200];

    (void)snprintf(url, sizeof(url), "ipc://%s", path);
    assert_int_equal(nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, DEADLINE_MS), 0);
    assert_int_equal(nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, 2000000), 0);
    assert_int_equal(nng_dial(socket, url, NULL, 0), 0);
}

static void a_requester_of_the_library_is_answered(void **state)
{
    static const size_t lengths[] = {0, 1, 1000, 100000, 1000000};
    const struct net_scene *scene = *state;
    uint8_t *there = calloc(1, 1000000);
    nng_socket socket;

    assert_int_equal(nng_req0_open(&socket), 0);
    dial(socket, echo_server_request_path(scene->server));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        void *back = NULL;
        size_t len = 0;

        assert_int_equal(nng_send(socket, there, lengths[i], 0), 0);
        assert_int_equal(nng_recv(socket, &back, &len, NNG_FLAG_ALLOC), 0);
        assert_int_equal(len, lengths[i]);
        if (len > 0)
            assert_memory_equal(there, back, len);
        nng_free(back, len);
    }
    free(there);
    assert_int_equal(nng_close(socket), 0);
}

static void many_contexts_have_requests_in_flight(void **state)
{
    const struct net_scene *scene = *state;
    nng_ctx contexts[CONTEXTS];
    nng_aio *aios[CONTEXTS];
    nng_socket socket;

    assert_int_equal(nng_req0_open(&socket), 0);
    dial(socket, echo_server_request_path(scene->server));
    for (uint8_t i = 0; i < CONTEXTS; i++) {
        const uint8_t body[2] = {i % 2 == 0 ? ECHO_HOLD : 0, i};
        nng_msg *message = NULL;

        assert_int_equal(nng_ctx_open(&contexts[i], socket), 0);
        assert_int_equal(nng_aio_alloc(&aios[i], NULL, NULL), 0);
        nng_aio_set_timeout(aios[i], DEADLINE_MS);
        assert_int_equal(nng_msg_alloc(&message, 0), 0);
        assert_int_equal(nng_msg_append(message, body, sizeof(body)), 0);
        nng_aio_set_msg(aios[i], message);
        nng_ctx_send(contexts[i], aios[i]);
        nng_aio_wait(aios[i]);
        assert_int_equal(nng_aio_result(aios[i]), 0);
        nng_ctx_recv(contexts[i], aios[i]);
    }
    nng_aio_wait(aios[CONTEXTS - 1]); /* it went last, so those to be held are held */
    assert_int_equal(net_scene_stats(scene).peers_now, 2);
    assert_true(raw_client_send(scene->good, 1, "R", 1));
    for (uint8_t i = 0; i < CONTEXTS; i++) {
        nng_msg *message = NULL;

        nng_aio_wait(aios[i]);
        assert_int_equal(nng_aio_result(aios[i]), 0);
        message = nng_aio_get_msg(aios[i]);
        assert_int_equal(((uint8_t *)nng_msg_body(message))[1], i);
        nng_msg_free(message);
        nng_aio_free(aios[i]);
        assert_int_equal(nng_ctx_close(contexts[i]), 0);
    }
    assert_int_equal(nng_close(socket), 0);
    assert_true(raw_client_receive(scene->good, &(uint32_t){0}, (uint8_t[8]){0}, 8) == 1);
}

static void a_subscriber_of_the_library_gets_its_topics(void **state)
{
    const struct net_scene *scene = *state;
    nng_socket socket;
    char *message = NULL;
    size_t len = 0;
    uint8_t back[20];
    uint32_t id = 0;

    assert_int_equal(nng_sub0_open(&socket), 0);
    assert_int_equal(nng_socket_set(socket, NNG_OPT_SUB_SUBSCRIBE, "order.", 6), 0);
    dial(socket, echo_server_events_path(scene->server));
    while (net_scene_stats(scene).subscribers_now == 0)
        ;
    assert_true(raw_client_send(scene->good, 1, "Pstats.no", 9));
    assert_true(raw_client_send(scene->good, 2, "Porder.yes", 10));
    assert_int_equal(nng_recv(socket, (void *)&message, &len, NNG_FLAG_ALLOC), 0);
    assert_int_equal(len, 9);
    assert_memory_equal(message, "order.yes", 9);
    nng_free(message, len);
    assert_int_equal(nng_close(socket), 0);
    assert_int_equal(raw_client_receive(scene->good, &id, back, sizeof(back)), 9);
    assert_int_equal(raw_client_receive(scene->good, &id, back, sizeof(back)), 10);
}

static void clients_of_the_library_that_go_leave_nothing_behind(void **state)
{
    const struct net_scene *scene = *state;

    for (int i = 0; i < 50; i++) {
        nng_socket socket;

        assert_int_equal(nng_req0_open(&socket), 0);
        dial(socket, echo_server_request_path(scene->server));
        assert_int_equal(nng_send(socket, (uint8_t[]){ECHO_HOLD}, 1, 0), 0);
        assert_int_equal(nng_close(socket), 0);
    }
    net_scene_await_peers(scene, 1);
}

static void nngcat_is_answered(void **state)
{
    const struct net_scene *scene = *state;
    char command[300], line[100] = "";
    FILE *out = NULL;

    if (access("/usr/bin/nngcat", X_OK) != 0)
        skip();
    (void)snprintf(command, sizeof(command),
                   "/usr/bin/nngcat --req --dial ipc://%s --data hello --raw --recv-timeout 20",
                   echo_server_request_path(scene->server));
    out = popen(command, "re"); /* NOLINT(cert-env33-c): a program by its full path */
    assert_non_null(out);
    assert_non_null(fgets(line, sizeof(line), out));
    assert_int_equal(pclose(out), 0);
    assert_string_equal(line, "hello");
}

static int finish(void **state)
{
    (void)state;
    nng_fini();
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_scene_begin, net_scene_end)
    const struct CMUnitTest tests[] = {
        TEST(a_requester_of_the_library_is_answered),
        TEST(many_contexts_have_requests_in_flight),
        TEST(a_subscriber_of_the_library_gets_its_topics),
        TEST(clients_of_the_library_that_go_leave_nothing_behind),
        TEST(nngcat_is_answered),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, finish);
}
