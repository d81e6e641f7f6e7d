/* What programs left running: found among our children by /proc, and ended. */
#include "shared/child_strays.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX_BYTES (4UL * 1024 * 1024) /* of a /proc file: an environment is at most half */
#define PATH_BYTES 64
#define FIELD_GROUP 5 /* of /proc/PID/stat, from 1 */
#define FIELD_SESSION 6
#define FIELD_STARTED 22
#define DECIMAL 10

/* The whole file, NUL behind it. */
static bool read_proc(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;

    buf_clear(out);
    if (fd < 0)
        return false;
    do {
        n = buf_reserve(out, 4096) ? read(fd, out->data + out->len, 4096) : -1;
        if (n > 0)
            out->len += (size_t)n;
    } while (n > 0);
    (void)close(fd);
    (void)buf_text(out);
    return n == 0;
}

/* The name, second of the fields, may hold anything: the rest begins behind its last ')'. */
static bool read_stat(struct stray *stray, struct buf *text)
{
    char path[PATH_BYTES];
    const char *at = NULL;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)stray->pid);
    if (!read_proc(path, text))
        return false;
    at = strrchr(buf_text(text), ')');
    if (at == NULL)
        return false;
    for (int field = 3; field <= FIELD_STARTED; field++) {
        at = strchr(at, ' ');
        if (at == NULL)
            return false;
        at++;
        if (field == FIELD_GROUP)
            stray->group = (pid_t)strtol(at, NULL, DECIMAL);
        if (field == FIELD_SESSION)
            stray->session = (pid_t)strtol(at, NULL, DECIMAL);
        if (field == FIELD_STARTED)
            stray->started = strtoll(at, NULL, DECIMAL);
    }
    return true;
}

static void read_mark(struct stray *stray, struct buf *text)
{
    char path[PATH_BYTES];
    char mark[PATH_BYTES];
    size_t n = 0;

    (void)snprintf(mark, sizeof(mark), CHILD_MARK "=%d.", (int)getpid());
    n = strlen(mark);
    (void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)stray->pid);
    if (!read_proc(path, text))
        return;
    for (size_t i = 0; i + n < text->len; i += strlen((const char *)text->data + i) + 1) {
        const char *entry = (const char *)text->data + i;

        if (strncmp(entry, mark, n) != 0)
            continue;
        stray->marked = true;
        stray->program = strtoull(entry + n, NULL, DECIMAL);
        return;
    }
}

/* Its group too, which no fork escapes; but in our session only where it leads one, for the others
   there may be a terminal's. */
static void end_stray(const struct stray *stray)
{
    if (stray->group > 1 && (stray->group == stray->pid || stray->session != getsid(0)))
        (void)kill(-stray->group, SIGKILL);
    (void)kill(stray->pid, SIGKILL);
}

bool child_strays_end(const struct stray_judge *judge)
{
    char path[PATH_BYTES];
    struct buf list = {.max = TEXT_MAX_BYTES};
    struct buf text = {.max = TEXT_MAX_BYTES};
    bool any = false;
    char *at = NULL;

    /* The main thread's: it starts the programs, and to it orphans come. */
    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    if (read_proc(path, &list))
        at = (char *)list.data;
    while (at != NULL && *at != '\0') {
        struct stray stray = {.pid = (pid_t)strtol(at, &at, DECIMAL)};

        while (*at == ' ')
            at++;
        if (stray.pid <= 0)
            break;
        if (judge->is_program(judge->self, stray.pid) || !read_stat(&stray, &text))
            continue;
        read_mark(&stray, &text);
        if (judge->leave(judge->self, &stray))
            continue;
        any = true;
        end_stray(&stray);
    }
    buf_done(&list);
    buf_done(&text);
    return any;
}

int64_t child_strays_now(void)
{
    struct timespec now = {0};
    int64_t ticks = sysconf(_SC_CLK_TCK);

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * ticks + (int64_t)now.tv_nsec / (1000000000LL / ticks);
}
