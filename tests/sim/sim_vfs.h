/* SQLite's view of a simulated disk: all connections of this process, in one thread. */
#pragma once

#include "tests/sim/sim_disk.h"

/* Its connections sync as with synchronous=NORMAL, whatever they ask for: a control. */
struct sim_vfs_settings {
    bool normal;
};

/* The disk is SQLite's only one from now on; random bytes follow from `seed`. */
void sim_vfs_use(struct disk *disk, const struct sim_vfs_settings *settings, uint64_t seed);
/* No connection is open. */
void sim_vfs_forget(void);

/* The disk in use; NULL: none. */
struct disk *sim_vfs_disk(void);
