/*
 * SQLite's view of a simulated disk: all connections of this process, in one thread.
 *
 * Locks and the index of the write-ahead log are a node's, one for each file that is open; they
 * are gone with the last handle, as with the process.
 */
#include "tests/sim/sim_vfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGIONS_MAX 64
#define PATH_BYTES 256
#define SECTOR_BYTES 4096

/* What the handles of one file share. */
struct node {
    struct node *next;
    struct disk_file *file;
    unsigned refs, n_shared;
    const void *reserved, *exclusive; /* the handle that holds it; NULL: nobody */
    bool pending;
    unsigned n_shm;
    uint8_t *regions[REGIONS_MAX];
    unsigned shm_shared[SQLITE_SHM_NLOCK];
    const void *shm_exclusive[SQLITE_SHM_NLOCK];
};

struct handle {
    sqlite3_file base;
    struct node *node;
    int level;
    bool syncs_directory; /* its name is new: synced with its first sync, as on Unix */
    bool has_shm;
    unsigned shm_shared; /* bits of the locks it holds */
};

/* SQLite knows its file systems by name for the whole process, so this one is there once. */
static struct {
    sqlite3_vfs vfs;
    struct disk *disk;
    struct node *nodes;
    struct rng rng;
    bool normal;
} own;

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)(void *)file;
}

static int code(enum disk_result result, int failed)
{
    if (result == DISK_OK)
        return SQLITE_OK;
    return result == DISK_FULL ? SQLITE_FULL : failed;
}

/* ---- nodes ---- */

static struct node *node_of(struct disk_file *file)
{
    struct node *node = own.nodes;

    while (node != NULL && node->file != file)
        node = node->next;
    if (node == NULL) {
        node = calloc(1, sizeof(*node));
        if (node == NULL)
            abort();
        node->file = file;
        node->next = own.nodes;
        own.nodes = node;
    }
    node->refs++;
    return node;
}

static void free_regions(struct node *node)
{
    for (size_t i = 0; i < REGIONS_MAX; i++) {
        free(node->regions[i]);
        node->regions[i] = NULL;
    }
}

static void leave(struct node *node)
{
    struct node **at = &own.nodes;

    if (--node->refs > 0)
        return;
    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    free_regions(node);
    free(node);
}

/* ---- a file ---- */

static int x_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    size_t got = disk_read(handle_of(file)->node->file, out, (size_t)n, (size_t)at);

    if (got == SIZE_MAX)
        return SQLITE_IOERR_READ;
    return got < (size_t)n ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int x_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    return code(disk_write(handle_of(file)->node->file, from, (size_t)n, (size_t)at),
                SQLITE_IOERR_WRITE);
}

static int x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return code(disk_truncate(handle_of(file)->node->file, (size_t)size), SQLITE_IOERR_TRUNCATE);
}

static int x_sync(sqlite3_file *file, int flags)
{
    struct handle *h = handle_of(file);
    enum disk_result result = disk_sync(h->node->file);

    (void)flags;
    if (result == DISK_OK && h->syncs_directory) {
        result = disk_sync_directory(own.disk);
        h->syncs_directory = result != DISK_OK;
    }
    return code(result, SQLITE_IOERR_FSYNC);
}

static int x_size(sqlite3_file *file, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)disk_size(handle_of(file)->node->file);
    return disk_off(own.disk) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int lock_exclusive(struct handle *h)
{
    struct node *node = h->node;

    if (node->exclusive != NULL && node->exclusive != h)
        return SQLITE_BUSY;
    node->pending = true;
    if (node->n_shared > 1)
        return SQLITE_BUSY;
    node->exclusive = h;
    return SQLITE_OK;
}

static int x_lock(sqlite3_file *file, int level)
{
    struct handle *h = handle_of(file);
    struct node *node = h->node;

    if (level <= h->level)
        return SQLITE_OK;
    if (h->level == SQLITE_LOCK_NONE) {
        if (node->exclusive != NULL || node->pending)
            return SQLITE_BUSY;
        node->n_shared++;
        h->level = SQLITE_LOCK_SHARED;
    }
    if (level >= SQLITE_LOCK_RESERVED) {
        if (node->reserved != NULL && node->reserved != h)
            return SQLITE_BUSY;
        node->reserved = h;
        h->level = SQLITE_LOCK_RESERVED;
    }
    if (level == SQLITE_LOCK_EXCLUSIVE && lock_exclusive(h) != SQLITE_OK)
        return SQLITE_BUSY;
    h->level = level;
    return SQLITE_OK;
}

static int x_unlock(sqlite3_file *file, int level)
{
    struct handle *h = handle_of(file);
    struct node *node = h->node;

    if (level >= h->level)
        return SQLITE_OK;
    if (node->exclusive == h)
        node->exclusive = NULL;
    if (node->reserved == h) {
        node->reserved = NULL;
        node->pending = false;
    }
    if (level == SQLITE_LOCK_NONE)
        node->n_shared--;
    h->level = level;
    return SQLITE_OK;
}

static int x_check_reserved(sqlite3_file *file, int *out)
{
    *out = handle_of(file)->node->reserved != NULL;
    return SQLITE_OK;
}

static int x_control(sqlite3_file *file, int op, void *arg)
{
    char **words = arg;

    (void)file;
    /* The control: what was set when it was opened stays so. */
    if (op == SQLITE_FCNTL_PRAGMA && own.normal && strcmp(words[1], "synchronous") == 0 &&
        words[2] != NULL && strcmp(words[2], "NORMAL") != 0)
        return SQLITE_OK;
    return SQLITE_NOTFOUND;
}

static int x_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR_BYTES;
}

static int x_characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- the index of the log ---- */

static int x_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out)
{
    struct handle *h = handle_of(file);

    *out = NULL;
    if (region >= REGIONS_MAX)
        return SQLITE_IOERR_SHMMAP;
    if (!h->has_shm) {
        h->has_shm = true;
        h->node->n_shm++;
    }
    if (h->node->regions[region] == NULL && extend != 0)
        h->node->regions[region] = calloc(1, (size_t)bytes);
    *out = h->node->regions[region];
    return SQLITE_OK;
}

static bool shm_free(const struct handle *h, int i, bool exclusive)
{
    const struct node *node = h->node;
    bool mine = (h->shm_shared & (1U << i)) != 0;

    if (node->shm_exclusive[i] != NULL && node->shm_exclusive[i] != h)
        return false;
    return !exclusive || node->shm_shared[i] == (mine ? 1 : 0);
}

static void shm_set(struct handle *h, int i, int flags)
{
    struct node *node = h->node;
    unsigned bit = 1U << i;

    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        if (node->shm_exclusive[i] == h)
            node->shm_exclusive[i] = NULL;
        if ((h->shm_shared & bit) != 0)
            node->shm_shared[i]--;
        h->shm_shared &= ~bit;
    } else if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
        node->shm_exclusive[i] = h;
    } else if ((h->shm_shared & bit) == 0) {
        node->shm_shared[i]++;
        h->shm_shared |= bit;
    }
}

static int x_shm_lock(sqlite3_file *file, int first, int n, int flags)
{
    struct handle *h = handle_of(file);

    for (int i = first; i < first + n && (flags & SQLITE_SHM_LOCK) != 0; i++) {
        if (!shm_free(h, i, (flags & SQLITE_SHM_EXCLUSIVE) != 0))
            return SQLITE_BUSY;
    }
    for (int i = first; i < first + n; i++)
        shm_set(h, i, flags);
    return SQLITE_OK;
}

static void x_shm_barrier(sqlite3_file *file)
{
    (void)file; /* one thread */
}

static int x_shm_unmap(sqlite3_file *file, int remove)
{
    struct handle *h = handle_of(file);

    (void)remove;
    if (!h->has_shm)
        return SQLITE_OK;
    h->has_shm = false;
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++)
        shm_set(h, i, SQLITE_SHM_UNLOCK);
    if (--h->node->n_shm == 0)
        free_regions(h->node);
    return SQLITE_OK;
}

static int x_close(sqlite3_file *file)
{
    struct handle *h = handle_of(file);
    struct disk_file *disk_file = h->node->file;

    (void)x_shm_unmap(file, 0);
    (void)x_unlock(file, SQLITE_LOCK_NONE);
    leave(h->node);
    disk_close(disk_file);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_check_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_characteristics,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

/* ---- the file system ---- */

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
    h->base.pMethods = &methods;
    h->node = node_of(disk_file);
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
    return code(result, SQLITE_IOERR_DELETE);
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
    (void)n;
    (void)out;
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
