/*
 * What the daemon asks of the machine beside SQLite's files: stands in place of
 * daemon/store/store_sqlite_file.c and shared/rng_entropy.c.
 */
#include "tests/sim/sim_system.h"

#include <stdio.h>

#include "daemon/store/store_sqlite.h"
#include "tests/sim/sim_vfs.h"

/* The kernel's chance is everybody's, so is this. */
static struct rng entropy;

uint64_t rng_entropy(void)
{
    return rng_next(&entropy);
}

void sim_system_seed(uint64_t seed)
{
    rng_seed(&entropy, seed);
}

int64_t file_bytes(const char *path)
{
    bool made = false;
    struct disk_file *file = disk_open(sim_vfs_disk(), path, false, &made);
    int64_t bytes = file != NULL ? (int64_t)disk_size(file) : -1;

    if (file != NULL)
        disk_close(file);
    return bytes;
}

void file_read_anew(const char *path)
{
    disk_read_anew(sim_vfs_disk(), path);
}

enum err file_sync_directory(const char *directory, struct why *why)
{
    if (disk_sync_directory(sim_vfs_disk()) == DISK_OK)
        return OK;
    return err_set(why, ERR_READ_ONLY, "cannot sync '%s'", directory);
}
