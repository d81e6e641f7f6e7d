/* Files that appear whole or not at all: made under another name, synced, then renamed. */
#include "daemon/sys/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/fault.h"
#include "shared/log.h"

#define TEMPORARY ".dofs-part-"
#define RANDOM "XXXXXX"
#define BIT_BYTES (16L * 1024 * 1024)

enum err files_err(int errnum)
{
    if (errnum == EEXIST)
        return ERR_CONFLICT;
    return errnum == ENOENT || errnum == ENOTDIR ? ERR_NOT_FOUND : ERR_READ_ONLY;
}

enum err files_directory_of(const char *path, char out[FILES_PATH_MAX], struct why *why)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);

    if (n >= FILES_PATH_MAX)
        return err_set(why, ERR_INVALID, "'%.64s...' is too long", path);
    if (slash == path)
        n = 1;
    memcpy(out, n == 0 ? "." : path, n == 0 ? 1 : n);
    out[n == 0 ? 1 : n] = '\0';
    return OK;
}

enum err files_sync_directory(const char *directory, struct why *why)
{
    enum err e = OK;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(why, files_err(errno), errno, "cannot open '%s'", directory);
    if (fsync(fd) != 0)
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot sync '%s'", directory);
    (void)close(fd);
    return e;
}

int files_make_temporary(const char *directory, char path[FILES_PATH_MAX], struct why *why)
{
    int n = snprintf(path, FILES_PATH_MAX, "%s/%s", directory, TEMPORARY RANDOM);
    int fd = -1;

    if (n < 0 || n >= FILES_PATH_MAX) {
        errno = ENAMETOOLONG;
        (void)err_set(why, ERR_INVALID, "'%.64s...' is too long", directory);
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        (void)err_sys(why, files_err(errno), errno, "cannot make a file in '%s'", directory);
    else
        (void)flock(fd, LOCK_EX | LOCK_NB); /* nobody else knows of it yet */
    return fd;
}

static int is_temporary(const struct dirent *entry)
{
    return strncmp(entry->d_name, TEMPORARY, strlen(TEMPORARY)) == 0 &&
           strlen(entry->d_name) == strlen(TEMPORARY RANDOM);
}

/* One that is locked has a maker who lives. */
static void sweep_one(int directory, const char *name)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(directory, name, 0);
    (void)close(fd);
}

void files_sweep(const char *directory)
{
    struct dirent **entries = NULL;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int n = fd < 0 ? 0 : scandir(directory, &entries, is_temporary, NULL);

    for (int i = 0; i < n; i++) {
        sweep_one(fd, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (fd >= 0)
        (void)close(fd);
}

/* Some file systems cannot rename without replacing: a second name does the same there. */
static int name_it(const char *temporary, const char *path)
{
    fault_point("before_name");
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        fault_point("after_name");
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return link(temporary, path) == 0 ? unlink(temporary) : -1;
}

enum err files_publish(const char *temporary, const char *path, struct why *why)
{
    char directory[FILES_PATH_MAX];
    enum err e = files_directory_of(path, directory, why);

    if (e != OK)
        return e;
    if (name_it(temporary, path) != 0)
        return errno == EEXIST ? err_set(why, ERR_CONFLICT, "'%s' exists", path)
                               : err_sys(why, files_err(errno), errno, "cannot make '%s'", path);
    return files_sync_directory(directory, why);
}

/* A file system frees all of a large file in one go, and syncs wait for that. */
static void shrink(int fd)
{
    struct stat st;
    off_t size = fstat(fd, &st) == 0 ? st.st_size : 0;

    for (; size > BIT_BYTES && ftruncate(fd, size - BIT_BYTES) == 0; size -= BIT_BYTES)
        (void)fdatasync(fd);
}

void files_remove(const char *directory, const char *name)
{
    char from[FILES_PATH_MAX];
    char to[FILES_PATH_MAX];
    struct why why = {0};
    int n = snprintf(from, sizeof(from), "%s/%s", directory, name);
    int fd = n > 0 && n < FILES_PATH_MAX ? files_make_temporary(directory, to, &why) : -1;

    if (fd < 0)
        return;
    (void)close(fd);
    if (rename(from, to) != 0) {
        (void)err_sys(&why, ERR_READ_ONLY, errno, "cannot remove '%s'", from);
        log_warning("%s", why.text);
    }
    fd = open(to, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0)
        shrink(fd);
    (void)unlink(to);
    if (fd >= 0)
        (void)close(fd);
}
