/* Sends committed events on the events socket, numbers them by topic, and beats every second. */
#pragma once

#include "daemon/net/sp_listener.h"
#include "daemon/observe/metrics.h"
#include "daemon/sys/loop.h"

struct publish;

/* What it stands on; all borrowed. */
struct publish_parts {
    struct loop *loop;
    const struct clock *clock;
    struct metrics *metrics;
    const char *epoch; /* changes at every start */
};

enum err publish_open(struct publish **out, const struct publish_parts *parts, struct why *why);
void publish_close(struct publish *publish); /* takes NULL */

/* The socket it sends on: given once; without one it only counts. */
void publish_set_listener(struct publish *publish, struct sp_net *net, struct sp_listener *pub);

/* One message per topic that the events fall on (event_topics), split at EVENT_MESSAGE_MAX_BYTES.
   Encodes nothing while nobody subscribes, but goes on counting `n`. Thread: the loop's. */
void publish_committed(struct publish *publish, const struct event *events, size_t n);

/* A peer was let in to subscribe: heartbeats begin, until nobody subscribes any more. */
void publish_subscriber_came(struct publish *publish);

/* Called before each heartbeat while anyone subscribes (to refresh figures); may be NULL. */
void publish_on_beat(struct publish *publish, void (*beat)(void *self), void *self);
