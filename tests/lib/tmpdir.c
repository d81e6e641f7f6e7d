/* A directory of a test's own, gone with all that is in it at the end. */
#include "tests/lib/tmpdir.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

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
    char *const paths[] = {dir->path, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *entry = NULL;

    if (walk == NULL)
        return;
    while ((entry = fts_read(walk)) != NULL) {
        if (entry->fts_info != FTS_D) /* a directory comes again, empty */
            (void)remove(entry->fts_accpath);
    }
    (void)fts_close(walk);
}
