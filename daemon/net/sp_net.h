/*
 * What the files of the net share: the epoll set, its listening sockets, its peers.
 *
 * Nothing here is for those above the net; sp_listener.h is.
 *
 *   ready -> accept, read: requests go up   -> end of the pass: replies go out
 *            (sp_listener.c, sp_in.c)           (sp_net.c, sp_conn.c)
 *
 * A peer that was closed stays in memory until the pass is over, since events of the same pass may
 * still point at it, and until its last request has been answered or dropped.
 */
#pragma once

#include "daemon/net/sp_listener.h"
#include "daemon/net/sp_out.h"
#include "daemon/net/sp_socket.h"

#define SP_SCRATCH_BYTES ((size_t)64 * 1024)

/* What epoll's data points at; the first member of both that follow. */
struct sp_end {
    bool is_listener;
};

/* One peer. */
struct sp_conn {
    struct sp_end end;
    struct sp_net *net; /* this and listener: only as long as it is open */
    struct sp_listener *listener;
    struct sp_conn *prev, *next; /* of the listener */
    struct sp_conn *next_dirty, *next_dead;
    struct peer who;
    size_t refs; /* its requests, and one until it is reaped */
    int fd;
    bool open;
    bool hello;     /* its handshake came */
    bool paused;    /* enough is read ahead: what else came waits in `in` and in its socket */
    bool deaf;      /* epoll does not ask for input */
    bool blocked;   /* the kernel takes no more output: epoll asks for room */
    bool eof;       /* it will send no more, but may still take replies */
    bool dirty;     /* in the list of those to be looked at when the pass ends */
    uint32_t armed; /* what epoll asks for */
    uint32_t in_flight;
    uint32_t large;         /* of these, such as may have a large answer */
    size_t ahead;           /* bytes of these */
    int64_t since_us;       /* accepted */
    int64_t frame_since_us; /* a frame was begun; 0: none is */
    int64_t stuck_since_us; /* nothing of what waits was taken; 0: it was */
    uint8_t *in;            /* a part of a frame; while paused also whole ones, from in_at on */
    size_t in_at, in_len, in_cap;
    struct sp_out out;
};

struct sp_listener {
    struct sp_end end;
    struct sp_net *net;
    struct sp_listener *next;
    enum sp_role role;
    struct sp_callbacks callbacks;
    struct sp_socket socket;
    struct sp_conn *conns;
    bool news; /* requests came in this pass */
};

struct sp_user {
    uid_t uid;
    uint32_t peers;
};

struct sp_net {
    int epoll;
    int reserve; /* an fd to give away when there are no more */
    struct loop_source *ready, *timer, *pass;
    const struct clock *clock;
    struct sp_settings settings;
    struct sp_listener *listeners;
    struct sp_user *users; /* those who have a peer here */
    size_t n_users;
    struct sp_conn *dirty, **dirty_end;
    struct sp_conn *dead;
    struct sp_stats stats;
    int64_t now_us;          /* when this pass began */
    int64_t timer_us;        /* what the timer is set to; never later than the first deadline */
    int64_t accept_again_us; /* 0: accepting */
    bool busy;               /* within a pass: nothing may be flushed or freed */
    bool stopped;
    uint8_t scratch[SP_SCRATCH_BYTES];
};

/* Sees to it that deadlines are looked at then. */
void sp_net_wake_at(struct sp_net *net, int64_t at_us);

/* One user's peers, counted. */
uint32_t sp_net_user_peers(const struct sp_net *net, uid_t uid);
void sp_net_user_add(struct sp_net *net, uid_t uid);
void sp_net_user_remove(struct sp_net *net, uid_t uid);

/* In sp_listener.c: takes all who wait; again after a lack of fds. */
void sp_listener_accept(struct sp_listener *listener);
void sp_listener_accept_again(struct sp_net *net);
