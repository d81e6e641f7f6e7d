/* A reserve of disk space: a file that is given up when the disk is full. */
#include "daemon/sys/ballast.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOM_BYTES (2 * BALLAST_BYTES) /* else it would be given up again at once */

struct ballast {
    char *directory, *path;
    bool held;
};

static bool there(const struct ballast *ballast)
{
    struct stat st;

    return stat(ballast->path, &st) == 0 && st.st_blocks * 512L >= BALLAST_BYTES;
}

static bool room(const struct ballast *ballast)
{
    struct statvfs fs;

    return statvfs(ballast->directory, &fs) == 0 && fs.f_bavail >= ROOM_BYTES / fs.f_frsize;
}

static bool make(const struct ballast *ballast)
{
    int fd = open(ballast->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool made = fd >= 0 && posix_fallocate(fd, 0, BALLAST_BYTES) == 0;

    if (fd >= 0)
        (void)close(fd);
    if (!made)
        (void)unlink(ballast->path);
    return made;
}

enum err ballast_open(const char *directory, struct ballast **out, struct why *why)
{
    struct ballast *ballast = calloc(1, sizeof(*ballast));

    if (ballast == NULL)
        return err_set(why, ERR_INTERNAL, "no memory");
    ballast->directory = strdup(directory);
    ballast->path = malloc(strlen(directory) + sizeof("/" BALLAST_NAME));
    if (ballast->directory == NULL || ballast->path == NULL) {
        ballast_close(ballast);
        return err_set(why, ERR_INTERNAL, "no memory");
    }
    (void)stpcpy(stpcpy(ballast->path, directory), "/" BALLAST_NAME);
    ballast->held = there(ballast) || (room(ballast) && make(ballast));
    *out = ballast;
    return OK;
}

void ballast_close(struct ballast *ballast)
{
    if (ballast == NULL)
        return;
    free(ballast->directory);
    free(ballast->path);
    free(ballast);
}

bool ballast_held(const struct ballast *ballast)
{
    return ballast->held;
}

void ballast_release(struct ballast *ballast)
{
    (void)unlink(ballast->path);
    ballast->held = false;
}

bool ballast_refill(struct ballast *ballast)
{
    ballast->held = ballast->held || (room(ballast) && make(ballast));
    return ballast->held;
}
