/* Listening sockets: who is let in, and what is published to all who are. */
#include "daemon/net/sp_listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/net/sp.h"
#include "daemon/net/sp_conn.h"
#include "daemon/net/sp_net.h"
#include "shared/limits.h"
#include "shared/need.h"

#define ACCEPTS_A_PASS 64
#define ACCEPT_AGAIN_US 100000

static void listen_for(struct sp_listener *listener, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = listener};

    (void)epoll_ctl(listener->net->epoll, EPOLL_CTL_MOD, listener->socket.fd, &event);
}

static bool may_enter(const struct sp_listener *listener, const struct peer *who)
{
    const struct sp_callbacks *callbacks = &listener->callbacks;

    if (sp_net_user_peers(listener->net, who->uid) >= listener->net->settings.max_peers_per_user)
        return false;
    return listener->role == SP_REP || callbacks->admit == NULL ||
           callbacks->admit(callbacks->self, who);
}

/* Takes the fd. */
static void welcome(struct sp_listener *listener, int fd)
{
    struct sp_net *net = listener->net;
    struct peer who = {0};

    if (net->stats.peers_now < net->settings.max_peers && peer_read(fd, &who, NULL) == OK &&
        may_enter(listener, &who) && sp_conn_open(listener, fd, &who)) {
        net->stats.accepted++;
        return;
    }
    net->stats.refused++;
    peer_done(&who);
    (void)close(fd);
}

/*
 * There are no more fds: one who waits is let in by the reserve and shown out, since a queue that
 * nobody empties would have the loop turn for nothing. False when that did not help.
 */
static bool shed_one(struct sp_listener *listener)
{
    struct sp_net *net = listener->net;
    int fd = -1;

    if (net->reserve < 0)
        return false;
    (void)close(net->reserve);
    fd = accept4(listener->socket.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        (void)close(fd);
        net->stats.refused++;
    }
    net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd >= 0;
}

static void accept_later(struct sp_net *net)
{
    for (struct sp_listener *l = net->listeners; l != NULL; l = l->next)
        listen_for(l, 0);
    net->accept_again_us = net->now_us + ACCEPT_AGAIN_US;
    sp_net_wake_at(net, net->accept_again_us);
}

void sp_listener_accept_again(struct sp_net *net)
{
    net->accept_again_us = 0;
    if (net->reserve < 0)
        net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (net->stopped)
        return;
    for (struct sp_listener *l = net->listeners; l != NULL; l = l->next)
        listen_for(l, EPOLLIN);
}

void sp_listener_accept(struct sp_listener *listener)
{
    for (int i = 0; i < ACCEPTS_A_PASS && !listener->net->stopped; i++) {
        int fd = accept4(listener->socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        bool full = fd < 0 && (errno == EMFILE || errno == ENFILE);

        if (fd >= 0) {
            welcome(listener, fd);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (errno == EINTR || errno == ECONNABORTED || (full && shed_one(listener)))
            continue;
        accept_later(listener->net);
        return;
    }
}

enum err sp_listen(struct sp_net *net, const struct sp_place *place,
                   const struct sp_callbacks *callbacks, struct sp_listener **out, struct why *why)
{
    struct sp_listener *listener = need(calloc(1, sizeof(*listener)));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = listener};
    struct sp_socket *socket = NULL;
    enum err e = OK;

    socket = &listener->socket;
    e = place->fd >= 0
            ? sp_socket_adopt(socket, place->fd, why)
            : sp_socket_open(socket, place->url, net->settings.mode, net->settings.group, why);
    if (e != OK) {
        free(listener);
        return e;
    }
    listener->end.is_listener = true;
    listener->net = net;
    listener->role = place->role;
    listener->callbacks = *callbacks;
    if (epoll_ctl(net->epoll, EPOLL_CTL_ADD, socket->fd, &event) != 0) {
        e = err_sys(why, ERR_INTERNAL, errno, "cannot wait for peers");
        if (place->fd < 0)
            sp_socket_close(socket);
        free(listener);
        return e;
    }
    listener->next = net->listeners;
    net->listeners = listener;
    *out = listener;
    return OK;
}

void sp_stop_reading(struct sp_net *net)
{
    net->stopped = true;
    for (struct sp_listener *l = net->listeners; l != NULL; l = l->next)
        listen_for(l, 0);
}

static struct sp_message *framed(const void *message, size_t len)
{
    struct sp_message *out = sp_message_new(SP_FRAME_HEAD_LEN + len);

    sp_put_frame_head(out->bytes, len);
    if (len > 0)
        memcpy(out->bytes + SP_FRAME_HEAD_LEN, message, len);
    out->len = SP_FRAME_HEAD_LEN + len;
    out->parts = 1;
    return out;
}

static bool lags(const struct sp_conn *conn, const struct sp_message *message)
{
    return conn->out.bytes + message->len > (size_t)PEER_LAG_MAX_BYTES;
}

void sp_publish(struct sp_listener *pub, const void *message, size_t len)
{
    struct sp_message *shared = framed(message, len);
    struct sp_conn *next = NULL;

    for (struct sp_conn *c = pub->conns; c != NULL; c = next) {
        next = c->next;
        if (!c->hello)
            continue;
        if (lags(c, shared)) /* a burst within one pass is not the subscriber's fault */
            sp_conn_write(c);
        if (c->open && !lags(c, shared)) {
            sp_out_share(&c->out, shared);
            sp_conn_mark(c);
        } else if (c->open) {
            pub->net->stats.messages_left_out++;
        }
    }
    sp_message_unref(shared);
}
