/* What comes from one peer: bytes to frames, frames to requests. */
#include "daemon/net/sp_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "daemon/net/sp.h"
#include "daemon/net/sp_conn.h"
#include "daemon/net/sp_request.h"
#include "shared/limits.h"
#include "shared/need.h"

/*
 * A peer has memory of its own only for a frame that is begun and not finished. All else is read
 * into the net's scratch and handed up from there. Memory grows as bytes come, never by what a
 * frame says of its length.
 */

#define READS_A_PASS 4 /* then it is another peer's turn */
#define GROW_MIN ((size_t)4096)

/* The length of what begins at p, as far as n bytes tell; 0: it breaks the rules. */
static size_t length_of(const struct sp_conn *conn, const uint8_t *p, size_t n)
{
    uint64_t len = 0;

    if (!conn->hello)
        return SP_HANDSHAKE_LEN;
    if (n < SP_FRAME_HEAD_LEN)
        return SP_FRAME_HEAD_LEN;
    if (!sp_get_frame_head(p, (uint64_t)FRAME_MAX_BYTES, &len))
        return 0;
    return SP_FRAME_HEAD_LEN + (size_t)len;
}

static bool eat_handshake(struct sp_conn *conn, const uint8_t *p)
{
    bool is_pub = conn->listener->role == SP_PUB;

    if (!sp_check_handshake(p, is_pub ? SP_PROTO_SUB : SP_PROTO_REQ))
        return false;
    conn->hello = true;
    if (is_pub)
        conn->net->stats.subscribers_now++;
    return true;
}

/* Takes a whole handshake or frame; false: it breaks the rules. */
static bool eat(struct sp_conn *conn, const uint8_t *p, size_t n)
{
    struct sp_listener *listener = conn->listener;
    const uint8_t *body = p + SP_FRAME_HEAD_LEN;
    size_t stack_len = 0;

    if (!conn->hello)
        return eat_handshake(conn, p);
    if (listener->role == SP_PUB) /* subscribers have nothing to say */
        return true;
    stack_len = sp_id_stack(body, n - SP_FRAME_HEAD_LEN);
    if (stack_len == 0)
        return false;
    listener->news = true;
    listener->callbacks.request(listener->callbacks.self,
                                sp_request_new(conn, body, n - SP_FRAME_HEAD_LEN, stack_len));
    conn->paused = !sp_conn_may_read(conn);
    return true;
}

/* Eats all that is whole; returns how far it came. Closes at a breach. */
static size_t parse(struct sp_conn *conn, const uint8_t *p, size_t n)
{
    size_t at = 0;

    while (at < n && conn->open && !conn->paused) {
        size_t len = length_of(conn, p + at, n - at);

        if (len > n - at)
            break;
        if (len == 0 || !eat(conn, p + at, len))
            sp_conn_close(conn, true);
        at += len;
    }
    return at;
}

static void drop_in(struct sp_conn *conn)
{
    free(conn->in);
    conn->in = NULL;
    conn->in_at = conn->in_len = conn->in_cap = 0;
    conn->frame_since_us = 0;
}

static void set_cap(struct sp_conn *conn, size_t cap)
{
    uint8_t *in = need(realloc(conn->in, cap));

    conn->in = in;
    conn->in_cap = cap;
}

static void append(struct sp_conn *conn, const uint8_t *p, size_t n)
{
    size_t len = conn->in_len + n;

    if (conn->in == NULL || len > conn->in_cap)
        set_cap(conn, len > 2 * conn->in_cap ? len : 2 * conn->in_cap);
    memcpy(conn->in + conn->in_len, p, n);
    conn->in_len = len;
}

static void frame_begun(struct sp_conn *conn)
{
    conn->frame_since_us = conn->net->now_us;
    if (conn->hello && !conn->paused)
        sp_net_wake_at(conn->net, sp_conn_deadline(conn));
}

/* Looks whether the one frame begun in `in` is whole by now. */
static void try_begun(struct sp_conn *conn)
{
    if (parse(conn, conn->in, conn->in_len) > 0 && conn->open)
        drop_in(conn);
}

/* Takes n bytes from the scratch: the rest of the frame begun first, then what follows. */
static void take(struct sp_conn *conn, const uint8_t *p, size_t n)
{
    size_t used = 0;

    while (conn->in_len > 0 && n > 0 && conn->open) {
        size_t missing = length_of(conn, conn->in, conn->in_len) - conn->in_len;
        size_t more = missing < n ? missing : n;

        append(conn, p, more);
        p += more;
        n -= more;
        try_begun(conn);
    }
    used = parse(conn, p, n);
    if (conn->open && used < n) {
        append(conn, p + used, n - used);
        frame_begun(conn);
    }
}

/* Room at the end of the frame begun; never more than twice what has come of it. */
static size_t room(struct sp_conn *conn)
{
    size_t len = 0;

    if (conn->in_len == 0)
        return 0;
    len = length_of(conn, conn->in, conn->in_len);
    if (conn->in_len == conn->in_cap) {
        size_t cap = 2 * conn->in_cap > GROW_MIN ? 2 * conn->in_cap : GROW_MIN;

        if (cap > len)
            cap = len;
        if (cap > conn->in_cap)
            set_cap(conn, cap);
    }
    return (conn->in_cap < len ? conn->in_cap : len) - conn->in_len;
}

/* It will send no more. One that only shut its sending side still takes its replies. */
static void ended(struct sp_conn *conn, bool hung_up)
{
    if (hung_up || !conn->hello || conn->listener->role == SP_PUB) {
        sp_conn_close(conn, false);
        return;
    }
    drop_in(conn);
    conn->eof = true;
    conn->deaf = true;
    sp_conn_arm(conn);
    sp_conn_mark(conn);
}

/* One read; false when there is no more to read now. */
static bool read_once(struct sp_conn *conn, bool hung_up)
{
    size_t direct = room(conn);
    struct iovec iov[2] = {
        {.iov_base = conn->in != NULL ? conn->in + conn->in_len : NULL, .iov_len = direct},
        {.iov_base = conn->net->scratch, .iov_len = SP_SCRATCH_BYTES},
    };
    ssize_t n = readv(conn->fd, iov, 2);
    size_t got = n > 0 ? (size_t)n : 0;

    if (n < 0 && errno != EAGAIN && errno != EINTR)
        sp_conn_close(conn, false);
    if (n == 0)
        ended(conn, hung_up);
    if (n <= 0)
        return false;
    conn->net->stats.bytes_in += got;
    if (direct > 0) {
        conn->in_len += got < direct ? got : direct;
        try_begun(conn);
    }
    if (conn->open && got > direct)
        take(conn, conn->net->scratch, got - direct);
    return conn->open && !conn->paused && got == direct + SP_SCRATCH_BYTES;
}

void sp_in_read(struct sp_conn *conn, bool hung_up)
{
    for (int i = 0; i < READS_A_PASS; i++)
        if (!read_once(conn, hung_up))
            return;
}

void sp_in_resume(struct sp_conn *conn)
{
    conn->paused = false;
    if (conn->in_len == 0)
        return;
    conn->in_at += parse(conn, conn->in + conn->in_at, conn->in_len - conn->in_at);
    if (!conn->open)
        return;
    if (conn->in_at == conn->in_len) {
        drop_in(conn);
    } else if (!conn->paused) {
        conn->in_len -= conn->in_at;
        memmove(conn->in, conn->in + conn->in_at, conn->in_len);
        conn->in_at = 0;
        frame_begun(conn);
    }
}
