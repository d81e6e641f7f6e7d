/* The live tail: a ring of the newest events, and those of them that match. */
#include "tui/model/model_events.h"

#include <stdlib.h>
#include <string.h>

#include "shared/wire_event.h"
#include "tui/model/model.h"
#include "tui/model/model_filter.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

#define ASK_FOR_LAST 1

void tail_init(struct model *m)
{
    m->tail.ring = calloc(TAIL_MAX, sizeof *m->tail.ring);
    if (m->tail.ring == NULL)
        abort();
}

void tail_done(struct model *m)
{
    free(m->tail.ring);
    filterline_done(&m->tail.filter);
}

const struct event_row *tail_shown(const struct tail *tail, size_t i)
{
    return i < tail->n_shown ? &tail->ring[tail->shown[i]] : NULL;
}

const struct event_row *tail_selected(const struct tail *tail)
{
    return tail_shown(tail, tail->selected);
}

static void fill(struct event_row *row, const struct event *event)
{
    *row = (struct event_row){
        .seq = event->seq,
        .at = event->at,
        .type = event_type_name(event),
        .has_order = event->has_order,
        .uid = event->uid,
        .from = event->from,
        .to = event->to,
        .attempt = event->attempt,
        .max_attempts = event->max_attempts,
        .total_quantity = event->total_quantity,
        .created_at = event->created_at,
        .next_attempt_at = event->next_attempt_at,
        .has_progress = event->has_progress,
        .matched = event->matched,
        .moved = event->moved,
        .skipped = event->skipped,
        .refailed = event->refailed,
    };
    ROW_TEXT(row->customer, event->customer_id);
    ROW_TEXT(row->reference, event->reference);
    ROW_TEXT(row->reason, event->reason);
    ROW_TEXT(row->step, event->step);
    ROW_TEXT(row->by, event->by);
    ROW_TEXT(row->subject, event->subject);
    ROW_TEXT(row->subject_to, event->subject_to);
}

static struct slice known(const char *text)
{
    return text[0] == '\0' ? (struct slice){NULL, 0} : slice_of(text);
}

static bool matches(const struct model *m, const struct event_row *row)
{
    struct filter_subject subject = {
        .uid = row->has_order ? &row->uid : NULL,
        .status = row->to,
        .customer_id = known(row->customer),
        .reference = known(row->reference),
        .reason = known(row->reason),
        .step = known(row->step),
        .by = known(row->by),
        .attempts = row->attempt,
        .created_at = row->created_at,
    };

    return filter_matches(&m->tail.filter.filter, &subject, m->wall_us);
}

static bool held(const struct tail *tail)
{
    return tail->top > 0 || tail->selected > 0;
}

/* The oldest gives its place up. */
static void forget_oldest(struct tail *tail, size_t place)
{
    if (tail->n_shown > 0 && tail->shown[tail->n_shown - 1] == place)
        tail->n_shown--;
    if (tail->selected >= tail->n_shown)
        tail->selected = tail->n_shown > 0 ? tail->n_shown - 1 : 0;
    if (tail->top > tail->selected)
        tail->top = tail->selected;
}

static void show_first(struct tail *tail, size_t place)
{
    bool was_held = held(tail) && tail->n_shown > 0;

    memmove(tail->shown + 1, tail->shown, tail->n_shown * sizeof *tail->shown);
    tail->shown[0] = place;
    tail->n_shown++;
    if (!was_held)
        return;
    tail->n_new++;
    tail->selected++;
    if (tail->top > 0 || tail->selected > 0)
        tail->top++;
}

void tail_event(struct model *m, const struct event *event)
{
    struct tail *tail = &m->tail;

    if (event->seq <= tail->last_seq)
        return;
    tail->last_seq = event->seq;
    tail->head = tail->n == 0 ? 0 : (tail->head + 1) % TAIL_MAX;
    if (tail->n == TAIL_MAX)
        forget_oldest(tail, tail->head);
    else
        tail->n++;
    fill(&tail->ring[tail->head], event);
    if (matches(m, &tail->ring[tail->head]))
        show_first(tail, tail->head);
}

void tail_filter(struct model *m)
{
    struct tail *tail = &m->tail;

    tail->n_shown = tail->top = tail->selected = 0;
    tail->n_new = 0;
    for (size_t i = 0; i < tail->n; i++) {
        size_t place = (tail->head + TAIL_MAX - i) % TAIL_MAX;

        if (matches(m, &tail->ring[place]))
            tail->shown[tail->n_shown++] = place;
    }
}

void tail_fresh(struct model *m)
{
    m->tail.top = m->tail.selected = 0;
    m->tail.n_new = 0;
}

/* What was before the start: the last seq is asked for, then those up to it. */
void tail_ask(struct model *m)
{
    struct request request = {.op = OP_EVENTS, .events = {.after = INT64_MAX, .limit = 1}};

    if (m->tail.loaded || m->tail.asking != 0)
        return;
    m->tail.asking = ask_send(m, (struct ask){.kind = ASK_TAIL, .a = ASK_FOR_LAST}, &request);
}

static void ask_before(struct model *m, int64_t last_seq)
{
    struct request request = {.op = OP_EVENTS, .events = {.limit = TAIL_MAX}};

    request.events.after = last_seq > TAIL_MAX ? last_seq - TAIL_MAX : 0;
    m->tail.asking = ask_send(m, (struct ask){.kind = ASK_TAIL}, &request);
}

/* The ring is made anew: those asked for, then those that had come. */
static void join(struct model *m, struct mp_reader *r, uint32_t n)
{
    struct tail *tail = &m->tail;
    struct event_row *came = tail->ring;
    size_t n_came = tail->n, head = tail->head;
    int64_t first = n_came > 0 ? came[(head + TAIL_MAX - n_came + 1) % TAIL_MAX].seq : INT64_MAX;

    tail_init(m);
    tail->n = tail->n_shown = tail->head = 0;
    tail->last_seq = 0;
    for (; n > 0 && !mp_failed(r); n--) {
        struct event event = {0};

        wire_event_read(r, &event);
        if (!mp_failed(r) && event.seq < first)
            tail_event(m, &event);
    }
    for (size_t i = n_came; i > 0; i--) {
        tail->head = tail->n == 0 ? 0 : (tail->head + 1) % TAIL_MAX;
        tail->n += tail->n < TAIL_MAX;
        tail->ring[tail->head] = came[(head + TAIL_MAX - i + 1) % TAIL_MAX];
        tail->last_seq = tail->ring[tail->head].seq;
    }
    free(came);
    tail->loaded = true;
    tail_filter(m);
}

void tail_answer(struct model *m, const struct answer *answer)
{
    struct mp_reader r;
    uint32_t n = 0;

    m->tail.asking = 0;
    if (answer->none || answer->code != OK)
        return;
    if (answer->ask.a == ASK_FOR_LAST)
        ask_before(m, answer_int(answer, "last_seq", 0));
    else if (answer_list(answer, "events", &r, &n))
        join(m, &r, n);
}

void tail_lost(struct model *m)
{
    struct tail *tail = &m->tail;

    tail->n = tail->n_shown = tail->head = tail->top = tail->selected = 0;
    tail->n_new = tail->last_seq = 0;
    tail->loaded = false;
}
