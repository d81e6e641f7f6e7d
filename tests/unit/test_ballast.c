/* Tests of ballast: a file of its size, gone when given up, there again when there is room. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/sys/ballast.h"
#include "tests/lib/test.h"
#include "tests/lib/tmpdir.h"

/* Bytes of disk that the file takes; -1: it is not there. */
static int64_t taken(const struct tmpdir *dir)
{
    char path[TMPDIR_MAX + 32];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/" BALLAST_NAME, dir->path);
    return stat(path, &st) == 0 ? st.st_blocks * 512L : -1;
}

static void it_is_there_until_given_up_and_again_when_made_anew(void **state)
{
    struct tmpdir dir = {.path = ""};
    struct ballast *ballast = NULL;

    (void)state;
    tmpdir_init(&dir);
    assert_int_equal(ballast_open(dir.path, &ballast, NULL), OK);
    assert_true(ballast_held(ballast));
    assert_true(taken(&dir) >= BALLAST_BYTES);
    ballast_release(ballast);
    assert_false(ballast_held(ballast));
    assert_int_equal(taken(&dir), -1);
    assert_true(ballast_refill(ballast));
    assert_true(ballast_held(ballast));
    assert_true(taken(&dir) >= BALLAST_BYTES);
    ballast_close(ballast);
    assert_true(taken(&dir) >= BALLAST_BYTES);
    tmpdir_done(&dir);
}

/* Such as one that a crash has left, or that somebody has emptied. */
static void one_without_its_blocks_is_made_whole(void **state)
{
    struct tmpdir dir = {.path = ""};
    struct ballast *ballast = NULL;
    char path[TMPDIR_MAX + 32];
    int fd = -1;

    (void)state;
    tmpdir_init(&dir);
    (void)snprintf(path, sizeof path, "%s/" BALLAST_NAME, dir.path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(ballast_open(dir.path, &ballast, NULL), OK);
    assert_true(taken(&dir) >= BALLAST_BYTES);
    ballast_close(ballast);
    tmpdir_done(&dir);
}

static void without_a_place_there_is_none(void **state)
{
    struct ballast *ballast = NULL;

    (void)state;
    assert_int_equal(ballast_open("/nowhere/at/all", &ballast, NULL), OK);
    assert_false(ballast_held(ballast));
    assert_false(ballast_refill(ballast));
    ballast_close(ballast);
    ballast_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_there_until_given_up_and_again_when_made_anew),
        cmocka_unit_test(one_without_its_blocks_is_made_whole),
        cmocka_unit_test(without_a_place_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
