/* A directory of a test's own, gone with all that is in it at the end. */
#include "tests/lib/tmpdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#define OPEN_AT_ONCE 16

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void tmpdir_init(struct tmpdir *dir)
{
    const char *base = secure_getenv("TMPDIR");

    (void)snprintf(dir->path, sizeof(dir->path), "%s/dofs-test-XXXXXX",
                   base != NULL ? base : "/tmp");
    if (mkdtemp(dir->path) == NULL)
        abort();
}

void tmpdir_done(struct tmpdir *dir)
{
    (void)nftw(dir->path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}
