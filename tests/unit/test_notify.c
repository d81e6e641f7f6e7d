/* Tests of notify and journal: what the service manager hears, and where stderr goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/sys/journal.h"
#include "daemon/sys/notify.h"
#include "tests/lib/test.h"

#define PATH "/tmp/dofs-notify-test-%ld"

static char heard[1024];

static const char *hear(int fd)
{
    ssize_t n = recv(fd, heard, sizeof(heard) - 1, 0);

    assert_true(n >= 0);
    heard[n] = '\0';
    return heard;
}

static void set_env(const char *name, const char *value)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void the_manager_hears_each_state(void **state)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)state;
    (void)snprintf(addr.sun_path, sizeof(addr.sun_path), PATH, (long)getpid());
    (void)unlink(addr.sun_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    set_env("NOTIFY_SOCKET", addr.sun_path);
    notify_ready("serving %d", 3);
    assert_string_equal(hear(fd), "READY=1\nSTATUS=serving 3");
    notify_status("%s", "100% busy");
    assert_string_equal(hear(fd), "STATUS=100% busy");
    notify_reloading();
    assert_ptr_equal(strstr(hear(fd), "RELOADING=1\nMONOTONIC_USEC="), heard);
    notify_stopping();
    assert_string_equal(hear(fd), "STOPPING=1");
    set_env("NOTIFY_SOCKET", NULL);
    (void)unlink(addr.sun_path);
    (void)close(fd);
}

static void without_a_manager_nothing_happens(void **state)
{
    (void)state;
    notify_ready("well");
    notify_stopping();
    assert_int_equal(notify_listen_fd("request"), -1);
}

static void a_passed_socket_is_found_by_its_name(void **state)
{
    char pid[32];

    (void)state;
    assert_int_equal(dup2(STDERR_FILENO, 3), 3);
    assert_int_equal(dup2(STDERR_FILENO, 4), 4);
    (void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    set_env("LISTEN_PID", pid);
    set_env("LISTEN_FDS", "2");
    set_env("LISTEN_FDNAMES", "events:request");
    assert_int_equal(notify_listen_fd("request"), 4);
    assert_int_equal(notify_listen_fd("events"), 3);
    assert_int_equal(notify_listen_fd("http"), -1);
    set_env("LISTEN_PID", NULL);
    (void)close(3);
    (void)close(4);
}

static void stderr_is_the_journal_only_when_it_is_the_one_named(void **state)
{
    char stream[64];
    struct stat st;

    (void)state;
    set_env("JOURNAL_STREAM", NULL);
    assert_false(journal_is_stderr());
    set_env("JOURNAL_STREAM", "1:2");
    assert_false(journal_is_stderr());
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    (void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    set_env("JOURNAL_STREAM", stream);
    assert_true(journal_is_stderr());
    set_env("JOURNAL_STREAM", NULL);
}

static void a_line_for_a_journal_that_is_not_there_is_lost_quietly(void **state)
{
    const struct log_field fields[] = {{"order_id", "01\033[2J"}, {"left-out", NULL}};
    struct log_sink sink = journal_sink();

    (void)state;
    sink.line(sink.self, LOG_ERROR, "a message\nof two lines", fields, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manager_hears_each_state),
        cmocka_unit_test(without_a_manager_nothing_happens),
        cmocka_unit_test(a_passed_socket_is_found_by_its_name),
        cmocka_unit_test(stderr_is_the_journal_only_when_it_is_the_one_named),
        cmocka_unit_test(a_line_for_a_journal_that_is_not_there_is_lost_quietly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
