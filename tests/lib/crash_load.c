/* Many clients that submit orders while the daemon comes and goes. */
#include "tests/lib/crash_load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/store/store_sqlite_check.h"
#include "shared/uuid.h"
#include "tests/lib/key_client.h"
#include "tests/lib/test.h"

#define WAIT_S 60
#define CLIENTS_MAX 64
#define KEY_BYTES 64

/* A submitter with a connection of its own, which outlives the rounds. */
struct slot {
    struct crash_load *load;
    pthread_t thread;
    struct key_client client;
};

struct crash_load {
    struct daemon_proc *proc;
    char path[112];
    struct slot slots[CLIENTS_MAX];
    size_t clients, orders;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t round, taken, acked, refused;
    char (*ids)[UUID_TEXT_LEN + 1]; /* of all acknowledged orders */
    size_t n_ids, cap;
    struct why why; /* why the last one was refused */
};

struct crash_load *crash_load_new(struct daemon_proc *proc, size_t clients, size_t orders)
{
    struct crash_load *load = calloc(1, sizeof *load);

    assert_non_null(load);
    assert_true(clients <= CLIENTS_MAX);
    load->proc = proc;
    load->clients = clients;
    load->orders = orders;
    (void)snprintf(load->path, sizeof load->path, "%s",
                   daemon_proc_request_url(proc) + strlen("ipc://"));
    (void)pthread_mutex_init(&load->lock, NULL);
    (void)pthread_cond_init(&load->changed, NULL);
    for (size_t i = 0; i < clients; i++) {
        load->slots[i].load = load;
        key_client_init(&load->slots[i].client, load->path);
    }
    return load;
}

void crash_load_free(struct crash_load *load)
{
    for (size_t i = 0; i < load->clients; i++)
        key_client_done(&load->slots[i].client);
    (void)pthread_cond_destroy(&load->changed);
    (void)pthread_mutex_destroy(&load->lock);
    free(load->ids);
    free(load);
}

static void note(struct crash_load *load, const struct key_answer *answer)
{
    if (answer->outcome == KEY_ACKED) {
        uuid_format(&answer->order_id, load->ids[load->n_ids++]);
        load->acked++;
    } else {
        load->refused++;
        load->why = answer->why;
    }
    (void)pthread_cond_signal(&load->changed);
}

/* A slot's thread: submits until all orders of the round are taken. */
static void *submit_round(void *arg)
{
    struct slot *slot = arg;
    struct crash_load *load = slot->load;

    (void)pthread_mutex_lock(&load->lock);
    while (load->taken < load->orders) {
        char key[KEY_BYTES];
        struct key_answer answer;

        (void)snprintf(key, sizeof key, "%zu:%zu", load->round, load->taken++);
        (void)pthread_mutex_unlock(&load->lock);
        answer = key_client_settle(&slot->client, key);
        (void)pthread_mutex_lock(&load->lock);
        note(load, &answer);
    }
    (void)pthread_mutex_unlock(&load->lock);
    return NULL;
}

void crash_load_begin(struct crash_load *load)
{
    load->taken = load->acked = load->refused = 0;
    if (load->n_ids + load->orders > load->cap) {
        load->cap = (load->n_ids + load->orders) * 2;
        load->ids = realloc(load->ids, load->cap * sizeof *load->ids);
        assert_non_null(load->ids);
    }
    for (size_t i = 0; i < load->clients; i++)
        assert_int_equal(
            pthread_create(&load->slots[i].thread, NULL, submit_round, &load->slots[i]), 0);
}

bool crash_load_await(struct crash_load *load, size_t n)
{
    struct timespec until = {0};
    int rv = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    (void)pthread_mutex_lock(&load->lock);
    while (load->acked + load->refused < n && rv == 0)
        rv = pthread_cond_timedwait(&load->changed, &load->lock, &until);
    (void)pthread_mutex_unlock(&load->lock);
    return rv == 0;
}

size_t crash_load_answered(struct crash_load *load)
{
    size_t n = 0;

    (void)pthread_mutex_lock(&load->lock);
    n = load->acked + load->refused;
    (void)pthread_mutex_unlock(&load->lock);
    return n;
}

void crash_load_end(struct crash_load *load)
{
    assert_true(crash_load_await(load, load->orders));
    for (size_t i = 0; i < load->clients; i++)
        assert_int_equal(pthread_join(load->slots[i].thread, NULL), 0);
    if (load->refused > 0)
        fail_msg("%zu orders were refused: %s", load->refused, load->why.text);
    load->round++;
}

size_t crash_load_acked(const struct crash_load *load)
{
    return load->n_ids;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

void crash_load_check_stored(struct crash_load *load)
{
    const char *argv[] = {"sqlite3", "-readonly", daemon_proc_db(load->proc),
                          "SELECT order_id FROM orders_view ORDER BY order_id", NULL};
    struct program_run run;
    struct slice rest = {0};

    assert_int_equal(load->n_ids, load->round * load->orders);
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
static void check_events(struct daemon_proc *proc)
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

void crash_load_check_ended(struct crash_load *load)
{
    await_quiet(load->proc);
    assert_int_equal(sql_int(load->proc, "SELECT count(*) FROM orders_view WHERE status NOT IN "
                                         "('FULFILLED', 'FAILED')"),
                     0);
    assert_int_equal(sql_int(load->proc,
                             "SELECT (SELECT count(*) FROM failed_orders) - (SELECT count(*) "
                             "FROM orders_view WHERE status = 'FAILED')"),
                     0);
    check_events(load->proc);
}

void crash_load_check_file(struct crash_load *load)
{
    struct store_checked found = {0};
    struct why why = {0};

    assert_int_equal(daemon_proc_stop(load->proc), 0);
    if (store_sqlite_settle(daemon_proc_db(load->proc), &why) != OK ||
        store_sqlite_check_file(daemon_proc_db(load->proc), NULL, &found, &why) != OK)
        fail_msg("%s", why.text);
    assert_int_equal(found.orders, load->n_ids);
}
