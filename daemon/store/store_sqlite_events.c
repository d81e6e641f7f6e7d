/*
 * The events of one commit in one column: msgpack, a list of lists [head, at, id, by, attempt,
 * max_attempts, next_attempt_at, step, reason, subject, subject_to, matched, moved, skipped,
 * refailed], absent ends left out. `at` and `id` count from the event before, next_attempt_at from
 * `at`; `by` and `step` are true where they are as in the event before. What else an event tells of
 * its order is joined from `orders` when it is read.
 */
#include "shared/mp.h"
#include "shared/order.h"

#include "daemon/store/store_sqlite.h"

/* The head, by bits: 0 news, 5 entry, 12 from, 17 to, then flags. */
#define ENTRY_SHIFT 5U
#define FROM_SHIFT 12U
#define TO_SHIFT 17U
#define DLQ_ADDED (1U << 22U)
#define DLQ_REMOVED (1U << 23U)
#define HAS_ORDER (1U << 24U)
#define HAS_PROGRESS (1U << 25U)

static const struct event none;

static int64_t head_of(const struct event *event)
{
    unsigned head = (unsigned)event->news | (unsigned)event->entry << ENTRY_SHIFT |
                    (unsigned)event->from << FROM_SHIFT | (unsigned)event->to << TO_SHIFT;

    head |= event->dlq_added ? DLQ_ADDED : 0;
    head |= event->dlq_removed ? DLQ_REMOVED : 0;
    head |= event->has_order ? HAS_ORDER : 0;
    head |= event->has_progress ? HAS_PROGRESS : 0;
    return head;
}

static uint32_t parts_of(const struct event *event)
{
    if (event->has_progress)
        return 15;
    if (event->subject_to.p != NULL)
        return 11;
    if (event->subject.p != NULL)
        return 10;
    if (event->reason.p != NULL)
        return 9;
    if (event->step.p != NULL)
        return 8;
    if (event->next_attempt_at != 0)
        return 7;
    return event->max_attempts != 0 || event->attempt != 0 ? 6 : 4;
}

static void put_if_new(struct buf *out, struct slice s, struct slice before)
{
    if (s.p != NULL && slice_eq(s, before))
        mp_put_bool(out, true);
    else
        mp_put_str(out, s);
}

static void pack_progress(struct buf *out, const struct event *event)
{
    mp_put_int(out, event->matched);
    mp_put_int(out, event->moved);
    mp_put_int(out, event->skipped);
    mp_put_int(out, event->refailed);
}

static void pack_event(struct buf *out, const struct event *event, const struct event *before)
{
    uint32_t parts = parts_of(event);

    mp_put_list(out, parts);
    mp_put_int(out, head_of(event));
    mp_put_int(out, event->at - before->at);
    mp_put_int(out, event->id - before->id);
    put_if_new(out, event->by, before->by);
    if (parts >= 6) {
        mp_put_int(out, event->attempt);
        mp_put_int(out, event->max_attempts);
    }
    if (parts >= 7)
        mp_put_int(out, event->next_attempt_at != 0 ? event->next_attempt_at - event->at : 0);
    if (parts >= 8)
        put_if_new(out, event->step, before->step);
    if (parts >= 9)
        mp_put_str(out, event->reason);
    if (parts >= 10)
        mp_put_str(out, event->subject);
    if (parts >= 11)
        mp_put_str(out, event->subject_to);
    if (parts >= 15)
        pack_progress(out, event);
}

void pack_events(struct buf *out, const struct event *events, size_t n)
{
    mp_put_list(out, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        pack_event(out, &events[i], i == 0 ? &none : &events[i - 1]);
}

static struct slice get_str(struct mp_reader *r)
{
    return mp_nil(r) ? (struct slice){NULL, 0} : mp_str(r);
}

static struct slice get_or_same(struct mp_reader *r, struct slice before)
{
    if (mp_peek(r) != MP_BOOL)
        return get_str(r);
    (void)mp_bool(r);
    return before;
}

static bool unpack_head(int64_t value, struct event *out)
{
    unsigned head = (unsigned)value;

    out->news = (enum news)(head & 31U);
    out->entry = (enum entry_type)(head >> ENTRY_SHIFT & 127U);
    out->from = (enum status)(head >> FROM_SHIFT & 31U);
    out->to = (enum status)(head >> TO_SHIFT & 31U);
    out->dlq_added = (head & DLQ_ADDED) != 0;
    out->dlq_removed = (head & DLQ_REMOVED) != 0;
    out->has_order = (head & HAS_ORDER) != 0;
    out->has_progress = (head & HAS_PROGRESS) != 0;
    return out->news < NEWS_COUNT && out->entry < ENTRY_COUNT && out->from < STATUS_COUNT &&
           out->to < STATUS_COUNT;
}

static void unpack_texts(struct mp_reader *r, uint32_t parts, const struct event *before,
                         struct event *out)
{
    if (parts >= 8)
        out->step = get_or_same(r, before->step);
    if (parts >= 9)
        out->reason = get_str(r);
    if (parts >= 10)
        out->subject = get_str(r);
    if (parts >= 11)
        out->subject_to = get_str(r);
    if (parts >= 15) {
        out->matched = mp_int(r);
        out->moved = mp_int(r);
        out->skipped = mp_int(r);
        out->refailed = mp_int(r);
    }
}

static void unpack_event(struct mp_reader *r, const struct event *before, struct event *out)
{
    uint32_t parts = mp_list(r);

    *out = (struct event){.seq = before->seq + 1};
    if (!unpack_head(mp_int(r), out))
        r->failed = true;
    out->at = before->at + mp_int(r);
    out->id = before->id + mp_int(r);
    out->by = get_or_same(r, before->by);
    if (parts >= 6) {
        out->attempt = (uint32_t)mp_int(r);
        out->max_attempts = (uint32_t)mp_int(r);
    }
    if (parts >= 7) {
        int64_t after = mp_int(r);

        out->next_attempt_at = after != 0 ? out->at + after : 0;
    }
    unpack_texts(r, parts, before, out);
}

bool events_reader_init(struct events_reader *r, struct slice bytes, int64_t first_seq)
{
    mp_reader_init(&r->in, bytes.p, bytes.n);
    r->left = mp_list(&r->in);
    r->last = (struct event){.seq = first_seq - 1};
    return !mp_failed(&r->in);
}

bool events_reader_next(struct events_reader *r, struct event *out)
{
    if (r->left == 0 || mp_failed(&r->in))
        return false;
    r->left--;
    unpack_event(&r->in, &r->last, out);
    r->last = *out;
    return !mp_failed(&r->in);
}
