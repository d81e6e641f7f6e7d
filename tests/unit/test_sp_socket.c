/* The socket a daemon listens at: it takes nothing away that is somebody's, and says why not. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/net/sp_socket.h"
#include "tests/lib/tmpdir.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define PATH_BYTES (TMPDIR_MAX + 32)
#define NO_GROUP ((gid_t)-1)
#define QUEUE_MAX 16

static int begin(void **state)
{
    struct tmpdir *dir = calloc(1, sizeof *dir);

    assert_non_null(dir);
    tmpdir_init(dir);
    *state = dir;
    return 0;
}

static int end(void **state)
{
    tmpdir_done(*state);
    free(*state);
    return 0;
}

static void name(const struct tmpdir *dir, const char *file, char path[PATH_BYTES],
                 char url[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s/%s", dir->path, file);
    (void)snprintf(url, PATH_BYTES, "ipc://%s/%s", dir->path, file);
}

/* A socket of another program at the path. */
static int bound(const char *path, int type)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0 && strlen(path) < sizeof addr.sun_path);
    memcpy(addr.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static void refused(const char *url, enum err e, const char *says)
{
    struct sp_socket made = {.fd = 77};
    struct why why = {0};

    if (sp_socket_open(&made, url, 0600, NO_GROUP, &why) != e || strstr(why.text, says) == NULL)
        fail_msg("no '%s' in: '%s'", says, why.text);
    assert_int_equal(made.fd, 77);
}

static void a_place_where_no_socket_can_be_is_named(void **state)
{
    char path[PATH_BYTES], url[PATH_BYTES];
    int fd = -1;

    name(*state, "none/sock", path, url);
    refused(url, ERR_INTERNAL, "cannot make the socket '");
    name(*state, "file", path, url);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    refused(url, ERR_CONFLICT, "is there already and is no socket");
    name(*state, "file/sock", path, url);
    refused(url, ERR_INTERNAL, "cannot look at '");
}

static void whoever_holds_the_place_is_left_alone(void **state)
{
    char path[PATH_BYTES], url[PATH_BYTES], own[64];
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int queue[QUEUE_MAX], held = -1, n = 0;
    struct stat st;

    name(*state, "live", path, url);
    held = bound(path, SOCK_STREAM);
    assert_int_equal(listen(held, 0), 0);
    (void)snprintf(own, sizeof own, "is held by process %ld", (long)getpid());
    refused(url, ERR_CONFLICT, own);
    assert_true(strlen(path) < sizeof addr.sun_path);
    memcpy(addr.sun_path, path, strlen(path));
    for (bool room = true; room && n < QUEUE_MAX; n++) {
        queue[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        room = connect(queue[n], (struct sockaddr *)&addr, sizeof addr) == 0;
    }
    refused(url, ERR_CONFLICT, "is held by another process"); /* who has no time to answer */
    for (int i = 0; i < n; i++)
        (void)close(queue[i]);
    (void)close(held);

    name(*state, "datagrams", path, url);
    held = bound(path, SOCK_DGRAM);
    refused(url, ERR_CONFLICT, "cannot tell who holds '");
    assert_int_equal(lstat(path, &st), 0);
    (void)close(held);
}

static void what_a_dead_one_left_is_replaced_and_taken_away_at_the_end(void **state)
{
    char path[PATH_BYTES], url[PATH_BYTES];
    struct sp_socket made;
    struct stat st;

    name(*state, "stale", path, url);
    (void)close(bound(path, SOCK_STREAM));
    assert_int_equal(sp_socket_open(&made, url, 0620, getgid(), NULL), OK);
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0620);
    assert_int_equal(st.st_gid, getgid());
    sp_socket_close(&made);
    assert_int_equal(lstat(path, &st), -1);
    assert_int_equal(made.fd, -1);
    sp_socket_close(&made); /* once more does nothing */
}

static void what_came_to_its_place_meanwhile_stays(void **state)
{
    char path[PATH_BYTES], url[PATH_BYTES];
    struct sp_socket made;
    struct stat st;
    int other = -1;

    name(*state, "taken", path, url);
    assert_int_equal(sp_socket_open(&made, url, 0600, NO_GROUP, NULL), OK);
    assert_int_equal(unlink(path), 0);
    other = bound(path, SOCK_STREAM);
    sp_socket_close(&made);
    assert_int_equal(lstat(path, &st), 0);
    (void)close(other);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(sp_socket_open(&made, url, 0600, NO_GROUP, NULL), OK);
    assert_int_equal(unlink(path), 0);
    sp_socket_close(&made); /* there is nothing left to take away */
    assert_int_equal(lstat(path, &st), -1);
}

static void without_descriptors_there_is_no_socket(void **state)
{
    char path[PATH_BYTES], url[PATH_BYTES];
    struct rlimit before, none;

    name(*state, "fresh", path, url);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){3, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    refused(url, ERR_INTERNAL, "cannot make a socket");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    (void)close(bound(path, SOCK_STREAM)); /* now it must ask who is there */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    refused(url, ERR_INTERNAL, "cannot make a socket");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void only_a_listening_stream_is_adopted(void **state)
{
    static const struct {
        const char *label;
        int domain, type;
        bool listens, adopted;
    } rows[] = {
        {"a listening stream", AF_UNIX, SOCK_STREAM, true, true},
        {"a stream that does not listen", AF_UNIX, SOCK_STREAM, false, false},
        {"packets", AF_UNIX, SOCK_SEQPACKET, true, false},
        {"datagrams", AF_UNIX, SOCK_DGRAM, false, false},
        {"the network", AF_INET, SOCK_STREAM, true, false},
    };
    struct sp_socket made;
    struct why why = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        int fd = socket(rows[i].domain, rows[i].type, 0);

        assert_true(fd >= 0);
        if (rows[i].domain == AF_UNIX) /* a name of the kernel's own choice */
            (void)bind(fd, (struct sockaddr *)&(struct sockaddr_un){.sun_family = AF_UNIX},
                       sizeof(sa_family_t));
        if (rows[i].listens)
            assert_int_equal(listen(fd, 1), 0);
        if (sp_socket_adopt(&made, fd, &why) != (rows[i].adopted ? OK : ERR_INVALID))
            fail_msg("%s: %s", rows[i].label, why.text);
        assert_int_equal((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, rows[i].adopted);
        assert_int_equal((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, rows[i].adopted);
        (void)close(fd);
    }
    assert_int_equal(sp_socket_adopt(&made, -1, &why), ERR_INVALID);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_place_where_no_socket_can_be_is_named),
        TEST(whoever_holds_the_place_is_left_alone),
        TEST(what_a_dead_one_left_is_replaced_and_taken_away_at_the_end),
        TEST(what_came_to_its_place_meanwhile_stays),
        TEST(without_descriptors_there_is_no_socket),
        TEST(only_a_listening_stream_is_adopted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
