/*
 * SQLite's files on a simulated disk: bytes and locks.
 *
 * Locks and the index of the write-ahead log are a node's, one for each file that is open; they
 * are gone with the last handle, as with the process.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_vfs_inside.h"

#define SECTOR_BYTES 4096

/* SQLite knows its files by name for the whole process, and so must their locks. */
static struct node *nodes_open;

/* ---- nodes ---- */

static struct node *node_of(struct disk_file *file)
{
    struct node *node = nodes_open;

    while (node != NULL && node->file != file)
        node = node->next;
    if (node == NULL) {
        node = calloc(1, sizeof(*node));
        if (node == NULL)
            abort();
        node->file = file;
        node->next = nodes_open;
        nodes_open = node;
    }
    node->refs++;
    return node;
}

static void leave(struct node *node)
{
    struct node **at = &nodes_open;

    if (--node->refs > 0)
        return;
    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    sim_shm_free(node);
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
    return sim_vfs_code(disk_write(handle_of(file)->node->file, from, (size_t)n, (size_t)at),
                        SQLITE_IOERR_WRITE);
}

static int x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return sim_vfs_code(disk_truncate(handle_of(file)->node->file, (size_t)size),
                        SQLITE_IOERR_TRUNCATE);
}

static int x_sync(sqlite3_file *file, int flags)
{
    struct handle *h = handle_of(file);
    enum disk_result result = disk_sync(h->node->file);

    (void)flags;
    if (result == DISK_OK && h->syncs_directory) {
        result = disk_sync_directory(sim_vfs_disk());
        h->syncs_directory = result != DISK_OK;
    }
    return sim_vfs_code(result, SQLITE_IOERR_FSYNC);
}

static int x_size(sqlite3_file *file, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)disk_size(handle_of(file)->node->file);
    return disk_off(sim_vfs_disk()) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
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

    /* The control: what was set when it was opened stays so. */
    if (op == SQLITE_FCNTL_PRAGMA && handle_of(file)->normal &&
        strcmp(words[1], "synchronous") == 0 && words[2] != NULL && strcmp(words[2], "NORMAL") != 0)
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

static int x_close(sqlite3_file *file)
{
    struct handle *h = handle_of(file);
    struct disk_file *disk_file = h->node->file;

    (void)sim_shm_unmap(file, 0);
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
    .xShmMap = sim_shm_map,
    .xShmLock = sim_shm_lock,
    .xShmBarrier = sim_shm_barrier,
    .xShmUnmap = sim_shm_unmap,
};

void sim_vfs_file_init(struct handle *handle, struct disk_file *file)
{
    handle->base.pMethods = &methods;
    handle->node = node_of(file);
}
