/*
 * A store that forgets: SQLite in a directory of its own that is gone when it is closed, so that
 * what tests see is what the daemon does, and several readers may look on.
 */
#include "daemon/store/store_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/store/store_sqlite_open.h"

/* Memory if there is such a place, else wherever temporary files go. */
static const char *const places[] = {"/dev/shm", "/tmp"};

enum err store_memory_open(const struct store_settings *settings, struct store **out,
                           struct why *why)
{
    struct store_settings own = {.now_us = settings->now_us, .newest = settings->newest};
    char directory[64];
    enum err e = OK;

    for (size_t i = 0; i < sizeof places / sizeof places[0] && own.directory == NULL; i++) {
        (void)snprintf(directory, sizeof directory, "%s/dofs-memory-XXXXXX", places[i]);
        own.directory = mkdtemp(directory);
    }
    if (own.directory == NULL)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot make a temporary directory");
    e = store_sqlite_open_forgetful(&own, out, why);
    if (e != OK)
        (void)rmdir(directory);
    return e;
}
