/* Any bytes from a peer, in pieces of any length: all whole frames are answered, in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/net/sp.h"
#include "daemon/net/sp_conn.h"
#include "shared/limits.h"
#include "shared/text.h"

#define IN_FLIGHT_MAX 4
#define OUT_MAX ((size_t)256 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * One life of a peer. The first byte of the input says which socket it is at, whether its requests
 * are answered at once or when the pass is over; the second how long the pieces are.
 *
 *   piece -> pass -> piece -> ... -> no more to send -> ... -> the daemon closes: the end
 */
struct life {
    struct loop *loop;
    struct sp_net *net;
    struct sp_listener listener;
    int fd; /* the peer's end */
    const uint8_t *bytes;
    size_t left, piece;
    bool holds, shut;
    struct sp_request *held[IN_FLIGHT_MAX];
    size_t n_held;
    uint8_t *got;
    size_t n_got;
};

static void must(bool well)
{
    if (!well)
        abort();
}

static void on_request(void *self, struct sp_request *request)
{
    struct life *life = self;

    must(life->listener.role == SP_REP);
    if (!life->holds) {
        sp_reply(request, request->body, request->len);
        return;
    }
    must(life->n_held < IN_FLIGHT_MAX);
    life->held[life->n_held++] = request;
}

static void release(struct life *life)
{
    for (size_t i = 0; i < life->n_held; i++)
        sp_reply(life->held[i], life->held[i]->body, life->held[i]->len);
    life->n_held = 0;
    sp_flush(life->net);
}

static bool admit(void *self, const struct peer *who)
{
    (void)self;
    (void)who;
    return true;
}

static void send_piece(struct life *life)
{
    size_t n = life->left < life->piece ? life->left : life->piece;

    if (n > 0 && send(life->fd, life->bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)n) {
        life->bytes += n;
        life->left -= n;
    } else if (!life->shut) {
        life->shut = true;
        (void)shutdown(life->fd, SHUT_WR);
    }
}

/* Takes what the daemon wrote; false once it has closed. */
static bool take(struct life *life)
{
    ssize_t n = 0;

    do {
        n = recv(life->fd, life->got + life->n_got, OUT_MAX - life->n_got, MSG_DONTWAIT);
        life->n_got += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    return n < 0 && errno == EAGAIN;
}

static void on_pass(void *self)
{
    struct life *life = self;

    release(life);
    if (take(life))
        send_piece(life);
    else
        loop_stop(life->loop, 0);
}

/* What a daemon that does as it should writes; false: the bytes break the rules somewhere. */
static bool foresee(struct slice in, bool is_pub, uint8_t *out, size_t *n)
{
    const uint8_t *p = (const uint8_t *)in.p, *end = p + in.n;

    sp_put_handshake(out, is_pub ? SP_PROTO_PUB : SP_PROTO_REP);
    *n = SP_HANDSHAKE_LEN;
    if (in.n < SP_HANDSHAKE_LEN)
        return true;
    if (memcmp(p, is_pub ? "\0SP\0\0\x21\0" : "\0SP\0\0\x30\0", SP_HANDSHAKE_LEN) != 0)
        return false;
    for (p += SP_HANDSHAKE_LEN; end - p >= SP_FRAME_HEAD_LEN;) {
        uint64_t len = 0;
        size_t hops = 1;

        for (int i = 1; i <= 8; i++)
            len = len << 8 | p[i];
        if (p[0] != 1 || len > (uint64_t)FRAME_MAX_BYTES)
            return false;
        if (len > (uint64_t)(end - p - SP_FRAME_HEAD_LEN))
            return true;
        while (!is_pub && hops * 4 <= len && p[SP_FRAME_HEAD_LEN + (hops - 1) * 4] < 0x80)
            hops++;
        if (!is_pub && (hops > SP_HOPS_MAX || hops * 4 > len))
            return false;
        if (!is_pub) {
            memcpy(out + *n, p, SP_FRAME_HEAD_LEN + len);
            *n += SP_FRAME_HEAD_LEN + len;
        }
        p += SP_FRAME_HEAD_LEN + len;
    }
    return true;
}

static void compare(const struct life *life, struct slice in)
{
    uint8_t *wanted = malloc(in.n + SP_HANDSHAKE_LEN);
    size_t n = 0;
    bool well = false;

    must(wanted != NULL);
    well = foresee(in, life->listener.role == SP_PUB, wanted, &n);
    /* After a breach replies that were under way are lost, and no more is said of it. */
    must(well ? life->n_got == n : life->n_got <= n);
    must(memcmp(wanted, life->got, life->n_got) == 0);
    free(wanted);
}

static void live(struct life *life, enum sp_role role, struct clock *clock)
{
    const struct sp_settings settings = {
        .max_peers = 2, .max_peers_per_user = 2, .max_in_flight_per_peer = IN_FLIGHT_MAX};
    struct sp_listener *listener = &life->listener;
    const struct peer who = {.uid = 1};
    struct loop_source *pass = NULL;
    int ends[2];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    must(loop_open(&life->loop, NULL) == OK);
    must(sp_net_open(&life->net, life->loop, clock, &settings, NULL) == OK);
    must(loop_add_pass(life->loop, on_pass, life, &pass) == OK);
    *listener = (struct sp_listener){
        .net = life->net,
        .role = role,
        .callbacks = {.request = on_request, .admit = admit, .self = life},
        .socket = {.fd = -1},
    };
    life->fd = ends[0];
    must(sp_conn_open(listener, ends[1], &who));
    (void)loop_run(life->loop);
    must(listener->conns == NULL);
    release(life);
    (void)close(life->fd);
    sp_net_close(life->net);
    loop_close(life->loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t got[OUT_MAX];
    struct life life = {.got = got};
    struct clock clock;

    if (size < 2)
        return 0;
    clock_init(&clock);
    life.bytes = data + 2;
    life.left = size - 2;
    life.piece = data[1] == 0 ? size : data[1];
    life.holds = (data[0] & 2) != 0;
    live(&life, (data[0] & 1) != 0 ? SP_PUB : SP_REP, &clock);
    compare(&life, (struct slice){(const char *)data + 2, size - 2});
    return 0;
}
