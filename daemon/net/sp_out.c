/* What waits to be written to one peer: replies of its own, event messages shared by many. */
#include "daemon/net/sp_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "shared/need.h"

#define CHUNK_BYTES ((size_t)4096) /* small replies are gathered in one */
#define IOV_AT_ONCE 64
#define RING_MIN 8

struct sp_message *sp_message_new(size_t cap)
{
    struct sp_message *message = need(malloc(sizeof(*message) + cap));

    *message = (struct sp_message){.refs = 1, .cap = cap};
    return message;
}

void sp_message_unref(struct sp_message *message)
{
    if (--message->refs == 0)
        free(message);
}

static struct sp_message *at(const struct sp_out *out, size_t i)
{
    return out->ring[(out->first + i) & (out->cap - 1)];
}

static void grow(struct sp_out *out)
{
    size_t cap = out->cap == 0 ? RING_MIN : out->cap * 2;
    struct sp_message **ring = need(calloc(cap, sizeof(struct sp_message *)));

    for (size_t i = 0; i < out->count; i++)
        ring[i] = at(out, i);
    free(out->ring);
    out->ring = ring;
    out->cap = cap;
    out->first = 0;
}

/* Takes the caller's ref. */
static void push(struct sp_out *out, struct sp_message *message)
{
    if (out->count == out->cap)
        grow(out);
    out->ring[(out->first + out->count) & (out->cap - 1)] = message;
    out->count++;
}

uint8_t *sp_out_room(struct sp_out *out, size_t len)
{
    struct sp_message *last = out->count > 0 ? at(out, out->count - 1) : NULL;
    uint8_t *room = NULL;

    /* A shared message has no room left, so it is never written into. */
    if (last == NULL || last->cap - last->len < len) {
        last = sp_message_new(len > CHUNK_BYTES ? len : CHUNK_BYTES);
        push(out, last);
    }
    room = last->bytes + last->len;
    last->len += len;
    last->parts++;
    out->bytes += len;
    out->parts++;
    return room;
}

void sp_out_share(struct sp_out *out, struct sp_message *message)
{
    message->refs++;
    push(out, message);
    out->bytes += message->len;
    out->parts += message->parts;
}

static void sent(struct sp_out *out, size_t n)
{
    out->bytes -= n;
    out->sent += n;
    while (out->count > 0 && out->sent >= at(out, 0)->len) {
        struct sp_message *message = at(out, 0);

        out->sent -= message->len;
        out->parts -= message->parts;
        sp_message_unref(message);
        out->first++;
        out->count--;
    }
    if (out->count == 0 && out->cap > RING_MIN) /* a burst is over */
        sp_out_done(out);
}

ssize_t sp_out_write(struct sp_out *out, int fd)
{
    struct iovec iov[IOV_AT_ONCE];
    struct msghdr head = {.msg_iov = iov};
    ssize_t n = 0;

    for (size_t i = 0; i < out->count && i < IOV_AT_ONCE; i++) {
        size_t skip = i == 0 ? out->sent : 0;

        iov[i].iov_base = at(out, i)->bytes + skip;
        iov[i].iov_len = at(out, i)->len - skip;
        head.msg_iovlen++;
    }
    do
        n = sendmsg(fd, &head, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ? 0 : -1;
    sent(out, (size_t)n);
    return n;
}

void sp_out_done(struct sp_out *out)
{
    for (size_t i = 0; i < out->count; i++)
        sp_message_unref(at(out, i));
    free(out->ring);
    *out = (struct sp_out){.ring = NULL};
}
