/* Events and their messages on the wire. */
#include "shared/wire_event.h"

#include <string.h>

#include "shared/limits.h"
#include "shared/wire_order.h"
#include "shared/wire_row.h"

static void write_order_id(struct buf *out, const void *base)
{
    const struct event *event = base;

    if (event->has_order)
        wire_put_uuid(out, &event->uid);
    else
        mp_put_nil(out);
}

static void read_order_id(struct mp_reader *r, struct arena *arena, void *base)
{
    struct event *event = base;

    (void)arena;
    event->uid = wire_get_uuid(r);
    event->has_order = true;
}

/* The status of an order, else the state of what the event is about. */
static void write_to(struct buf *out, const void *base)
{
    const struct event *event = base;

    if (event->to != STATUS_NONE)
        mp_put_text(out, status_name(event->to));
    else
        mp_put_str(out, event->subject_to);
}

/* Which of the two it is, `type` says: settled when the whole map is read. */
static void read_to(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct event *)base)->subject_to = mp_str(r);
}

static void write_type(struct buf *out, const void *base)
{
    mp_put_text(out, event_type_name(base));
}

static void read_type(struct mp_reader *r, struct arena *arena, void *base)
{
    struct event *event = base;
    struct slice name = mp_str(r);

    (void)arena;
    if (!entry_parse(name, &event->entry) && !news_parse(name, &event->news))
        r->failed = true;
}

#define PART(member, kind) WIRE_ROW(struct event, member, #member, kind)

static const struct wire_row event_rows[] = {
    PART(seq, WIRE_INT),
    PART(at, WIRE_INT_OR_NIL),
    WIRE_ROW_OWN("order_id", write_order_id, read_order_id),
    PART(customer_id, WIRE_STR),
    PART(reference, WIRE_STR),
    PART(from, WIRE_STATUS),
    WIRE_ROW_OWN("to", write_to, read_to),
    WIRE_ROW_OWN("type", write_type, read_type),
    PART(attempt, WIRE_U32_OR_NIL),
    PART(max_attempts, WIRE_U32_OR_NIL),
    PART(total_quantity, WIRE_INT_OR_NIL),
    PART(created_at, WIRE_INT_OR_NIL),
    PART(next_attempt_at, WIRE_INT_OR_NIL),
    PART(step, WIRE_STR),
    PART(reason, WIRE_STR),
    PART(by, WIRE_STR),
    PART(subject, WIRE_STR),
    PART(matched, WIRE_INT),
    PART(moved, WIRE_INT),
    PART(skipped, WIRE_INT),
    PART(refailed, WIRE_INT),
};
static const struct wire_table event_table = WIRE_TABLE(event_rows);

/* The rows of every event; behind them `subject`, then the figures of a replay. */
#define EVENT_ALWAYS 16U
#define EVENT_PROGRESS 17U

void wire_event_write(struct buf *out, const struct event *event)
{
    uint32_t progress = event->has_progress ? event_table.n - EVENT_PROGRESS : 0;
    uint32_t subject = event->subject.p != NULL || progress > 0 ? 1 : 0;

    mp_put_map(out, EVENT_ALWAYS + subject + progress);
    for (uint32_t i = 0; i < EVENT_ALWAYS + subject + progress; i++)
        wire_row_write(out, &event_rows[i], event);
}

void wire_event_read(struct mp_reader *r, struct event *out)
{
    uint32_t found = 0;

    *out = (struct event){0};
    found = wire_table_read(r, &event_table, NULL, out);
    if (out->news == NEWS_ORDER && out->subject_to.p != NULL) {
        if (!status_parse(out->subject_to, &out->to))
            r->failed = true;
        out->subject_to = (struct slice){NULL, 0};
    }
    if (found < EVENT_ALWAYS)
        r->failed = true;
    out->has_progress = found == event_table.n;
}

void wire_message_head(struct buf *out, enum topic topic, const char *epoch, int64_t n,
                       uint32_t n_events)
{
    buf_add_text(out, topic_name(topic));
    buf_add_byte(out, 0);
    mp_put_map(out, 4);
    mp_put_str(out, SLICE("v"));
    mp_put_int(out, PROTOCOL_VERSION);
    mp_put_str(out, SLICE("epoch"));
    mp_put_text(out, epoch);
    mp_put_str(out, SLICE("n"));
    mp_put_int(out, n);
    mp_put_str(out, SLICE("events"));
    mp_put_list(out, n_events);
}

struct message_parts {
    int64_t v;
    struct event_message *message;
};

static void read_events(struct mp_reader *r, struct arena *arena, void *base)
{
    struct event_message *message = ((struct message_parts *)base)->message;
    struct mp_reader events = *r;

    (void)arena;
    message->n_events = mp_list(&events);
    message->events = events;
    r->failed = mp_failed(&events);
    mp_skip(r);
}

static void read_epoch(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct message_parts *)base)->message->epoch = mp_str(r);
}

static void read_n(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct message_parts *)base)->message->n = mp_int(r);
}

static const struct wire_row message_rows[] = {
    WIRE_ROW(struct message_parts, v, "v", WIRE_INT),
    WIRE_ROW_OWN("epoch", NULL, read_epoch),
    WIRE_ROW_OWN("n", NULL, read_n),
    WIRE_ROW_OWN("events", NULL, read_events),
};
static const struct wire_table message_table = WIRE_TABLE(message_rows);

static enum err read_map(struct event_message *out, struct why *why)
{
    struct message_parts parts = {0, out};
    struct mp_reader r;
    enum err e = mp_check(out->map.p, out->map.n, why);

    if (e != OK)
        return e;
    mp_reader_init(&r, out->map.p, out->map.n);
    (void)wire_table_read(&r, &message_table, NULL, &parts);
    if (mp_failed(&r) || parts.v != PROTOCOL_VERSION || out->epoch.p == NULL)
        return err_set(why, ERR_MALFORMED, "a message without v, epoch or events");
    if (out->topic != TOPIC_HEARTBEAT && (out->events.at == NULL || out->n < 1))
        return err_set(why, ERR_MALFORMED, "a message without n or events");
    return OK;
}

enum err wire_message_read(const void *bytes, size_t n, struct event_message *out, struct why *why)
{
    const char *at = bytes, *nul = n > 0 ? memchr(at, 0, n) : NULL;
    size_t head = 0;

    *out = (struct event_message){0};
    if (nul == NULL)
        return err_set(why, ERR_MALFORMED, "a message without a topic");
    head = (size_t)(nul - at);
    if (!topic_parse((struct slice){at, head}, &out->topic))
        return err_set(why, ERR_MALFORMED, "a message on an unknown topic");
    out->map = (struct slice){nul + 1, n - head - 1};
    return read_map(out, why);
}
