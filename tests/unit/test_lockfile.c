/* Tests of lockfile: one holder at a time, named by its pid. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/sys/lockfile.h"
#include "tests/lib/test.h"

struct place {
    char dir[64];
    char path[96];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    (void)snprintf(place->dir, sizeof(place->dir), "/tmp/dofs-lock-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    (void)snprintf(place->path, sizeof(place->path), "%s/lock", place->dir);
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

static void a_second_holder_is_refused_with_path_and_pid(void **state)
{
    const struct place *place = *state;
    struct lockfile *first = NULL, *second = NULL;
    struct why why = {.text = ""};
    char pid[32];

    assert_int_equal(lockfile_open(place->path, &first, &why), OK);
    assert_int_equal(lockfile_open(place->path, &second, &why), ERR_CONFLICT);
    assert_null(second);
    (void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
    assert_non_null(strstr(why.text, pid));
    assert_non_null(strstr(why.text, place->path));
    lockfile_close(first);
}

/* A holder that ends, and its child that keeps what it has inherited until `go` is closed. */
static void leave_to_a_child(const char *path, int go[2])
{
    struct lockfile *lock = NULL;
    char byte = 0;
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        if (lockfile_open(path, &lock, NULL) != OK)
            _exit(1);
        pid = fork();
        if (pid != 0)
            _exit(pid < 0);
        (void)close(go[1]);
        (void)!read(go[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void *open_it(void *path)
{
    struct lockfile *lock = NULL;

    return lockfile_open(path, &lock, NULL) == OK ? lock : NULL;
}

static void a_dead_holders_child_is_waited_for(void **state)
{
    struct place *place = *state;
    pthread_t thread;
    void *lock = NULL;
    int go[2];

    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    leave_to_a_child(place->path, go);
    assert_int_equal(pthread_create(&thread, NULL, open_it, place->path), 0);
    (void)close(go[1]);
    assert_int_equal(pthread_join(thread, &lock), 0);
    (void)close(go[0]);
    assert_non_null(lock);
    lockfile_close(lock);
}

static void a_closed_lock_can_be_taken_again(void **state)
{
    const struct place *place = *state;
    struct lockfile *lock = NULL;

    assert_int_equal(lockfile_open(place->path, &lock, NULL), OK);
    lockfile_close(lock);
    assert_int_equal(lockfile_open(place->path, &lock, NULL), OK);
    lockfile_close(lock);
}

static void a_lock_ends_with_its_process(void **state)
{
    const struct place *place = *state;
    struct lockfile *lock = NULL;
    struct stat st;
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(lockfile_open(place->path, &lock, NULL) == OK ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(stat(place->path, &st), 0);
    assert_true(st.st_size > 0); /* the dead one's pid is still in it */
    assert_int_equal(lockfile_open(place->path, &lock, NULL), OK);
    lockfile_close(lock);
}

static void a_symlink_is_not_followed(void **state)
{
    const struct place *place = *state;
    struct lockfile *lock = NULL;

    assert_int_equal(symlink("/tmp/dofs-lock-elsewhere", place->path), 0);
    assert_int_equal(lockfile_open(place->path, &lock, NULL), ERR_INTERNAL);
    assert_null(lock);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct lockfile *lock = NULL;
    struct why why = {.text = ""};

    (void)state;
    assert_int_equal(lockfile_open("/nowhere/at/all/lock", &lock, &why), ERR_INTERNAL);
    assert_non_null(strstr(why.text, "/nowhere/at/all/lock"));
}

static void closing_nothing_is_harmless(void **state)
{
    (void)state;
    lockfile_close(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        TEST(a_second_holder_is_refused_with_path_and_pid),
        TEST(a_dead_holders_child_is_waited_for),
        TEST(a_closed_lock_can_be_taken_again),
        TEST(a_lock_ends_with_its_process),
        TEST(a_symlink_is_not_followed),
        TEST(a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(closing_nothing_is_harmless),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
