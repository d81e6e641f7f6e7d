/* Workers that lease and complete a step while the daemon comes and goes. */
#include "tests/lib/crash_work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/wire_lease.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/key_client.h"
#include "tests/lib/test.h"

#define WORKERS_MAX 16
#define WAIT_MS 100
#define LEASE_MS 2000
#define REPLY_BYTES 32768
#define TEXT_BYTES 32
#define ENDS_MIN 256

/* An end that the daemon has acknowledged. */
struct told {
    char id[UUID_TEXT_LEN + 1];
    char result[TEXT_BYTES];
};

struct worker {
    struct crash_work *work;
    pthread_t thread;
    struct key_client client;
    size_t number, made;
};

struct crash_work {
    struct daemon_proc *proc;
    const char *step;
    char path[112];
    atomic_bool stop;
    struct worker workers[WORKERS_MAX];
    size_t n_workers;
    pthread_mutex_t lock;
    struct told *told;
    size_t n, cap;
};

static void put_down(struct crash_work *work, const struct uuid *id, const char *result)
{
    (void)pthread_mutex_lock(&work->lock);
    if (work->n == work->cap) {
        work->cap = work->cap == 0 ? ENDS_MIN : work->cap * 2;
        work->told = realloc(work->told, work->cap * sizeof *work->told);
        if (work->told == NULL)
            abort();
    }
    uuid_format(id, work->told[work->n].id);
    (void)snprintf(work->told[work->n++].result, TEXT_BYTES, "%s", result);
    (void)pthread_mutex_unlock(&work->lock);
}

static bool said_ok(const uint8_t *reply, long len)
{
    struct mp_reader r;

    return len >= 0 && wire_reply_find(reply, (size_t)len, "status", &r);
}

/* Again and again until there is an answer: it is the same each time. */
static void complete(struct worker *worker, const struct uuid *id, struct slice lease)
{
    uint8_t reply[REPLY_BYTES];
    char result[TEXT_BYTES];
    struct request request = {.op = OP_COMPLETE, .leased = {.order_id = *id, .lease = lease}};
    long len = 0;

    (void)snprintf(result, sizeof result, "%zu:%zu", worker->number, worker->made++);
    request.leased.result = slice_of(result);
    len = key_client_ask(&worker->client, &request, reply, sizeof reply);
    while (len < 0 && !atomic_load(&worker->work->stop)) {
        daemon_proc_pause();
        len = key_client_ask(&worker->client, &request, reply, sizeof reply);
    }
    if (said_ok(reply, len))
        put_down(worker->work, id, result);
}

static void work_one(struct worker *worker, struct mp_reader *leases)
{
    struct lease_row row;
    struct slice order;
    struct slice text;
    struct mp_reader r;
    struct uuid id;

    wire_lease_read(leases, &row, &order);
    if (mp_failed(leases) || !wire_reply_find(order.p, order.n, "order_id", &r))
        return;
    text = mp_str(&r);
    if (uuid_parse(text.p, text.n, &id))
        complete(worker, &id, row.lease);
}

static void *work_on(void *arg)
{
    struct worker *worker = arg;
    const struct request request = {
        .op = OP_LEASE,
        .lease = {.worker = SLICE("w"), .max = 4, .wait_ms = WAIT_MS, .lease_ms = LEASE_MS}};
    uint8_t reply[REPLY_BYTES];

    while (!atomic_load(&worker->work->stop)) {
        long len = key_client_ask(&worker->client, &request, reply, sizeof reply);
        struct mp_reader r;
        uint32_t n = 0;

        if (len >= 0 && wire_reply_find(reply, (size_t)len, "leases", &r))
            n = mp_list(&r);
        if (len < 0)
            daemon_proc_pause();
        for (uint32_t i = 0; i < n; i++)
            work_one(worker, &r);
    }
    return NULL;
}

struct crash_work *crash_work_begin(struct daemon_proc *proc, size_t workers, const char *step)
{
    struct crash_work *work = calloc(1, sizeof *work);

    assert_non_null(work);
    assert_true(workers <= WORKERS_MAX);
    work->proc = proc;
    work->step = step;
    work->n_workers = workers;
    (void)snprintf(work->path, sizeof work->path, "%s",
                   daemon_proc_request_url(proc) + strlen("ipc://"));
    (void)pthread_mutex_init(&work->lock, NULL);
    for (size_t i = 0; i < workers; i++) {
        struct worker *worker = &work->workers[i];

        *worker = (struct worker){.work = work, .number = i};
        key_client_init(&worker->client, work->path);
        assert_int_equal(pthread_create(&worker->thread, NULL, work_on, worker), 0);
    }
    return work;
}

void crash_work_end(struct crash_work *work)
{
    atomic_store(&work->stop, true);
    for (size_t i = 0; i < work->n_workers; i++) {
        assert_int_equal(pthread_join(work->workers[i].thread, NULL), 0);
        key_client_done(&work->workers[i].client);
    }
}

void crash_work_free(struct crash_work *work)
{
    (void)pthread_mutex_destroy(&work->lock);
    free(work->told);
    free(work);
}

static int compare_told(const void *a, const void *b)
{
    const struct told *x = a;
    const struct told *y = b;

    return strcmp(x->id, y->id);
}

void crash_work_check(struct crash_work *work)
{
    assert_true(work->n > 0);
    qsort(work->told, work->n, sizeof *work->told, compare_told);
    for (size_t i = 0; i < work->n; i++) {
        const struct told *told = &work->told[i];
        const struct json *results = NULL;

        if (i > 0 && strcmp(told->id, told[-1].id) == 0)
            fail_msg("two ends of %s were acknowledged", told->id);
        results =
            at(ask_ok(work->proc, "'op': 'get', 'order_id': '%s'", told->id), "order.results");
        assert_string_equal(text_at(results, work->step), told->result);
    }
}
