/* The SQLite file itself: what is refused, what is in it, and that its indexes are used. */
#include "tests/lib/store_steps.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/lib/sql_file.h"

static const struct {
    const char *id, *sql;
} statements[] = {
#define SQL(id, text) {#id, (text)},
#include "daemon/store/store_sqlite.def"
#undef SQL
};

struct file {
    char directory[64];
    char path[96];
};

static int set_up(void **state)
{
    static struct file file;

    strcpy(file.directory, "/tmp/dofs-test-sqlite-XXXXXX");
    assert_non_null(mkdtemp(file.directory));
    (void)snprintf(file.path, sizeof file.path, "%s/orders.db", file.directory);
    *state = &file;
    return 0;
}

static int tear_down(void **state)
{
    const struct file *file = *state;

    (void)unlink(file->path);
    assert_int_equal(0, rmdir(file->directory));
    return 0;
}

static enum err open_store(const struct file *file, struct store **out, struct why *why)
{
    const struct store_settings settings = {.directory = file->directory, .now_us = T0};

    return store_open("sqlite", &settings, out, why);
}

static void assert_refused(const struct file *file, const char *why_has)
{
    struct store *store = NULL;
    struct why why = {.text = ""};

    assert_int_equal(ERR_INVALID, open_store(file, &store, &why));
    assert_null(store);
    if (strstr(why.text, why_has) == NULL)
        fail_msg("'%s' does not say '%s'", why.text, why_has);
}

static void a_foreign_database_is_refused_and_left_alone(void **state)
{
    const struct file *file = *state;

    sql_file_run(file->path, "CREATE TABLE songs(name); INSERT INTO songs VALUES('x')");
    assert_refused(file, "another program");
    sql_file_assert(file->path, "SELECT name FROM songs", "x");
    sql_file_assert(file->path, "PRAGMA journal_mode", "delete");
}

static void a_newer_file_is_refused_and_left_alone(void **state)
{
    const struct file *file = *state;

    sql_file_run(file->path, "PRAGMA application_id=0x444F4653; PRAGMA user_version=3");
    assert_refused(file, "newer dofsd");
    sql_file_assert(file->path, "PRAGMA user_version", "3");
}

static void a_file_that_is_no_database_is_refused_and_left_alone(void **state)
{
    const struct file *file = *state;
    static const char text[] = "This is a letter, and no database, however long one looks at it. "
                               "It goes on for a second line, to be longer than a header is.";
    FILE *f = fopen(file->path, "w");
    struct stat st;

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(0, fclose(f));
    assert_refused(file, "no SQLite database");
    assert_int_equal(0, stat(file->path, &st));
    assert_int_equal(sizeof text - 1, st.st_size);
}

static void a_corrupt_file_is_refused(void **state)
{
    const struct file *file = *state;
    struct store *store = NULL;
    char page[4096];
    int fd = -1;

    assert_int_equal(OK, open_store(file, &store, NULL));
    store_close(store);
    memset(page, 0x5A, sizeof page);
    fd = open(file->path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(sizeof page, pwrite(fd, page, sizeof page, 3L * 4096));
    assert_int_equal(0, close(fd));
    assert_refused(file, "corrupt");
}

static void a_directory_that_is_not_there_is_read_only(void **state)
{
    struct file nowhere = {.directory = "/nonexistent/dofs"};
    struct store *store = NULL;
    struct why why;

    (void)state;
    assert_int_equal(ERR_READ_ONLY, open_store(&nowhere, &store, &why));
    assert_non_null(strstr(why.text, "/nonexistent/dofs/orders.db"));
}

static void an_unknown_url_is_invalid(void **state)
{
    const struct store_settings settings = {.directory = "/tmp"};
    struct store *store = NULL;
    struct why why;

    (void)state;
    assert_int_equal(ERR_INVALID, store_open("mysql", &settings, &store, &why));
    assert_non_null(strstr(why.text, "mysql"));
}

static void a_version_that_there_never_was_is_refused_and_left_alone(void **state)
{
    static const char *const rows[][2] = {
        {"PRAGMA user_version=0", "its schema is version 0"},
        {"PRAGMA user_version=-1", "its schema is version -1"},
    };
    const struct file *file = *state;
    struct store *store = NULL;

    assert_int_equal(OK, open_store(file, &store, NULL));
    store_close(store);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sql_file_run(file->path, rows[i][0]);
        assert_refused(file, rows[i][1]); /* and no copy is left, or the directory stays */
    }
}

static void what_is_no_file_is_refused(void **state)
{
    const struct file *file = *state;

    assert_int_equal(0, mkdir(file->path, 0700));
    assert_refused(file, "is no file");
    assert_int_equal(0, rmdir(file->path));
    assert_int_equal(0, mkfifo(file->path, 0600));
    assert_refused(file, "is no file");
}

static void the_file_says_what_it_is(void **state)
{
    static const char *const rows[][2] = {
        {"PRAGMA application_id", "1146046035"},
        {"PRAGMA user_version", "2"},
        {"PRAGMA journal_mode", "wal"},
        {"PRAGMA auto_vacuum", "2"},
        {"PRAGMA page_size", "4096"},
        {"PRAGMA integrity_check", "ok"},
        {"SELECT name FROM statuses WHERE status=1", "QUEUED"},
    };
    const struct file *file = *state;
    struct store *store = NULL;

    assert_int_equal(OK, open_store(file, &store, NULL));
    store_close(store);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        sql_file_assert(file->path, rows[i][0], rows[i][1]);
}

/* A store_scene in this test's directory. */
static void fill(const struct file *file, struct store_scene *f)
{
    *f = (struct store_scene){.url = "sqlite"};
    (void)snprintf(f->directory, sizeof f->directory, "%s", file->directory);
    store_scene_open(f);
    store_scene_add_dead(f, 1, "exit 7", "exit #");
    store_scene_add_dead(f, 2, "exit 8", "exit #");
}

static void the_views_show_ids_times_and_statuses_as_text(void **state)
{
    static const char *const rows[][2] = {
        {"SELECT order_id FROM orders_view ORDER BY seq LIMIT 1",
         "01990000-0001-7000-8000-000000000001"},
        {"SELECT status FROM orders_view LIMIT 1", "FAILED"},
        {"SELECT created_at FROM orders_view ORDER BY seq LIMIT 1", "2026-01-31T12:00:01.000000Z"},
        {"SELECT coalesce(next_attempt_at,'none') FROM orders_view LIMIT 1", "none"},
        {"SELECT customer_id||' '||failure_reason||' '||attempts||' '||replays "
         "FROM failed_orders_view ORDER BY failed_at",
         "odd exit 7 3 0\neven exit 8 3 0"},
        {"SELECT failed_at FROM failed_orders_view ORDER BY failed_at",
         "2026-01-31T12:00:00.000001Z\n2026-01-31T12:00:00.000002Z"},
        {"SELECT reason_group FROM failed_orders_view LIMIT 1", "exit #"},
        {"SELECT items FROM orders_view LIMIT 1",
         "[[\"apple\",1],[\"pear \\\"x\\\" \\n\",2],[\"Zwetschge\xc3\xa4\",3]]"},
    };
    const struct file *file = *state;
    struct store_scene f;

    fill(file, &f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        sql_file_assert(file->path, rows[i][0], rows[i][1]);
    store_scene_close(&f);
}

/* Changes an order in a transaction of its own. */
static void change(struct store_scene *f, struct order *order)
{
    must(f, store_begin(f->store, &f->why));
    must(f, store_change_order(f->store, order, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void the_view_shows_what_steps_handed_on(void **state)
{
    static const char asked[] = "SELECT coalesce(steps,'-')||' '||coalesce(results,'none') "
                                "FROM orders_view ORDER BY seq DESC LIMIT 1";
    static const struct pair result = {{"reserve", 7}, {"shelf \"7\"", 9}};
    const struct file *file = *state;
    struct store_scene f;
    struct order order = store_steps_order(9, "ship", STATUS_PROCESSING);

    fill(file, &f);
    sql_file_assert(file->path, asked, "- none");
    store_steps_know(&f);
    store_scene_add(&f, &order);
    must(&f, store_begin(f.store, &f.why));
    must(&f, store_add_result(f.store, &order, &result, &f.why));
    must(&f, store_change_order(f.store, &order, &f.why));
    must(&f, store_commit(f.store, &f.why));
    sql_file_assert(file->path, asked, "reserve<,charge<,ship {\"reserve\":\"shelf \\\"7\\\"\"}");
    order.status = STATUS_FULFILLED;
    order.result = SLICE("sent");
    change(&f, &order);
    sql_file_assert(file->path, asked,
                    "reserve<,charge<,ship {\"reserve\":\"shelf \\\"7\\\"\",\"ship\":\"sent\"}");
    store_scene_close(&f);
}

static void a_commit_of_many_events_is_one_row_of_events(void **state)
{
    static struct event events[300];
    const struct file *file = *state;
    struct store *store = NULL;

    for (int64_t i = 0; i < 300; i++)
        events[i] = (struct event){.seq = i + 1, .at = T0, .news = NEWS_RESUMED};
    assert_int_equal(OK, open_store(file, &store, NULL));
    assert_int_equal(OK, store_begin(store, NULL));
    assert_int_equal(OK, store_add_events(store, events, 300, NULL));
    assert_int_equal(OK, store_commit(store, NULL));
    sql_file_assert(file->path, "SELECT first_seq||'-'||last_seq FROM events", "1-300");
    store_close(store);
}

static void after_a_rest_it_goes_on(void **state)
{
    const struct file *file = *state;
    struct store_scene f;
    int64_t id = 0;
    struct uuid none = {{0}};

    fill(file, &f);
    store_rest(f.store);
    assert_int_equal(ERR_NOT_FOUND, store_find(f.store, &none, &id, NULL));
    assert_int_equal(OK, store_begin(f.store, NULL));
    assert_int_equal(
        OK, store_add_events(f.store, &(struct event){.seq = 900, .at = T0, .news = NEWS_RESUMED},
                             1, NULL));
    assert_int_equal(OK, store_commit(f.store, NULL));
    store_rest(f.store);
    store_reader_close(f.reader);
    store_close(f.store);
    sql_file_assert(file->path, "SELECT count(*) FROM events WHERE last_seq = 900", "1");
    sql_file_assert(file->path, "PRAGMA integrity_check", "ok");
    sql_file_assert(file->path, "SELECT count(*) FROM orders", "2");
}

static void the_log_is_empty_after_a_start(void **state)
{
    const struct file *file = *state;
    struct store *second = NULL;
    struct store_scene f;
    int64_t wal = 0, bytes = 0;

    fill(file, &f);
    store_checkpoint(f.store, true); /* too little to be worth it */
    store_sizes(f.store, &wal, &bytes);
    assert_true(wal > 0 && bytes > 0);
    /* What a killed daemon leaves behind: a second opener finds the log as it is. */
    store_reader_close(f.reader);
    f.reader = NULL;
    assert_int_equal(OK, open_store(file, &second, NULL));
    store_sizes(second, &wal, &bytes);
    assert_int_equal(0, wal);
    store_close(second);
    store_close(f.store);
    sql_file_assert(file->path, "PRAGMA integrity_check", "ok");
    sql_file_assert(file->path, "SELECT count(*) FROM orders", "2");
}

/* What a killed daemon leaves: a file, and a log beside it. */
static void leave_log(const struct file *file, char log[128])
{
    struct store_scene f;
    char kept[128];

    fill(file, &f);
    (void)snprintf(log, 128, "%s-wal", file->path);
    (void)snprintf(kept, sizeof kept, "%s.log", file->path);
    assert_int_equal(0, link(log, kept));
    store_scene_close(&f);
    assert_int_equal(0, rename(kept, log));
}

static void the_log_of_a_file_that_is_refused_is_left_alone(void **state)
{
    const struct file *file = *state;
    struct stat st;
    char log[128], index[128];
    off_t bytes = 0;

    leave_log(file, log);
    assert_int_equal(0, stat(log, &st));
    bytes = st.st_size;
    assert_true(bytes > 0);
    assert_int_equal(0, truncate(file->path, 4096 + 100));
    assert_refused(file, "corrupt");
    assert_int_equal(0, stat(log, &st));
    assert_int_equal(bytes, st.st_size);
    assert_int_equal(0, stat(file->path, &st));
    assert_int_equal(4096 + 100, st.st_size);
    (void)snprintf(index, sizeof index, "%s-shm", file->path);
    (void)unlink(index);
    assert_int_equal(0, unlink(log));
}

static void a_log_without_its_file_is_refused_and_left_alone(void **state)
{
    const struct file *file = *state;
    struct stat st;
    char log[128];

    leave_log(file, log);
    assert_int_equal(0, truncate(file->path, 0));
    assert_refused(file, "is empty, but its log");
    assert_int_equal(0, unlink(file->path));
    assert_refused(file, "is gone, but its log");
    assert_int_equal(-1, access(file->path, F_OK));
    assert_int_equal(0, stat(log, &st));
    assert_true(st.st_size > 0);
    assert_int_equal(0, unlink(log));
}

static const char *text_of(const char *id)
{
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        if (strcmp(statements[i].id, id) == 0)
            return statements[i].sql;
    }
    fail_msg("no statement %s", id);
    return "";
}

static void every_query_goes_by_its_index(void **state)
{
    static const struct {
        const char *id, *has;
    } rows[] = {
        {"FIND", "INDEX orders_uid"},
        {"FIND_REFERENCE", "SEARCH r USING PRIMARY KEY (text=?)"},
        {"FIND_KEY", "USING INTEGER PRIMARY KEY"},
        {"RUNNING", "SEARCH work USING PRIMARY KEY (lane=? AND due_at=? AND order_id>?)"},
        {"FRESH", "SEARCH orders USING INTEGER PRIMARY KEY (rowid>?)"},
        {"MOVE_WORK", "PRIMARY KEY (lane=? AND due_at=? AND order_id=?)"},
        {"WAITING_READY", "PRIMARY KEY (lane=? AND due_at<?)"},
        {"WAITING_LATER", "PRIMARY KEY (lane=? AND due_at>?)"},
        {"LANE_FIRST", "PRIMARY KEY (lane=? AND due_at<?)"},
        {"IN_LANE", "SEARCH work USING PRIMARY KEY (lane=?)"},
        {"OF_STATUS", "SEARCH rare USING PRIMARY KEY (status=?)"},
        {"RARE_DOWN", "SEARCH rare USING PRIMARY KEY (status=? AND order_id<?)"},
        {"RARE_UP", "SEARCH rare USING PRIMARY KEY (status=? AND order_id>?)"},
        {"RETAIN_RARE", "SEARCH r USING PRIMARY KEY (status=? AND order_id>?)"},
        {"LIST_DOWN", "SEARCH orders USING INTEGER PRIMARY KEY (rowid<?)"},
        {"CUSTOMER_DOWN", "PRIMARY KEY (customer=? AND order_id<?)"},
        {"CUSTOMER_THERE", "PRIMARY KEY (customer>? AND customer<?)"},
        {"REFERENCE_UP", "SEARCH r USING PRIMARY KEY (text=? AND order_id>?)"},
        {"UID_DOWN", "INDEX orders_uid (uid>? AND uid<?)"},
        {"DEAD_OF_GROUP", "INDEX failed_orders_group (reason_group=? AND rowid<?)"},
        {"DEAD_DOWN", "SEARCH f USING INTEGER PRIMARY KEY (rowid<?)"},
        {"GROUPS", "INDEX reason_groups_count"},
        {"FIND_GROUP", "(text=? AND step=?)"},
        {"FIND_GROUPS", "(text=?)"},
        {"RESULT_OF", "PRIMARY KEY (order_id=? AND step=?)"},
        {"GROUP_NEWEST", "INDEX failed_orders_group"},
        {"RUNNING_REPLAYS", "INDEX replays_running"},
        {"EVENTS_UP", "INTEGER PRIMARY KEY (rowid>?)"},
        {"EVENTS_DOWN", "INTEGER PRIMARY KEY (rowid<?)"},
        {"HISTORY", "PRIMARY KEY (order_id=? AND seq>?)"},
    };
    const struct file *file = *state;
    struct store *store = NULL;
    sqlite3 *db = NULL;

    assert_int_equal(OK, open_store(file, &store, NULL));
    store_close(store);
    assert_int_equal(SQLITE_OK, sqlite3_open(file->path, &db));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sql[4096], plan[4096] = "";
        sqlite3_stmt *stmt = NULL;
        size_t len = 0;

        (void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", text_of(rows[i].id));
        if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
            fail_msg("%s: %s", rows[i].id, sqlite3_errmsg(db));
        while (sqlite3_step(stmt) == SQLITE_ROW)
            len += (size_t)snprintf(plan + len, sizeof plan - len, "%s; ",
                                    (const char *)sqlite3_column_text(stmt, 3));
        assert_int_equal(SQLITE_OK, sqlite3_finalize(stmt));
        if (strstr(plan, rows[i].has) == NULL)
            fail_msg("%s: %s", rows[i].id, plan);
        /* Only what is bounded by what is in flight may be sorted. */
        if (strcmp(rows[i].id, "RUNNING") != 0 && strstr(plan, "USE TEMP B-TREE") != NULL)
            fail_msg("%s sorts: %s", rows[i].id, plan);
    }
    assert_int_equal(SQLITE_OK, sqlite3_close(db));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_foreign_database_is_refused_and_left_alone),
        TEST(a_newer_file_is_refused_and_left_alone),
        TEST(a_file_that_is_no_database_is_refused_and_left_alone),
        TEST(a_corrupt_file_is_refused),
        TEST(a_directory_that_is_not_there_is_read_only),
        TEST(an_unknown_url_is_invalid),
        TEST(a_version_that_there_never_was_is_refused_and_left_alone),
        TEST(what_is_no_file_is_refused),
        TEST(the_log_of_a_file_that_is_refused_is_left_alone),
        TEST(a_log_without_its_file_is_refused_and_left_alone),
        TEST(the_file_says_what_it_is),
        TEST(the_views_show_ids_times_and_statuses_as_text),
        TEST(the_view_shows_what_steps_handed_on),
        TEST(a_commit_of_many_events_is_one_row_of_events),
        TEST(after_a_rest_it_goes_on),
        TEST(the_log_is_empty_after_a_start),
        TEST(every_query_goes_by_its_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
