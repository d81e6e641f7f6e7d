/* SQLite's own file system, but the process dies at a write. */
#include "tests/lib/dying_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#define KINDS 8

/* SQLite asks for functions without a place for ours: one for the process. */
static struct {
    int left;
    sqlite3_vfs vfs;
    const sqlite3_vfs *real;
    sqlite3_io_methods methods[KINDS]; /* each kind of file has functions of its own, */
    const sqlite3_io_methods *real_methods[KINDS];
} dying;

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
    return dying.real_methods[file->pMethods - dying.methods];
}

static void count(void)
{
    if (--dying.left == 0)
        _exit(DYING_VFS_EXIT);
}

static int on_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    count();
    return real_of(file)->xWrite(file, bytes, n, at);
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    count();
    return real_of(file)->xTruncate(file, size);
}

static int on_sync(sqlite3_file *file, int flags)
{
    count();
    return real_of(file)->xSync(file, flags);
}

/* ... of which these three are ours. */
static const sqlite3_io_methods *ours(const sqlite3_io_methods *real)
{
    size_t i = 0;

    while (i < KINDS && dying.real_methods[i] != NULL && dying.real_methods[i] != real)
        i++;
    if (i == KINDS)
        abort();
    if (dying.real_methods[i] == NULL) {
        dying.real_methods[i] = real;
        dying.methods[i] = *real;
        dying.methods[i].xWrite = on_write;
        dying.methods[i].xTruncate = on_truncate;
        dying.methods[i].xSync = on_sync;
    }
    return &dying.methods[i];
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    int rc = dying.real->xOpen(vfs, name, file, flags, out);

    if (file->pMethods != NULL)
        file->pMethods = ours(file->pMethods);
    return rc;
}

void dying_vfs_begin(int n)
{
    dying.left = n;
    dying.real = sqlite3_vfs_find(NULL);
    dying.vfs = *dying.real;
    dying.vfs.zName = "dying";
    dying.vfs.xOpen = on_open;
    if (sqlite3_vfs_register(&dying.vfs, 1) != SQLITE_OK)
        abort();
}
