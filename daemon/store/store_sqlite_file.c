/* What the store asks of the files behind SQLite's back: their sizes, and their directory's sync.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/store_sqlite.h"

int64_t file_bytes(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

void file_read_anew(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    (void)close(fd);
}

enum err file_sync_directory(const char *directory, struct why *why)
{
    enum err e = OK;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(why, ERR_READ_ONLY, errno, "cannot open '%s'", directory);
    if (fsync(fd) != 0)
        e = err_sys(why, ERR_READ_ONLY, errno, "cannot sync '%s'", directory);
    (void)close(fd);
    return e;
}
