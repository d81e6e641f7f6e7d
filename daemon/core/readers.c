/* The reader threads: run a job on a read connection, then hand it back to the loop. */
#include "daemon/core/readers.h"

#include <pthread.h>
#include <stdlib.h>

#include "shared/need.h"

#define JOBS_MAX 10000
#define BUSY_AGAIN_US 100000

struct jobs {
    struct read_job *first, *last;
};

struct worker {
    struct readers *readers;
    struct store_reader *reader;
    pthread_t thread;
    bool started;
};

struct readers {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct jobs waiting;
    struct jobs done;
    size_t n_waiting;
    bool closed;
    struct loop_bell *bell;
    uint32_t n_workers;
    struct worker workers[];
};

static void append(struct jobs *jobs, struct read_job *job)
{
    job->next = NULL;
    if (jobs->first == NULL)
        jobs->first = job;
    else
        jobs->last->next = job;
    jobs->last = job;
}

static struct read_job *take_first(struct jobs *jobs)
{
    struct read_job *job = jobs->first;

    if (job != NULL)
        jobs->first = job->next;
    return job;
}

/* The next job; NULL: closed, and none is left. */
static struct read_job *next_job(struct readers *readers)
{
    struct read_job *job = NULL;

    (void)pthread_mutex_lock(&readers->lock);
    while (readers->waiting.first == NULL && !readers->closed)
        (void)pthread_cond_wait(&readers->news, &readers->lock);
    job = take_first(&readers->waiting);
    readers->n_waiting -= job != NULL;
    (void)pthread_mutex_unlock(&readers->lock);
    return job;
}

static void *work(void *self)
{
    struct worker *worker = self;
    struct readers *readers = worker->readers;
    struct read_job *job = NULL;

    while ((job = next_job(readers)) != NULL) {
        job->run(job, worker->reader);
        (void)pthread_mutex_lock(&readers->lock);
        append(&readers->done, job);
        (void)pthread_mutex_unlock(&readers->lock);
        loop_bell_ring(readers->bell);
    }
    return NULL;
}

static void hand_back(void *self)
{
    struct readers *readers = self;
    struct read_job *job = NULL;

    (void)pthread_mutex_lock(&readers->lock);
    job = readers->done.first;
    readers->done.first = NULL;
    (void)pthread_mutex_unlock(&readers->lock);
    while (job != NULL) {
        struct read_job *next = job->next; /* `done` may free it */

        job->done(job);
        job = next;
    }
}

enum err readers_post(struct readers *readers, struct read_job *job, struct why *why)
{
    bool room = false;

    (void)pthread_mutex_lock(&readers->lock);
    room = readers->n_waiting < JOBS_MAX && !readers->closed;
    if (room) {
        append(&readers->waiting, job);
        readers->n_waiting++;
        (void)pthread_cond_signal(&readers->news);
    }
    (void)pthread_mutex_unlock(&readers->lock);
    if (room)
        return OK;
    return err_busy(why, BUSY_AGAIN_US, "too many reads wait");
}

static enum err start_worker(struct readers *readers, struct store *store, uint32_t i,
                             struct why *why)
{
    struct worker *worker = &readers->workers[i];
    enum err e = OK;

    worker->readers = readers;
    e = store_reader_open(store, &worker->reader, why);
    if (e != OK)
        return e;
    if (pthread_create(&worker->thread, NULL, work, worker) != 0)
        return err_set(why, ERR_INTERNAL, "cannot start a reader's thread");
    worker->started = true;
    return OK;
}

enum err readers_open(struct readers **out, struct store *store, struct loop *loop,
                      uint32_t threads, struct why *why)
{
    struct readers *readers = need(calloc(1, sizeof(*readers) + threads * sizeof(struct worker)));
    enum err e = OK;

    if (pthread_mutex_init(&readers->lock, NULL) != 0 ||
        pthread_cond_init(&readers->news, NULL) != 0)
        abort();
    readers->n_workers = threads;
    if (loop_add_bell(loop, hand_back, readers, &readers->bell) != OK)
        e = err_set(why, ERR_INTERNAL, "cannot make the readers' bell");
    for (uint32_t i = 0; i < threads && e == OK; i++)
        e = start_worker(readers, store, i, why);
    if (e != OK) {
        readers_close(readers);
        return e;
    }
    *out = readers;
    return OK;
}

void readers_stop(struct readers *readers)
{
    (void)pthread_mutex_lock(&readers->lock);
    readers->closed = true;
    (void)pthread_cond_broadcast(&readers->news);
    (void)pthread_mutex_unlock(&readers->lock);
    for (uint32_t i = 0; i < readers->n_workers; i++) {
        struct worker *worker = &readers->workers[i];

        if (worker->started)
            (void)pthread_join(worker->thread, NULL);
        worker->started = false;
        store_reader_close(worker->reader);
        worker->reader = NULL;
    }
    hand_back(readers);
}

void readers_close(struct readers *readers)
{
    if (readers == NULL)
        return;
    readers_stop(readers);
    loop_bell_free(readers->bell);
    (void)pthread_cond_destroy(&readers->news);
    (void)pthread_mutex_destroy(&readers->lock);
    free(readers);
}
