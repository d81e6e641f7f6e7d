/* What one sync costs: 4 KiB overwritten in place and fdatasync, as a reused WAL has it. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/load.h"

#define PAGE ((size_t)4096)
#define PAGES 4096
#define TAKES_US 1000000

int main(int argc, char **argv)
{
    static const char page[PAGE] = "page";
    struct load_times times = {0};
    char path[256];
    int64_t start = 0, now = 0;
    int fd = -1;

    (void)snprintf(path, sizeof path, "%s/bench_sync", argc > 1 ? argv[1] : ".");
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 0; i < PAGES; i++)
        if (fd < 0 || write(fd, page, PAGE) != (ssize_t)PAGE)
            err(EXIT_FAILURE, "cannot write %s", path);
    if (fsync(fd) != 0)
        err(EXIT_FAILURE, "cannot sync");
    start = now = load_now_us();
    for (long i = 0; now - start < TAKES_US; i++) {
        int64_t before = now;

        if (pwrite(fd, page, PAGE, i % PAGES * (off_t)PAGE) != (ssize_t)PAGE || fdatasync(fd) != 0)
            err(EXIT_FAILURE, "cannot sync");
        now = load_now_us();
        load_times_add(&times, now - before);
    }
    (void)printf("sync_per_s %.0f\n", (double)times.n * 1e6 / (double)(now - start));
    load_times_print(&times, "sync");
    (void)close(fd);
    (void)unlink(path);
    return 0;
}
