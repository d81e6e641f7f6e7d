/* Which version of the schema a file has, and what it takes to make it the newest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/store/store_sqlite.h"

/* Names of statuses come from the code, so that the views know those added later. */
static enum err name_statuses(struct conn *conn, struct why *why)
{
    enum err e = OK;

    for (unsigned i = 1; i < STATUS_COUNT && e == OK; i++) {
        char text[96];

        (void)snprintf(text, sizeof text, "INSERT OR REPLACE INTO statuses VALUES(%u,'%s')", i,
                       status_name((enum status)i));
        e = conn_exec(conn, text, why);
    }
    return e;
}

static enum err apply(struct conn *conn, int64_t from, struct why *why)
{
    char mark[96];
    enum err e = conn_exec(conn, "BEGIN EXCLUSIVE", why);

    for (int64_t v = from; v < SCHEMA_VERSION && e == OK; v++)
        e = migrate_step(conn, v, why);
    if (e == OK)
        e = name_statuses(conn, why);
    (void)snprintf(mark, sizeof mark, "PRAGMA application_id=%d;PRAGMA user_version=%d",
                   SCHEMA_APPLICATION, SCHEMA_VERSION);
    if (e == OK)
        e = conn_exec(conn, mark, why);
    if (e == OK)
        e = conn_exec(conn, "COMMIT", why);
    if (e != OK && sqlite3_get_autocommit(conn->db) == 0)
        (void)conn_exec(conn, "ROLLBACK", NULL);
    return e;
}

/* Durable, under its final name: a copy that is there is whole. */
static enum err finish_copy(const char *made, const char *name, struct why *why)
{
    int fd = open(made, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0)
        (void)close(fd);
    if (rc != 0 || rename(made, name) != 0)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot keep a copy as '%s'", name);
    return OK;
}

/* Beside the file, all of it as it was: orders.db.v1-1769860800000000. */
static enum err copy(struct conn *conn, const char *path, int64_t version, int64_t now_us,
                     struct why *why)
{
    char *made = sqlite3_mprintf("%s.v%lld-made", path, (long long)version);
    char *name = sqlite3_mprintf("%s.v%lld-%lld", path, (long long)version, (long long)now_us);
    char *text = sqlite3_mprintf("VACUUM INTO %Q", made);
    enum err e = OK;

    if (made == NULL || name == NULL || text == NULL) {
        e = err_set(why, ERR_INTERNAL, "no memory");
        goto done;
    }
    (void)unlink(made); /* of one that was killed while it made it */
    e = conn_exec(conn, text, why);
    if (e == OK)
        e = finish_copy(made, name, why);
done:
    sqlite3_free(made);
    sqlite3_free(name);
    sqlite3_free(text);
    return e;
}

enum err schema_check(struct conn *conn, const char *path, struct why *why)
{
    int64_t application = conn_pragma(conn, "application_id");
    int64_t version = conn_pragma(conn, "user_version");

    if (application != SCHEMA_APPLICATION)
        return err_set(why, ERR_INVALID,
                       "'%s' is the database of another program (application_id %lld); move it "
                       "away, or choose another state_dir",
                       path, (long long)application);
    if (version < 1)
        return err_set(why, ERR_INVALID,
                       "'%s' is corrupt (its schema is version %lld): restore a backup of it", path,
                       (long long)version);
    if (version > SCHEMA_VERSION)
        return err_set(why, ERR_INVALID,
                       "'%s' was written by a newer dofsd (its schema is version %lld, this one "
                       "knows up to %d): start that one, or restore an older copy",
                       path, (long long)version, SCHEMA_VERSION);
    return OK;
}

enum err schema_prepare(struct conn *conn, const char *path, int64_t now_us, struct why *why)
{
    int64_t version = conn_pragma(conn, "user_version");
    enum err e = OK;

    if (version == SCHEMA_VERSION)
        return OK;
    if (conn_pragma(conn, "application_id") == SCHEMA_APPLICATION)
        e = copy(conn, path, version, now_us, why);
    return e == OK ? apply(conn, version, why) : e;
}
