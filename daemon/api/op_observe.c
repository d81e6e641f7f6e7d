/* stats, events, metrics and health: what the daemon tells about itself. */
#include "daemon/api/op_handler.h"
#include "daemon/api/reply_page.h"
#include "daemon/core/step_ages.h"
#include "shared/limits.h"
#include "shared/wire_event.h"

#define METRICS_MAX_BYTES (FRAME_MAX_BYTES - 1024)
#define PROBLEMS_MAX 4

static enum err run_ages(struct call *call, struct store_reader *reader, struct why *why)
{
    return step_ages_read(call->state, reader, clock_due(call->parts->clock), why);
}

static void reply_stats(struct call *call)
{
    struct metrics *metrics = call->parts->metrics;
    const struct step_ages *ages = call->state;
    int64_t now = clock_due(call->parts->clock);
    struct stats *stats = arena_alloc(&call->arena, sizeof(*stats));

    metrics_set_queue_oldest(metrics, step_ages_waited(ages->queued_due_at, now) / 1000);
    for (uint32_t i = 0; i < ages->n_steps; i++)
        metrics_set_step_oldest(metrics, i, step_ages_waited(ages->due_at[i], now) / 1000);
    metrics_stats(metrics, stats);
    wire_reply_stats(&call->out, stats);
    call_reply(call);
}

void op_stats(struct call *call)
{
    struct step_ages *ages = arena_alloc(&call->arena, sizeof(*ages));

    step_ages_begin(ages, call->parts->store, engine_totals(call->parts->engine), false);
    call->state = ages;
    call_read_then(call, run_ages, reply_stats);
}

/* A search through the events, a stretch at a time. */
struct event_search {
    struct reply_page page;
    int64_t after;
    int64_t first, last;
    uint32_t looked; /* in this stretch */
    bool full;       /* nothing more fits */
};

static bool matches(const struct call *call, const struct event *event)
{
    const struct request_events *asked = &call->request.events;
    struct buf group;
    struct filter_subject subject = {
        .uid = event->has_order ? &event->uid : NULL,
        .status = event->to,
        .customer_id = event->customer_id,
        .reference = event->reference,
        .reason = event->reason,
        .step = event->step,
        .by = event->by,
        .attempts = event->attempt,
        .created_at = event->created_at,
    };
    bool match = false;

    if (asked->topics != 0 && (asked->topics & event_topics(event)) == 0)
        return false;
    if (asked->filter.n == 0)
        return true;
    buf_init(&group, (size_t)WHY_TEXT_MAX * 4);
    if (event->reason.p != NULL) {
        text_group(&group, event->reason);
        subject.group = slice_of(buf_text(&group));
    }
    match = filter_matches(&asked->filter, &subject, call->received_at);
    buf_done(&group);
    return match;
}

static bool event_row(void *self, const struct event *event)
{
    struct event_search *search = self;
    struct call *call = search->page.call;

    if (matches(call, event)) {
        search->full = search->page.n == call->request.events.limit;
        if (search->full)
            return false;
        reply_page_row(&search->page);
        wire_event_write(&call->out, event);
        search->full = !reply_page_fits(&search->page);
        if (search->full)
            return false;
    }
    search->after = event->seq;
    search->looked++;
    return true;
}

static enum err run_events(struct call *call, struct store_reader *reader, struct why *why)
{
    struct event_search *search = call->state;

    search->looked = 0;
    return store_events(reader,
                        &(struct store_events_ask){.after = search->after,
                                                   .limit = EVENTS_PAGE_MAX,
                                                   .row = event_row,
                                                   .self = search,
                                                   .first = &search->first,
                                                   .last = &search->last},
                        why);
}

/*
 * A client goes on after the last event it got: so the search ends only at the limit or at the end,
 * however few match. Each stretch is a job of its own, so that others have their turn.
 */
static void events_read(struct call *call)
{
    struct event_search *search = call->state;
    bool over = search->full || search->looked == 0 || search->after >= search->last ||
                search->page.n == call->request.events.limit;

    if (!over && !call->gone(call)) {
        call_read_then(call, run_events, events_read);
        return;
    }
    reply_page_close(&search->page);
    mp_put_text(&call->out, "first_seq");
    mp_put_int(&call->out, search->first);
    mp_put_text(&call->out, "last_seq");
    mp_put_int(&call->out, search->last);
    call_reply(call);
}

void op_events(struct call *call)
{
    struct event_search *search = arena_alloc(&call->arena, sizeof(*search));
    const struct page which = {.limit = call->request.events.limit};

    reply_page_begin(&search->page, call, &which, 3, "events");
    search->after = call->request.events.after;
    call->state = search;
    call_read_then(call, run_events, events_read);
}

void op_metrics(struct call *call)
{
    const struct api_parts *parts = call->parts;
    struct control_state state = control_get(parts->control);
    struct metrics_extra extra = {
        .version = DOFS_VERSION,
        .instance = parts->instance,
        .store = store_name(parts->store),
        .handler = parts->handler,
        .started_at = parts->started_at,
        .paused = state.paused,
        .draining = state.draining,
        .alarms = parts->alarms,
    };
    struct buf text;

    store_sizes(parts->store, &extra.wal_bytes, &extra.file_bytes);
    sp_net_stats(parts->net, &extra.net);
    buf_init(&text, METRICS_MAX_BYTES);
    metrics_text(parts->metrics, &extra, &text);
    wire_reply_ok(&call->out, 1);
    mp_put_text(&call->out, "text");
    mp_put_str(&call->out, (struct slice){buf_text(&text), text.len});
    buf_done(&text);
    call_reply(call);
}

/* What is not as it should be. */
struct health {
    struct {
        const char *name;
        const char *text;
    } problems[PROBLEMS_MAX];
    uint32_t n;
};

static void add_problem(struct call *call, const char *name, const char *text)
{
    struct health *health = call->state;
    struct slice copy = slice_copy(&call->arena, slice_of(text));

    health->problems[health->n].name = name;
    health->problems[health->n].text = copy.p;
    health->n++;
}

/* A store that cannot be read is an answer to `health`, not a failure of it. */
static enum err run_probe(struct call *call, struct store_reader *reader, struct why *why)
{
    if (store_probe(reader, why) != OK)
        add_problem(call, "store", why->text);
    return OK;
}

static void reply_health(struct call *call)
{
    const struct health *health = call->state;
    struct buf *out = &call->out;

    wire_reply_ok(out, 2);
    mp_put_text(out, "healthy");
    mp_put_bool(out, health->n == 0);
    mp_put_text(out, "problems");
    mp_put_list(out, health->n);
    for (uint32_t i = 0; i < health->n; i++) {
        mp_put_map(out, 2);
        mp_put_text(out, "name");
        mp_put_text(out, health->problems[i].name);
        mp_put_text(out, "message");
        mp_put_text(out, health->problems[i].text);
    }
    call_reply(call);
}

void op_health(struct call *call)
{
    const struct api_parts *parts = call->parts;

    call->state = arena_alloc(&call->arena, sizeof(struct health));
    if (parts->store_health(parts->self, &call->why) != OK ||
        engine_writes(parts->engine, &call->why) != OK)
        add_problem(call, "store", call->why.text);
    if (!engine_alive(parts->engine))
        add_problem(call, "engine", "the writer makes no progress");
    if (parts->scrub != NULL && scrub_problem(parts->scrub, &call->why))
        add_problem(call, "orders", call->why.text);
    call_read_then(call, run_probe, reply_health);
}
