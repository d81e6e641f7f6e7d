/* A store of an older schema becomes one of today's, with all that was in it. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/dying_vfs.h"
#include "tests/lib/sql_file.h"
#include "tests/lib/tmpdir.h"

#define GOLDEN_V1 "tests/golden/orders-v1.sql"
#define FILE_MAX (1024L * 1024)
#define SCHEMA_SQL "SELECT type||' '||name||' '||coalesce(sql,'-') FROM sqlite_schema ORDER BY 1"

struct scene {
    struct tmpdir dir;
    char path[TMPDIR_MAX + 16];
    char copy[TMPDIR_MAX + 48];
    struct store *store;
    struct store_reader *reader;
    struct store_scene_lines lines;
};

/* The whole file, with a 0 behind it; *n bytes. The caller's to free. */
static char *read_all(const char *path, size_t *n)
{
    char *bytes = malloc(FILE_MAX + 1);
    FILE *file = fopen(path, "re");

    assert_non_null(bytes);
    if (file == NULL)
        fail_msg("no file '%s'", path);
    *n = fread(bytes, 1, FILE_MAX, file);
    assert_int_equal(0, fclose(file));
    bytes[*n] = '\0';
    return bytes;
}

static void assert_same_answer(const char *one, const char *other, const char *sql)
{
    char *a = sql_file_ask(one, sql);
    char *b = sql_file_ask(other, sql);

    assert_true(a[0] != '\0');
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static enum err open_store(struct scene *scene, struct why *why)
{
    const struct store_settings settings = {.directory = scene->dir.path, .now_us = T0};

    return store_open("sqlite", &settings, &scene->store, why);
}

/* A directory, with the file of version 1 in it. */
static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    size_t n = 0;
    char *sql = read_all(GOLDEN_V1, &n);

    assert_non_null(scene);
    tmpdir_init(&scene->dir);
    (void)snprintf(scene->path, sizeof(scene->path), "%s/orders.db", scene->dir.path);
    (void)snprintf(scene->copy, sizeof(scene->copy), "%s.v1-%lld", scene->path, (long long)T0);
    sql_file_run(scene->path, sql);
    free(sql);
    *state = scene;
    return 0;
}

/* The same, migrated and open. */
static int set_up_open(void **state)
{
    struct why why = {.text = ""};
    struct scene *scene = NULL;

    (void)set_up(state);
    scene = *state;
    if (open_store(scene, &why) != OK)
        fail_msg("cannot open the store: %s", why.text);
    assert_int_equal(OK, store_reader_open(scene->store, &scene->reader, NULL));
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    store_reader_close(scene->reader);
    store_close(scene->store);
    tmpdir_done(&scene->dir);
    free(scene);
    return 0;
}

static void a_file_of_version_1_becomes_one_of_version_2(void **state)
{
    struct scene *scene = *state;

    sql_file_assert(scene->path, "PRAGMA user_version", "2");
    sql_file_assert(scene->path, "PRAGMA application_id", "1146046035");
    sql_file_assert(scene->path, "PRAGMA integrity_check", "ok");
}

static void a_copy_of_version_1_lies_beside_it(void **state)
{
    static const char *const same[] = {
        SCHEMA_SQL,
        "SELECT id||' '||status||' '||seq||' '||items FROM orders",
        "SELECT order_id||' '||seq||' '||hex(entries) FROM history",
        "SELECT last_seq||' '||hex(batch) FROM events",
        "SELECT hex(counts) FROM totals",
    };
    struct scene *scene = *state;
    char before[sizeof(scene->path)];
    size_t n = 0;
    char *sql = read_all(GOLDEN_V1, &n);

    (void)snprintf(before, sizeof(before), "%s/before.db", scene->dir.path);
    sql_file_run(before, sql);
    free(sql);
    sql_file_assert(scene->copy, "PRAGMA user_version", "1");
    sql_file_assert(scene->copy, "PRAGMA application_id", "1146046035");
    sql_file_assert(scene->copy, "PRAGMA integrity_check", "ok");
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        assert_same_answer(before, scene->copy, same[i]);
}

static void a_fresh_file_has_the_schema_of_a_migrated_one(void **state)
{
    struct scene *scene = *state;
    struct tmpdir fresh;
    char path[sizeof(scene->path)];
    struct store *store = NULL;

    tmpdir_init(&fresh);
    (void)snprintf(path, sizeof(path), "%s/orders.db", fresh.path);
    assert_int_equal(OK, store_open("sqlite",
                                    &(struct store_settings){.directory = fresh.path, .now_us = T0},
                                    &store, NULL));
    store_close(store);
    sql_file_assert(path, "PRAGMA user_version", "2");
    assert_same_answer(path, scene->path, SCHEMA_SQL);
    assert_same_answer(path, scene->path, "SELECT status||' '||name FROM statuses");
    tmpdir_done(&fresh);
}

static void a_second_start_migrates_nothing(void **state)
{
    struct scene *scene = *state;

    store_reader_close(scene->reader);
    store_close(scene->store);
    scene->reader = NULL;
    scene->store = NULL;
    assert_int_equal(0, unlink(scene->copy));
    assert_int_equal(OK, open_store(scene, NULL));
    assert_int_not_equal(0, access(scene->copy, F_OK));
    sql_file_assert(scene->path, "SELECT count(*) FROM orders", "7");
}

__attribute__((format(printf, 2, 3))) static void add(struct store_scene_lines *lines,
                                                      const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    lines->len +=
        (size_t)vsnprintf(lines->text + lines->len, sizeof(lines->text) - lines->len, fmt, args);
    va_end(args);
    assert_true(lines->len < sizeof(lines->text));
}

static bool take_order(void *self, const struct order *order)
{
    add(self, "%.*s %s %u/%u %.*s %lld %.*s\n", SLICE_ARGS(order->customer_id),
        status_name(order->status), order->attempts, order->max_attempts,
        SLICE_ARGS(order->reference), (long long)order->total_quantity,
        SLICE_ARGS(order->failure_reason));
    return true;
}

static void every_order_is_read_back_as_it_was(void **state)
{
    struct scene *scene = *state;
    struct request_list list = {.sort = SORT_OLDEST};
    struct store_page page = {.limit = 50, .count = true};

    assert_int_equal(
        OK,
        store_list(scene->reader,
                   &(struct store_list_ask){&list, T0, &page, take_order, &scene->lines}, NULL));
    assert_int_equal(7, page.matched);
    assert_string_equal("cust-001 FULFILLED 1/2 ref-1 1 \n"
                        "cust-002 FAILED 2/2 ref-2 2 Fulfillment simulation failed\n"
                        "cust-003 FAILED 2/2 ref-3 3 Fulfillment simulation failed\n"
                        "cust-004 FAILED 2/2 ref-4 4 Fulfillment simulation failed\n"
                        "cust-005 FULFILLED 1/2 ref-5 5 \n"
                        "cust-006 REJECTED 0/2  101 total quantity 101 is more than 100\n"
                        "cust-007 QUEUED 0/2  7 \n",
                        scene->lines.text);
}

/* The order of cust-005: it failed twice and was replayed. */
static struct uuid replayed_order(void)
{
    struct uuid uid = {{0}};

    assert_true(uuid_parse("01a2061a-1a3d-7000-97f9-b891cc4185d8", 36, &uid));
    return uid;
}

static void an_order_is_read_back_whole(void **state)
{
    struct scene *scene = *state;
    struct uuid uid = replayed_order();
    struct arena arena = {0};
    struct order order = {0};

    assert_int_equal(OK, store_get(scene->reader, &uid, &arena, &order, NULL));
    assert_int_equal(5, order.id);
    assert_int_equal(1, order.replays);
    assert_int_equal(30, order.seq);
    assert_int_equal(1795398703677099LL, order.created_at);
    assert_int_equal(1, order.n_items);
    assert_true(slice_is(order.items[0].product_id, "apple"));
    assert_int_equal(5, order.items[0].quantity);
    assert_int_equal(1, order.n_metadata);
    assert_true(slice_is(order.metadata[0].value, "web"));
    arena_done(&arena);
}

static bool take_entry(void *self, const struct entry *entry)
{
    add(self, "%lld %s %u %.*s %.*s\n", (long long)entry->seq, entry_name(entry->type),
        entry->attempt, SLICE_ARGS(entry->by), SLICE_ARGS(entry->detail));
    return true;
}

static void a_history_is_read_back_as_it_was(void **state)
{
    struct scene *scene = *state;
    struct uuid uid = replayed_order();
    struct store_page page = {.limit = 50};

    assert_int_equal(
        OK,
        store_history(scene->reader,
                      &(struct store_history_ask){&uid, &page, take_entry, &scene->lines}, NULL));
    assert_string_equal("19 received 0 root \n"
                        "19 validated 0 root \n"
                        "19 stored 0 root \n"
                        "19 queued 0 root \n"
                        "20 attempt_started 1 dofsd \n"
                        "21 attempt_failed 1 dofsd Fulfillment simulation failed\n"
                        "21 retry_scheduled 1 dofsd \n"
                        "22 attempt_started 2 dofsd \n"
                        "23 attempt_failed 2 dofsd Fulfillment simulation failed\n"
                        "23 dead_lettered 2 dofsd \n"
                        "27 replayed 0 root the depot is open again\n"
                        "27 queued 0 root \n"
                        "29 attempt_started 1 dofsd \n"
                        "30 fulfilled 1 dofsd \n",
                        scene->lines.text);
}

static bool take_dead(void *self, const struct dead_letter *dead)
{
    add(self, "%lld %.*s %u %.*s at %lld\n", (long long)dead->n, SLICE_ARGS(dead->customer_id),
        dead->attempts, SLICE_ARGS(dead->group), (long long)dead->failed_at);
    return true;
}

static void the_dead_letters_are_read_back_as_they_were(void **state)
{
    struct scene *scene = *state;
    struct dead_query all = {0};
    struct store_page page = {.limit = 50};

    assert_int_equal(OK, store_failed(scene->reader,
                                      &(struct store_failed_ask){.query = &all,
                                                                 .sort = SORT_NEWEST,
                                                                 .now_us = T0,
                                                                 .page = &page,
                                                                 .row = take_dead,
                                                                 .self = &scene->lines},
                                      NULL));
    assert_string_equal("3 cust-004 2 Fulfillment simulation failed at 1795398703671321\n"
                        "2 cust-003 2 Fulfillment simulation failed at 1795398703651768\n"
                        "1 cust-002 2 Fulfillment simulation failed at 1795398703631632\n",
                        scene->lines.text);
}

static bool take_replay(void *self, const struct replay_row *replay)
{
    add(self, "%lld of %lld %.*s\n", (long long)replay->moved, (long long)replay->matched,
        SLICE_ARGS(replay->reason));
    return true;
}

static bool take_event(void *self, const struct event *event)
{
    struct store_scene_numbers *numbers = self;

    numbers->n++;
    assert_int_equal(numbers->n, event->seq);
    return true;
}

static void replays_events_and_totals_are_read_back_as_they_were(void **state)
{
    struct scene *scene = *state;
    struct store_page page = {.limit = 50};
    struct store_scene_numbers events = {.n = 0};
    struct store_totals totals = {0};
    int64_t first = 0, last = 0;

    assert_int_equal(
        OK,
        store_replays(scene->reader,
                      &(struct store_replays_ask){NULL, &page, take_replay, &scene->lines}, NULL));
    assert_string_equal("1 of 1 the depot is open again\n", scene->lines.text);
    assert_int_equal(
        OK, store_events(scene->reader,
                         &(struct store_events_ask){0, 1000, take_event, &events, &first, &last},
                         NULL));
    assert_true(events.n == 30 && first == 1 && last == 30);
    assert_int_equal(OK, store_load_totals(scene->store, &totals, NULL));
    assert_int_equal(30, totals.last_seq);
    assert_int_equal(7, totals.last_order);
    assert_int_equal(3, totals.dlq_depth);
    assert_int_equal(6, totals.accepted);
    assert_int_equal(2, totals.fulfilled);
    assert_int_equal(4, totals.failed);
    assert_int_equal(4, totals.retried);
    assert_int_equal(1, totals.rejected);
    assert_int_equal(1, totals.counts[STATUS_QUEUED]);
    assert_int_equal(3, totals.counts[STATUS_FAILED]);
}

static void all_that_was_there_is_at_the_only_step_there_was(void **state)
{
    struct scene *scene = *state;
    struct store_totals totals = {0};

    sql_file_assert(scene->path, "SELECT number||' '||name FROM steps", "0 fulfil");
    sql_file_assert(scene->path, "SELECT step||' '||text||' '||count FROM reason_groups",
                    "fulfil Fulfillment simulation failed 3");
    sql_file_assert(scene->path, "SELECT count(*) FROM orders WHERE steps IS NOT NULL", "0");
    assert_int_equal(OK, store_load_totals(scene->store, &totals, NULL));
    assert_int_equal(1, totals.by_step[0][STATUS_QUEUED]);
    assert_int_equal(3, totals.by_step[0][STATUS_FAILED]);
    assert_int_equal(0, totals.by_step[0][STATUS_FULFILLED]);
}

static void a_file_of_a_newer_version_is_refused_and_not_a_byte_of_it_changes(void **state)
{
    struct scene *scene = *state;
    struct why why = {.text = ""};
    size_t n_before = 0, n_after = 0;
    char *before = NULL, *after = NULL;

    sql_file_run(scene->path, "PRAGMA user_version=3");
    before = read_all(scene->path, &n_before);
    assert_int_equal(ERR_INVALID, open_store(scene, &why));
    assert_non_null(strstr(why.text, "its schema is version 3, this one knows up to 2"));
    after = read_all(scene->path, &n_after);
    assert_int_equal(n_before, n_after);
    assert_memory_equal(before, after, n_before);
    free(before);
    free(after);
}

static void where_the_clock_was_set_back_is_known_of_an_older_file(void **state)
{
    struct scene *scene = *state;

    sql_file_run(scene->path, "UPDATE orders SET created_at=created_at-1000000 WHERE id IN(3,6);"
                              "UPDATE failed_orders SET failed_at=failed_at-1000000 WHERE n=3;"
                              "DELETE FROM orders WHERE id=5");
    assert_int_equal(OK, open_store(scene, NULL));
    sql_file_assert(scene->path,
                    "SELECT group_concat(kind||' '||n||' '||at||' '||was,', ') FROM clock_back",
                    "0 3 1795398702641205 1795398703621161, "
                    "0 6 1795398702700829 1795398703661169, "
                    "1 3 1795398702671321 1795398703651768");
}

static void a_dead_letter_of_an_older_file_knows_its_order(void **state)
{
    struct scene *scene = *state;

    sql_file_assert(scene->path,
                    "SELECT group_concat(f.customer_id||' '||f.reference||' '||(f.uid=o.uid),', ') "
                    "FROM failed_orders f JOIN orders o ON o.id=f.order_id",
                    "cust-002 ref-2 1, cust-003 ref-3 1, cust-004 ref-4 1");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up_open, tear_down)

/* A process of its own opens the store, and dies at its n-th write. False: it came to the end. */
static bool dies_at(struct scene *scene, int n)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        dying_vfs_begin(n);
        _exit(open_store(scene, NULL) == OK ? 0 : 1);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == DYING_VFS_EXIT || WEXITSTATUS(status) == 0);
    return WEXITSTATUS(status) == DYING_VFS_EXIT;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void a_migration_that_dies_at_any_write_leaves_the_old_or_the_new(void **state)
{
    int n = 0, old = 0;
    bool died = true;

    (void)state;
    while (died) {
        struct scene *scene = NULL;
        struct why why = {.text = ""};
        char *version = NULL;

        (void)set_up((void **)&scene);
        died = dies_at(scene, ++n);
        version = sql_file_ask(scene->path, "PRAGMA user_version");
        assert_true(version[0] == '1' || version[0] == '2');
        assert_true(version[0] == '1' || is_there(scene->copy));
        old += version[0] == '1';
        free(version);
        if (is_there(scene->copy)) {
            sql_file_assert(scene->copy, "PRAGMA user_version", "1");
            sql_file_assert(scene->copy, "PRAGMA integrity_check", "ok");
            sql_file_assert(scene->copy, "SELECT count(*) FROM orders", "7");
        }
        if (open_store(scene, &why) != OK)
            fail_msg("died at %d, then: %s", n, why.text);
        sql_file_assert(scene->path, "PRAGMA user_version", "2");
        sql_file_assert(scene->path, "PRAGMA integrity_check", "ok");
        sql_file_assert(scene->path, "SELECT count(*) FROM orders", "7");
        (void)tear_down((void **)&scene);
    }
    assert_true(n > 20 && old > 5); /* it died before and after the commit */
    assert_true(n > old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_of_version_1_becomes_one_of_version_2),
        TEST(a_copy_of_version_1_lies_beside_it),
        TEST(a_fresh_file_has_the_schema_of_a_migrated_one),
        TEST(a_second_start_migrates_nothing),
        TEST(every_order_is_read_back_as_it_was),
        TEST(an_order_is_read_back_whole),
        TEST(a_history_is_read_back_as_it_was),
        TEST(the_dead_letters_are_read_back_as_they_were),
        TEST(all_that_was_there_is_at_the_only_step_there_was),
        TEST(replays_events_and_totals_are_read_back_as_they_were),
        TEST(a_dead_letter_of_an_older_file_knows_its_order),
        cmocka_unit_test_setup_teardown(where_the_clock_was_set_back_is_known_of_an_older_file,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_file_of_a_newer_version_is_refused_and_not_a_byte_of_it_changes, set_up, tear_down),
        cmocka_unit_test(a_migration_that_dies_at_any_write_leaves_the_old_or_the_new),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
