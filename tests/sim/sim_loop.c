/* The loop of daemon/sys/loop.h, turned by hand: stands in place of the one on sd-event. */
#include "tests/sim/sim_loop.h"

#include <stdlib.h>

enum source_kind { SOURCE_TIMER, SOURCE_PASS };

struct loop_source {
    struct loop_source *next;
    enum source_kind kind;
    int64_t due; /* of a timer; INT64_MAX: off */
    void (*call)(void *self);
    void *self;
    bool gone; /* freed at the end of the pass */
};

struct loop_bell {
    struct loop_bell *next;
    struct loop *loop; /* NULL: closed */
    bool rung;
    void (*ring)(void *self);
    void *self;
};

struct loop {
    const struct clock *clock;
    struct loop_source *sources; /* in the order they were added */
    struct loop_bell *bells;
    struct sim_turns turns[SIM_THREADS];
};

enum err loop_open(struct loop **out, struct why *why)
{
    (void)why;
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        abort();
    return OK;
}

static void sweep(struct loop *loop, bool all)
{
    struct loop_source **at = &loop->sources;

    while (*at != NULL) {
        struct loop_source *source = *at;

        if (!all && !source->gone) {
            at = &source->next;
            continue;
        }
        *at = source->next;
        free(source);
    }
}

void loop_close(struct loop *loop)
{
    if (loop == NULL)
        return;
    sweep(loop, true);
    for (struct loop_bell *bell = loop->bells; bell != NULL; bell = bell->next)
        bell->loop = NULL;
    free(loop);
}

static enum err add(struct loop *loop, const struct loop_source *like, struct loop_source **out)
{
    struct loop_source *source = malloc(sizeof(*source));
    struct loop_source **at = &loop->sources;

    if (source == NULL)
        abort();
    *source = *like;
    while (*at != NULL)
        at = &(*at)->next;
    *at = source;
    *out = source;
    return OK;
}

enum err loop_add_timer(struct loop *loop, void (*due)(void *self), void *self,
                        struct loop_source **out)
{
    return add(
        loop,
        &(struct loop_source){.kind = SOURCE_TIMER, .due = INT64_MAX, .call = due, .self = self},
        out);
}

void loop_timer_set(struct loop_source *timer, int64_t mono_us)
{
    timer->due = mono_us;
}

enum err loop_add_pass(struct loop *loop, void (*pass)(void *self), void *self,
                       struct loop_source **out)
{
    return add(loop, &(struct loop_source){.kind = SOURCE_PASS, .call = pass, .self = self}, out);
}

void loop_source_free(struct loop_source *source)
{
    if (source != NULL)
        source->gone = true;
}

enum err loop_add_bell(struct loop *loop, void (*ring)(void *self), void *self,
                       struct loop_bell **out)
{
    struct loop_bell *bell = calloc(1, sizeof(*bell));

    if (bell == NULL)
        abort();
    *bell = (struct loop_bell){.next = loop->bells, .loop = loop, .ring = ring, .self = self};
    loop->bells = bell;
    *out = bell;
    return OK;
}

void loop_bell_ring(struct loop_bell *bell)
{
    bell->rung = true;
}

void loop_bell_free(struct loop_bell *bell)
{
    struct loop_bell **at = NULL;

    if (bell == NULL)
        return;
    for (at = bell->loop != NULL ? &bell->loop->bells : NULL; at != NULL && *at != NULL;
         at = &(*at)->next) {
        if (*at == bell) {
            *at = bell->next;
            break;
        }
    }
    free(bell);
}

/* ---- by hand ---- */

void sim_loop_set_clock(struct loop *loop, const struct clock *clock)
{
    loop->clock = clock;
}

bool sim_loop_ready(const struct loop *loop)
{
    for (const struct loop_bell *bell = loop->bells; bell != NULL; bell = bell->next) {
        if (bell->rung)
            return true;
    }
    return sim_loop_next(loop) <= clock_mono(loop->clock);
}

int64_t sim_loop_next(const struct loop *loop)
{
    int64_t next = INT64_MAX;

    for (const struct loop_source *s = loop->sources; s != NULL; s = s->next) {
        if (s->kind == SOURCE_TIMER && !s->gone && s->due < next)
            next = s->due;
    }
    return next;
}

static void fire(struct loop_source *source)
{
    source->due = INT64_MAX;
    source->call(source->self);
}

void sim_loop_pass(struct loop *loop)
{
    int64_t now = clock_mono(loop->clock);

    for (struct loop_bell *bell = loop->bells, *next = NULL; bell != NULL; bell = next) {
        next = bell->next;
        if (bell->rung) {
            bell->rung = false;
            bell->ring(bell->self);
        }
    }
    for (struct loop_source *s = loop->sources; s != NULL; s = s->next) {
        if (s->kind == SOURCE_TIMER && !s->gone && s->due <= now)
            fire(s);
    }
    for (struct loop_source *s = loop->sources; s != NULL; s = s->next) {
        if (s->kind == SOURCE_PASS && !s->gone)
            s->call(s->self);
    }
    sweep(loop, false);
}

void sim_loop_set_turns(struct loop *loop, enum sim_thread thread, const struct sim_turns *turns)
{
    loop->turns[thread] = *turns;
}

bool sim_loop_has_work(const struct loop *loop, enum sim_thread thread)
{
    const struct sim_turns *turns = &loop->turns[thread];

    return turns->self != NULL && turns->has_work(turns->self);
}

void sim_loop_turn(struct loop *loop, enum sim_thread thread)
{
    if (sim_loop_has_work(loop, thread))
        loop->turns[thread].turn(loop->turns[thread].self);
}

struct loop *sim_loop_of(const struct loop_bell *bell)
{
    return bell->loop;
}
