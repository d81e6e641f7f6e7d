/* Flow tests of socket files: what is at the path is not harmed, and only ours is removed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/net/peer.h"
#include "daemon/net/sp_socket.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

struct place {
    char dir[64];
    char path[96];
    char url[112];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    (void)snprintf(place->dir, sizeof(place->dir), "/tmp/dofs-listen-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    (void)snprintf(place->path, sizeof(place->path), "%s/s.sock", place->dir);
    (void)snprintf(place->url, sizeof(place->url), "ipc://%s", place->path);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path);
    assert_int_equal(rmdir(place->dir), 0);
    free(place);
    return 0;
}

static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static void the_file_has_the_mode_asked_for_whatever_the_umask(void **state)
{
    const struct place *place = *state;
    struct sp_socket ours;
    struct stat st;
    mode_t old = umask(0077);

    assert_int_equal(sp_socket_open(&ours, place->url, 0660, getgid(), NULL), OK);
    (void)umask(old);
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(st.st_gid, getgid());
    sp_socket_close(&ours);
    assert_false(is_there(place->path));
}

static void a_live_socket_is_refused_with_its_holders_pid(void **state)
{
    const struct place *place = *state;
    struct sp_socket first, second;
    struct why why = {.text = ""};
    char pid[32];
    int fd = -1;

    (void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
    assert_int_equal(sp_socket_open(&first, place->url, 0600, (gid_t)-1, NULL), OK);
    assert_int_equal(sp_socket_open(&second, place->url, 0600, (gid_t)-1, &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, pid));
    assert_non_null(strstr(why.text, place->path));
    fd = raw_client_connect(place->path); /* the first one still listens */
    assert_true(fd >= 0);
    (void)close(fd);
    sp_socket_close(&first);
}

static void a_stale_socket_is_cleared_away(void **state)
{
    const struct place *place = *state;
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct sp_socket ours;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(addr.sun_path, place->path, strlen(place->path));
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    assert_int_equal(listen(fd, 1), 0);
    (void)close(fd);
    assert_true(is_there(place->path));
    assert_int_equal(sp_socket_open(&ours, place->url, 0600, (gid_t)-1, NULL), OK);
    sp_socket_close(&ours);
}

static void a_file_or_link_at_the_path_is_refused_and_kept(void **state)
{
    const struct place *place = *state;
    struct why why = {.text = ""};
    struct sp_socket ours;
    int fd = open(place->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    (void)close(fd);
    assert_int_equal(sp_socket_open(&ours, place->url, 0600, (gid_t)-1, &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, place->path));
    assert_true(is_there(place->path));
    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(symlink("/tmp/dofs-nothing-there", place->path), 0);
    assert_int_equal(sp_socket_open(&ours, place->url, 0600, (gid_t)-1, &why), ERR_CONFLICT);
    assert_true(is_there(place->path));
    assert_false(is_there("/tmp/dofs-nothing-there"));
}

static void a_file_put_in_place_of_ours_is_not_removed(void **state)
{
    const struct place *place = *state;
    struct sp_socket first, second;

    assert_int_equal(sp_socket_open(&first, place->url, 0600, (gid_t)-1, NULL), OK);
    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(sp_socket_open(&second, place->url, 0600, (gid_t)-1, NULL), OK);
    sp_socket_close(&first);
    assert_true(is_there(place->path));
    sp_socket_close(&second);
    assert_false(is_there(place->path));
}

static void bad_addresses_are_refused(void **state)
{
    static const char *const urls[] = {"", "ipc://", "tcp://127.0.0.1:1", "/tmp/x", NULL};
    char longest[6 + SOCKET_PATH_MAX + 2] = "ipc://";
    struct sp_socket ours;

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        assert_int_equal(sp_socket_open(&ours, urls[i], 0600, (gid_t)-1, NULL), ERR_INVALID);
    memset(longest + 6, 'x', SOCKET_PATH_MAX + 1);
    assert_int_equal(sp_socket_open(&ours, longest, 0600, (gid_t)-1, NULL), ERR_INVALID);
    memcpy(longest, "ipc:///no/", 10); /* of the right length, but there is no such folder */
    longest[6 + SOCKET_PATH_MAX] = '\0';
    assert_int_equal(sp_socket_open(&ours, longest, 0600, (gid_t)-1, NULL), ERR_INTERNAL);
}

static void an_adopted_socket_is_not_removed(void **state)
{
    const struct place *place = *state;
    struct sp_socket made, adopted;

    assert_int_equal(sp_socket_open(&made, place->url, 0600, (gid_t)-1, NULL), OK);
    assert_int_equal(sp_socket_adopt(&adopted, made.fd, NULL), OK);
    sp_socket_close(&adopted);
    assert_true(is_there(place->path));
    assert_int_equal(sp_socket_adopt(&adopted, STDERR_FILENO, NULL), ERR_INVALID);
}

static void a_peer_is_who_the_kernel_says(void **state)
{
    struct peer peer;
    gid_t groups[1024];
    int n = getgroups(1024, groups), ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(peer_read(ends[0], &peer, NULL), OK);
    assert_int_equal(peer.uid, geteuid());
    assert_int_equal(peer.gid, getegid());
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(peer.n_groups, n);
    assert_memory_equal(peer.groups, groups, (size_t)n * sizeof(gid_t));
    peer_done(&peer);
    assert_int_equal(peer_read(-1, &peer, NULL), ERR_INTERNAL);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        TEST(the_file_has_the_mode_asked_for_whatever_the_umask),
        TEST(a_live_socket_is_refused_with_its_holders_pid),
        TEST(a_stale_socket_is_cleared_away),
        TEST(a_file_or_link_at_the_path_is_refused_and_kept),
        TEST(a_file_put_in_place_of_ours_is_not_removed),
        TEST(bad_addresses_are_refused),
        TEST(an_adopted_socket_is_not_removed),
        cmocka_unit_test(a_peer_is_who_the_kernel_says),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
