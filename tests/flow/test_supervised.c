/* The daemon under a service manager: what it tells it, where its log goes, how it ends when asked
   to by somebody who does not want to wait. */
#include "tests/lib/test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/clock.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/mp_from_text.h"
#include "tests/lib/raw_client.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define PATH_BYTES 128
#define HEARD_MS 20000
#define LOG_BYTES 65536
#define ASKS 200 /* of some KiB each: their answers do not fit into a socket */
#define LOG_US (20 * 1000000LL)

/* ---- the log ---- */

static const char *log_of(const struct daemon_proc *proc)
{
    static char text[LOG_BYTES];
    char path[PATH_BYTES];
    FILE *file = NULL;
    size_t n = 0;

    (void)snprintf(path, sizeof path, "%s/log", daemon_proc_dir(proc));
    file = fopen(path, "re");
    assert_non_null(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

static void await_log(const struct daemon_proc *proc, const char *what)
{
    struct clock clock;
    int64_t until = 0;

    clock_init(&clock);
    until = clock_mono(&clock) + LOG_US;
    while (strstr(log_of(proc), what) == NULL)
        if (clock_mono(&clock) > until)
            fail_msg("no '%s' in: %s", what, log_of(proc));
}

static void the_log_is_written_as_it_was_asked_for(void **state)
{
    static const struct {
        const char *config, *starts, *has;
    } rows[] = {
        {"[log]\nformat = json\n", "{\"at\":\"", "\"level\":\"notice\""},
        {"[log]\nformat = text\n", "notice: ", "ready"},
        {"[log]\nformat = auto\n", "{\"at\":\"", "\"message\":\"ready"},
        {"[log]\nformat = journal\n", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct daemon_proc *proc = daemon_proc_new(rows[i].config);
        const char *text = NULL;

        daemon_proc_start(proc);
        text = log_of(proc);
        if (strncmp(text, rows[i].starts, strlen(rows[i].starts)) != 0 ||
            strstr(text, rows[i].has) == NULL || (rows[i].has[0] == '\0' && text[0] != '\0'))
            fail_msg("%s: %s", rows[i].config, text);
        assert_int_equal(daemon_proc_stop(proc), 0);
        daemon_proc_free(proc);
    }
}

/* ---- the service manager ---- */

static int listen_at(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && strlen(path) < sizeof addr.sun_path);
    memcpy(addr.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

/* Until a message begins with this; others go by. */
static void hear(int fd, const char *start)
{
    char heard[1024] = "";

    while (strncmp(heard, start, strlen(start)) != 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        ssize_t n = poll(&ready, 1, HEARD_MS) == 1 ? recv(fd, heard, sizeof heard - 1, 0) : -1;

        if (n < 0)
            fail_msg("'%s' was not heard", start);
        heard[n] = '\0';
    }
}

static void the_manager_hears_of_each_state_and_that_the_writer_lives(void **state)
{
    struct daemon_proc *proc = daemon_proc_new(NULL);
    char path[PATH_BYTES], notify[PATH_BYTES + 16];
    const char *const env[] = {notify, "WATCHDOG_USEC=8000000", NULL};
    int fd = -1;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/notify", daemon_proc_dir(proc));
    (void)snprintf(notify, sizeof notify, "NOTIFY_SOCKET=%s", path);
    fd = listen_at(path);
    daemon_proc_run_as(proc, "dofsd", env);
    daemon_proc_start(proc);
    hear(fd, "READY=1");
    hear(fd, "WATCHDOG=1");
    hear(fd, "WATCHDOG=1"); /* again and again */
    assert_int_equal(kill(daemon_proc_pid(proc), SIGHUP), 0);
    hear(fd, "RELOADING=1");
    hear(fd, "READY=1");
    assert_int_equal(daemon_proc_stop(proc), 0);
    hear(fd, "STOPPING=1");
    (void)close(fd);
    (void)unlink(path);
    daemon_proc_free(proc);
}

/* ---- the end ---- */

static int64_t answered(struct daemon_proc *proc)
{
    static const char name[] = "dofs_requests_total{op=\"metrics\",result=\"ok\"} ";
    const char *found = strstr(text_at(ask_ok(proc, "'op': 'metrics'"), "text"), name);

    return found != NULL ? strtoll(found + sizeof name - 1, NULL, 10) : 0;
}

/* A peer with answers that it does not take, and that its socket cannot hold. Nobody else asks:
   when one question of ours adds but itself to the count, no more of the peer's are answered. */
static int unwilling(struct daemon_proc *proc)
{
    int fd = raw_client_open(strchr(daemon_proc_request_url(proc), '/') + 2, SP_PROTO_REQ);
    struct buf asks = mp_of_text("{'v':1,'op':'metrics'}");
    int64_t before = 0, now = 0, own = 1;

    assert_true(fd >= 0);
    for (uint32_t i = 1; i <= ASKS; i++)
        assert_true(raw_client_send(fd, i, asks.data, asks.len));
    for (now = answered(proc); now != before + 1 || now <= own; own++) {
        before = now;
        now = answered(proc);
    }
    assert_true(now < own + ASKS);
    buf_done(&asks);
    return fd;
}

static void a_peer_that_takes_no_answers_holds_the_end_up_no_longer_than_the_grace(void **state)
{
    struct daemon_proc *proc = daemon_proc_new("[daemon]\nstop_grace = 200ms\n");
    int fd = -1;

    (void)state;
    daemon_proc_start(proc);
    fd = unwilling(proc);
    assert_int_equal(daemon_proc_stop(proc), 0);
    await_log(proc, "stopping without 0 attempts' ends and ");
    (void)close(fd);
    daemon_proc_free(proc);
}

static void a_second_signal_ends_it_at_once_and_a_reload_comes_too_late(void **state)
{
    struct daemon_proc *proc = daemon_proc_new("[daemon]\nstop_grace = 1h\n");
    int fd = -1;

    (void)state;
    daemon_proc_start(proc);
    fd = unwilling(proc);
    assert_int_equal(kill(daemon_proc_pid(proc), SIGTERM), 0);
    await_log(proc, "stopping: SIGTERM");
    assert_int_equal(kill(daemon_proc_pid(proc), SIGHUP), 0);
    assert_int_equal(daemon_proc_stop(proc), 0);
    await_log(proc, "stopping at once");
    assert_null(strstr(log_of(proc), "configuration read again"));
    assert_null(strstr(log_of(proc), "stopping without"));
    (void)close(fd);
    daemon_proc_free(proc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_is_written_as_it_was_asked_for),
        cmocka_unit_test(the_manager_hears_of_each_state_and_that_the_writer_lives),
        cmocka_unit_test(a_peer_that_takes_no_answers_holds_the_end_up_no_longer_than_the_grace),
        cmocka_unit_test(a_second_signal_ends_it_at_once_and_a_reload_comes_too_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
