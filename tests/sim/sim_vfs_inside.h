/* The inside of SQLite's view of a simulated disk: what its files share. */
#pragma once

#include <sqlite3.h>

#include "tests/sim/sim_vfs.h"

#define REGIONS_MAX 64

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
    bool normal;          /* it stays at synchronous=NORMAL: a control */
    bool syncs_directory; /* its name is new: synced with its first sync, as on Unix */
    bool has_shm;
    unsigned shm_shared; /* bits of the locks it holds */
};

static inline struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)(void *)file;
}

/* What the disk says, in SQLite's words; `failed` is what a failure is called. */
int sim_vfs_code(enum disk_result result, int failed);

/* A handle of an open disk file, which it takes. */
void sim_vfs_file_init(struct handle *handle, struct disk_file *file);

/* ---- the index of the write-ahead log (sim_vfs_shm.c) ---- */

int sim_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out);
int sim_shm_lock(sqlite3_file *file, int first, int n, int flags);
void sim_shm_barrier(sqlite3_file *file);
int sim_shm_unmap(sqlite3_file *file, int remove);
void sim_shm_free(struct node *node);
