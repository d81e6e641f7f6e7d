/* The index of the write-ahead log, and its locks: in memory, gone with the last handle. */
#include <stdlib.h>

#include "tests/sim/sim_vfs_inside.h"

void sim_shm_free(struct node *node)
{
    for (size_t i = 0; i < REGIONS_MAX; i++) {
        free(node->regions[i]);
        node->regions[i] = NULL;
    }
}

int sim_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out)
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

int sim_shm_lock(sqlite3_file *file, int first, int n, int flags)
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

void sim_shm_barrier(sqlite3_file *file)
{
    (void)file; /* one thread */
}

int sim_shm_unmap(sqlite3_file *file, int remove)
{
    struct handle *h = handle_of(file);

    (void)remove;
    if (!h->has_shm)
        return SQLITE_OK;
    h->has_shm = false;
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++)
        shm_set(h, i, SQLITE_SHM_UNLOCK);
    if (--h->node->n_shm == 0)
        sim_shm_free(h->node);
    return SQLITE_OK;
}
