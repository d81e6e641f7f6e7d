/* Workers that wait for leases: woken at once, in turn, and never for nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/lease_peer.h"
#include "tests/lib/test.h"

#define WORKER WORKER_HANDLER "timeout = 1h\n"
#define WAIT "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 30000"
#define SUBMIT                                                                                     \
    "'op': 'submit', 'order': {'customer_id': 'cust-001', 'items': [{'product_id': 'p', "          \
    "'quantity': 1}]}"
#define PEERS 100
#define ROUNDS 41
#define PATIENCE_MS 20000
#define QUIET_MS 3000

/* What the daemon knows of a peer is known once a later request was answered. */
static void settle(struct daemon_proc *proc)
{
    (void)ask_ok(proc, "'op': 'stats'");
}

static void close_all(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)close(fds[i]);
}

static void complete(struct daemon_proc *proc, const struct json *reply)
{
    (void)ask_ok(proc, "'op': 'complete', 'order_id': '%s', 'lease': '%s'",
                 text_at(reply, "leases.0.order.order_id"), text_at(reply, "leases.0.lease"));
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void of_a_hundred_who_wait_the_first_gets_the_order(void **state)
{
    struct daemon_proc *proc = *state;
    int fds[PEERS];
    int64_t took[ROUNDS];
    int submitter = lease_peer_open(proc);

    for (size_t i = 0; i < PEERS; i++) {
        fds[i] = lease_peer_open(proc);
        lease_peer_ask(fds[i], WAIT);
        settle(proc);
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct json *reply = NULL;
        int64_t begun = daemon_proc_now();

        lease_peer_ask(submitter, SUBMIT);
        assert_int_equal(lease_peer_first(fds, PEERS, PATIENCE_MS), round);
        took[round] = daemon_proc_now() - begun;
        reply = lease_peer_answer(fds[round]);
        assert_int_equal(json_size(at(reply, "leases")), 1);
        complete(proc, reply);
        json_free(reply);
        json_free(lease_peer_answer(submitter));
        assert_int_equal(lease_peer_first(fds, PEERS, 0), -1); /* nobody else */
    }
    qsort(took, ROUNDS, sizeof *took, by_number);
    print_message("from submit to lease, %d workers wait: median %lld us, max %lld us\n", PEERS,
                  (long long)took[ROUNDS / 2], (long long)took[ROUNDS - 1]);
    close_all(fds, PEERS);
    (void)close(submitter);
}

static void whoever_has_gone_gets_nothing(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name;
    struct json *reply = NULL;
    int gone = lease_peer_open(proc), other = -1;

    lease_peer_ask(gone, WAIT);
    settle(proc);
    (void)close(gone);
    settle(proc);
    name = submit_one(proc, "cust-001");
    settle(proc);
    assert_int_equal(
        int_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", name.id), "order.attempts"), 0);
    other = lease_peer_open(proc);
    lease_peer_ask(other, WAIT);
    reply = lease_peer_answer(other);
    assert_int_equal(int_at(reply, "leases.0.attempt"), 1);
    json_free(reply);
    (void)close(other);
}

static void the_same_key_takes_the_place_of_the_one_who_waits(void **state)
{
    struct daemon_proc *proc = *state;
    struct json *reply = NULL;
    int fds[3];

    for (size_t i = 0; i < 3; i++) {
        fds[i] = lease_peer_open(proc);
        lease_peer_ask(fds[i], i == 1 ? WAIT : WAIT ", 'key': 'k'");
        settle(proc);
    }
    reply = lease_peer_answer(fds[0]); /* asked again by the last one, who is first now */
    assert_int_equal(json_size(at(reply, "leases")), 0);
    json_free(reply);
    (void)submit_one(proc, "cust-001");
    assert_int_equal(lease_peer_first(fds, 3, PATIENCE_MS), 2);
    close_all(fds, 3);
}

static void who_waits_is_woken_by_a_resume_and_by_a_retry(void **state)
{
    struct daemon_proc *proc = *state;
    struct json *reply = NULL;
    int fd = lease_peer_open(proc);

    (void)ask_ok(proc, "'op': 'pause'");
    (void)submit_one(proc, "cust-001");
    lease_peer_ask(fd, WAIT);
    settle(proc);
    assert_int_equal(lease_peer_first(&fd, 1, 0), -1);
    (void)ask_ok(proc, "'op': 'resume'");
    reply = lease_peer_answer(fd);
    lease_peer_ask(fd, WAIT);
    (void)ask_ok(proc, "'op': 'fail', 'reason': 'r', 'order_id': '%s', 'lease': '%s'",
                 text_at(reply, "leases.0.order.order_id"), text_at(reply, "leases.0.lease"));
    json_free(reply);
    reply = lease_peer_answer(fd);
    assert_int_equal(int_at(reply, "leases.0.attempt"), 2);
    json_free(reply);
    (void)close(fd);
}

static void a_stop_answers_those_who_wait(void **state)
{
    struct daemon_proc *proc = *state;
    struct json *reply = NULL;
    int fd = lease_peer_open(proc);

    lease_peer_ask(fd, WAIT);
    settle(proc);
    assert_int_equal(daemon_proc_stop(proc), 0);
    reply = lease_peer_answer(fd);
    assert_int_equal(json_size(at(reply, "leases")), 0);
    json_free(reply);
    (void)close(fd);
}

/* Every time a thread of the daemon waits it has been woken before. */
static int64_t times_it_waited(struct daemon_proc *proc)
{
    char command[128];
    const char *argv[] = {"sh", "-c", command, NULL};
    struct program_run run;
    int64_t n = 0;

    (void)snprintf(command, sizeof command,
                   "awk '/^voluntary/ {n += $2} END {print n}' /proc/%d/task/*/status",
                   (int)daemon_proc_pid(proc));
    program_run(argv, NULL, &run);
    n = strtoll(buf_text(&run.out), NULL, 10);
    program_run_done(&run);
    return n;
}

static void the_idle_daemon_sleeps_while_a_hundred_wait(void **state)
{
    struct daemon_proc *proc = *state;
    int fds[PEERS];
    int64_t before = 0, woken = 0;

#ifdef __SANITIZE_THREAD__
    skip(); /* its runtime has a thread of its own that wakes up ten times a second */
#endif
    for (size_t i = 0; i < PEERS; i++) {
        fds[i] = lease_peer_open(proc);
        lease_peer_ask(fds[i], WAIT);
    }
    settle(proc);
    before = times_it_waited(proc);
    assert_int_equal(lease_peer_first(fds, PEERS, QUIET_MS), -1);
    woken = times_it_waited(proc) - before;
    print_message("%d workers wait for %d s: the daemon woke up %lld times\n", PEERS,
                  QUIET_MS / 1000, (long long)woken);
    assert_in_range(woken, 0, QUIET_MS / 1000 + 1); /* one for the second that has begun */
    close_all(fds, PEERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(of_a_hundred_who_wait_the_first_gets_the_order, WORKER),
        DAEMON_TEST(whoever_has_gone_gets_nothing, WORKER),
        DAEMON_TEST(the_same_key_takes_the_place_of_the_one_who_waits, WORKER),
        DAEMON_TEST(who_waits_is_woken_by_a_resume_and_by_a_retry, WORKER),
        DAEMON_TEST(a_stop_answers_those_who_wait, WORKER),
        DAEMON_TEST(the_idle_daemon_sleeps_while_a_hundred_wait, WORKER),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
