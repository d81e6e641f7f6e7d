/* The handler `simulate`: attempts decided by a seeded draw. */
#include "daemon/handler/handler_simulate.h"

#include <stdlib.h>

#include "shared/need.h"
#include "shared/rng.h"

/* What the draws of one attempt are for: each its own, none the order's. */
enum draw_use { DRAW_TRANSIENT = 1, DRAW_LATENCY = 2 };

/* An attempt that takes its time. */
struct pending {
    int64_t ends_at; /* by clock_mono */
    struct attempt_end end;
};

struct simulate {
    struct loop_source *timer;
    const struct clock *clock;
    struct handler_listener listener;
    struct simulate_settings settings;
    struct pending *heap; /* soonest first */
    size_t n, cap;
};

/* ---- deciding ---- */

struct attempt_end simulate_decide(const struct simulate_settings *settings,
                                   const struct attempt *attempt, int64_t *latency_us)
{
    struct attempt_end end = {.order = attempt->order, .retry_after_us = -1};
    int64_t range = settings->latency_max_us - settings->latency_min_us;
    double late = rng_as_unit(rng_mix(attempt->draw, attempt->number, DRAW_LATENCY));
    double chance = rng_as_unit(rng_mix(attempt->draw, attempt->number, DRAW_TRANSIENT));

    *latency_us = settings->latency_min_us;
    if (range > 0)
        *latency_us += (int64_t)(late * ((double)range + 1.0));
    if (rng_as_unit(attempt->draw) >= settings->success_rate) {
        end.outcome = OUTCOME_FAILED;
        end.reason = SLICE(SIMULATE_REASON);
    } else if (chance < settings->transient_rate) {
        end.outcome = OUTCOME_FAILED;
        end.reason = SLICE(SIMULATE_TRANSIENT_REASON);
    } else {
        end.outcome = OUTCOME_FULFILLED;
    }
    return end;
}

/* ---- the heap of those under way ---- */

static void swap(struct pending *a, struct pending *b)
{
    struct pending c = *a;

    *a = *b;
    *b = c;
}

static void rise(struct pending *heap, size_t i)
{
    while (i > 0 && heap[i].ends_at < heap[(i - 1) / 2].ends_at) {
        swap(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static void sink(struct pending *heap, size_t n, size_t i)
{
    for (;;) {
        size_t least = i;

        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++) {
            if (heap[child].ends_at < heap[least].ends_at)
                least = child;
        }
        if (least == i)
            return;
        swap(&heap[i], &heap[least]);
        i = least;
    }
}

static void push(struct simulate *s, const struct pending *pending)
{
    if (s->n == s->cap) {
        s->cap = s->cap > 0 ? s->cap * 2 : 64;
        s->heap = need(realloc(s->heap, s->cap * sizeof(*s->heap)));
    }
    s->heap[s->n] = *pending;
    rise(s->heap, s->n++);
}

static struct attempt_end take(struct simulate *s, size_t i)
{
    struct attempt_end end = s->heap[i].end;

    s->heap[i] = s->heap[--s->n];
    if (i < s->n) {
        sink(s->heap, s->n, i);
        rise(s->heap, i);
    }
    return end;
}

static void set_timer(struct simulate *s)
{
    loop_timer_set(s->timer, s->n > 0 ? s->heap[0].ends_at : INT64_MAX);
}

static void on_time(void *self)
{
    struct simulate *s = self;
    int64_t now = clock_mono(s->clock);

    while (s->n > 0 && s->heap[0].ends_at <= now) {
        struct attempt_end end = take(s, 0);

        s->listener.ended(s->listener.self, &end);
    }
    set_timer(s);
}

/* ---- what every handler is ---- */

static void start(void *self, const struct attempt *attempt)
{
    struct simulate *s = self;
    int64_t latency = 0;
    struct pending pending = {.end = simulate_decide(&s->settings, attempt, &latency)};

    if (latency <= 0) {
        s->listener.ended(s->listener.self, &pending.end);
        return;
    }
    pending.ends_at = clock_mono(s->clock) + latency;
    push(s, &pending);
    set_timer(s);
}

static void give_back(struct simulate *s, size_t i)
{
    struct attempt_end end = take(s, i);

    end.outcome = OUTCOME_GIVEN_BACK;
    end.reason = (struct slice){NULL, 0};
    s->listener.ended(s->listener.self, &end);
}

/* Nothing to stop: the attempt goes on to its drawn end, and may yet fulfil the order. */
static void cancel(void *self, int64_t order)
{
    (void)self;
    (void)order;
}

static void stop(void *self)
{
    struct simulate *s = self;

    while (s->n > 0)
        give_back(s, s->n - 1);
    set_timer(s);
}

static bool instant(const void *self)
{
    const struct simulate *s = self;

    return s->settings.latency_max_us <= 0;
}

static void simulate_free(void *self)
{
    struct simulate *s = self;

    loop_source_free(s->timer);
    free(s->heap);
    free(s);
}

static const struct handler_ops ops = {
    .name = "simulate",
    .start = start,
    .cancel = cancel,
    .stop = stop,
    .instant = instant,
    .free = simulate_free,
};

enum err handler_simulate_new(const struct simulate_parts *parts,
                              const struct simulate_settings *settings, struct handler *out,
                              struct why *why)
{
    struct simulate *s = need(calloc(1, sizeof(*s)));

    s->clock = parts->clock;
    s->listener = parts->listener;
    s->settings = *settings;
    if (loop_add_timer(parts->loop, on_time, s, &s->timer) != OK) {
        free(s);
        return err_set(why, ERR_INTERNAL, "cannot make the simulated handler's timer");
    }
    *out = (struct handler){&ops, s};
    return OK;
}

void handler_simulate_set(struct handler *handler, const struct simulate_settings *settings)
{
    struct simulate *s = handler->self;

    s->settings = *settings;
}
