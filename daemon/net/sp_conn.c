/* One peer: its life, what is written to it, when its time is up. */
#include "daemon/net/sp_conn.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/net/sp.h"
#include "daemon/net/sp_in.h"
#include "shared/fault.h"
#include "shared/limits.h"
#include "shared/need.h"

static void link_conn(struct sp_conn *conn)
{
    struct sp_listener *listener = conn->listener;

    conn->next = listener->conns;
    if (conn->next != NULL)
        conn->next->prev = conn;
    listener->conns = conn;
}

static void unlink_conn(struct sp_conn *conn)
{
    if (conn->prev != NULL)
        conn->prev->next = conn->next;
    else
        conn->listener->conns = conn->next;
    if (conn->next != NULL)
        conn->next->prev = conn->prev;
}

static void greet(struct sp_conn *conn)
{
    bool is_pub = conn->listener->role == SP_PUB;

    sp_put_handshake(sp_out_room(&conn->out, SP_HANDSHAKE_LEN),
                     is_pub ? SP_PROTO_PUB : SP_PROTO_REP);
    sp_conn_mark(conn);
}

bool sp_conn_open(struct sp_listener *listener, int fd, const struct peer *who)
{
    struct sp_net *net = listener->net;
    struct sp_conn *conn = need(calloc(1, sizeof(*conn)));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};

    if (epoll_ctl(net->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(conn);
        return false;
    }
    conn->net = net;
    conn->listener = listener;
    conn->who = *who;
    conn->refs = 1;
    conn->fd = fd;
    conn->open = true;
    conn->armed = EPOLLIN;
    conn->since_us = net->now_us;
    link_conn(conn);
    net->stats.peers_now++;
    sp_net_user_add(net, who->uid);
    sp_net_wake_at(net, sp_conn_deadline(conn));
    greet(conn);
    return true;
}

void sp_conn_close(struct sp_conn *conn, bool bad)
{
    struct sp_net *net = conn->net;

    if (!conn->open)
        return;
    conn->open = false;
    (void)close(conn->fd); /* which takes it out of the epoll set */
    unlink_conn(conn);
    net->stats.peers_now--;
    if (conn->hello && conn->listener->role == SP_PUB)
        net->stats.subscribers_now--;
    if (bad)
        net->stats.dropped++;
    sp_net_user_remove(net, conn->who.uid);
    conn->next_dead = net->dead;
    net->dead = conn;
}

void sp_conn_reap(struct sp_conn *conn)
{
    free(conn->in);
    conn->in = NULL;
    sp_out_done(&conn->out);
    sp_conn_unref(conn);
}

void sp_conn_unref(struct sp_conn *conn)
{
    if (--conn->refs > 0)
        return;
    peer_done(&conn->who);
    free(conn);
}

void sp_conn_mark(struct sp_conn *conn)
{
    struct sp_net *net = conn->net;

    if (conn->dirty)
        return;
    conn->dirty = true;
    conn->next_dirty = NULL;
    *net->dirty_end = conn;
    net->dirty_end = &conn->next_dirty;
}

void sp_conn_arm(struct sp_conn *conn)
{
    uint32_t wanted =
        (conn->deaf ? 0 : (uint32_t)EPOLLIN) | (conn->blocked ? (uint32_t)EPOLLOUT : 0);
    struct epoll_event event = {.events = wanted, .data.ptr = conn};

    if (wanted == conn->armed)
        return;
    (void)epoll_ctl(conn->net->epoll, EPOLL_CTL_MOD, conn->fd, &event);
    conn->armed = wanted;
}

/* What is to be read while nothing may be: epoll is to be quiet about it until that changes. */
static void read_later(struct sp_conn *conn, bool gone)
{
    if (gone) {
        sp_conn_close(conn, false);
        return;
    }
    conn->deaf = true;
    sp_conn_arm(conn);
}

void sp_conn_events(struct sp_conn *conn, uint32_t events)
{
    bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0;

    if ((events & EPOLLOUT) != 0) {
        conn->blocked = false;
        sp_conn_mark(conn);
    }
    if ((events & EPOLLIN) == 0 && !gone)
        return;
    if (conn->paused || conn->deaf || conn->net->stopped)
        read_later(conn, gone);
    else
        sp_in_read(conn, gone);
}

void sp_conn_write(struct sp_conn *conn)
{
    struct sp_net *net = conn->net;

    while (conn->out.bytes > 0 && !conn->blocked) {
        ssize_t n = sp_out_write(&conn->out, conn->fd);

        if (n < 0) {
            sp_conn_close(conn, false);
            return;
        }
        fault_point("after_send");
        net->stats.bytes_out += (uint64_t)n;
        conn->blocked = n == 0;
        if (n > 0)
            conn->stuck_since_us = 0;
        else if (conn->stuck_since_us == 0)
            conn->stuck_since_us = net->now_us;
    }
    if (conn->blocked)
        sp_net_wake_at(net, sp_conn_deadline(conn));
    sp_conn_arm(conn);
}

bool sp_conn_may_read(const struct sp_conn *conn)
{
    const struct sp_net *net = conn->net;

    return !net->stopped && conn->in_flight < net->settings.max_in_flight_per_peer &&
           conn->large < PEER_LARGE_MAX && conn->ahead < (size_t)PEER_AHEAD_MAX_BYTES &&
           conn->out.bytes < (size_t)PEER_REPLIES_MAX_BYTES;
}

void sp_conn_flush(struct sp_conn *conn)
{
    sp_conn_write(conn);
    if (conn->open && conn->paused && sp_conn_may_read(conn)) {
        sp_in_resume(conn);
        if (conn->open && !conn->paused && conn->deaf && !conn->eof) {
            conn->deaf = false;
            sp_conn_arm(conn);
        }
    }
    if (conn->open && conn->eof && !conn->paused && conn->in_flight == 0 && conn->out.bytes == 0)
        sp_conn_close(conn, false);
}

int64_t sp_conn_deadline(const struct sp_conn *conn)
{
    const struct sp_settings *settings = &conn->net->settings;
    int64_t at = INT64_MAX;

    if (!conn->hello)
        at = conn->since_us + settings->handshake_us;
    else if (conn->frame_since_us != 0 && !conn->paused && !conn->deaf)
        at = conn->frame_since_us + settings->frame_us;
    /* A subscriber that lags is only left behind. */
    if (conn->stuck_since_us != 0 && conn->listener->role == SP_REP &&
        conn->stuck_since_us + settings->write_us < at)
        at = conn->stuck_since_us + settings->write_us;
    return at;
}
