/* The directories of an instance, and the lock that keeps others out of them. */
#include "daemon/dofsd_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define STATE_MODE 0750
#define PARENT_MODE 0755
#define RUNTIME_MODE 0755 /* the sockets' own mode says who may connect */

/* Makes a directory and those above it. A restart does not mend what fails here. */
static enum err make_directory(const char *path, mode_t mode, struct why *why)
{
    char part[PATH_BYTES];
    size_t n = strlen(path);

    if (n >= sizeof(part))
        return err_set(why, ERR_INVALID, "'%.64s...' is too long", path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i < n; i++) {
        if (part[i] != '/')
            continue;
        part[i] = '\0';
        (void)mkdir(part, PARENT_MODE); /* what matters shows at the last one */
        part[i] = '/';
    }
    if (mkdir(path, mode) == 0)
        (void)chmod(path, mode); /* whatever the umask */
    else if (errno != EEXIST)
        return err_sys(why, ERR_INVALID, errno, "cannot make '%s'", path);
    if (access(path, R_OK | W_OK | X_OK) != 0)
        return err_sys(why, ERR_INVALID, errno, "cannot use '%s'", path);
    return OK;
}

enum err dofsd_lock(struct dofsd *d, struct why *why)
{
    char path[PATH_BYTES + sizeof("/lock")];
    enum err e = make_directory(d->config->state_dir, STATE_MODE, why);

    if (e != OK)
        return e;
    (void)stpcpy(stpcpy(path, d->config->state_dir), "/lock");
    e = lockfile_open(path, &d->lock, why);
    return e == OK ? make_directory(d->config->runtime_dir, RUNTIME_MODE, why) : e;
}
