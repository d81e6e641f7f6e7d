/* The load of a bench: orders in flight by many calls at once, and what was answered. */
#include "tui/cli/cmd_bench_load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "shared/limits.h"
#include "tui/cli/cmd_bench_orders.h"
#include "tui/cli/cmd_submit_outcome.h"

#define AGAIN_EVERY_US 2000 /* how often the main thread looks for busy ones that are due */
#define AGAIN_US 10000      /* when a busy answer does not say when to ask again */

struct load;

/*
 * One request in flight. Its fields belong to whoever is about to start its call: the library's
 * thread that brought the last answer, or, while `again_us` is set, the main thread.
 *
 *   next() ──> in flight ──answered──> next()
 *                 ^           │ busy
 *                 └── main ───┘          nothing left, or no daemon: over
 */
struct slot {
    struct load *load;
    struct client_call *call;
    struct bench_maker *maker;
    struct buf bytes;
    struct arena arena;
    size_t n; /* orders in it */
    size_t acked, refused;
    size_t until_sample;
    int64_t started_us;
    atomic_int_least64_t again_us; /* busy: when to send it again; 0: not so */
};

struct load {
    const struct bench_settings *settings;
    const struct clock *clock;
    struct bench_result *out;
    struct slot *slots;
    atomic_size_t taken; /* orders given to slots */
    atomic_size_t n_latencies, n_samples;
    atomic_bool given_up;
    pthread_mutex_t lock;
    pthread_cond_t over;
    size_t active; /* slots that still have something to do; under the lock */
};

static void answered(void *self, struct client_answer *answer);

static void slot_over(struct slot *slot)
{
    struct load *load = slot->load;

    (void)pthread_mutex_lock(&load->lock);
    load->active--;
    (void)pthread_cond_signal(&load->over);
    (void)pthread_mutex_unlock(&load->lock);
}

static void slot_send(struct slot *slot)
{
    slot->started_us = clock_mono(slot->load->clock);
    client_call_start(slot->call, &slot->bytes, slot->load->settings->timeout_us, answered, slot);
}

/* How many orders the next request is to hold; 0: the load is all given out. */
static size_t take(struct load *load)
{
    size_t orders = load->settings->orders;
    size_t batch = load->settings->batch;
    size_t at = atomic_fetch_add_explicit(&load->taken, batch, memory_order_relaxed);

    if (at >= orders || atomic_load_explicit(&load->given_up, memory_order_relaxed))
        return 0;
    return orders - at < batch ? orders - at : batch;
}

static void slot_next(struct slot *slot)
{
    struct load *load = slot->load;
    struct request request = {.op = OP_SUBMIT};
    struct submission *orders = NULL;

    slot->n = take(load);
    if (slot->n == 0) {
        slot_over(slot);
        return;
    }
    orders = bench_maker_make(slot->maker, slot->n, clock_wall(load->clock));
    if (load->settings->batch > 1) {
        request.op = OP_SUBMIT_BATCH;
        request.submit_batch.orders = orders;
        request.submit_batch.n = slot->n;
    } else {
        request.submit = orders[0];
    }
    buf_clear(&slot->bytes);
    wire_request_write(&slot->bytes, &request, ROLE_NONE);
    slot_send(slot);
}

/* Only the first failure is kept: the others will be like it. */
static void note_why(struct load *load, const struct why *why, bool no_daemon)
{
    (void)pthread_mutex_lock(&load->lock);
    if (load->out->why.text[0] == '\0')
        load->out->why = *why;
    load->out->no_daemon = load->out->no_daemon || no_daemon;
    (void)pthread_mutex_unlock(&load->lock);
    if (no_daemon)
        atomic_store(&load->given_up, true);
}

static void keep_sample(struct slot *slot, const struct uuid *id)
{
    size_t every = slot->load->settings->orders / BENCH_SAMPLES_MAX + 1;
    size_t at = 0;

    if (slot->until_sample-- > 0)
        return;
    slot->until_sample = every - 1;
    at = atomic_fetch_add_explicit(&slot->load->n_samples, 1, memory_order_relaxed);
    if (at < BENCH_SAMPLES_MAX)
        slot->load->out->samples[at] = *id;
}

static void count_results(struct slot *slot, struct mp_reader *results, uint32_t n)
{
    struct submit_outcome outcome;

    for (uint32_t i = 0; i < n; i++) {
        submit_outcome_next(results, &slot->arena, &outcome);
        if (outcome.code == OK) {
            slot->acked++;
            keep_sample(slot, &outcome.reply.order_id);
        } else {
            slot->refused++;
            note_why(slot->load, &outcome.why, false);
        }
    }
    arena_done(&slot->arena);
}

static void count_latency(struct slot *slot)
{
    struct load *load = slot->load;
    int64_t took_us = clock_mono(load->clock) - slot->started_us;
    size_t at = atomic_fetch_add_explicit(&load->n_latencies, 1, memory_order_relaxed);

    load->out->latencies_us[at] = took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
}

/* True when the request is to be sent again, and who will do so knows when. */
static bool take_answer(struct slot *slot, const struct client_answer *answer)
{
    struct why why = {0};
    struct mp_reader results;
    uint32_t n = 0;
    enum err e = OK;

    if (answer->outcome == CLIENT_NO_DAEMON) {
        note_why(slot->load, &answer->why, true);
        return false;
    }
    e = submit_outcomes(answer, &results, &n, &why);
    if (e == ERR_BUSY) {
        int64_t wait_us = why.retry_after_us > 0 ? why.retry_after_us : AGAIN_US;

        atomic_store(&slot->again_us, clock_mono(slot->load->clock) + wait_us);
        return true;
    }
    count_latency(slot);
    if (e == OK) {
        count_results(slot, &results, n);
    } else {
        slot->refused += slot->n;
        note_why(slot->load, &why, false);
    }
    return false;
}

static void answered(void *self, struct client_answer *answer)
{
    struct slot *slot = self;
    bool again = take_answer(slot, answer);

    client_answer_done(answer);
    if (!again)
        slot_next(slot);
}

static void send_due(struct load *load)
{
    int64_t now = clock_mono(load->clock);

    for (size_t i = 0; i < load->settings->parallel; i++) {
        struct slot *slot = &load->slots[i];
        int64_t due = atomic_load(&slot->again_us);

        if (due == 0 || due > now)
            continue;
        atomic_store(&slot->again_us, 0);
        slot_send(slot);
    }
}

static void wait_all(struct load *load)
{
    (void)pthread_mutex_lock(&load->lock);
    while (load->active > 0) {
        struct timespec until = {0};

        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += AGAIN_EVERY_US * 1000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        (void)pthread_cond_timedwait(&load->over, &load->lock, &until);
        (void)pthread_mutex_unlock(&load->lock);
        send_due(load);
        (void)pthread_mutex_lock(&load->lock);
    }
    (void)pthread_mutex_unlock(&load->lock);
}

static int compare_latencies(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void add_up(struct load *load)
{
    struct bench_result *out = load->out;

    for (size_t i = 0; i < load->settings->parallel; i++) {
        out->acked += load->slots[i].acked;
        out->refused += load->slots[i].refused;
    }
    out->n_latencies = atomic_load(&load->n_latencies);
    out->n_samples = atomic_load(&load->n_samples);
    if (out->n_samples > BENCH_SAMPLES_MAX)
        out->n_samples = BENCH_SAMPLES_MAX;
    qsort(out->latencies_us, out->n_latencies, sizeof *out->latencies_us, compare_latencies);
}

static enum err open_slots(struct load *load, struct client *client,
                           const struct bench_names *names, struct why *why)
{
    for (size_t i = 0; i < load->settings->parallel; i++) {
        struct slot *slot = &load->slots[i];
        enum err e = client_call_open(client, &slot->call, why);

        if (e != OK)
            return e;
        slot->load = load;
        slot->maker = bench_maker_new(names, load->settings->batch, i, load->settings->keys);
        buf_init(&slot->bytes, (size_t)FRAME_MAX_BYTES);
        /* Each slot's first sample comes at another place of its orders. */
        slot->until_sample = i % (load->settings->orders / BENCH_SAMPLES_MAX + 1);
    }
    return OK;
}

static void close_slots(struct load *load)
{
    for (size_t i = 0; i < load->settings->parallel; i++) {
        client_call_close(load->slots[i].call);
        bench_maker_free(load->slots[i].maker);
        buf_done(&load->slots[i].bytes);
        arena_done(&load->slots[i].arena);
    }
    free(load->slots);
}

enum err bench_load(const struct bench_settings *settings, struct client *client,
                    const struct clock *clock, struct bench_result *out, struct why *why)
{
    struct load load = {.settings = settings, .clock = clock, .out = out};
    struct bench_names *names = bench_names_new();
    enum err e = OK;

    *out = (struct bench_result){0};
    out->latencies_us = calloc(settings->orders / settings->batch + 1, sizeof *out->latencies_us);
    out->samples = calloc(BENCH_SAMPLES_MAX, sizeof *out->samples);
    load.slots = calloc(settings->parallel, sizeof *load.slots);
    if (out->latencies_us == NULL || out->samples == NULL || load.slots == NULL)
        abort(); /* no memory for a bounded need of our own */
    (void)pthread_mutex_init(&load.lock, NULL);
    (void)pthread_cond_init(&load.over, NULL);
    e = open_slots(&load, client, names, why);
    if (e == OK) {
        load.active = settings->parallel;
        out->began_us = clock_mono(clock);
        for (size_t i = 0; i < settings->parallel; i++)
            slot_next(&load.slots[i]);
        wait_all(&load);
        add_up(&load);
    }
    close_slots(&load);
    (void)pthread_cond_destroy(&load.over);
    (void)pthread_mutex_destroy(&load.lock);
    bench_names_free(names);
    return e;
}

void bench_result_done(struct bench_result *result)
{
    free(result->latencies_us);
    free(result->samples);
    result->latencies_us = NULL;
    result->samples = NULL;
}
