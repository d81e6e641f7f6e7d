/* One daemon for a state directory: a locked file that says whose it is. */
#include "daemon/sys/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "shared/need.h"

#define ORPHAN_TRIES 100
#define ORPHAN_PAUSE_NS 10000000L

struct lockfile {
    int fd;
};

/* 0: it has locked but not yet written. */
static long holder(int fd)
{
    char text[32] = {0};

    return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

static enum err held(int fd, const char *path, struct why *why)
{
    long pid = holder(fd);

    if (pid <= 0)
        return err_set(why, ERR_CONFLICT, "'%s' is held by another process", path);
    return err_set(why, ERR_CONFLICT, "'%s' is held by process %ld", path, pid);
}

/*
 * A daemon that was killed while it started a program leaves its lock to that child until it has
 * become the program: a moment after the holder's own end.
 */
static int lock_it(int fd)
{
    const struct timespec pause = {.tv_nsec = ORPHAN_PAUSE_NS};
    int rv = flock(fd, LOCK_EX | LOCK_NB);

    for (int i = 0; rv != 0 && errno == EWOULDBLOCK && i < ORPHAN_TRIES; i++) {
        long pid = holder(fd);

        if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH) {
            errno = EWOULDBLOCK;
            return -1;
        }
        (void)nanosleep(&pause, NULL);
        rv = flock(fd, LOCK_EX | LOCK_NB);
    }
    return rv;
}

static int write_pid(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

    return TEMP_FAILURE_RETRY(ftruncate(fd, 0)) == 0 &&
                   TEMP_FAILURE_RETRY(pwrite(fd, text, (size_t)n, 0)) == n
               ? 0
               : -1;
}

enum err lockfile_open(const char *path, struct lockfile **out, struct why *why)
{
    enum err e = OK;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot open '%s'", path);
    if (lock_it(fd) != 0) {
        e = errno == EWOULDBLOCK ? held(fd, path, why)
                                 : err_sys(why, ERR_INTERNAL, errno, "cannot lock '%s'", path);
        goto done;
    }
    if (write_pid(fd) != 0) {
        e = err_sys(why, ERR_INTERNAL, errno, "cannot write '%s'", path);
        goto done;
    }
    *out = need(malloc(sizeof(**out)));
    (*out)->fd = fd;
    fd = -1;
done:
    if (fd >= 0)
        (void)close(fd);
    return e;
}

void lockfile_close(struct lockfile *lock)
{
    if (lock == NULL)
        return;
    /* Emptied, not removed: another may have it open and be about to lock it. */
    (void)!ftruncate(lock->fd, 0);
    (void)close(lock->fd);
    free(lock);
}
