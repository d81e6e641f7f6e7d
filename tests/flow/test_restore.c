/* dofsd --restore: a backup in the place of the store of an instance that does not run. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/dofsd.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/sql_file.h"
#include "tests/lib/test.h"
#include "shared/need.h"

#define PATH_BYTES 512
#define KEYED                                                                                      \
    "'op': 'submit', 'idempotency_key': 'k-1', 'order': {'customer_id': 'keyed', 'items': "        \
    "[{'product_id': 'p', 'quantity': 4}]}"
#define PAGE 4096

static void back_up(struct daemon_proc *proc, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%s",
                   text_at(ask_ok(proc, "'op': 'backup', 'path': 'kept'"), "path"));
}

static int restore(struct daemon_proc *proc, const char *path, const char *said)
{
    const char *const words[] = {"--restore", path, NULL};
    struct program_run run;
    int code = 0;

    daemon_proc_dofsd(proc, &run, words);
    code = run.code;
    if (strstr(buf_text(code == 0 ? &run.out : &run.err), said) == NULL)
        fail_msg("'%s' is not in: %s%s", said, buf_text(&run.out), buf_text(&run.err));
    program_run_done(&run);
    return code;
}

/* All bytes of a file, to be freed. */
static char *bytes_of(const char *path, size_t *n)
{
    FILE *file = fopen(path, "re");
    char *bytes = NULL;
    long end = 0;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    end = ftell(file);
    assert_true(end > 0);
    *n = (size_t)end;
    rewind(file);
    bytes = malloc(*n);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static void put_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void run_sql(const char *path, const char *sql)
{
    const char *const argv[] = {"sqlite3", path, sql, NULL};
    struct program_run run;

    program_run(argv, NULL, &run);
    assert_int_equal(run.code, 0);
    program_run_done(&run);
}

static int is_kept(const struct dirent *entry)
{
    return strncmp(entry->d_name, "orders.db.before-restore-",
                   strlen("orders.db.before-restore-")) == 0;
}

/* How many stores of before lie beside the present one; `name` gets the path of the first. */
static int kept(struct daemon_proc *proc, char name[PATH_BYTES])
{
    struct dirent **entries = NULL;
    char directory[PATH_BYTES];
    int n = 0;

    (void)snprintf(directory, sizeof(directory), "%s", daemon_proc_db(proc));
    *strrchr(directory, '/') = '\0';
    n = scandir(directory, &entries, is_kept, alphasort);
    assert_true(n >= 0);
    if (n > 0)
        (void)snprintf(name, PATH_BYTES, "%.200s/%.255s", directory, entries[0]->d_name);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return n;
}

static void what_was_in_the_backup_is_there_again_and_what_was_replaced_is_kept(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name dead = submit_one(proc, "dead"), later;
    char path[PATH_BYTES], before[PATH_BYTES], keyed[40], epoch[64];
    int64_t entries = 0, seq = 0;

    (void)snprintf(keyed, sizeof(keyed), "%s", text_at(ask_ok(proc, KEYED), "order_id"));
    await_status(proc, dead.id, "FAILED");
    await_status(proc, keyed, "FAILED");
    back_up(proc, path);
    entries = (int64_t)json_size(
        at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", dead.id), "entries"));
    seq = int_at(ask_ok(proc, "'op': 'events', 'limit': 1"), "last_seq");
    (void)snprintf(epoch, sizeof(epoch), "%s", text_at(ask_ok(proc, "'op': 'info'"), "epoch"));
    later = submit_one(proc, "later");
    await_status(proc, later.id, "FAILED");
    assert_int_equal(daemon_proc_stop(proc), 0);

    assert_int_equal(restore(proc, path, "Restored 2 orders, 2 of them dead-lettered"), DOFSD_OK);
    assert_int_equal(kept(proc, before), 1);
    daemon_proc_start(proc);
    assert_int_equal(sql_int(proc, "SELECT count(*) FROM orders"), 2);
    assert_int_equal(
        json_size(at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", dead.id), "entries")),
        entries);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'failed'"), "matched"), 2);
    assert_true(true_at(ask_ok(proc, KEYED), "duplicate"));
    assert_string_equal(text_at(ask_ok(proc, KEYED), "order_id"), keyed);
    (void)ask_refused(proc, ERR_NOT_FOUND, "'op': 'get', 'order_id': '%s'", later.id);
    assert_string_not_equal(text_at(ask_ok(proc, "'op': 'info'"), "epoch"), epoch);

    /* What is recorded from now on goes on from there. */
    later = submit_one(proc, "anew");
    await_status(proc, later.id, "FAILED");
    assert_true(int_at(ask_ok(proc, "'op': 'events', 'after': %lld", (long long)seq),
                       "events.0.seq") == seq + 1);
    run_sql(before, "SELECT CASE count(*) WHEN 3 THEN 1 ELSE abs(-9223372036854775808) END FROM "
                    "orders"); /* which fails but for three */
}

/* Where backups lie: on another file system, which is one in memory here. */
static void a_backup_from_another_file_system_is_restored(void **state)
{
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES], away[] = "/dev/shm/dofs-restore-XXXXXX";
    char *backup = NULL;
    size_t n = 0;
    int fd = -1;

    (void)submit_one(proc, "first");
    back_up(proc, path);
    (void)submit_one(proc, "second");
    assert_int_equal(daemon_proc_stop(proc), 0);
    backup = bytes_of(path, &n);
    fd = mkostemp(away, O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    put_bytes(away, backup, n);
    free(backup);
    assert_int_equal(restore(proc, away, "Restored 1 orders"), DOFSD_OK);
    assert_int_equal(unlink(away), 0);
    daemon_proc_start(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'list'"), "matched"), 1);
}

static void one_that_runs_is_left_alone(void **state)
{
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES], before[PATH_BYTES];

    (void)submit_one(proc, "first");
    back_up(proc, path);
    (void)submit_one(proc, "second");
    assert_int_equal(restore(proc, path, "is held by process"), DOFSD_IN_USE);
    assert_int_equal(kept(proc, before), 0);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'list'"), "matched"), 2);
}

static void flip_a_page_s_kind(char *bytes, size_t n)
{
    assert_true(n > 3UL * PAGE);
    bytes[2UL * PAGE] ^= 1;
}

static void cut(const char *path, size_t n)
{
    assert_int_equal(truncate(path, (off_t)(n / 2)), 0);
}

static const struct {
    const char *sql; /* done to a copy of the backup; NULL: see below */
    const char *said;
} bad_backups[] = {
    {"PRAGMA application_id=1", "is the database of another program"},
    {"PRAGMA user_version=1000", "was written by a newer dofsd"},
    {"UPDATE orders SET trail=NULL WHERE id=1", "order number 1 has lost the end of its history"},
    /* of event 2 alone: the start of the first attempt, by dofsd */
    {"UPDATE orders SET seq=2,trail=x'0291940600C301' WHERE id=1",
     "order number 1 has lost the beginning of its history"},
    {"UPDATE orders SET trail=x'01' WHERE id=1", "has a history that cannot be read"},
    {"INSERT INTO history VALUES(99,1,x'0190')", "there is a history, but no order number 99"},
    {"UPDATE orders SET status=5 WHERE id=1", "is FULFILLED, but its history ends with"},
    {"UPDATE orders SET total_quantity=9 WHERE id=1", "has not the total quantity"},
    {"DELETE FROM failed_orders", "dead letters are miscounted"},
    {"DELETE FROM failed_orders;UPDATE reason_groups SET count=0",
     "the total of dead letters is 1, but there are 0"},
    {"UPDATE totals SET accepted=0,last_seq=1", "the totals are older than the orders"},
    {"DELETE FROM events WHERE first_seq=2", "event 2 is missing"},
    {"UPDATE events SET batch=zeroblob(9) WHERE first_seq=1", "events from 1 on cannot be read"},
    {"UPDATE orders SET step='lost' WHERE id=2", "number 2 is at a step that there is not"},
    {"UPDATE work_moved SET from_order=3", "order number 2 is not in the queue"},
    {"INSERT INTO work VALUES(21,5,1)", "the queue holds 1 orders, but 0 wait or run"},
    {"DELETE FROM rare", "no index has by its status the order number 1"},
    {"INSERT INTO rare VALUES(4,1)", "an index has by another status the order number 1"},
    {"UPDATE orders SET reference='r'", "no index has by its reference the order number 1"},
    {"UPDATE customers_moved SET from_order=2",
     "the customers' orders are not those before number 2"},
    {"UPDATE orders SET attempts=attempts+1 WHERE id=1",
     "does not hold: it was changed or damaged"},
    {"UPDATE failed_orders SET attempts=9", "does not hold: it was changed or damaged"},
    {"DROP TABLE totals", "no such table"},
};

static void what_is_no_good_backup_changes_nothing(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name dead = submit_one(proc, "dead");
    char path[PATH_BYTES], copy[PATH_BYTES + 8], before[PATH_BYTES];
    char *store = NULL, *after = NULL, *backup = NULL;
    size_t n_store = 0, n_after = 0, n = 0;

    await_status(proc, dead.id, "FAILED");
    (void)ask_ok(proc, "'op': 'pause'");
    (void)submit_one(proc, "waits");
    back_up(proc, path);
    assert_int_equal(daemon_proc_stop(proc), 0);
    store = bytes_of(daemon_proc_db(proc), &n_store);
    backup = bytes_of(path, &n);
    (void)snprintf(copy, sizeof(copy), "%s.bad", path);
    for (size_t i = 0; i < sizeof(bad_backups) / sizeof(bad_backups[0]); i++) {
        put_bytes(copy, backup, n);
        run_sql(copy, bad_backups[i].sql);
        assert_int_equal(restore(proc, copy, bad_backups[i].said), DOFSD_CONFIG);
    }
    put_bytes(copy, backup, n);
    cut(copy, n);
    assert_int_equal(restore(proc, copy, "corrupt"), DOFSD_CONFIG);
    flip_a_page_s_kind(backup, n);
    put_bytes(copy, backup, n);
    assert_int_equal(restore(proc, copy, "corrupt"), DOFSD_CONFIG);
    put_bytes(copy, "no database, but long enough to be one; no database, but long enough", 68);
    assert_int_equal(restore(proc, copy, "is no SQLite database"), DOFSD_CONFIG);
    assert_int_equal(restore(proc, "/nowhere", "cannot read '/nowhere'"), DOFSD_CONFIG);

    assert_int_equal(kept(proc, before), 0);
    after = bytes_of(daemon_proc_db(proc), &n_after);
    assert_int_equal(n_after, n_store);
    assert_memory_equal(after, store, n_store);
    free(after);
    free(store);
    free(backup);
}

static void a_log_beside_a_file_tells_that_it_is_no_backup(void **state)
{
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES], log[PATH_BYTES + 16];

    back_up(proc, path);
    assert_int_equal(daemon_proc_stop(proc), 0);
    (void)snprintf(log, sizeof(log), "%s-wal", path);
    put_bytes(log, "x", 1);
    assert_int_equal(restore(proc, path, "is no finished copy"), DOFSD_CONFIG);
    assert_int_equal(unlink(log), 0);
    (void)snprintf(log, sizeof(log), "%s-journal", path);
    put_bytes(log, "\xd9", 1);
    assert_int_equal(restore(proc, path, "is no finished copy"), DOFSD_CONFIG);
    put_bytes(log, "\0\0", 2); /* of a transaction that is over */
    assert_int_equal(restore(proc, path, "Restored 0 orders"), DOFSD_OK);
}

/* After a crash its log is there too, which must not be taken for the copy's. */
static void a_store_that_is_corrupt_is_replaced_with_its_log(void **state)
{
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES], before[PATH_BYTES];
    char *store = NULL;
    size_t n = 0;

    (void)submit_one(proc, "first");
    back_up(proc, path);
    (void)submit_one(proc, "second");
    daemon_proc_kill(proc);
    store = bytes_of(daemon_proc_db(proc), &n);
    memset(store, 'x', 100);
    put_bytes(daemon_proc_db(proc), store, n);
    free(store);
    assert_int_equal(restore(proc, path, "Restored 1 orders"), DOFSD_OK);
    assert_true(kept(proc, before) >= 1);
    daemon_proc_start(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'list'"), "matched"), 1);
}

static void a_lost_store_is_brought_back_past_a_log_that_stayed(void **state)
{
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES];

    (void)submit_one(proc, "first");
    back_up(proc, path);
    (void)submit_one(proc, "second");
    daemon_proc_kill(proc);
    assert_int_equal(unlink(daemon_proc_db(proc)), 0);
    assert_int_equal(restore(proc, path, "Restored 1 orders"), DOFSD_OK);
    daemon_proc_start(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'list'"), "matched"), 1);
}

static void a_file_of_an_older_version_is_restored_and_then_migrated(void **state)
{
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES];
    char *sql = NULL;
    size_t n = 0;

    assert_int_equal(daemon_proc_stop(proc), 0);
    (void)snprintf(path, sizeof(path), "%s.old", daemon_proc_db(proc));
    sql = bytes_of("tests/golden/orders-v1.sql", &n);
    sql = need(realloc(sql, n + 1));
    sql[n] = '\0';
    sql_file_run(path, sql);
    free(sql);
    assert_int_equal(restore(proc, path, "Restored 7 orders, 3 of them dead-lettered"), DOFSD_OK);
    daemon_proc_start(proc);
    assert_int_equal(int_at(ask_ok(proc, "'op': 'list'"), "matched"), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(what_was_in_the_backup_is_there_again_and_what_was_replaced_is_kept,
                    DAEMON_BAD),
        DAEMON_TEST(a_backup_from_another_file_system_is_restored, DAEMON_LATER),
        DAEMON_TEST(one_that_runs_is_left_alone, DAEMON_LATER),
        DAEMON_TEST(what_is_no_good_backup_changes_nothing, DAEMON_BAD),
        DAEMON_TEST(a_log_beside_a_file_tells_that_it_is_no_backup, DAEMON_GOOD),
        DAEMON_TEST(a_store_that_is_corrupt_is_replaced_with_its_log, DAEMON_LATER),
        DAEMON_TEST(a_lost_store_is_brought_back_past_a_log_that_stayed, DAEMON_LATER),
        DAEMON_TEST(a_file_of_an_older_version_is_restored_and_then_migrated, DAEMON_LATER),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
