/*
 * The daemon's side of NNG's wire: REP0 and PUB0 over Unix sockets. One epoll set of its own for
 * all its sockets and peers, a single source of the loop: each pass accepts, reads and writes all
 * that is ready. Bytes only; what a request means is above.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/net/peer.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"
#include "shared/err.h"

struct sp_net;      /* the epoll set with all its sockets and peers */
struct sp_listener; /* one listening socket */

struct sp_settings {
    uint32_t max_peers; /* over all sockets; past it a new one is closed at once */
    uint32_t max_peers_per_user;
    uint32_t max_in_flight_per_peer; /* requests read ahead and not yet answered */
    uint32_t mode;                   /* of the socket file */
    gid_t group;                     /* of the socket file; (gid_t)-1: as it comes */
    int64_t handshake_us;            /* to finish it; this and the next two: 0 is the contract's */
    int64_t frame_us;                /* to finish a frame once it is begun */
    int64_t write_us;                /* to take something of the replies that wait */
};

/*
 * One whole request. Freed by sp_reply or sp_drop. It outlives its peer and the net: a reply to
 * one that has gone is dropped quietly.
 */
struct sp_request {
    const uint8_t *body; /* what follows the request id stack */
    size_t len;
    const struct peer *who; /* valid as long as the request */
    int64_t read_mono_us;   /* when the frame was complete */
};

struct sp_callbacks {
    /* A request came (REP sockets). Takes `request`: it is answered by sp_reply, at any later
       time, or dropped. Called on the loop's thread, many in one pass. */
    void (*request)(void *self, struct sp_request *request);
    /* A pass in which requests came is over: hand over what was gathered. */
    void (*pass_done)(void *self);
    /* May this peer subscribe (PUB sockets)? */
    bool (*admit)(void *self, const struct peer *who);
    void *self;
};

enum sp_role { SP_REP, SP_PUB };

/* Where to listen, and what for. */
struct sp_place {
    enum sp_role role;
    const char *url; /* ipc:///path */
    int fd;          /* >= 0: a listening socket to adopt (from a socket unit), and no url */
};

/* What the net counts, for metrics. */
struct sp_stats {
    uint64_t peers_now, subscribers_now, accepted, refused, dropped;
    uint64_t messages_left_out; /* event messages not queued for a subscriber that lagged */
    uint64_t bytes_in, bytes_out;
};

enum err sp_net_open(struct sp_net **out, struct loop *loop, const struct clock *clock,
                     const struct sp_settings *settings, struct why *why);
void sp_net_close(struct sp_net *net); /* closes all; removes the socket files it made */
void sp_net_set_limits(struct sp_net *net, const struct sp_settings *settings);

/*
 * Listens. An adopted fd is the net's from success on.
 *
 * A stale socket file is cleared away; a live one, or a file that is no socket, is refused.
 * errors   ERR_CONFLICT with the path and, where the kernel tells, the holder's pid; ERR_INVALID
 *          for a bad or over-long url; ERR_INTERNAL
 */
enum err sp_listen(struct sp_net *net, const struct sp_place *place,
                   const struct sp_callbacks *callbacks, struct sp_listener **out, struct why *why);

/* Answers a request and frees it. `reply` is copied. Thread: the loop's. */
void sp_reply(struct sp_request *request, const void *reply, size_t len);

/*
 * Its answer may be large, and comes later: no more than PEER_LARGE_MAX such are read ahead from a
 * peer, so that one that asks and does not read cannot fill the memory with its answers. To be said
 * within the callback that brought the request.
 */
void sp_large(struct sp_request *request);

/* Frees a request without an answer. */
void sp_drop(struct sp_request *request);

/* Has the peer of this request gone? (Its replies would go nowhere.) */
bool sp_gone(const struct sp_request *request);

/*
 * Sends one message to all subscribers of a PUB socket: copied once, shared by all. For a
 * subscriber with PEER_LAG_MAX_BYTES waiting it is left out.
 */
void sp_publish(struct sp_listener *pub, const void *message, size_t len);

/*
 * Writes out all that waits, as far as the kernel takes it, and reads on from peers that waited
 * for it. The end of each pass does this too; within a callback it is left to that.
 */
void sp_flush(struct sp_net *net);

/* Stops accepting peers and reading requests (those read already may still be answered). */
void sp_stop_reading(struct sp_net *net);

/* Replies still waiting to be written, over all peers. */
size_t sp_unsent(const struct sp_net *net);

void sp_net_stats(const struct sp_net *net, struct sp_stats *out);
