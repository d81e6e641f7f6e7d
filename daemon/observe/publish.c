/* Sends committed events on the events socket, numbers them by topic, and beats every second. */
#include "daemon/observe/publish.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/log.h"
#include "shared/need.h"
#include "shared/wire_event.h"

#define BEAT_US 1000000LL
#define ENCODED_MAX_BYTES ((size_t)256 * 1024 * 1024) /* a commit's events, far above any */
#define HEAD_ROOM_BYTES 256                           /* a message's topic and map head */
#define HEARTBEAT_PAIRS 6                             /* beside the figures of stats */

struct publish {
    struct loop_source *timer;
    bool beating;
    int64_t quiet_until; /* a peer may yet be in its handshake: beats on without subscribers */
    const struct clock *clock;
    struct metrics *metrics;
    const char *epoch;
    struct sp_net *net;
    struct sp_listener *pub;
    void (*beat)(void *self);
    void *beat_self;
    int64_t n[TOPIC_COUNT];
    struct buf events; /* each event of the commit, encoded once */
    size_t *ends;      /* ends[i]: where event i ends in it */
    size_t ends_cap;
    struct buf message;
};

static uint64_t subscribers(const struct publish *publish)
{
    struct sp_stats stats;

    if (publish->pub == NULL)
        return 0;
    sp_net_stats(publish->net, &stats);
    return stats.subscribers_now;
}

/* Encodes the events one after the other; returns false when they would not fit. */
static bool encode(struct publish *publish, const struct event *events, size_t n)
{
    if (n > publish->ends_cap) {
        free(publish->ends);
        publish->ends = need(calloc(n, sizeof(*publish->ends)));
        publish->ends_cap = n;
    }
    buf_clear(&publish->events);
    for (size_t i = 0; i < n; i++) {
        wire_event_write(&publish->events, &events[i]);
        publish->ends[i] = publish->events.len;
    }
    return !publish->events.failed;
}

static size_t start_of(const struct publish *publish, size_t i)
{
    return i == 0 ? 0 : publish->ends[i - 1];
}

/* What goes into one message: events from..to-1 that are on the topic. */
struct batch {
    size_t from, to;
    uint32_t n;
};

/* As many events from `from` on as fit into one message, at least one if there is any. */
static struct batch next_batch(const struct publish *publish, const unsigned *topics, size_t n,
                               enum topic topic, size_t from)
{
    struct batch batch = {from, from, 0};
    size_t bytes = HEAD_ROOM_BYTES;

    for (size_t i = from; i < n; i++) {
        size_t len = publish->ends[i] - start_of(publish, i);

        if ((topics[i] & (1U << topic)) == 0)
            continue;
        if (batch.n > 0 && bytes + len > (size_t)EVENT_MESSAGE_MAX_BYTES)
            break;
        bytes += len;
        batch.n++;
        batch.to = i + 1;
    }
    return batch;
}

static void send_batch(struct publish *publish, const unsigned *topics, enum topic topic,
                       const struct batch *batch)
{
    struct buf *out = &publish->message;

    buf_clear(out);
    wire_message_head(out, topic, publish->epoch, ++publish->n[topic], batch->n);
    for (size_t i = batch->from; i < batch->to; i++) {
        size_t start = start_of(publish, i);

        if ((topics[i] & (1U << topic)) != 0)
            buf_add(out, publish->events.data + start, publish->ends[i] - start);
    }
    sp_publish(publish->pub, out->data, out->len);
}

static void send_topics(struct publish *publish, const unsigned *topics, size_t n, unsigned all)
{
    for (unsigned topic = 0; topic < TOPIC_COUNT; topic++) {
        struct batch batch = {0};

        if ((all & (1U << topic)) == 0)
            continue;
        for (;;) {
            batch = next_batch(publish, topics, n, (enum topic)topic, batch.to);
            if (batch.n == 0)
                break;
            send_batch(publish, topics, (enum topic)topic, &batch);
        }
    }
}

/* With nobody there a topic's messages are counted, never made: nobody can tell that one that
   would have been split counts once. Messages that could not be made are missed by `n`. */
static void count_topics(struct publish *publish, unsigned all)
{
    for (unsigned topic = 0; topic < TOPIC_COUNT; topic++) {
        if ((all & (1U << topic)) != 0)
            publish->n[topic]++;
    }
}

void publish_committed(struct publish *publish, const struct event *events, size_t n)
{
    unsigned all = 0;
    unsigned *topics = NULL;

    if (n == 0)
        return;
    topics = need(calloc(n, sizeof(*topics)));
    for (size_t i = 0; i < n; i++) {
        topics[i] = event_topics(&events[i]);
        all |= topics[i];
    }
    if (subscribers(publish) == 0) {
        count_topics(publish, all);
    } else if (!encode(publish, events, n)) {
        log_error("a commit of %zu events is too large to be published", n);
        count_topics(publish, all);
    } else {
        send_topics(publish, topics, n, all);
    }
    free(topics);
}

static void write_last_n(struct buf *out, const struct publish *publish)
{
    uint32_t topics = 0;

    for (unsigned topic = 0; topic < TOPIC_COUNT; topic++)
        topics += topic_name((enum topic)topic)[0] != '\0';
    mp_put_map(out, topics);
    for (unsigned topic = 0; topic < TOPIC_COUNT; topic++) {
        const char *name = topic_name((enum topic)topic);

        if (name[0] == '\0')
            continue;
        mp_put_text(out, name);
        mp_put_int(out, publish->n[topic]);
    }
}

static void write_last_second(struct buf *out, struct metrics *metrics)
{
    struct metrics_second second = metrics_last_second(metrics);

    mp_put_map(out, 3);
    mp_put_text(out, "accepted");
    mp_put_int(out, second.accepted);
    mp_put_text(out, "fulfilled");
    mp_put_int(out, second.fulfilled);
    mp_put_text(out, "failed");
    mp_put_int(out, second.failed);
}

static void send_heartbeat(struct publish *publish)
{
    const char *topic = topic_name(TOPIC_HEARTBEAT);
    struct buf *out = &publish->message;
    struct stats stats;

    metrics_stats(publish->metrics, &stats);
    buf_clear(out);
    buf_add(out, topic, strlen(topic) + 1);
    mp_put_map(out, HEARTBEAT_PAIRS + WIRE_STATS_PAIRS);
    mp_put_text(out, "v");
    mp_put_int(out, PROTOCOL_VERSION);
    mp_put_text(out, "epoch");
    mp_put_text(out, publish->epoch);
    mp_put_text(out, "n");
    mp_put_int(out, ++publish->n[TOPIC_HEARTBEAT]);
    mp_put_text(out, "last_n");
    write_last_n(out, publish);
    mp_put_text(out, "last_seq");
    mp_put_int(out, metrics_last_seq(publish->metrics));
    mp_put_text(out, "last_second");
    write_last_second(out, publish->metrics);
    wire_stats_figures(out, &stats);
    sp_publish(publish->pub, out->data, out->len);
}

static void on_beat(void *self)
{
    struct publish *publish = self;
    int64_t now = clock_mono(publish->clock);

    if (subscribers(publish) > 0) {
        if (publish->beat != NULL)
            publish->beat(publish->beat_self);
        send_heartbeat(publish);
    } else if (now >= publish->quiet_until) {
        publish->beating = false;
        return;
    }
    loop_timer_set(publish->timer, now + BEAT_US);
}

void publish_subscriber_came(struct publish *publish)
{
    int64_t now = clock_mono(publish->clock);

    publish->quiet_until = now + PEER_HANDSHAKE_US;
    if (publish->beating)
        return;
    publish->beating = true;
    loop_timer_set(publish->timer, now + BEAT_US);
}

enum err publish_open(struct publish **out, const struct publish_parts *parts, struct why *why)
{
    struct publish *publish = need(calloc(1, sizeof(*publish)));

    publish->clock = parts->clock;
    publish->metrics = parts->metrics;
    publish->epoch = parts->epoch;
    buf_init(&publish->events, ENCODED_MAX_BYTES);
    buf_init(&publish->message, ENCODED_MAX_BYTES);
    if (loop_add_timer(parts->loop, on_beat, publish, &publish->timer) != OK) {
        publish_close(publish);
        return err_set(why, ERR_INTERNAL, "cannot make the heartbeat's timer");
    }
    *out = publish;
    return OK;
}

void publish_close(struct publish *publish)
{
    if (publish == NULL)
        return;
    loop_source_free(publish->timer);
    buf_done(&publish->events);
    buf_done(&publish->message);
    free(publish->ends);
    free(publish);
}

void publish_set_listener(struct publish *publish, struct sp_net *net, struct sp_listener *pub)
{
    publish->net = net;
    publish->pub = pub;
}

void publish_on_beat(struct publish *publish, void (*beat)(void *self), void *self)
{
    publish->beat = beat;
    publish->beat_self = self;
}
