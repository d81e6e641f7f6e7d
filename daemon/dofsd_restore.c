/*
 * A backup in the place of the store of an instance that does not run.
 *
 * The backup is checked before anything is touched. At every moment `orders.db` is one of the two
 * whole: the present one gets a second name, then the copy takes over the first. A log that cannot
 * be moved into its file goes first: SQLite would take it for the copy's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/dofsd_parts.h"
#include "daemon/store/store_sqlite_check.h"
#include "daemon/sys/files.h"
#include "shared/units.h"

#define STORE_MODE 0640
#define NAME_BYTES (FILES_PATH_MAX + 128) /* a path, and what is put behind it */
#define COPY_BYTES (1024L * 1024)

struct restore {
    const char *file;
    char path[FILES_PATH_MAX]; /* the store's */
    char kept[NAME_BYTES];     /* what the present one is kept as; empty: there is none */
    struct store_checked found;
};

static enum err name_store(struct restore *r, const char *directory, struct why *why)
{
    int n = snprintf(r->path, sizeof(r->path), "%s/orders.db", directory);

    return n > 0 && n < (int)sizeof(r->path)
               ? OK
               : err_set(why, ERR_INVALID, "'%.64s...' is too long", directory);
}

/* A backup lies on another file system as a rule, across which copy_file_range does not copy. */
static enum err copy_bytes(int from, int to, struct why *why)
{
    ssize_t n = 0;

    do {
        n = sendfile(to, from, NULL, COPY_BYTES);
    } while (n > 0);
    return n == 0 ? OK : err_sys(why, ERR_READ_ONLY, errno, "cannot copy the backup");
}

/* Whole and synced beside the store, as the store's owner has it; `to` is its name. */
static enum err copy_file(const struct restore *r, const char *directory, char to[FILES_PATH_MAX],
                          struct why *why)
{
    struct stat owner;
    int in = open(r->file, O_RDONLY | O_CLOEXEC);
    int out = -1;
    enum err e = OK;

    if (in < 0)
        return err_sys(why, ERR_INVALID, errno, "cannot open '%s'", r->file);
    files_sweep(directory);
    out = files_make_temporary(directory, to, why);
    e = out >= 0 ? copy_bytes(in, out, why) : ERR_READ_ONLY;
    if (e == OK &&
        (fchmod(out, STORE_MODE) != 0 || stat(directory, &owner) != 0 ||
         (geteuid() == 0 && fchown(out, owner.st_uid, owner.st_gid) != 0) || fsync(out) != 0))
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot finish '%s'", to);
    if (e != OK && out >= 0)
        (void)unlink(to);
    if (out >= 0)
        (void)close(out);
    (void)close(in);
    return e;
}

/* What lies beside a store whose log could not be moved into it is kept beside what is kept. */
static enum err keep_log(const struct restore *r, const char *suffix, struct why *why)
{
    char from[NAME_BYTES];
    char to[NAME_BYTES + 16];

    (void)snprintf(from, sizeof(from), "%s%s", r->path, suffix);
    (void)snprintf(to, sizeof(to), "%s%s", r->kept, suffix);
    if (rename(from, to) == 0 || errno == ENOENT)
        return OK;
    return err_sys(why, ERR_READ_ONLY, errno, "cannot move '%s' aside", from);
}

static enum err keep_present(struct restore *r, const char *directory, struct why *why)
{
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    struct clock clock;
    char now[UNITS_TEXT_MAX];
    enum err e = OK;

    clock_init(&clock);
    units_format_time(clock_wall(&clock), now);
    (void)snprintf(r->kept, sizeof(r->kept), "%s.before-restore-%s", r->path, now);
    /* It may well be corrupt: that is why it is replaced. */
    if (access(r->path, F_OK) == 0)
        (void)store_sqlite_settle(r->path, NULL);
    if (link(r->path, r->kept) != 0 && errno != ENOENT)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot keep '%s'", r->path);
    for (size_t i = 0; e == OK && i < sizeof(beside) / sizeof(beside[0]); i++)
        e = keep_log(r, beside[i], why);
    if (access(r->kept, F_OK) != 0)
        r->kept[0] = '\0';
    return e == OK ? files_sync_directory(directory, why) : e;
}

static enum err put_in_place(struct restore *r, const char *directory, struct why *why)
{
    char temporary[FILES_PATH_MAX];
    enum err e = copy_file(r, directory, temporary, why);

    if (e != OK)
        return e;
    e = keep_present(r, directory, why);
    if (e == OK && rename(temporary, r->path) != 0)
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot replace '%s'", r->path);
    if (e != OK)
        (void)unlink(temporary);
    return e == OK ? files_sync_directory(directory, why) : e;
}

static enum dofsd_exit exit_of(enum err e)
{
    if (e == OK)
        return DOFSD_OK;
    if (e == ERR_CONFLICT)
        return DOFSD_IN_USE;
    return e == ERR_INVALID || e == ERR_NOT_FOUND || e == ERR_UNSUPPORTED ? DOFSD_CONFIG
                                                                          : DOFSD_STORE_FAILED;
}

static void say(const struct restore *r)
{
    char orders[UNITS_TEXT_MAX];
    char dead[UNITS_TEXT_MAX];

    units_format_count(r->found.orders, orders);
    units_format_count(r->found.dead, dead);
    (void)printf("Restored %s orders, %s of them dead-lettered, from %s\nto %s.\n", orders, dead,
                 r->file, r->path);
    if (r->kept[0] != '\0')
        (void)printf("What was there is kept as %s.\n", r->kept);
}

enum dofsd_exit dofsd_restore(const struct dofsd_args *args)
{
    struct dofsd d = {.args = args};
    struct restore r = {.file = args->restore};
    struct why why = {0};
    enum err e = config_load(args->file, args->instance, &d.config, &why);

    if (e == OK && strcmp(d.config->store, "sqlite") != 0)
        e = err_set(&why, ERR_UNSUPPORTED, "the store '%s' has no file to restore",
                    d.config->store);
    if (e == OK)
        e = name_store(&r, d.config->state_dir, &why);
    if (e == OK)
        e = dofsd_lock(&d, &why);
    if (e == OK)
        e = store_sqlite_check_file(r.file, NULL, &r.found, &why);
    if (e == OK)
        e = put_in_place(&r, d.config->state_dir, &why);
    if (e == OK)
        say(&r);
    else
        (void)fprintf(stderr, "dofsd: cannot restore: %s\n", why.text);
    lockfile_close(d.lock);
    config_free(d.config);
    return exit_of(e);
}
