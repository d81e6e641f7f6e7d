/* Workers by hand: each a connection of its own, so that many may wait at once. */
#include "tests/lib/lease_peer.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/order_json.h"
#include "tests/lib/mp_from_text.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define PEERS_MAX 256

static void copy(char *out, size_t size, const struct json *v, const char *path)
{
    (void)snprintf(out, size, "%s", text_at(v, path));
}

struct held held_one(struct daemon_proc *proc, const char *more)
{
    const struct json *reply =
        ask_ok(proc, "'op': 'lease', 'worker': 'w-1', 'max': 1, 'wait_ms': 20000%s", more);
    struct held held = {.attempt = 0};

    assert_int_equal(json_size(at(reply, "leases")), 1);
    copy(held.id, sizeof held.id, reply, "leases.0.order.order_id");
    copy(held.lease, sizeof held.lease, reply, "leases.0.lease");
    copy(held.key, sizeof held.key, reply, "leases.0.key");
    copy(held.expires_at, sizeof held.expires_at, reply, "leases.0.expires_at");
    held.attempt = (int)int_at(reply, "leases.0.attempt");
    return held;
}

size_t held_none(struct daemon_proc *proc, const char *more)
{
    return json_size(
        at(ask_ok(proc, "'op': 'lease', 'worker': 'w-1', 'max': 100, 'wait_ms': 0%s", more),
           "leases"));
}

const char *held_is(const struct held *held)
{
    static char texts[2][160];
    static unsigned turn;
    char *text = texts[turn++ % 2];

    (void)snprintf(text, sizeof texts[0], "'order_id': '%s', 'lease': '%s'", held->id, held->lease);
    return text;
}

int lease_peer_open(struct daemon_proc *proc)
{
    int fd = raw_client_open(strchr(daemon_proc_request_url(proc), '/') + 2, SP_PROTO_REQ);

    assert_true(fd >= 0);
    return fd;
}

void lease_peer_ask(int fd, const char *inside)
{
    struct buf text = {.max = 4096};
    struct buf request;

    buf_printf(&text, "{'v': 1, %s}", inside);
    request = mp_of_text(buf_text(&text));
    assert_true(raw_client_send(fd, 1, request.data, request.len));
    buf_done(&request);
    buf_done(&text);
}

struct json *lease_peer_answer(int fd)
{
    static uint8_t body[FRAME_MAX_BYTES];
    struct json *reply = NULL;
    struct json_writer w;
    struct mp_reader r;
    struct buf text = {.max = 16UL * (size_t)FRAME_MAX_BYTES};
    uint32_t id = 0;
    long n = raw_client_receive(fd, &id, body, sizeof body);

    if (n <= 0)
        fail_msg("no answer");
    mp_reader_init(&r, body, (size_t)n);
    json_writer_init(&w, &text);
    order_json_write(&w, &r, NULL);
    assert_int_equal(json_parse(buf_text(&text), text.len, &reply, NULL), OK);
    buf_done(&text);
    return reply;
}

int lease_peer_first(const int *fds, size_t n, int ms)
{
    struct pollfd polled[PEERS_MAX];

    assert_true(n <= PEERS_MAX);
    for (size_t i = 0; i < n; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    if (poll(polled, n, ms) <= 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (polled[i].revents != 0)
            return (int)i;
    }
    return -1;
}
