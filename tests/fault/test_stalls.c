/* What stands still: the writer's disk, the daemon itself, a handler's program; and a clock that
   jumps. Nothing is lost, and what must notice does. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/rng.h"
#include "tests/lib/crash_load.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/fault_scene.h"
#include "tests/lib/test.h"

#define STALL_MS 60000
#define RECEIVE_S 20
#define YEAR_S (365L * 24 * 3600)
#define RETRIES                                                                                    \
    "[fulfilment]\nsuccess_rate = 0\ninterval = 700ms\njitter = none\nbackoff_rate = 1\n"          \
    "max_attempts = 2\n"
#define BACKOFF_US 700000

/* ---- the watchdog ---- */

/* Where the daemon thinks that its service manager listens. */
static int manager_open(const struct fault_scene *scene, char path[100])
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = RECEIVE_S};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)snprintf(path, 100, "%s/notify", daemon_proc_dir(scene->proc));
    (void)snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    return fd;
}

/* Waits for a message that says so; false when none comes. */
static bool manager_hears(int fd, const char *what)
{
    char text[4096];
    ssize_t n = 0;

    while ((n = recv(fd, text, sizeof text - 1, 0)) >= 0) {
        text[n] = '\0';
        if (strstr(text, what) != NULL)
            return true;
    }
    return false;
}

static void a_writer_that_hangs_ends_the_daemon_under_a_watchdog(void **state)
{
    const struct fault_control stall = {.call = FAULT_FDATASYNC,
                                        .stall_ms = STALL_MS,
                                        .at = 1,
                                        .times = 1,
                                        .match = "orders.db-wal"};
    struct fault_scene scene;
    struct key_answer answer;
    char path[100];
    char notify[160];
    int manager = -1;

    (void)state;
    fault_scene_init(&scene, DAEMON_LATER, NULL);
    manager = manager_open(&scene, path);
    (void)snprintf(notify, sizeof notify, "NOTIFY_SOCKET=%s", path);
    scene.env[2] = notify;
    scene.env[3] = "WATCHDOG_USEC=2000000";
    daemon_proc_start(scene.proc);
    assert_true(manager_hears(manager, "READY=1"));
    assert_true(manager_hears(manager, "WATCHDOG=1"));
    fault_scene_arm(&scene, &stall);
    answer = fault_scene_submit(&scene);
    assert_int_equal(answer.outcome, KEY_LOST); /* the daemon ended before it could answer */
    assert_int_equal(fault_scene_end(&scene), -SIGABRT);
    fault_scene_disarm(&scene);
    (void)close(manager);
    scene.env[2] = NULL;
    daemon_proc_start(scene.proc);
    fault_scene_settle(&scene, 0);
    fault_scene_done(&scene);
}

/* ---- stopped ---- */

static void a_stopped_daemon_goes_on_where_it_was(void **state)
{
    struct daemon_proc *proc = *state;
    struct crash_load *load = crash_load_new(proc, 8, 400);
    struct rng rng;
    size_t seen = 0;

    rng_seed(&rng, 3);
    crash_load_begin(load);
    for (size_t i = 0; i < 8; i++) {
        assert_true(crash_load_await(load, i * 40 + (size_t)rng_upto(&rng, 39)));
        assert_int_equal(kill(daemon_proc_pid(proc), SIGSTOP), 0);
        seen = crash_load_answered(load);
        daemon_proc_pause();
        assert_int_equal(kill(daemon_proc_pid(proc), SIGCONT), 0);
    }
    assert_true(seen > 0);
    crash_load_end(load);
    crash_load_check_ended(load);
    crash_load_check_stored(load);
    crash_load_check_file(load);
    crash_load_free(load);
}

static void a_handler_that_stops_itself_times_out(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name order = submit_one(proc, "cust-1");

    await_status(proc, order.id, "FAILED");
    assert_string_equal(
        text_at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", order.id), "order.failure_reason"),
        "timeout");
}

/* ---- the clock ---- */

/* Every event's seq follows the one before, though its time may lie before. */
static void check_order_of_events(struct fault_scene *scene)
{
    const struct json *events =
        at(ask_ok(scene->proc, "'op': 'events', 'after': 0, 'limit': 1000"), "events");

    bool back = false;

    for (size_t i = 0; i < json_size(events); i++) {
        assert_int_equal(int_at(json_at(events, i), "seq"), (int64_t)i + 1);
        back = back || (i > 0 && strcmp(text_at(json_at(events, i), "at"),
                                        text_at(json_at(events, i - 1), "at")) < 0);
    }
    assert_true(back); /* else no clock was set */
}

/* An order whose second attempt is due: it comes neither before its time nor never. */
static void retry_over_a_jump(struct fault_scene *scene, int64_t jump_s)
{
    int64_t from = daemon_proc_now();
    struct order_name order = submit_one(scene->proc, "cust-1");

    await_status(scene->proc, order.id, "RETRYING");
    atomic_store(&scene->control->jump_s, jump_s);
    await_status(scene->proc, order.id, "FAILED");
    assert_true(daemon_proc_now() - from >= BACKOFF_US);
    assert_int_equal(
        int_at(ask_ok(scene->proc, "'op': 'get', 'order_id': '%s'", order.id), "order.attempts"),
        2);
}

static void a_clock_that_jumps_a_year_moves_no_retry(void **state)
{
    struct fault_scene scene;

    (void)state;
    fault_scene_init(&scene, RETRIES, NULL);
    daemon_proc_start(scene.proc);
    retry_over_a_jump(&scene, -YEAR_S);
    retry_over_a_jump(&scene, YEAR_S);
    retry_over_a_jump(&scene, 0);
    check_order_of_events(&scene);
    fault_scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_writer_that_hangs_ends_the_daemon_under_a_watchdog),
        DAEMON_TEST(a_stopped_daemon_goes_on_where_it_was, DAEMON_GOOD),
        DAEMON_TEST(a_handler_that_stops_itself_times_out,
                    "[fulfilment]\nhandler = exec\ncommand = sh -c 'kill -STOP $$'\n"
                    "timeout = 200ms\nmax_attempts = 1\n"),
        cmocka_unit_test(a_clock_that_jumps_a_year_moves_no_retry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
