/* SQLite's own file system, but the process dies at a write. */
#pragma once

/* From now on, at the n-th write, sync or cut of a file by SQLite, _exit(DYING_VFS_EXIT). */
#define DYING_VFS_EXIT 9
void dying_vfs_begin(int n);
