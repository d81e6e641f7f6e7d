/* The epoll set: its passes, the end of a pass, and deadlines. */
#include "daemon/net/sp_net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/net/sp_conn.h"
#include "shared/limits.h"
#include "shared/need.h"

/*
 * A pass reads so much of all peers together, about; then commits and attempts have their turn,
 * however much more there is to read. Peers are asked for a few at a time, for epoll puts those it
 * told of behind all others: so none is left out for long.
 */
#define BYTES_A_PASS (256UL * 1024)
#define EVENTS_A_PASS 128
#define EVENTS_AT_ONCE 8

/* Hands over what was gathered from each socket. */
static void hand_over(struct sp_net *net)
{
    for (struct sp_listener *l = net->listeners; l != NULL; l = l->next) {
        if (!l->news)
            continue;
        l->news = false;
        if (l->callbacks.pass_done != NULL)
            l->callbacks.pass_done(l->callbacks.self);
    }
}

/* Sees to a few of those that are ready; returns how many. */
static int some_events(struct sp_net *net)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n = epoll_wait(net->epoll, events, EVENTS_AT_ONCE, 0);

    for (int i = 0; i < n; i++) {
        struct sp_end *end = events[i].data.ptr;

        if (end->is_listener)
            sp_listener_accept((struct sp_listener *)end);
        else if (((struct sp_conn *)end)->open)
            sp_conn_events((struct sp_conn *)end, events[i].events);
    }
    return n;
}

static void on_ready(void *self)
{
    struct sp_net *net = self;
    uint64_t enough = net->stats.bytes_in + BYTES_A_PASS;
    int n = EVENTS_AT_ONCE;

    net->now_us = clock_mono(net->clock);
    net->busy = true;
    for (int seen = 0; n == EVENTS_AT_ONCE && seen < EVENTS_A_PASS; seen += n) {
        n = some_events(net);
        if (net->stats.bytes_in >= enough)
            break;
    }
    hand_over(net);
    net->busy = false;
}

static struct sp_conn *next_dirty(struct sp_net *net)
{
    struct sp_conn *conn = net->dirty;

    if (conn == NULL)
        return NULL;
    net->dirty = conn->next_dirty;
    if (net->dirty == NULL)
        net->dirty_end = &net->dirty;
    conn->dirty = false;
    return conn;
}

static void reap(struct sp_net *net)
{
    while (net->dead != NULL) {
        struct sp_conn *conn = net->dead;

        net->dead = conn->next_dead;
        sp_conn_reap(conn);
    }
}

void sp_flush(struct sp_net *net)
{
    if (net->busy)
        return;
    net->busy = true;
    if (net->dirty != NULL)
        net->now_us = clock_mono(net->clock);
    while (net->dirty != NULL) {
        struct sp_conn *conn = NULL;

        while ((conn = next_dirty(net)) != NULL)
            if (conn->open)
                sp_conn_flush(conn);
        hand_over(net); /* room for replies may have let more requests in */
    }
    net->busy = false;
    reap(net);
}

static void on_pass(void *self)
{
    sp_flush(self);
}

void sp_net_wake_at(struct sp_net *net, int64_t at_us)
{
    if (at_us >= net->timer_us)
        return;
    net->timer_us = at_us;
    loop_timer_set(net->timer, at_us);
}

/* Drops those whose time is up; what else has a deadline sets the timer anew. */
static void on_timer(void *self)
{
    struct sp_net *net = self;
    int64_t first = INT64_MAX;

    net->now_us = clock_mono(net->clock);
    net->timer_us = INT64_MAX;
    if (net->accept_again_us != 0 && net->accept_again_us <= net->now_us)
        sp_listener_accept_again(net);
    else if (net->accept_again_us != 0)
        first = net->accept_again_us;
    for (struct sp_listener *l = net->listeners; l != NULL; l = l->next) {
        struct sp_conn *next = NULL;

        for (struct sp_conn *c = l->conns; c != NULL; c = next) {
            int64_t at = sp_conn_deadline(c);

            next = c->next;
            if (at <= net->now_us)
                sp_conn_close(c, true);
            else if (at < first)
                first = at;
        }
    }
    sp_net_wake_at(net, first);
}

static struct sp_user *find_user(const struct sp_net *net, uid_t uid)
{
    for (size_t i = 0; i < net->n_users; i++)
        if (net->users[i].uid == uid)
            return &net->users[i];
    return NULL;
}

uint32_t sp_net_user_peers(const struct sp_net *net, uid_t uid)
{
    const struct sp_user *user = find_user(net, uid);

    return user != NULL ? user->peers : 0;
}

void sp_net_user_add(struct sp_net *net, uid_t uid)
{
    struct sp_user *user = find_user(net, uid);

    if (user == NULL) {
        net->users = need(realloc(net->users, (net->n_users + 1) * sizeof(*net->users)));
        user = &net->users[net->n_users++];
        *user = (struct sp_user){.uid = uid};
    }
    user->peers++;
}

void sp_net_user_remove(struct sp_net *net, uid_t uid)
{
    struct sp_user *user = find_user(net, uid);

    if (user != NULL && --user->peers == 0)
        *user = net->users[--net->n_users];
}

void sp_net_set_limits(struct sp_net *net, const struct sp_settings *settings)
{
    struct sp_settings *ours = &net->settings;

    *ours = *settings;
    if (ours->max_in_flight_per_peer == 0)
        ours->max_in_flight_per_peer = 1;
    if (ours->handshake_us == 0)
        ours->handshake_us = PEER_HANDSHAKE_US;
    if (ours->frame_us == 0)
        ours->frame_us = PEER_FRAME_US;
    if (ours->write_us == 0)
        ours->write_us = PEER_WRITE_US;
}

enum err sp_net_open(struct sp_net **out, struct loop *loop, const struct clock *clock,
                     const struct sp_settings *settings, struct why *why)
{
    struct sp_net *net = need(calloc(1, sizeof(*net)));
    enum err e = OK;

    net->clock = clock;
    net->dirty_end = &net->dirty;
    net->timer_us = INT64_MAX;
    sp_net_set_limits(net, settings);
    net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    net->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (net->epoll < 0 || net->reserve < 0) {
        e = err_sys(why, ERR_INTERNAL, errno, "cannot make an epoll set");
        goto done;
    }
    if (loop_add_file(loop, net->epoll, on_ready, net, &net->ready) != OK ||
        loop_add_timer(loop, on_timer, net, &net->timer) != OK ||
        loop_add_pass(loop, on_pass, net, &net->pass) != OK) {
        e = err_set(why, ERR_INTERNAL, "cannot add the sockets to the loop");
        goto done;
    }
    *out = net;
    net = NULL;
done:
    sp_net_close(net);
    return e;
}

static void close_listener(struct sp_listener *listener)
{
    while (listener->conns != NULL)
        sp_conn_close(listener->conns, false);
    sp_socket_close(&listener->socket);
}

void sp_net_close(struct sp_net *net)
{
    if (net == NULL)
        return;
    for (struct sp_listener *l = net->listeners; l != NULL; l = l->next)
        close_listener(l);
    reap(net);
    while (net->listeners != NULL) {
        struct sp_listener *listener = net->listeners;

        net->listeners = listener->next;
        free(listener);
    }
    loop_source_free(net->ready);
    loop_source_free(net->timer);
    loop_source_free(net->pass);
    if (net->epoll >= 0)
        (void)close(net->epoll);
    if (net->reserve >= 0)
        (void)close(net->reserve);
    free(net->users);
    free(net);
}

size_t sp_unsent(const struct sp_net *net)
{
    size_t n = 0;

    for (const struct sp_listener *l = net->listeners; l != NULL; l = l->next)
        for (const struct sp_conn *c = l->role == SP_REP ? l->conns : NULL; c != NULL; c = c->next)
            n += c->out.parts;
    return n;
}

void sp_net_stats(const struct sp_net *net, struct sp_stats *out)
{
    *out = net->stats;
}
