/* The two windows, of what is due and of what is later: filled from commits and the store. */
#include "daemon/core/dispatch_look.h"

#include <stdlib.h>

#include "shared/log.h"
#include "shared/need.h"

struct dispatch_look {
    struct dispatch_look_parts parts;
    struct read_job job;
    bool under_way;
    int64_t now_us; /* on the scale of due times */
    enum err result;
    struct why why;
    size_t n_ready, n_later;
    struct waiting ready[DISPATCH_WINDOW_MAX];
    struct waiting later[DISPATCH_WINDOW_MAX];
};

struct dispatch_look *dispatch_look_new(const struct dispatch_look_parts *parts)
{
    struct dispatch_look *look = need(calloc(1, sizeof(*look)));

    look->parts = *parts;
    return look;
}

void dispatch_look_free(struct dispatch_look *look)
{
    free(look);
}

static void run(struct read_job *job, struct store_reader *reader)
{
    struct dispatch_look *look = job->owner;
    struct store_waiting_ask ready = {true, look->now_us,    DISPATCH_WINDOW_MAX, look->ready,
                                      0,    look->parts.pool};
    struct store_waiting_ask later = {false, look->now_us,    DISPATCH_WINDOW_MAX, look->later,
                                      0,     look->parts.pool};

    look->result = store_waiting(reader, &ready, &look->why);
    if (look->result == OK)
        look->result = store_waiting(reader, &later, &look->why);
    look->n_ready = ready.n;
    look->n_later = later.n;
}

/* The answer may be older than its start, or its start may be by an older hint, and refused: then
   it waits as the answer says. One under way in another pool came here, or goes. */
static bool under_way(const struct dispatch_look *look, const struct waiting *item)
{
    struct flight *flight = dispatch_flights_find(look->parts.flights, item->id);

    if (flight == NULL || flight->pool != look->parts.pool)
        return false;
    if (flight->stage == FLIGHT_STARTING)
        dispatch_flights_twice(flight, item);
    return true;
}

/* Leaves out what is under way. */
static void fill(const struct dispatch_look *look, struct dispatch_window *window,
                 struct waiting *items, size_t n)
{
    bool full = n == DISPATCH_WINDOW_MAX;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        bool bound = full && i == n - 1; /* stays, for it says where the rest begins */

        if (bound || !under_way(look, &items[i]))
            items[kept++] = items[i];
    }
    dispatch_window_fill_end(window, items, kept, full);
}

static void give_up(struct dispatch_look *look)
{
    dispatch_window_fill_fail(look->parts.ready);
    dispatch_window_fill_fail(look->parts.later);
    look->parts.failed(look->parts.self);
}

static void done(struct read_job *job)
{
    struct dispatch_look *look = job->owner;

    look->under_way = false;
    if (look->result != OK) {
        log_warning("cannot look for waiting orders: %s", look->why.text);
        give_up(look);
        return;
    }
    fill(look, look->parts.ready, look->ready, look->n_ready);
    fill(look, look->parts.later, look->later, look->n_later);
}

void dispatch_look_begin(struct dispatch_look *look)
{
    if (look->under_way)
        return;
    look->now_us = clock_due(look->parts.clock);
    look->job = (struct read_job){.run = run, .done = done, .owner = look};
    dispatch_window_fill_begin(look->parts.ready);
    dispatch_window_fill_begin(look->parts.later);
    look->under_way = readers_post(look->parts.readers, &look->job, NULL) == OK;
    if (!look->under_way)
        give_up(look);
}

bool dispatch_look_under_way(const struct dispatch_look *look)
{
    return look->under_way;
}

void dispatch_look_add(struct dispatch_look *look, const struct waiting *waiting)
{
    bool due = waiting->due_at <= clock_due(look->parts.clock);

    dispatch_window_push(due ? look->parts.ready : look->parts.later, waiting);
}

void dispatch_look_move_due(struct dispatch_look *look)
{
    struct dispatch_window *later = look->parts.later;
    int64_t now = clock_due(look->parts.clock);
    const struct waiting *top = dispatch_window_top(later);

    for (; top != NULL && top->due_at <= now; top = dispatch_window_top(later)) {
        struct waiting item = dispatch_window_pop(later);

        dispatch_window_push(look->parts.ready, &item);
    }
    /* Some that only the store knows of are due by now, too. */
    if (later->more && later->bound.due_at <= now)
        later->stale = look->parts.ready->stale = true;
}
