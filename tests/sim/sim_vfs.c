/* SQLite's view of a simulated disk: the file system of all connections of this process. */
#include <stdio.h>

#include "tests/sim/sim_vfs_inside.h"

#define PATH_BYTES 256

/* SQLite knows its file systems by name for the whole process, so this one is there once. */
static struct {
    sqlite3_vfs vfs;
    struct disk *disk;
    struct rng rng;
    bool normal;
} own;

int sim_vfs_code(enum disk_result result, int failed)
{
    if (result == DISK_OK)
        return SQLITE_OK;
    return result == DISK_FULL ? SQLITE_FULL : failed;
}

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    const int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    struct handle *h = handle_of(file);
    bool made = false;
    struct disk_file *disk_file =
        disk_open(own.disk, name, (flags & SQLITE_OPEN_CREATE) != 0, &made);

    (void)vfs;
    *h = (struct handle){.level = SQLITE_LOCK_NONE};
    if (disk_file == NULL)
        return SQLITE_CANTOPEN;
    sim_vfs_file_init(h, disk_file);
    h->normal = own.normal;
    h->syncs_directory = made && (flags & logs) != 0;
    if (out != NULL)
        *out = flags;
    return SQLITE_OK;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
    enum disk_result result = DISK_OK;

    (void)vfs;
    if (!disk_off(own.disk) && !disk_exists(own.disk, name))
        return SQLITE_IOERR_DELETE_NOENT;
    result = disk_remove(own.disk, name);
    if (result == DISK_OK && sync_directory != 0)
        result = disk_sync_directory(own.disk);
    return sim_vfs_code(result, SQLITE_IOERR_DELETE);
}

static int x_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    (void)flags;
    *out = disk_exists(own.disk, name);
    return disk_off(own.disk) ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int x_full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    (void)snprintf(out, (size_t)n, "%s", name);
    return SQLITE_OK;
}

static int x_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    for (int i = 0; i < n; i++)
        out[i] = (char)(rng_next(&own.rng) & 0xff);
    return n;
}

static int x_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us; /* nobody else is there to wait for */
}

static int x_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = 212489956800000; /* any: nothing in the store asks SQLite for the time */
    return SQLITE_OK;
}

static int x_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    if (n > 0)
        out[0] = '\0';
    return 0;
}

static int start_normal(sqlite3 *db, const char **problem, const void *api)
{
    (void)problem;
    (void)api;
    return sqlite3_exec(db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
}

void sim_vfs_use(struct disk *disk, const struct sim_vfs_settings *settings, uint64_t seed)
{
    if (own.vfs.zName == NULL) {
        own.vfs = (sqlite3_vfs){.iVersion = 2,
                                .szOsFile = sizeof(struct handle),
                                .mxPathname = PATH_BYTES,
                                .zName = "sim",
                                .xOpen = x_open,
                                .xDelete = x_delete,
                                .xAccess = x_access,
                                .xFullPathname = x_full_path,
                                .xRandomness = x_randomness,
                                .xSleep = x_sleep,
                                .xGetLastError = x_last_error,
                                .xCurrentTimeInt64 = x_time};
        (void)sqlite3_vfs_register(&own.vfs, 1);
    }
    own.disk = disk;
    own.normal = settings->normal;
    rng_seed(&own.rng, seed);
    sqlite3_randomness(0, NULL); /* what it draws from is seeded anew, from here */
    sqlite3_reset_auto_extension();
    if (settings->normal)
        (void)sqlite3_auto_extension((void (*)(void))start_normal);
}

void sim_vfs_forget(void)
{
    own.disk = NULL;
}

struct disk *sim_vfs_disk(void)
{
    return own.disk;
}
