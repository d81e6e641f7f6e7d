/* Any bytes as messages of the events socket: each seq is handed on once, in order. */
#include <stdlib.h>
#include <string.h>

#include "shared/wire_reply.h"
#include "tui/link/feed_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader {
    struct feed_order order;
    int64_t handed; /* the last seq */
};

static void hand_on(struct reader *reader, int64_t seq)
{
    if (seq <= reader->handed || seq != reader->order.last)
        abort();
    reader->handed = seq;
}

static void take_held(struct reader *reader)
{
    struct slice bytes;
    struct event event;
    struct mp_reader r;

    while (feed_order_take(&reader->order, &bytes)) {
        mp_reader_init(&r, bytes.p, bytes.n);
        wire_event_read(&r, &event);
        if (mp_failed(&r))
            abort(); /* what was held was read before */
        hand_on(reader, event.seq);
    }
}

static void read_events(struct reader *reader, struct event_message *message)
{
    struct mp_reader *r = &message->events;

    for (uint32_t n = message->n_events; n > 0; n--) {
        const uint8_t *from = r->at;
        struct event event;

        wire_event_read(r, &event);
        if (mp_failed(r))
            return;
        if (feed_order_next(&reader->order, event.seq))
            hand_on(reader, event.seq);
        else
            feed_order_hold(&reader->order, event.seq,
                            (struct slice){(const char *)from, (size_t)(r->at - from)});
        take_held(reader);
    }
}

static void read_heartbeat(struct reader *reader, struct slice map)
{
    static struct stats stats;
    struct mp_reader r;

    (void)wire_read_figures(map.p, map.n, &stats, NULL);
    if (wire_reply_find(map.p, map.n, "last_seq", &r) && mp_peek(&r) == MP_INT)
        feed_order_known(&reader->order, mp_int(&r));
}

static void read_message(struct reader *reader, struct slice bytes)
{
    struct event_message message;
    struct why why = {.text = ""};

    if (wire_message_read(bytes.p, bytes.n, &message, &why) != OK) {
        if (why.text[0] == '\0')
            abort();
        return;
    }
    feed_order_message(&reader->order, &message);
    if (message.topic == TOPIC_HEARTBEAT)
        read_heartbeat(reader, message.map);
    else
        read_events(reader, &message);
}

/* Messages, each behind its length in two bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader reader = {.handed = 0};

    feed_order_init(&reader.order, 0);
    for (size_t at = 0; size - at > 2;) {
        size_t n = (size_t)data[at] << 8 | data[at + 1];

        at += 2;
        n = n < size - at ? n : size - at;
        read_message(&reader, (struct slice){(const char *)data + at, n});
        at += n;
    }
    feed_order_done(&reader.order);
    return 0;
}
