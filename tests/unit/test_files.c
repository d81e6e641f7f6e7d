/* Files that appear whole or not at all. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/sys/files.h"
#include "tests/lib/tmpdir.h"

static void path_of(const struct tmpdir *dir, const char *name, char out[FILES_PATH_MAX])
{
    (void)snprintf(out, FILES_PATH_MAX, "%s/%s", dir->path, name);
}

static void put(const struct tmpdir *dir, const char *name)
{
    char path[FILES_PATH_MAX];
    int fd = -1;

    path_of(dir, name, path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, name, strlen(name)), strlen(name));
    assert_int_equal(close(fd), 0);
}

static bool there(const struct tmpdir *dir, const char *name)
{
    char path[FILES_PATH_MAX];

    path_of(dir, name, path);
    return access(path, F_OK) == 0;
}

static void the_directory_of_a_path_is_what_is_before_the_last_slash(void **state)
{
    static const char *const cases[][2] = {
        {"/a/b/c", "/a/b"}, {"/a", "/"}, {"a", "."}, {"a/b", "a"}, {"/", "/"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char got[FILES_PATH_MAX];

        assert_int_equal(files_directory_of(cases[i][0], got, NULL), OK);
        assert_string_equal(got, cases[i][1]);
    }
}

static void a_file_is_published_under_a_free_name_only(void **state)
{
    struct tmpdir dir;
    char temporary[FILES_PATH_MAX];
    char taken[FILES_PATH_MAX];
    char freed[FILES_PATH_MAX];
    struct stat st;
    int fd = -1;

    (void)state;
    tmpdir_init(&dir);
    put(&dir, "taken");
    path_of(&dir, "taken", taken);
    path_of(&dir, "free", freed);
    fd = files_make_temporary(dir.path, temporary, NULL);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(files_publish(temporary, taken, NULL), ERR_CONFLICT);
    assert_int_equal(stat(taken, &st), 0);
    assert_int_equal(st.st_size, strlen("taken"));
    assert_int_equal(files_publish(temporary, freed, NULL), OK);
    assert_true(there(&dir, "free"));
    assert_int_equal(access(temporary, F_OK), -1);
    assert_int_equal(close(fd), 0);
    tmpdir_done(&dir);
}

static void only_what_dead_makers_left_is_swept_away(void **state)
{
    struct tmpdir dir;
    char temporary[FILES_PATH_MAX];
    int fd = -1;

    (void)state;
    tmpdir_init(&dir);
    put(&dir, ".dofs-part-abcdef");
    put(&dir, ".dofs-part-abcdefg");
    put(&dir, "orders.db");
    fd = files_make_temporary(dir.path, temporary, NULL);
    assert_true(fd >= 0);
    files_sweep(dir.path);
    assert_false(there(&dir, ".dofs-part-abcdef"));
    assert_true(there(&dir, ".dofs-part-abcdefg"));
    assert_true(there(&dir, "orders.db"));
    assert_int_equal(access(temporary, F_OK), 0);
    assert_int_equal(close(fd), 0);
    files_sweep(dir.path);
    assert_int_equal(access(temporary, F_OK), -1);
    tmpdir_done(&dir);
}

static void a_large_file_is_removed_without_a_trace(void **state)
{
    struct tmpdir dir;
    char path[FILES_PATH_MAX];

    (void)state;
    tmpdir_init(&dir);
    put(&dir, "large");
    path_of(&dir, "large", path);
    assert_int_equal(truncate(path, 40L * 1024 * 1024), 0);
    files_remove(dir.path, "large");
    assert_false(there(&dir, "large"));
    tmpdir_done(&dir); /* which finds it empty, or fails */
    assert_int_equal(access(dir.path, F_OK), -1);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    char deep[FILES_PATH_MAX + 8];
    char out[FILES_PATH_MAX];
    struct why why = {0};

    (void)state;
    memset(deep, 'a', sizeof deep);
    deep[0] = '/';
    deep[FILES_PATH_MAX + 1] = '/';
    deep[FILES_PATH_MAX + 2] = '\0';
    assert_int_equal(files_directory_of(deep, out, &why), ERR_INVALID);
    deep[FILES_PATH_MAX - 2] = '\0'; /* itself it has room; what is to be made in it has none */
    assert_int_equal(files_make_temporary(deep, out, &why), -1);
    assert_non_null(strstr(why.text, "too long"));
}

static void a_directory_that_is_not_there_is_named_so(void **state)
{
    struct tmpdir dir;
    char gone[FILES_PATH_MAX];
    char inside[FILES_PATH_MAX];
    char temporary[FILES_PATH_MAX];
    struct why why = {0};

    (void)state;
    tmpdir_init(&dir);
    path_of(&dir, "gone", gone);
    path_of(&dir, "gone/file", inside);
    put(&dir, "file");
    path_of(&dir, "file", temporary);
    assert_int_equal(files_sync_directory(gone, &why), ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, gone));
    assert_int_equal(files_publish(temporary, inside, &why), ERR_NOT_FOUND);
    assert_true(there(&dir, "file"));
    assert_int_equal(files_make_temporary(gone, temporary, &why), -1);
    assert_non_null(strstr(why.text, gone));
    files_sweep(gone); /* has nothing to sweep, and makes nothing */
    files_remove(gone, "file");
    assert_false(there(&dir, "gone"));
    assert_true(there(&dir, "file"));
    tmpdir_done(&dir);
}

static void a_failure_is_told_by_what_it_means(void **state)
{
    static const struct {
        int errnum;
        enum err means;
    } cases[] = {{EEXIST, ERR_CONFLICT},
                 {ENOENT, ERR_NOT_FOUND},
                 {ENOTDIR, ERR_NOT_FOUND},
                 {EACCES, ERR_READ_ONLY},
                 {ENOSPC, ERR_READ_ONLY}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(files_err(cases[i].errnum), cases[i].means);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_directory_of_a_path_is_what_is_before_the_last_slash),
        cmocka_unit_test(a_file_is_published_under_a_free_name_only),
        cmocka_unit_test(only_what_dead_makers_left_is_swept_away),
        cmocka_unit_test(a_large_file_is_removed_without_a_trace),
        cmocka_unit_test(a_path_that_is_too_long_is_refused),
        cmocka_unit_test(a_directory_that_is_not_there_is_named_so),
        cmocka_unit_test(a_failure_is_told_by_what_it_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
