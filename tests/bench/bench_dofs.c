/*
 * A load of orders on a running dofsd, by a client that costs little itself, and as many
 * subscribers to its events. Usage: tests/lib/load.h, struct load_settings.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/sp.h"
#include "shared/clock.h"
#include "shared/wire_event.h"
#include "shared/wire_reply.h"
#include "tests/lib/load.h"
#include "tests/lib/load_order.h"
#include "tests/lib/raw_client.h"

#define ID_LEN 4
#define TOPICS 32
#define ASK_EVERY_US 5000
#define REPLY_MAX ((uint64_t)FRAME_MAX_BYTES + ID_LEN)

struct subscriber {
    struct bench *bench;
    int64_t n[TOPICS]; /* the last message's, by topic */
    int64_t events, left_out;
    struct load_times ages; /* from a change to its event; of the first subscriber */
};

struct bench {
    struct load_settings settings;
    struct load *load;
    struct load_order order;
    struct load_link **links;
    struct load_link *control;
    struct subscriber *subscribers;
    struct clock clock;
    bool asking; /* for the stats */
    int64_t asked_us;
    int64_t began_us;
    int64_t base, ended;             /* orders that had ended before, that have since */
    int64_t window_ended, window_us; /* as soon as submitting was over; us 0: not yet known */
    int64_t busy, busy_without_time;
    bool complained;
};

/* A whole frame at the start; 0: more has to come. */
static size_t frame_len(const uint8_t *bytes, size_t n)
{
    uint64_t len = 0;

    if (n < SP_FRAME_HEAD_LEN)
        return 0;
    if (!sp_get_frame_head(bytes, REPLY_MAX, &len))
        errx(EXIT_FAILURE, "a broken frame");
    return n < SP_FRAME_HEAD_LEN + len ? 0 : SP_FRAME_HEAD_LEN + (size_t)len;
}

static void count_refusal(struct bench *b, const uint8_t *body, size_t n)
{
    struct mp_reader rest;
    struct why why = {0};
    uint32_t pairs = 0;
    enum err e = wire_reply_head(body, n, &rest, &pairs, &why);

    if (e == ERR_BUSY) {
        b->busy++;
        b->busy_without_time += why.retry_after_us <= 0;
    } else if (!b->complained) {
        b->complained = true;
        warnx("refused: %s: %s", err_name(e), why.text);
    }
}

/* How many results of a batch are orders and not errors. */
static int64_t count_results(struct mp_reader *r)
{
    uint32_t n = mp_list(r);
    int64_t well = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t pairs = mp_map(r);

        well += !slice_is(mp_str(r), "error");
        for (uint32_t k = 1; k < 2 * pairs; k++)
            mp_skip(r);
    }
    return well;
}

/* `v` and `ok` come first in every reply, `results` next in that to a batch. */
static int64_t count_accepted(struct bench *b, const uint8_t *body, size_t n)
{
    struct mp_reader r;
    bool ok = false;

    mp_reader_init(&r, body, n);
    (void)mp_map(&r);
    mp_skip(&r);
    mp_skip(&r);
    ok = slice_is(mp_str(&r), "ok") && mp_bool(&r);
    if (mp_failed(&r))
        errx(EXIT_FAILURE, "an odd reply");
    if (!ok)
        count_refusal(b, body, n);
    if (!ok || b->settings.batch == 1)
        return ok;
    (void)mp_str(&r);
    return count_results(&r);
}

static size_t take_reply(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct bench *b = self;
    size_t len = frame_len(bytes, n);
    const uint8_t *id = bytes + SP_FRAME_HEAD_LEN;
    int64_t accepted = 0;

    (void)link;
    if (len == 0)
        return 0;
    accepted = count_accepted(b, id + ID_LEN, len - SP_FRAME_HEAD_LEN - ID_LEN);
    load_answered(b->load, (uint32_t)(id[1] << 16 | id[2] << 8 | id[3]), accepted,
                  b->settings.batch - accepted);
    return len;
}

static void submit(void *self, uint32_t slot)
{
    struct bench *b = self;
    size_t len = 0;
    const uint8_t *frame = load_order_next(&b->order, slot, &len);

    buf_add(load_link_out(b->links[slot % b->settings.connections]), frame, len);
}

/* How many of the orders that ever were have ended. */
static int64_t count_ended(const struct stats *stats)
{
    return stats->counts[STATUS_FULFILLED] + stats->counts[STATUS_FAILED] +
           stats->counts[STATUS_REJECTED] + stats->counts[STATUS_CANCELLED];
}

static void note_ended(struct bench *b, int64_t ended)
{
    if (b->window_us == 0) {
        b->window_us = load_now_us() - b->began_us;
        b->window_ended = ended;
    }
    if (ended > b->ended)
        load_ended(b->load, ended - b->ended);
    b->ended = ended;
}

static size_t take_stats(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct bench *b = self;
    size_t len = frame_len(bytes, n);
    struct stats stats;

    (void)link;
    if (len == 0)
        return 0;
    if (wire_read_stats(bytes + SP_FRAME_HEAD_LEN + ID_LEN, len - SP_FRAME_HEAD_LEN - ID_LEN,
                        &stats, NULL) != OK)
        errx(EXIT_FAILURE, "odd stats");
    b->asking = false;
    if (b->load == NULL)
        b->base = count_ended(&stats);
    else
        note_ended(b, count_ended(&stats) - b->base);
    return len;
}

static void ask_stats(struct bench *b)
{
    struct buf *out = load_link_out(b->control);
    struct buf body;

    buf_init(&body, 256);
    wire_request_write(&body, &(struct request){.op = OP_STATS}, ROLE_NONE);
    (void)buf_reserve(out, SP_FRAME_HEAD_LEN);
    sp_put_frame_head(out->data + out->len, ID_LEN + body.len);
    out->len += SP_FRAME_HEAD_LEN;
    buf_add(out, (const uint8_t[]){0x80, 0, 0, 0}, ID_LEN);
    buf_add(out, body.data, body.len);
    buf_done(&body);
    b->asking = true;
    b->asked_us = load_now_us();
}

static void turn(void *self)
{
    struct bench *b = self;

    if (!load_submitting(b->load) && !b->settings.no_wait && !b->asking &&
        load_now_us() - b->asked_us >= ASK_EVERY_US)
        ask_stats(b);
}

/* The map of one message behind its `n`: counts its events, times the first of them. */
static void take_events(struct subscriber *s, struct mp_reader *r)
{
    uint32_t n = mp_list(r);
    uint32_t pairs = n > 0 ? mp_map(r) : 0;

    s->events += n;
    for (uint32_t i = 0; i < pairs; i++) {
        if (slice_is(mp_str(r), "at")) {
            if (s == s->bench->subscribers)
                load_times_add(&s->ages, clock_wall(&s->bench->clock) - mp_int(r));
            return;
        }
        mp_skip(r);
    }
}

static size_t take_message(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct subscriber *s = self;
    size_t len = frame_len(bytes, n);
    const uint8_t *body = bytes + SP_FRAME_HEAD_LEN;
    const uint8_t *nul = len > 0 ? memchr(body, 0, len - SP_FRAME_HEAD_LEN) : NULL;
    enum topic topic = 0; /* that of heartbeats, which have no `n` */
    struct mp_reader r;

    (void)link;
    if (nul == NULL)
        return len;
    (void)topic_parse((struct slice){(const char *)body, (size_t)(nul - body)}, &topic);
    mp_reader_init(&r, nul + 1, (size_t)(bytes + len - nul) - 1);
    for (uint32_t pairs = mp_map(&r); pairs > 0 && !mp_failed(&r); pairs--) {
        struct slice key = mp_str(&r);

        if (slice_is(key, "events")) {
            take_events(s, &r);
            break;
        }
        if (slice_is(key, "n")) {
            int64_t count = mp_int(&r);

            s->left_out += s->n[topic] > 0 ? count - s->n[topic] - 1 : 0;
            s->n[topic] = count;
        } else {
            mp_skip(&r);
        }
    }
    return len;
}

static int open_raw(const char *path, enum sp_protocol self)
{
    int fd = raw_client_open(path, self);

    if (fd < 0)
        errx(EXIT_FAILURE, "no daemon at %s", path);
    return fd;
}

static void open_all(struct bench *b, struct load_loop *loop)
{
    const struct load_settings *s = &b->settings;

    b->links = calloc((size_t)s->connections, sizeof(struct load_link *));
    b->subscribers = calloc((size_t)s->subscribers + 1, sizeof *b->subscribers);
    if (b->links == NULL || b->subscribers == NULL)
        abort();
    for (int64_t i = 0; i < s->connections; i++)
        b->links[i] = load_loop_add(loop, open_raw(s->address, SP_PROTO_REQ), take_reply, b);
    b->control = load_loop_add(loop, open_raw(s->address, SP_PROTO_REQ), take_stats, b);
    for (int64_t i = 0; i < s->subscribers; i++) {
        b->subscribers[i].bench = b;
        (void)load_loop_add(loop, open_raw(s->events, SP_PROTO_SUB), take_message,
                            &b->subscribers[i]);
    }
    ask_stats(b);
    while (b->asking)
        load_loop_turn(loop, ASK_EVERY_US);
}

static void print(struct bench *b)
{
    int64_t events = INT64_MAX, left_out = 0;

    if (b->window_us > 0)
        (void)printf("window_orders_per_s %.0f\n",
                     (double)b->window_ended * 1e6 / (double)b->window_us);
    (void)printf("busy %" PRId64 "\nbusy_without_time %" PRId64 "\n", b->busy,
                 b->busy_without_time);
    if (b->settings.subscribers == 0)
        return;
    for (int64_t i = 0; i < b->settings.subscribers; i++) {
        if (b->subscribers[i].events < events)
            events = b->subscribers[i].events;
        left_out += b->subscribers[i].left_out;
    }
    (void)printf("events_seen_least %" PRId64 "\nmessages_left_out %" PRId64 "\n", events,
                 left_out);
    load_times_print(&b->subscribers[0].ages, "event");
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct load_loop *loop = load_loop_new();

    b.settings = load_settings_read(argc, argv);
    if (b.settings.subscribers > 0 && b.settings.events == NULL)
        errx(EXIT_FAILURE, "--subscribers wants --events");
    clock_init(&b.clock);
    load_order_init(&b.order, (size_t)b.settings.batch, b.settings.keys);
    open_all(&b, loop);
    b.began_us = load_now_us();
    load_run(&b.settings, loop, &(struct load_peer){submit, turn, &b}, &b.load);
    print(&b);
    load_loop_free(loop);
    load_order_done(&b.order);
    free(b.links);
    free(b.subscribers);
    return 0;
}
