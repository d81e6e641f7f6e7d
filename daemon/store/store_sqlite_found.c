/* What a start finds where the store is to be: looked at, and settled, before SQLite has it. */
#include <sys/stat.h>

#include "daemon/store/store_sqlite.h"

/* SQLite would wait for a pipe for ever. */
static enum err check_kind(const char *path, struct why *why)
{
    struct stat st;

    if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
        return OK;
    return err_set(why, ERR_INVALID, "'%s' is no file; move it away, or choose another state_dir",
                   path);
}

/* A log without its file is all that is left of a store: SQLite would throw it away. */
static enum err check_log(const char *path, const char *log, struct why *why)
{
    if (file_bytes(path) > 0 || file_bytes(log) <= 0)
        return OK;
    return err_set(why, ERR_INVALID,
                   "'%s' is %s, but its log '%s' is there: put the file back, or restore a backup",
                   path, file_bytes(path) < 0 ? "gone" : "empty", log);
}

/*
 * What a process that died left is only in the cache, perhaps: the name of its log, without which
 * the file must not be written, and what a failed sync kept from the disk.
 */
enum err found_settle(const struct sqlite_store *store, bool *logged, struct why *why)
{
    char *log = sqlite3_mprintf("%s-wal", store->path);
    enum err e = OK;

    if (log == NULL)
        return err_set(why, ERR_INTERNAL, "no memory");
    *logged = file_bytes(log) > 0;
    e = check_kind(store->path, why);
    if (e == OK)
        e = check_log(store->path, log, why);
    if (e == OK && file_bytes(store->path) >= 0) {
        file_read_anew(store->path);
        file_read_anew(log);
        e = file_sync_directory(store->directory, why);
    }
    sqlite3_free(log);
    return e;
}
