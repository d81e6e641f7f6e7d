/* A database file as any SQLite tool sees it. */
#include "tests/lib/sql_file.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "shared/buf.h"
#include "tests/lib/test.h"

#define ANSWER_MAX (1024UL * 1024)

void sql_file_run(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", path, sqlite3_errmsg(db));
    assert_int_equal(SQLITE_OK, sqlite3_close(db));
}

/* Returns what SQLite said at the end. */
static int gather(sqlite3_stmt *stmt, struct buf *out)
{
    int rc = SQLITE_OK;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);

        text = text != NULL ? text : "-";
        if (out->len > 0)
            buf_add(out, "\n", 1);
        buf_add(out, text, strlen(text));
    }
    buf_add(out, "", 1);
    return rc;
}

char *sql_file_try(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    struct buf out;
    bool fine = sqlite3_open(path, &db) == SQLITE_OK;

    buf_init(&out, ANSWER_MAX);
    fine = fine && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
           gather(stmt, &out) == SQLITE_DONE && !out.failed;
    (void)sqlite3_finalize(stmt);
    assert_int_equal(SQLITE_OK, sqlite3_close(db));
    if (!fine)
        buf_done(&out);
    return fine ? (char *)out.data : NULL;
}

char *sql_file_ask(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    struct buf out;

    buf_init(&out, ANSWER_MAX);
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    (void)gather(stmt, &out);
    assert_int_equal(SQLITE_OK, sqlite3_finalize(stmt));
    assert_int_equal(SQLITE_OK, sqlite3_close(db));
    return (char *)out.data;
}

void sql_file_assert(const char *path, const char *sql, const char *wanted)
{
    char *got = sql_file_ask(path, sql);

    if (strcmp(got, wanted) != 0)
        fail_msg("%s: got '%s', not '%s'", sql, got, wanted);
    free(got);
}
