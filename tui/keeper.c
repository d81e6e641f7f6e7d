/* The dashboard's files: its preferences, and what it exports. */
#include "tui/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024
#define TEMPORARY ".new"

static bool place_of(char out[PATH_BYTES])
{
    const char *state = secure_getenv("XDG_STATE_HOME");
    const char *home = secure_getenv("HOME");
    int n = -1;

    if (state != NULL && state[0] == '/')
        n = snprintf(out, PATH_BYTES, "%s/dofs/dashboard", state);
    else if (home != NULL && home[0] == '/')
        n = snprintf(out, PATH_BYTES, "%s/.local/state/dofs/dashboard", home);
    return n > 0 && (size_t)n < PATH_BYTES - sizeof TEMPORARY;
}

void keeper_load(struct buf *out)
{
    char path[PATH_BYTES];
    char block[4096];
    ssize_t n = 0;
    int fd = place_of(path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return;
    while ((n = read(fd, block, sizeof block)) > 0)
        buf_add(out, block, (size_t)n);
    (void)close(fd);
}

static void make_folders(const char *path)
{
    char part[PATH_BYTES];

    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        (void)mkdir(part, 0700); /* those that are there already are as good */
    }
}

static enum err write_all(int fd, struct slice bytes, struct why *why)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n < 0 && errno != EINTR)
            return err_sys(why, ERR_READ_ONLY, errno, "cannot write");
        bytes.p += n > 0 ? n : 0;
        bytes.n -= n > 0 ? (size_t)n : 0;
    }
    return OK;
}

enum err keeper_save(struct slice preferences, struct why *why)
{
    char path[PATH_BYTES], new_path[PATH_BYTES];
    enum err e = OK;
    int fd = -1;

    if (!place_of(path))
        return err_set(why, ERR_NOT_FOUND, "no place for preferences: HOME is not set");
    make_folders(path);
    (void)snprintf(new_path, sizeof new_path, "%.*s" TEMPORARY,
                   (int)(PATH_BYTES - sizeof TEMPORARY), path);
    fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot make '%s'", new_path);
    e = write_all(fd, preferences, why);
    if (close(fd) != 0 && e == OK)
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot finish '%s'", new_path);
    if (e == OK && rename(new_path, path) != 0)
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot replace '%s'", path);
    return e;
}

enum err keeper_export_begin(struct keeper_export *file, const char *name, struct why *why)
{
    if (file->open)
        (void)close(file->fd);
    file->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    file->open = file->fd >= 0;
    return file->open ? OK : err_sys(why, ERR_READ_ONLY, errno, "cannot make '%s'", name);
}

enum err keeper_export_add(struct keeper_export *file, struct slice bytes, struct why *why)
{
    enum err e = OK;

    if (!file->open)
        return err_set(why, ERR_WRONG_STATE, "the export was broken off");
    e = write_all(file->fd, bytes, why);
    if (e != OK) {
        (void)close(file->fd);
        file->open = false;
    }
    return e;
}

enum err keeper_export_end(struct keeper_export *file, struct why *why)
{
    bool was_open = file->open;

    file->open = false;
    if (was_open && close(file->fd) != 0)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot finish the export");
    return OK;
}
