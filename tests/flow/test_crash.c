/* kill -9 in mid-load, CRASHES times (20): what was acknowledged is there, once, and ends. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/limits.h"
#include "shared/rng.h"
#include "shared/wire_reply.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define CONFIG                                                                                     \
    "[fulfilment]\nsuccess_rate = 0.7\ntransient_rate = 0.1\nseed = 1\nlatency = 0..5ms\n"         \
    "interval = 2ms\nbackoff_rate = 1\nmax_attempts = 10\n"
#define CRASHES 20
#define ORDERS 240 /* submitted in each round */
#define SLOTS 16
#define ACK_US (60 * 1000000LL)
#define ACK_WAIT_S 60

struct load;

/* A submitter with a connection of its own, which outlives the rounds. */
struct slot {
    struct load *load;
    pthread_t thread;
    int fd; /* -1: not connected */
};

/* Requests in flight, one in each slot; the same one again after a lost connection. The wire is
   spoken by hand: libnng 1.5.2 may hang for good when a connection with several is cut. */
struct load {
    char path[112];
    struct slot slots[SLOTS];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t round, taken, acked, refused;
    char (*ids)[UUID_TEXT_LEN + 1]; /* of all acknowledged orders */
    size_t n_ids;
};

enum outcome { ACKED, REFUSED, LOST };

static enum outcome read_reply(const uint8_t *bytes, size_t len, struct uuid *order_id)
{
    struct arena arena = {0};
    struct reply_submit reply;
    enum err e = wire_read_submit(bytes, len, &arena, &reply, NULL);

    if (e == OK)
        *order_id = reply.order_id;
    arena_done(&arena);
    return e == OK ? ACKED : REFUSED;
}

/* Lost only if the daemon's end is gone: one that is silent or talks nonsense has refused. */
static enum outcome ask_once(struct slot *slot, uint32_t id, const struct buf *request,
                             struct uuid *order_id)
{
    enum outcome outcome = LOST;
    uint8_t back[4096];
    uint32_t back_id = 0;
    long len = -1;

    if (slot->fd < 0)
        slot->fd = raw_client_open(slot->load->path, SP_PROTO_REQ);
    if (slot->fd < 0)
        return LOST;
    if (raw_client_send(slot->fd, id, request->data, request->len))
        len = raw_client_receive(slot->fd, &back_id, back, sizeof back);
    if (len >= 0)
        return back_id == id ? read_reply(back, (size_t)len, order_id) : REFUSED;
    outcome = raw_client_was_closed(slot->fd) ? LOST : REFUSED;
    (void)close(slot->fd);
    slot->fd = -1;
    return outcome;
}

static enum outcome submit(struct slot *slot, size_t round, size_t n, struct uuid *order_id)
{
    static const struct item items[] = {{{"p-1", 3}, 1}};
    struct request request = {.op = OP_SUBMIT,
                              .submit = {.draft = {.customer_id = SLICE("cust-001"),
                                                   .items = items,
                                                   .n_items = 1,
                                                   .priority = PRIORITY_DEFAULT}}};
    struct buf bytes = {.max = 4096};
    int64_t until = daemon_proc_now() + ACK_US;
    enum outcome outcome = LOST;
    char key[64];

    (void)snprintf(key, sizeof key, "%zu:%zu", round, n);
    request.submit.key = slice_of(key);
    wire_request_write(&bytes, &request, ROLE_NONE);
    outcome = ask_once(slot, (uint32_t)n, &bytes, order_id);
    while (outcome == LOST && daemon_proc_now() < until) {
        daemon_proc_pause();
        outcome = ask_once(slot, (uint32_t)n, &bytes, order_id);
    }
    buf_done(&bytes);
    return outcome;
}

/* A slot's thread: submits until all orders of the round are taken. */
static void *submit_round(void *arg)
{
    struct slot *slot = arg;
    struct load *load = slot->load;

    (void)pthread_mutex_lock(&load->lock);
    while (load->taken < ORDERS) {
        size_t n = load->taken++;
        size_t round = load->round;
        enum outcome outcome = LOST;
        struct uuid order_id = {0};

        (void)pthread_mutex_unlock(&load->lock);
        outcome = submit(slot, round, n, &order_id);
        (void)pthread_mutex_lock(&load->lock);
        if (outcome == ACKED) {
            uuid_format(&order_id, load->ids[load->n_ids++]);
            load->acked++;
        } else {
            load->refused++;
        }
        (void)pthread_cond_signal(&load->changed);
    }
    (void)pthread_mutex_unlock(&load->lock);
    return NULL;
}

/* False when so many have not come within the deadline. */
static bool await_acks(struct load *load, size_t n)
{
    struct timespec until = {0};
    int rv = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ACK_WAIT_S;
    (void)pthread_mutex_lock(&load->lock);
    while (load->acked + load->refused < n && rv == 0)
        rv = pthread_cond_timedwait(&load->changed, &load->lock, &until);
    (void)pthread_mutex_unlock(&load->lock);
    return rv == 0;
}

static void crash_once(struct daemon_proc *proc, struct load *load, struct rng *rng)
{
    load->taken = load->acked = 0;
    for (size_t i = 0; i < SLOTS; i++)
        assert_int_equal(
            pthread_create(&load->slots[i].thread, NULL, submit_round, &load->slots[i]), 0);
    assert_true(await_acks(load, (size_t)rng_upto(rng, ORDERS - SLOTS)));
    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    assert_true(await_acks(load, ORDERS));
    for (size_t i = 0; i < SLOTS; i++)
        assert_int_equal(pthread_join(load->slots[i].thread, NULL), 0);
    assert_int_equal(load->refused, 0);
    load->round++;
}

/* On the heap, and left there by a test that fails while its threads still run. */
static struct load *load_new(struct daemon_proc *proc, size_t crashes)
{
    struct load *load = calloc(1, sizeof *load);

    assert_non_null(load);
    (void)snprintf(load->path, sizeof load->path, "%s",
                   daemon_proc_request_url(proc) + strlen("ipc://"));
    load->ids = calloc(crashes * ORDERS, sizeof *load->ids);
    assert_non_null(load->ids);
    (void)pthread_mutex_init(&load->lock, NULL);
    (void)pthread_cond_init(&load->changed, NULL);
    for (size_t i = 0; i < SLOTS; i++) {
        load->slots[i].load = load;
        load->slots[i].fd = -1;
    }
    return load;
}

static void load_free(struct load *load)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (load->slots[i].fd >= 0)
            (void)close(load->slots[i].fd);
    (void)pthread_cond_destroy(&load->changed);
    (void)pthread_mutex_destroy(&load->lock);
    free(load->ids);
    free(load);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void every_id_is_stored_once(struct daemon_proc *proc, struct load *load)
{
    const char *argv[] = {"sqlite3", "-readonly", daemon_proc_db(proc),
                          "SELECT order_id FROM orders_view ORDER BY order_id", NULL};
    struct program_run run;
    struct slice rest = {0};

    qsort(load->ids, load->n_ids, sizeof *load->ids, compare_ids);
    program_run(argv, NULL, &run);
    assert_int_equal(run.code, 0);
    rest = (struct slice){buf_text(&run.out), run.out.len};
    for (size_t i = 0; i < load->n_ids; i++) {
        struct slice id = slice_cut(&rest, '\n');

        if (!slice_is(id, load->ids[i]))
            fail_msg("acknowledged %s, stored %.*s", load->ids[i], SLICE_ARGS(id));
    }
    assert_true(rest.n == 0);
    program_run_done(&run);
}

/* The stored log of events covers each seq from 1 to the last. */
static void the_event_log_has_no_gap(struct daemon_proc *proc)
{
    int64_t last = int_at(ask_ok(proc, "'op': 'events', 'after': 0, 'limit': 1"), "last_seq");
    int64_t after = 0;

    while (after < last) {
        const struct json *events =
            at(ask_ok(proc, "'op': 'events', 'after': %lld, 'limit': 1000", (long long)after),
               "events");

        assert_true(json_size(events) > 0);
        for (size_t i = 0; i < json_size(events); i++)
            assert_int_equal(int_at(json_at(events, i), "seq"), ++after);
    }
}

static void no_crash_loses_doubles_or_strands_an_acknowledged_order(void **state)
{
    struct daemon_proc *proc = *state;
    const char *given = secure_getenv("CRASHES");
    size_t crashes = given != NULL ? strtoul(given, NULL, 10) : CRASHES;
    struct load *load = load_new(proc, crashes);
    struct rng rng;

    rng_seed(&rng, 1);
    for (size_t i = 0; i < crashes; i++)
        crash_once(proc, load, &rng);
    await_quiet(proc);
    assert_int_equal(load->n_ids, crashes * ORDERS);
    every_id_is_stored_once(proc, load);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status NOT IN "
                                   "('FULFILLED', 'FAILED')"),
                     0);
    assert_int_equal(sql_int(proc, "SELECT (SELECT count(*) FROM failed_orders) - (SELECT count(*) "
                                   "FROM orders_view WHERE status = 'FAILED')"),
                     0);
    the_event_log_has_no_gap(proc);
    load_free(load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(no_crash_loses_doubles_or_strands_an_acknowledged_order, CONFIG),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
