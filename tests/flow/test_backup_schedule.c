/* Backups by schedule: made, kept, and missed. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/test.h"

#define WAIT_US (20 * 1000000LL)
#define PATH_BYTES 512

static void directory_of(struct daemon_proc *proc, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s", daemon_proc_db(proc));
    (void)snprintf(strrchr(out, '/'), sizeof("/backup"), "/backup");
}

static bool exists(const char *directory, const char *name)
{
    char path[PATH_BYTES * 2];

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static int is_scheduled(const struct dirent *entry)
{
    return strncmp(entry->d_name, "orders-2", strlen("orders-2")) == 0;
}

static unsigned count(const char *directory, int (*is)(const struct dirent *entry))
{
    struct dirent **entries = NULL;
    int n = scandir(directory, &entries, is, NULL);

    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return n > 0 ? (unsigned)n : 0;
}

static void put(const char *directory, const char *name)
{
    char path[PATH_BYTES * 2];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void the_schedule_keeps_the_newest_of_its_own_and_leaves_all_others(void **state)
{
    static const char *const others[] = {"orders-before-upgrade.db", "orders-2000.db", "x",
                                         "manual-2000-01-01T00:00:00Z.db"};
    struct daemon_proc *proc = *state;
    int64_t until = daemon_proc_now() + WAIT_US;
    char directory[PATH_BYTES];

    directory_of(proc, directory);
    assert_int_equal(daemon_proc_stop(proc), 0);
    (void)mkdir(directory, 0700);
    put(directory, "orders-2000-01-01T00:00:00Z.db");
    put(directory, "orders-2000-01-02T00:00:00Z.db");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        put(directory, others[i]);
    daemon_proc_configure(proc, DAEMON_GOOD "[backup]\nevery = 1s\nkeep = 2\n");
    daemon_proc_start(proc);
    while (exists(directory, "orders-2000-01-02T00:00:00Z.db") && daemon_proc_now() < until)
        daemon_proc_pause();
    assert_int_equal(daemon_proc_stop(proc), 0);
    assert_false(exists(directory, "orders-2000-01-01T00:00:00Z.db"));
    assert_false(exists(directory, "orders-2000-01-02T00:00:00Z.db"));
    assert_int_equal(count(directory, is_scheduled), 2 + 1); /* and one of the others */
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_true(exists(directory, others[i]));
}

static void a_schedule_that_fails_raises_the_alarm_and_a_good_one_ends_it(void **state)
{
    struct daemon_proc *proc = *state;
    char directory[PATH_BYTES];
    FILE *file = NULL;

    directory_of(proc, directory);
    daemon_proc_configure(proc, "[backup]\nevery = 1s\n[alarms]\nbackup_age = 3s\n");
    file = fopen(directory, "we"); /* where no directory can be then */
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    (void)ask_ok(proc, "'op': 'reload'");
    await_text(proc, "alarms.6.state", "ALARM", "'op': 'alarms'");
    assert_int_equal(unlink(directory), 0);
    await_text(proc, "alarms.6.state", "OK", "'op': 'alarms'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(the_schedule_keeps_the_newest_of_its_own_and_leaves_all_others, DAEMON_GOOD),
        DAEMON_TEST(a_schedule_that_fails_raises_the_alarm_and_a_good_one_ends_it, DAEMON_GOOD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
