/* The programs of `dofs work`: fed, bounded in what they say, ended in time. */
#include "tui/cli/work_child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/child_strays.h"

#define CHUNK_BYTES (64UL * 1024)
#define LAST_CHUNKS 32 /* read of a program that has ended, at most: somebody may still write */
#define MARK_BYTES 64

void work_children_init(struct work_children *children, const struct clock *clock)
{
    *children = (struct work_children){.clock = clock, .opened = child_strays_now()};
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, there would be no ends to wait for */
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* ---- what it takes and says ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void feed(struct work_child *child)
{
    ssize_t n = 0;

    while (child->ends.in >= 0 && child->fed < child->input.len && n >= 0) {
        n = write(child->ends.in, child->input.data + child->fed, child->input.len - child->fed);
        if (n > 0)
            child->fed += (size_t)n;
    }
    if (child->fed == child->input.len || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_fd(&child->ends.in);
}

/* One chunk. False: there is none now. */
static bool hear(struct work_child *child, int *fd)
{
    static char chunk[CHUNK_BYTES];
    ssize_t n = *fd >= 0 ? read(*fd, chunk, sizeof chunk) : -1;

    if (*fd < 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return false;
    if (n <= 0) {
        close_fd(fd);
        return false;
    }
    if (fd == &child->ends.out)
        child_output_keep(&child->kept, chunk, (size_t)n);
    else
        child_line_add(&child->line, chunk, (size_t)n);
    return true;
}

static void hear_last(struct work_child *child, int *fd)
{
    for (int i = 0; i < LAST_CHUNKS && hear(child, fd); i++)
        ;
}

/* ---- its start ---- */

enum err work_child_start(struct work_children *children, const struct child_program *program,
                          int64_t timeout_us, struct work_child *child, struct why *why)
{
    char mark[MARK_BYTES];
    struct child_program marked = *program;
    enum err e = OK;

    child->number = ++children->numbers;
    child->started = child_strays_now();
    (void)snprintf(mark, sizeof mark, CHILD_MARK "=%d.%" PRIu64, (int)getpid(), child->number);
    marked.mark = mark;
    e = child_spawn(&marked, &child->ends, &child->pid, why);
    if (e != OK) {
        buf_done(&child->input);
        return e;
    }
    buf_init(&child->kept, EXEC_KEPT_BYTES + 1);
    child->children = children;
    child->kill_at = INT64_MAX;
    if (__builtin_add_overflow(clock_mono(children->clock), timeout_us, &child->deadline))
        child->deadline = INT64_MAX;
    child->next = children->first;
    children->first = child;
    feed(child);
    return OK;
}

/* ---- its time ---- */

static void tell(const struct work_child *child, int signum)
{
    (void)kill(-child->pid, signum);
    (void)kill(child->pid, signum); /* it may have left its group */
}

void work_child_stop(struct work_child *child, int64_t grace_us)
{
    int64_t at = INT64_MAX;

    if (__builtin_add_overflow(clock_mono(child->children->clock), grace_us, &at))
        at = INT64_MAX;
    tell(child, SIGTERM);
    if (at < child->kill_at)
        child->kill_at = at;
}

static void see_to_time(struct work_child *child, int64_t now)
{
    if (now >= child->kill_at) {
        tell(child, SIGKILL);
        child->kill_at = INT64_MAX;
    }
    if (!child->late && now >= child->deadline) {
        child->late = true;
        work_child_stop(child, WORK_TERM_US);
    }
}

/* ---- a turn of the loop ---- */

size_t work_children_fds(const struct work_children *children, struct pollfd *fds)
{
    size_t n = 0;

    for (const struct work_child *c = children->first; c != NULL; c = c->next) {
        fds[n++] = (struct pollfd){.fd = c->ends.in, .events = POLLOUT}; /* -1 is passed over */
        fds[n++] = (struct pollfd){.fd = c->ends.out, .events = POLLIN};
        fds[n++] = (struct pollfd){.fd = c->ends.error, .events = POLLIN};
    }
    return n;
}

int64_t work_children_due(const struct work_children *children)
{
    int64_t at = INT64_MAX;

    for (const struct work_child *c = children->first; c != NULL; c = c->next) {
        if (!c->late && c->deadline < at)
            at = c->deadline;
        if (c->kill_at < at)
            at = c->kill_at;
    }
    return at;
}

/* All are non-blocking: asking each costs little beside the program itself. */
void work_children_turn(struct work_children *children)
{
    int64_t now = clock_mono(children->clock);

    for (struct work_child *c = children->first; c != NULL; c = c->next) {
        if (c->ends.in >= 0)
            feed(c);
        (void)hear(c, &c->ends.out);
        (void)hear(c, &c->ends.error);
        see_to_time(c, now);
    }
}

/* ---- the end ---- */

static struct work_child *find(const struct work_children *children, pid_t pid)
{
    struct work_child *child = children->first;

    while (child != NULL && child->pid != pid)
        child = child->next;
    return child;
}

static void forget(struct work_child *child)
{
    struct work_child **at = &child->children->first;

    while (*at != child)
        at = &(*at)->next;
    *at = child->next;
}

/* It is not reaped yet, so that its number, and its group's, cannot be another's meanwhile. */
static void finish(struct work_child *child, const siginfo_t *info)
{
    struct exec_end end = {.code = -1, .late = child->late};
    siginfo_t reaped;

    (void)kill(-child->pid, SIGKILL);
    (void)waitid(P_PID, (id_t)child->pid, &reaped, WEXITED);
    hear_last(child, &child->ends.out);
    hear_last(child, &child->ends.error);
    if (info->si_code == CLD_EXITED)
        end.code = info->si_status;
    else
        end.signal = info->si_status;
    end.out = (struct slice){buf_text(&child->kept), child->kept.len};
    end.error = child_line_last(&child->line);
    forget(child);
    child->children->strays = true;
    child->ended(child->self, &end);
    child_ends_close(&child->ends);
    buf_done(&child->input);
    buf_done(&child->kept);
}

static bool is_program(void *self, pid_t pid)
{
    return find(self, pid) != NULL;
}

/* Does it belong to one that still runs, or where that cannot be told, may it? */
static bool leave(void *self, const struct stray *stray)
{
    const struct work_children *children = self;

    if (find(children, stray->group) != NULL)
        return true;
    for (const struct work_child *c = children->first; c != NULL; c = c->next) {
        if (stray->marked ? c->number == stray->program : c->started <= stray->started)
            return true;
    }
    return !stray->marked && (getpid() == 1 || stray->started < children->opened);
}

void work_children_reap(struct work_children *children)
{
    const struct stray_judge judge = {is_program, leave, children};
    siginfo_t info = {0};

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        struct work_child *child = find(children, info.si_pid);

        if (child != NULL)
            finish(child, &info);
        else
            (void)waitid(P_PID, (id_t)info.si_pid, &info, WEXITED);
        memset(&info, 0, sizeof info);
    }
    if (children->strays)
        (void)child_strays_end(&judge);
}
