/* Who is at the other end of a socket: all of its groups, however many. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/net/peer.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define FIRST_GID 5000
#define MANY 1000

/* With `n` groups of our own, as their peer sees us; 0, or what is wrong. */
static int be_in(size_t n)
{
    static gid_t groups[MANY];
    struct peer peer;
    int fds[2];
    int wrong = 0;

    for (size_t i = 0; i < n; i++)
        groups[i] = (gid_t)(FIRST_GID + i);
    if (setgroups(n, groups) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return 1;
    if (peer_read(fds[0], &peer, NULL) != OK)
        return 2;
    if (peer.uid != getuid() || peer.gid != getgid() || peer.pid != getpid())
        wrong = 3;
    if (peer.n_groups != n)
        wrong = 4;
    for (size_t i = 0; i < n && wrong == 0; i++)
        if (peer.groups[i] != groups[i])
            wrong = 5;
    peer_done(&peer);
    if (peer.groups != NULL || peer.n_groups != 0)
        wrong = 6;
    return wrong;
}

static void every_group_is_seen(void **state)
{
    static const size_t rows[] = {0, 1, PEER_GROUPS_MAX, PEER_GROUPS_MAX + 1, MANY};

    (void)state;
    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        int status = 0;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            exit(be_in(rows[i])); /* NOLINT(concurrency-mt-unsafe): there is no other thread */
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("%zu groups: %d", rows[i], WEXITSTATUS(status));
    }
}

static void what_is_no_socket_has_no_peer(void **state)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct peer peer;
    struct why why = {0};

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(peer_read(fd, &peer, &why), ERR_INTERNAL);
    assert_non_null(strstr(why.text, "cannot tell who the peer is"));
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_group_is_seen),
        cmocka_unit_test(what_is_no_socket_has_no_peer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
