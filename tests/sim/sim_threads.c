/*
 * The writer's and the readers' threads, without threads: turns that the simulation gives them.
 * Stands in place of daemon/core/engine_thread.c and daemon/core/readers.c.
 */
#include <stdlib.h>

#include "daemon/core/engine_thread.h"
#include "daemon/core/engine_writer.h"
#include "daemon/core/readers.h"
#include "tests/sim/sim_loop.h"

/* ---- the writer ---- */

struct engine_thread {
    struct engine_writer *writer;
};

static bool writer_has_work(void *self)
{
    const struct engine_writer *writer = ((struct engine_thread *)self)->writer;

    return !inbox_empty(writer->inbox) || writer->ahead.first != NULL ||
           writer->behind.first != NULL || writer->kept.first != NULL;
}

static void writer_turn(void *self)
{
    (void)engine_writer_turn(((struct engine_thread *)self)->writer, false);
}

enum err engine_thread_start(struct engine_thread **out, struct engine_writer *writer,
                             struct why *why)
{
    struct engine_thread *thread = calloc(1, sizeof(*thread));
    const struct sim_turns turns = {writer_turn, writer_has_work, thread};

    (void)why;
    if (thread == NULL)
        abort();
    thread->writer = writer;
    sim_loop_set_turns(sim_loop_of(writer->bell), SIM_WRITER, &turns);
    *out = thread;
    return OK;
}

void engine_thread_join(struct engine_thread *thread)
{
    const struct sim_turns none = {NULL, NULL, NULL};

    if (thread == NULL)
        return;
    while (engine_writer_turn(thread->writer, false)) {
    }
    sim_loop_set_turns(sim_loop_of(thread->writer->bell), SIM_WRITER, &none);
    free(thread);
}

/* ---- the readers ---- */

struct readers {
    struct store_reader *reader;
    struct loop *loop;
    struct loop_bell *bell;
    struct read_job *waiting, *done; /* done: newest first */
    bool closed;
};

static void append(struct read_job **list, struct read_job *job)
{
    while (*list != NULL)
        list = &(*list)->next;
    job->next = NULL;
    *list = job;
}

static void hand_back(void *self)
{
    struct readers *readers = self;
    struct read_job *job = readers->done;

    readers->done = NULL;
    while (job != NULL) {
        struct read_job *next = job->next; /* `done` may free it */

        job->done(job);
        job = next;
    }
}

static bool readers_have_work(void *self)
{
    return ((struct readers *)self)->waiting != NULL;
}

static void readers_turn(void *self)
{
    struct readers *readers = self;
    struct read_job *job = readers->waiting;

    readers->waiting = job->next;
    job->run(job, readers->reader);
    append(&readers->done, job);
    loop_bell_ring(readers->bell);
}

enum err readers_open(struct readers **out, struct store *store, struct loop *loop,
                      uint32_t threads, struct why *why)
{
    struct readers *readers = calloc(1, sizeof(*readers));
    const struct sim_turns turns = {readers_turn, readers_have_work, readers};
    enum err e = OK;

    (void)threads;
    if (readers == NULL)
        abort();
    readers->loop = loop;
    e = store_reader_open(store, &readers->reader, why);
    if (e == OK)
        e = loop_add_bell(loop, hand_back, readers, &readers->bell);
    if (e != OK) {
        readers_close(readers);
        return e;
    }
    sim_loop_set_turns(loop, SIM_READERS, &turns);
    *out = readers;
    return OK;
}

enum err readers_post(struct readers *readers, struct read_job *job, struct why *why)
{
    if (readers->closed)
        return err_busy(why, 1, "closed");
    append(&readers->waiting, job);
    return OK;
}

void readers_stop(struct readers *readers)
{
    readers->closed = true;
    while (readers->waiting != NULL)
        readers_turn(readers);
}

void readers_close(struct readers *readers)
{
    const struct sim_turns none = {NULL, NULL, NULL};

    if (readers == NULL)
        return;
    readers_stop(readers);
    hand_back(readers);
    sim_loop_set_turns(readers->loop, SIM_READERS, &none);
    store_reader_close(readers->reader);
    loop_bell_free(readers->bell);
    free(readers);
}
