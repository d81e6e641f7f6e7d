/*
 * Flow tests of the daemon among enemies: hostile connections by the thousand, clients killed in
 * mid-pipeline, peers that never read, no more descriptors. HOSTILE=100000 is the full run. How
 * long good clients waited is printed and decides nothing.
 */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/good_client.h"
#include "tests/lib/hostile.h"
#include "tests/lib/mp_from_text.h"
#include "tests/lib/proc_use.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define CONNECTIONS 2000
#define IDLE_PEERS 1000
#define RSS_MAX_KIB ((int64_t)64 * 1024)
#define WARM_UP 1000
#define AWAIT_US (20 * 1000000LL)
#define FEW_FDS 48
#define CROWD 100

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* freed memory is kept: its size says nothing */
#else
#define SANITIZED false
#endif

static size_t connections(void)
{
    const char *text = secure_getenv("HOSTILE");
    long n = text != NULL ? strtol(text, NULL, 10) : 0;

    return n > 0 ? (size_t)n : CONNECTIONS;
}

static const char *request_path(const struct daemon_proc *proc)
{
    return daemon_proc_request_url(proc) + strlen("ipc://");
}

static const char *events_path(const struct daemon_proc *proc)
{
    return daemon_proc_events_url(proc) + strlen("ipc://");
}

static int fds_of(const struct daemon_proc *proc)
{
    char path[64];
    struct dirent **names = NULL;
    int n = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)daemon_proc_pid(proc));
    n = scandir(path, &names, NULL, NULL);
    assert_true(n >= 0);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return n - 2; /* . and .. */
}

static int64_t rss_of(const struct daemon_proc *proc)
{
    struct proc_use use;

    proc_use_read(daemon_proc_pid(proc), &use);
    return use.rss_kib;
}

struct scene {
    struct daemon_proc *proc;
    struct good_client good;
    struct buf info, list, submit;
};

static void scene_begin(struct scene *scene, struct daemon_proc *proc)
{
    *scene = (struct scene){.proc = proc};
    good_client_open(&scene->good, proc);
    scene->info = mp_of_text("{'v': 1, 'op': 'info'}");
    scene->list = mp_of_text("{'v': 1, 'op': 'list', 'limit': 5}");
    scene->submit = mp_of_text("{'v': 1, 'op': 'submit', 'order': {'customer_id': 'acme', "
                               "'items': [{'product_id': 'p-1', 'quantity': 2}]}}");
}

static void scene_end(struct scene *scene)
{
    good_client_close(&scene->good);
    buf_done(&scene->info);
    buf_done(&scene->list);
    buf_done(&scene->submit);
}

/* A day in a good client's life. */
static void be_good(struct scene *scene, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        good_client_ask(&scene->good, &scene->info);
        good_client_ask(&scene->good, &scene->list);
    }
}

/* Until the daemon has closed what others have left. */
static void await_fds(struct scene *scene, int n)
{
    int64_t until = clock_mono(&scene->good.clock) + AWAIT_US;

    while (fds_of(scene->proc) != n) {
        if (clock_mono(&scene->good.clock) > until)
            fail_msg("the daemon has %d descriptors and not %d", fds_of(scene->proc), n);
        be_good(scene, 1);
    }
}

static void await_child(struct scene *scene, pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0)
        be_good(scene, 1);
    assert_int_equal(status, 0);
}

static void be_attacked(struct scene *scene, size_t n)
{
    const struct hostile_place place = {request_path(scene->proc), events_path(scene->proc)};
    int64_t began = clock_mono(&scene->good.clock);
    int fds = fds_of(scene->proc);

    await_child(scene, hostile_start(&place, n));
    (void)printf("# %zu hostile connections of %d kinds in %.1f s\n", n, HOSTILE_KINDS,
                 (double)(clock_mono(&scene->good.clock) - began) / 1e6);
    good_client_print(&scene->good, "meanwhile");
    await_fds(scene, fds);
}

/* Until the daemon has given back what others took; it looks every ten seconds. */
static int64_t await_rss(struct scene *scene, int64_t most)
{
    int64_t until = clock_mono(&scene->good.clock) + AWAIT_US;
    int64_t rss = rss_of(scene->proc);

    for (; rss > most && clock_mono(&scene->good.clock) < until; rss = rss_of(scene->proc))
        be_good(scene, 1);
    return rss;
}

static void hostile_connections_harm_nobody(void **state)
{
    struct scene scene;
    int64_t before = 0, at_once = 0, after = 0;

    scene_begin(&scene, *state);
    be_good(&scene, 2000);
    good_client_print(&scene.good, "alone");
    be_attacked(&scene, WARM_UP);
    before = rss_of(scene.proc);
    be_attacked(&scene, connections());
    at_once = rss_of(scene.proc);
    after = SANITIZED ? 0 : await_rss(&scene, before + before / 20);
    (void)printf(
        "# descriptors %d; RSS %lld KiB before, %lld KiB after, %lld KiB when given back\n",
        fds_of(scene.proc), (long long)before, (long long)at_once, (long long)after);
    assert_true(after <= before + before / 20);
    assert_int_equal(daemon_proc_stop(scene.proc), 0); /* with sanitizers also: nothing leaked */
    scene_end(&scene);
}

static void killed_clients_leave_nothing_behind(void **state)
{
    struct scene scene;
    size_t n = connections() / 100 < 100 ? 100 : connections() / 100;
    int fds = 0;
    int64_t began = 0;

    scene_begin(&scene, *state);
    fds = fds_of(scene.proc);
    for (size_t i = 0; i < n; i++) {
        pid_t pid = hostile_start_killed(request_path(scene.proc));
        int status = 0;

        be_good(&scene, 1);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    good_client_print(&scene.good, "while others are killed");
    await_fds(&scene, fds);
    began = clock_mono(&scene.good.clock);
    assert_int_equal(daemon_proc_stop(scene.proc), 0);
    (void)printf("# %zu clients killed with 32 submits in flight: 0 descriptors left, stop in "
                 "%lld ms\n",
                 n, (long long)(clock_mono(&scene.good.clock) - began) / 1000);
    scene_end(&scene);
}

/* Orders whose events fill what a subscriber may leave waiting. */
static void submit_many(struct scene *scene, int n)
{
    for (int i = 0; i < n; i++)
        good_client_ask(&scene->good, &scene->submit);
}

static int64_t left_out(struct daemon_proc *proc)
{
    static const char name[] = "\ndofs_event_messages_left_out_total ";
    const char *text = text_at(ask_ok(proc, "'op': 'metrics'"), "text");
    const char *found = strstr(text, name);

    assert_non_null(found);
    return strtoll(found + sizeof name - 1, NULL, 10);
}

static void open_idle(const struct daemon_proc *proc, int fds[IDLE_PEERS])
{
    for (int i = 0; i < IDLE_PEERS; i++) {
        fds[i] = raw_client_open(request_path(proc), SP_PROTO_REQ);
        assert_true(fds[i] >= 0);
    }
}

static void close_idle(const int fds[IDLE_PEERS])
{
    for (int i = 0; i < IDLE_PEERS; i++)
        (void)close(fds[i]);
}

static void peers_that_never_read_hold_up_nobody(void **state)
{
    static int idle[IDLE_PEERS];
    struct scene scene;
    int never = -1, status = 0;
    pid_t stalled = 0;
    size_t flood = 0;

    scene_begin(&scene, *state);
    submit_many(&scene, 500);
    good_client_print(&scene.good, "submits, alone");
    be_good(&scene, 2000);
    good_client_print(&scene.good, "reads, alone");

    open_idle(scene.proc, idle);
    stalled = hostile_start_stalled(events_path(scene.proc));
    assert_int_equal(waitpid(stalled, &status, WUNTRACED), stalled);
    assert_true(WIFSTOPPED(status));
    never = raw_client_open(request_path(scene.proc), SP_PROTO_REQ);
    flood = hostile_flood(never);
    assert_true(flood > 0);
    scene.good.n = 0;

    for (int i = 0; i < 60 && left_out(scene.proc) == 0; i++)
        submit_many(&scene, 100);
    assert_true(left_out(scene.proc) > 0); /* it has not been read from, and nobody waited */
    good_client_print(&scene.good, "submits, beside peers that never read");
    be_good(&scene, 2000);
    good_client_print(&scene.good, "reads, beside peers that never read");
    (void)printf("# %d idle peers, one with %zu unread answers asked for, one stalled "
                 "subscriber: RSS %lld KiB\n",
                 IDLE_PEERS, flood, (long long)rss_of(scene.proc));
    if (!SANITIZED)
        assert_true(rss_of(scene.proc) <= RSS_MAX_KIB);
    (void)kill(stalled, SIGKILL);
    assert_int_equal(waitpid(stalled, &status, 0), stalled);
    (void)close(never);
    close_idle(idle);
    assert_int_equal(daemon_proc_stop(scene.proc), 0);
    scene_end(&scene);
}

/* The time until two heartbeats have come: what an idle daemon does then is what it does. */
static void await_heartbeats(int events)
{
    static uint8_t body[65536];

    for (int n = 0; n < 2;) {
        assert_true(raw_client_event(events, body, sizeof body) > 0);
        n += memcmp(body, "heartbeat", sizeof "heartbeat") == 0 ? 1 : 0;
    }
}

static void print_idle_cpu(struct scene *scene, int events, const char *when)
{
    struct proc_use before, after;
    int64_t began = 0;

    await_heartbeats(events); /* what was going on is over */
    began = clock_mono(&scene->good.clock);
    proc_use_read(daemon_proc_pid(scene->proc), &before);
    await_heartbeats(events);
    proc_use_read(daemon_proc_pid(scene->proc), &after);
    (void)printf("# daemon %s: %.1f %% of a processor\n", when,
                 100.0 * (double)(after.cpu_us - before.cpu_us) /
                     (double)(clock_mono(&scene->good.clock) - began));
}

static void start_with_few_fds(struct daemon_proc *proc)
{
    struct rlimit old, low;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = FEW_FDS;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    daemon_proc_start(proc);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

/* Has it been let in? One that has not has been closed by now, or is in a moment. */
static bool is_in(int fd)
{
    uint8_t hello[SP_HANDSHAKE_LEN], ours[SP_HANDSHAKE_LEN];

    sp_put_handshake(ours, SP_PROTO_REQ);
    return raw_client_write(fd, ours, sizeof ours) && raw_client_read(fd, hello, sizeof hello);
}

static void without_descriptors_it_serves_those_it_has(void **state)
{
    struct daemon_proc *proc = *state;
    struct scene scene;
    int crowd[CROWD], events = -1, in = 0;

    assert_int_equal(daemon_proc_stop(proc), 0);
    start_with_few_fds(proc);
    scene_begin(&scene, proc);
    events = raw_client_open(events_path(proc), SP_PROTO_SUB);
    assert_true(events >= 0);
    print_idle_cpu(&scene, events, "with descriptors left");
    for (int i = 0; i < CROWD; i++)
        crowd[i] = raw_client_connect(request_path(proc));
    for (int i = 0; i < CROWD; i++)
        in += crowd[i] >= 0 && is_in(crowd[i]) ? 1 : 0;
    assert_in_range(in, 1, FEW_FDS);
    submit_many(&scene, 20); /* the store still has all that it needs */
    be_good(&scene, 100);
    print_idle_cpu(&scene, events, "without descriptors");
    (void)printf("# of %d connections with %d descriptors %d were let in\n", CROWD, FEW_FDS, in);
    for (int i = 0; i < CROWD; i++)
        if (crowd[i] >= 0)
            (void)close(crowd[i]);
    while (raw_client_open(request_path(proc), SP_PROTO_REQ) < 0)
        be_good(&scene, 1); /* until the first of them is gone */
    (void)close(events);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(hostile_connections_harm_nobody, DAEMON_GOOD),
        DAEMON_TEST(killed_clients_leave_nothing_behind, DAEMON_GOOD),
        DAEMON_TEST(peers_that_never_read_hold_up_nobody,
                    "[listen]\nmax_peers_per_user = 4096\n" DAEMON_GOOD),
        DAEMON_TEST(without_descriptors_it_serves_those_it_has, DAEMON_GOOD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
