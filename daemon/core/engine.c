/*
 * The single writer, as seen from the loop's thread: posts to it, and what comes back.
 *
 *   loop's thread      inbox ──> writer's thread          list + bell ──> loop's thread
 *   engine_post                  engine_writer_turn                      committed, done, free
 */
#include "daemon/core/engine.h"

#include <stdlib.h>

#include "daemon/core/engine_attempts.h"
#include "daemon/core/engine_clock.h"
#include "daemon/core/engine_pace.h"
#include "daemon/core/engine_thread.h"
#include "daemon/core/engine_writer.h"
#include "shared/fault.h"
#include "shared/need.h"

#define STUCK_US (10 * 1000000LL) /* a transaction that takes longer makes no progress */

struct engine {
    struct engine_writer writer;
    struct engine_thread *thread;
    struct engine_listener listener;
    struct store_totals totals;
    const struct clock *clock;
    struct engine_pace pace;
    size_t max_inbox;
    bool told;            /* that the store failed */
    struct why unwritten; /* why the last transaction was not written; empty: it was */
};

/* The store may be read only for a while, as on a full disk: the next commit tells. */
static void note_state(struct engine *engine, const struct engine_handed *handed)
{
    if (handed->read_only)
        (void)err_set(&engine->unwritten, ERR_READ_ONLY, "%s", handed->text);
    else if (handed->committed)
        engine->unwritten.text[0] = '\0';
}

static void finish(struct engine *engine, struct engine_handed *handed)
{
    struct command *command = handed->commit.commands;

    inbox_settle(engine->writer.inbox, handed->weight);
    note_state(engine, handed);
    if (handed->committed) {
        engine->totals = handed->commit.totals;
        engine->listener.committed(engine->listener.self, &handed->commit);
    }
    fault_point("before_reply");
    while (command != NULL) {
        struct command *next = command->next; /* `done` may free it, or post it again */

        command->next = NULL;
        if (command == engine->pace.followed)
            engine_pace_settled(&engine->pace, clock_mono(engine->clock));
        command->done(command);
        command = next;
    }
    fault_point("after_reply");
    if (handed->failed != OK && !engine->told) {
        engine->told = true;
        engine->listener.failed(engine->listener.self, handed->failed, handed->text);
    }
    engine_work_free_handed(handed);
}

static void take_over(void *self)
{
    struct engine *engine = self;
    struct engine_handed *handed = engine_writer_handed(&engine->writer);

    while (handed != NULL) {
        struct engine_handed *next = handed->next;

        finish(engine, handed);
        handed = next;
    }
}

/* One that goes behind all others tells how long they wait. */
static void follow(struct engine *engine, const struct command *command)
{
    if (command != NULL && engine->pace.followed == NULL)
        engine_pace_posted(&engine->pace, command, inbox_unsettled(engine->writer.inbox),
                           clock_mono(engine->clock));
}

static enum err post(struct engine *engine, struct command *first, size_t max, struct why *why)
{
    struct inbox_chain chain = {.first = first, .last = first};
    const struct command *behind = NULL;

    if (atomic_load(&engine->writer.dead))
        return err_set(why, ERR_READ_ONLY, "the store failed: nothing is written until a restart");
    for (struct command *c = first; c != NULL; c = c->next) {
        chain.weight += engine_chain_weight_of(c);
        chain.urgent = chain.urgent || !c->can_wait;
        chain.last = c;
        behind = engine_chain_goes_behind(c) ? c : behind;
    }
    if (inbox_put(engine->writer.inbox, &chain, max)) {
        follow(engine, behind);
        return OK;
    }
    return err_busy(why, engine_pace_again_us(&engine->pace, inbox_unsettled(engine->writer.inbox)),
                    "too many changes wait to be stored");
}

enum err engine_post(struct engine *engine, struct command *first, struct why *why)
{
    return post(engine, first, engine_pace_room(&engine->pace, engine->max_inbox), why);
}

enum err engine_post_anyway(struct engine *engine, struct command *first, struct why *why)
{
    return post(engine, first, SIZE_MAX, why);
}

void engine_set_limits(struct engine *engine, const struct engine_settings *settings)
{
    engine->max_inbox = settings->max_inbox;
    atomic_store_explicit(&engine->writer.work.max_backlog, settings->max_backlog,
                          memory_order_relaxed);
}

const struct store_totals *engine_totals(const struct engine *engine)
{
    return &engine->totals;
}

enum err engine_writes(const struct engine *engine, struct why *why)
{
    if (engine->unwritten.text[0] == '\0')
        return OK;
    return err_set(why, ERR_READ_ONLY, "%s", engine->unwritten.text);
}

bool engine_alive(const struct engine *engine)
{
    int64_t since = atomic_load(&engine->writer.busy_since);

    return since == 0 || clock_mono(engine->writer.clock) - since < STUCK_US;
}

static void free_engine(struct engine *engine)
{
    engine_writer_done(&engine->writer);
    free(engine);
}

enum err engine_open(struct engine **out, const struct engine_parts *parts,
                     const struct engine_settings *settings,
                     const struct workflow_settings *workflow, struct why *why)
{
    struct engine *engine = need(calloc(1, sizeof(*engine)));
    struct engine_writer *writer = NULL;
    enum err e = OK;

    writer = &engine->writer;
    engine_writer_init(writer, parts->store, parts->clock, workflow);
    engine->listener = parts->listener;
    engine_writer_reserve(writer, parts->ballast);
    engine->clock = parts->clock;
    engine_set_limits(engine, settings);
    e = store_load_totals(parts->store, &writer->work.state.totals, why);
    if (e == OK)
        e = engine_attempts_recover(&writer->work, why);
    if (e == OK)
        e = engine_clock_mend(&writer->work, why);
    engine->totals = writer->work.state.totals;
    if (e == OK && loop_add_bell(parts->loop, take_over, engine, &writer->bell) != OK)
        e = err_set(why, ERR_INTERNAL, "cannot make the writer's bell");
    if (e == OK)
        e = engine_thread_start(&engine->thread, writer, why);
    if (e != OK) {
        free_engine(engine);
        return e;
    }
    *out = engine;
    return OK;
}

void engine_close(struct engine *engine)
{
    if (engine == NULL)
        return;
    inbox_close(engine->writer.inbox);
    engine_thread_join(engine->thread);
    take_over(engine);
    free_engine(engine);
}
