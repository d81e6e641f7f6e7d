/* The daemon as a program sees it that must never wait: events, answers and the link's state, from
   a thread of their own. */
#pragma once

#include "shared/buf.h"
#include "shared/wire_event.h"
#include "tui/link/client.h"

struct live;

enum live_kind {
    LIVE_UP,        /* connected, for the first time or again: events go on where they ended */
    LIVE_DOWN,      /* not connected, as `why` says; the next try is at `retry_at_us` */
    LIVE_EVENT,     /* each seq once, in order */
    LIVE_HEARTBEAT, /* `bytes`: its map */
    LIVE_LOST,      /* events were missed for good */
    LIVE_ANSWER     /* to live_ask: `bytes` is the reply, absent when there was none: `why` */
};

struct live_news {
    struct live_news *next;
    enum live_kind kind;
    int64_t retry_at_us; /* by the mono hand */
    uint64_t id;
    struct event event; /* borrows from the news */
    struct slice bytes;
    const char *why;
    struct client_answer answer; /* owns `bytes` of LIVE_ANSWER */
};
void live_news_free(struct live_news *news); /* takes NULL; one, not the list */

/* Starts; connects in the background, again and again: after 0.25 s, doubling to 5 s. */
void live_open(const struct client_place *place, struct live **out);
void live_close(struct live *live); /* takes NULL */

/* Readable when there is news. */
int live_fd(const struct live *live);

/* All news so far as a list, oldest first, to be freed; NULL: none. Thread: the one of live_open.
 */
struct live_news *live_take(struct live *live);

/* Sends a request; its answer comes as news with this id. Never waits. Thread: as live_take. */
void live_ask(struct live *live, uint64_t id, const struct buf *request, int64_t timeout_us);
