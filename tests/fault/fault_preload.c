/* Preloaded into a daemon: makes its system calls on files and its allocations fail or stall. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/fault_control.h"

#define PATH_BYTES 512

static struct fault_control *control; /* NULL: nothing is asked for */

/* The function of this name that would be called without us. */
#define REAL(type, name)                                                                           \
    static type real_##name;                                                                       \
    static type find_##name(void)                                                                  \
    {                                                                                              \
        if (real_##name == NULL) {                                                                 \
            void *found = dlsym(RTLD_NEXT, #name);                                                 \
                                                                                                   \
            memcpy(&real_##name, &found, sizeof(found));                                           \
        }                                                                                          \
        return real_##name;                                                                        \
    }

typedef int sync_call(int fd);
typedef ssize_t pwrite_call(int fd, const void *bytes, size_t n, off_t at);
typedef int ftruncate_call(int fd, off_t size);
typedef int open_call(const char *path, int flags, ...);
typedef int unlink_call(const char *path);
typedef int clock_call(clockid_t id, struct timespec *now);
typedef void *malloc_call(size_t n);
typedef void *calloc_call(size_t n, size_t each);
typedef void *realloc_call(void *old, size_t n);

REAL(sync_call *, fsync)
REAL(sync_call *, fdatasync)
REAL(pwrite_call *, pwrite)
REAL(pwrite_call *, pwrite64)
REAL(ftruncate_call *, ftruncate)
REAL(ftruncate_call *, ftruncate64)
REAL(open_call *, open)
REAL(open_call *, open64)
REAL(unlink_call *, unlink)
REAL(clock_call *, clock_gettime)
REAL(malloc_call *, malloc)
REAL(calloc_call *, calloc)
REAL(realloc_call *, realloc)

__attribute__((constructor)) static void attach(void)
{
    const char *path = secure_getenv(FAULT_CONTROL_ENV);
    int fd = path != NULL ? find_open()(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = MAP_FAILED;

    if (fd < 0)
        return;
    map = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (map != MAP_FAILED)
        control = map;
}

static bool wanted(enum fault_call call)
{
    return control != NULL && atomic_load(&control->armed) && control->call == (int)call;
}

static void stall(void)
{
    struct timespec left = {control->stall_ms / 1000, (control->stall_ms % 1000) * 1000000L};

    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

/* Counts a call; the errno that it is to fail with, 0: none. */
static int fault(void)
{
    long long n = atomic_fetch_add(&control->seen, 1) + 1;

    if (n < control->at || n >= control->at + control->times)
        return 0;
    atomic_fetch_add(&control->hit, 1);
    if (control->stall_ms > 0)
        stall();
    return control->error;
}

static int fault_path(enum fault_call call, const char *path)
{
    return wanted(call) && strstr(path, control->match) != NULL ? fault() : 0;
}

static int fault_file(enum fault_call call, int fd)
{
    char entry[64];
    char target[PATH_BYTES];
    ssize_t n = 0;

    if (!wanted(call))
        return 0;
    (void)snprintf(entry, sizeof entry, "/proc/self/fd/%d", fd);
    n = readlink(entry, target, sizeof target - 1);
    if (n < 0)
        return 0;
    target[n] = '\0';
    return fault_path(call, target);
}

/* True when the call fails, with errno. */
static bool failed(int error)
{
    if (error > 0)
        errno = error;
    return error > 0;
}

int fsync(int fd)
{
    return failed(fault_file(FAULT_FSYNC, fd)) ? -1 : find_fsync()(fd);
}

int fdatasync(int fildes)
{
    return failed(fault_file(FAULT_FDATASYNC, fildes)) ? -1 : find_fdatasync()(fildes);
}

static ssize_t write_at(pwrite_call *real, int fd, const void *bytes, size_t n, off_t at)
{
    int error = fault_file(FAULT_PWRITE, fd);

    if (failed(error))
        return -1;
    if (error == FAULT_LIE)
        return (ssize_t)n;
    return real(fd, bytes, error == FAULT_SHORT && n > 1 ? n / 2 : n, at);
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
    return write_at(find_pwrite(), fd, buf, n, offset);
}

ssize_t pwrite64(int fd, const void *buf, size_t n, off_t offset)
{
    return write_at(find_pwrite64(), fd, buf, n, offset);
}

int ftruncate(int fd, off_t length)
{
    return failed(fault_file(FAULT_FTRUNCATE, fd)) ? -1 : find_ftruncate()(fd, length);
}

int ftruncate64(int fd, off_t length)
{
    return failed(fault_file(FAULT_FTRUNCATE, fd)) ? -1 : find_ftruncate64()(fd, length);
}

static mode_t mode_of(int flags, va_list more)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

int open(const char *file, int oflag, ...)
{
    va_list more;
    mode_t mode = 0;

    va_start(more, oflag);
    mode = mode_of(oflag, more);
    va_end(more);
    return failed(fault_path(FAULT_OPEN, file)) ? -1 : find_open()(file, oflag, mode);
}

int open64(const char *file, int oflag, ...)
{
    va_list more;
    mode_t mode = 0;

    va_start(more, oflag);
    mode = mode_of(oflag, more);
    va_end(more);
    return failed(fault_path(FAULT_OPEN, file)) ? -1 : find_open64()(file, oflag, mode);
}

int unlink(const char *name)
{
    return failed(fault_path(FAULT_UNLINK, name)) ? -1 : find_unlink()(name);
}

/* Somebody sets the wall clock; the others go on as they were. */
int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
    int rv = find_clock_gettime()(clock_id, tp);

    if (rv == 0 && control != NULL && clock_id == CLOCK_REALTIME)
        tp->tv_sec += atomic_load(&control->jump_s);
    return rv;
}

static bool no_memory(void)
{
    return wanted(FAULT_MALLOC) && failed(fault());
}

void *malloc(size_t size)
{
    return no_memory() ? NULL : find_malloc()(size);
}

void *calloc(size_t nmemb, size_t size)
{
    return no_memory() ? NULL : find_calloc()(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
    return no_memory() ? NULL : find_realloc()(ptr, size);
}
