/* kill -9 in mid-load, CRASHES times (20): what was acknowledged is there, once, and ends. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/limits.h"
#include "shared/rng.h"
#include "shared/wire_reply.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define CONFIG                                                                                     \
    "[fulfilment]\nsuccess_rate = 0.7\ntransient_rate = 0.1\nseed = 1\nlatency = 0..5ms\n"         \
    "interval = 2ms\nbackoff_rate = 1\nmax_attempts = 10\n"
#define CRASHES 20
#define ORDERS 240 /* submitted in each round */
#define SLOTS 16
#define ACK_US (60 * 1000000LL)
#define ACK_WAIT_S 60

#ifdef __SANITIZE_ADDRESS__
/* The library loses its own reference to a request, now and then, when its connection is cut
   between taking the request and sending it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libnng.so\n";
}
#endif

/* Requests in flight; each is sent again by the library after a lost connection, under its key. */
struct load {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t round, taken, acked, refused;
    size_t idle;                    /* slots with nothing in flight */
    char (*ids)[UUID_TEXT_LEN + 1]; /* of all acknowledged orders */
    size_t n_ids;
};

struct slot {
    struct load *load;
    struct client_call *call;
};

static void answered(void *self, struct client_answer *answer);

static void send_next(struct slot *slot)
{
    static const struct item items[] = {{{"p-1", 3}, 1}};
    struct load *load = slot->load;
    struct request request = {.op = OP_SUBMIT,
                              .submit = {.draft = {.customer_id = SLICE("cust-001"),
                                                   .items = items,
                                                   .n_items = 1,
                                                   .priority = PRIORITY_DEFAULT}}};
    struct buf bytes = {.max = 4096};
    char key[64];
    size_t n = 0;

    (void)pthread_mutex_lock(&load->lock);
    n = load->taken < ORDERS ? load->taken++ : ORDERS;
    load->idle += n == ORDERS ? 1 : 0;
    (void)snprintf(key, sizeof key, "%zu:%zu", load->round, n);
    (void)pthread_cond_signal(&load->changed);
    (void)pthread_mutex_unlock(&load->lock);
    if (n == ORDERS)
        return;
    request.submit.key = slice_of(key);
    wire_request_write(&bytes, &request, ROLE_NONE);
    client_call_start(slot->call, &bytes, ACK_US, answered, slot);
    buf_done(&bytes);
}

static void answered(void *self, struct client_answer *answer)
{
    struct slot *slot = self;
    struct load *load = slot->load;
    struct arena arena = {0};
    struct reply_submit reply;
    bool good = answer->outcome == CLIENT_ANSWERED &&
                wire_read_submit(answer->reply, answer->len, &arena, &reply, NULL) == OK;

    (void)pthread_mutex_lock(&load->lock);
    if (good) {
        uuid_format(&reply.order_id, load->ids[load->n_ids++]);
        load->acked++;
    } else {
        load->refused++;
    }
    (void)pthread_cond_signal(&load->changed);
    (void)pthread_mutex_unlock(&load->lock);
    arena_done(&arena);
    client_answer_done(answer);
    send_next(slot);
}

/* False when so many have not come within the deadline. */
static bool await_acks(struct load *load, size_t n, size_t idle)
{
    struct timespec until = {0};
    int rv = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ACK_WAIT_S;
    (void)pthread_mutex_lock(&load->lock);
    while ((load->acked + load->refused < n || load->idle < idle) && rv == 0)
        rv = pthread_cond_timedwait(&load->changed, &load->lock, &until);
    (void)pthread_mutex_unlock(&load->lock);
    return rv == 0;
}

static void crash_once(struct daemon_proc *proc, struct load *load, struct slot *slots,
                       struct rng *rng)
{
    load->taken = load->acked = load->idle = 0;
    for (size_t i = 0; i < SLOTS; i++)
        send_next(&slots[i]);
    assert_true(await_acks(load, (size_t)rng_upto(rng, ORDERS - SLOTS), 0));
    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    assert_true(await_acks(load, ORDERS, SLOTS));
    assert_int_equal(load->refused, 0);
    load->round++;
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
    struct load load = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct slot slots[SLOTS] = {{0}};
    struct rng rng;

    rng_seed(&rng, 1);
    load.ids = calloc(crashes * ORDERS, sizeof *load.ids);
    assert_non_null(load.ids);
    for (size_t i = 0; i < SLOTS; i++) {
        slots[i].load = &load;
        assert_int_equal(client_call_open(daemon_proc_client(proc), &slots[i].call, NULL), OK);
    }
    for (size_t i = 0; i < crashes; i++)
        crash_once(proc, &load, slots, &rng);
    for (size_t i = 0; i < SLOTS; i++)
        client_call_close(slots[i].call);
    await_quiet(proc);
    assert_int_equal(load.n_ids, crashes * ORDERS);
    every_id_is_stored_once(proc, &load);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders_view WHERE status NOT IN "
                                   "('FULFILLED', 'FAILED')"),
                     0);
    assert_int_equal(sql_int(proc, "SELECT (SELECT count(*) FROM failed_orders) - (SELECT count(*) "
                                   "FROM orders_view WHERE status = 'FAILED')"),
                     0);
    the_event_log_has_no_gap(proc);
    free(load.ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(no_crash_loses_doubles_or_strands_an_acknowledged_order, CONFIG),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
