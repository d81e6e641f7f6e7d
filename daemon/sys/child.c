/* Runs programs: feeds them, bounds what they say, ends them and all they started in time. */
#include "daemon/sys/child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/child_spawn.h"
#include "shared/fault.h"
#include "shared/child_strays.h"
#include "daemon/sys/child_talk.h"
#include "shared/need.h"

#define BUCKETS 1024
#define CLOSE_US 2000000LL
#define CLOSE_STEP_NS 1000000L
#define MARK_BYTES 64

struct child {
    struct children *children;
    struct child *chained;
    pid_t pid;
    uint64_t number; /* its mark */
    int64_t started; /* child_strays_now */
    struct child_talk talk;
    struct loop_source *timer;
    int64_t deadline, kill_at; /* by clock_mono */
    bool late;
    void (*ended)(void *self, const struct exec_end *end);
    void *self;
};

struct children {
    struct loop *loop;
    const struct clock *clock;
    struct loop_source *signal;
    struct child *by_pid[BUCKETS];
    uint64_t numbers;
    int64_t opened; /* child_strays_now */
    bool strays;    /* there may be some of programs that have ended */
    char chunk[CHILD_CHUNK_BYTES];
};

/* ---- which is which ---- */

static struct child **bucket_of(struct children *children, pid_t pid)
{
    return &children->by_pid[(size_t)pid % BUCKETS];
}

static struct child *find(struct children *children, pid_t pid)
{
    struct child *child = *bucket_of(children, pid);

    while (child != NULL && child->pid != pid)
        child = child->chained;
    return child;
}

static bool is_program(void *self, pid_t pid)
{
    return find(self, pid) != NULL;
}

/* Does one that still runs have this mark or, where there is none, may it be an ancestor? */
static bool has_owner(const struct children *children, const struct stray *stray)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const struct child *c = children->by_pid[i]; c != NULL; c = c->chained) {
            if (stray->marked ? c->number == stray->program : c->started <= stray->started)
                return true;
        }
    }
    return false;
}

/* Without a mark it may be older than we are, or, of the first process, anybody's orphan. */
static bool leave(void *self, const struct stray *stray)
{
    struct children *children = self;

    if (find(children, stray->group) != NULL || has_owner(children, stray))
        return true;
    return !stray->marked && (getpid() == 1 || stray->started < children->opened);
}

static void end_strays(struct children *children)
{
    const struct stray_judge judge = {is_program, leave, children};

    children->strays = child_strays_end(&judge);
}

/* ---- its time ---- */

static void tell(const struct child *child, int signum)
{
    (void)kill(-child->pid, signum);
    (void)kill(child->pid, signum); /* it may have left its group */
}

static void set_timer(struct child *child)
{
    int64_t at = child->late ? INT64_MAX : child->deadline;

    loop_timer_set(child->timer, at < child->kill_at ? at : child->kill_at);
}

void child_stop(struct child *child, int64_t grace_us)
{
    int64_t at = INT64_MAX;

    if (__builtin_add_overflow(clock_mono(child->children->clock), grace_us, &at))
        at = INT64_MAX;
    tell(child, SIGTERM);
    if (at < child->kill_at)
        child->kill_at = at;
    set_timer(child);
}

static void on_time(void *self)
{
    struct child *child = self;
    int64_t now = clock_mono(child->children->clock);

    if (now >= child->kill_at) {
        tell(child, SIGKILL);
        child->kill_at = INT64_MAX;
    }
    if (!child->late && now >= child->deadline) {
        child->late = true;
        child_stop(child, CHILD_TERM_US);
    }
    set_timer(child);
}

/* ---- its end ---- */

static void free_child(struct child *child)
{
    loop_source_free(child->timer);
    child_talk_done(&child->talk);
    free(child);
}

static void forget(struct child *child)
{
    struct child **at = bucket_of(child->children, child->pid);

    while (*at != child)
        at = &(*at)->chained;
    *at = child->chained;
}

/* As if it had never been: what is left of it is a stray. */
static void drop(struct child *child)
{
    child->children->strays = true;
    tell(child, SIGKILL);
    forget(child);
    free_child(child);
}

/* It is not reaped yet, so that its number, and its group's, cannot be another's meanwhile. */
static void finish(struct child *child, const siginfo_t *info)
{
    struct exec_end end = {.code = -1, .late = child->late};
    siginfo_t reaped;

    (void)kill(-child->pid, SIGKILL);
    (void)waitid(P_PID, (id_t)child->pid, &reaped, WEXITED);
    child_talk_end(&child->talk);
    if (info->si_code == CLD_EXITED)
        end.code = info->si_status;
    else
        end.signal = info->si_status;
    end.out = (struct slice){buf_text(&child->talk.kept), child->talk.kept.len};
    end.error = child_line_last(&child->talk.line);
    forget(child);
    child->children->strays = true;
    child->ended(child->self, &end);
    free_child(child);
}

/* All that have ended: programs, and what they left. False: there is no child any more. */
static bool reap(struct children *children)
{
    siginfo_t info;

    for (;;) {
        struct child *child = NULL;

        memset(&info, 0, sizeof(info));
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
            return false;
        if (info.si_pid == 0)
            return true;
        child = find(children, info.si_pid);
        if (child != NULL)
            finish(child, &info);
        else
            (void)waitid(P_PID, (id_t)info.si_pid, &info, WEXITED);
    }
}

static void on_signal(void *self, int signum)
{
    struct children *children = self;

    (void)signum;
    (void)reap(children);
    if (children->strays)
        end_strays(children);
}

/* ---- its start ---- */

static struct child *new_child(struct children *children, const struct child_spec *spec)
{
    struct child *child = need(calloc(1, sizeof(*child)));

    child->children = children;
    child->number = ++children->numbers;
    child->started = child_strays_now();
    child->talk.loop = children->loop;
    child->talk.chunk = children->chunk;
    child->kill_at = INT64_MAX;
    child->ended = spec->ended;
    child->self = spec->self;
    if (__builtin_add_overflow(clock_mono(children->clock), spec->timeout_us, &child->deadline))
        child->deadline = INT64_MAX;
    return child;
}

enum err child_start(struct children *children, const struct child_spec *spec, struct child **out,
                     struct why *why)
{
    struct child *child = new_child(children, spec);
    char mark[MARK_BYTES];
    const struct child_program program = {spec->words, spec->env, mark};
    enum err e = OK;

    (void)snprintf(mark, sizeof(mark), CHILD_MARK "=%d.%" PRIu64, (int)getpid(), child->number);
    fault_point("before_spawn");
    e = child_spawn(&program, &child->talk.ends, &child->pid, why);
    fault_point("after_spawn");
    if (e != OK) {
        free_child(child);
        return e;
    }
    child->chained = *bucket_of(children, child->pid);
    *bucket_of(children, child->pid) = child;
    e = child_talk_begin(&child->talk, spec->input, why);
    if (e == OK && loop_add_timer(children->loop, on_time, child, &child->timer) != OK)
        e = err_set(why, ERR_INTERNAL, "cannot time a program");
    if (e != OK) {
        drop(child);
        return e;
    }
    set_timer(child);
    *out = child;
    return OK;
}

/* ---- all of them ---- */

enum err children_open(struct children **out, struct loop *loop, const struct clock *clock,
                       struct why *why)
{
    struct children *children = need(calloc(1, sizeof(*children)));

    children->loop = loop;
    children->clock = clock;
    children->opened = child_strays_now();
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, there would be no ends to wait for */
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ||
        loop_add_signal(loop, SIGCHLD, on_signal, children, &children->signal) != OK) {
        free(children);
        return err_set(why, ERR_INTERNAL, "cannot wait for programs");
    }
    *out = children;
    return OK;
}

static void drop_all(struct children *children)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct child *child = children->by_pid[i];

        while (child != NULL) {
            struct child *next = child->chained;

            drop(child);
            child = next;
        }
    }
}

void children_close(struct children *children)
{
    const struct timespec step = {.tv_nsec = CLOSE_STEP_NS};
    int64_t until = 0;

    if (children == NULL)
        return;
    until = clock_mono(children->clock) + CLOSE_US;
    drop_all(children);
    end_strays(children);
    while (children->strays && reap(children) && clock_mono(children->clock) < until) {
        (void)nanosleep(&step, NULL);
        end_strays(children);
    }
    loop_source_free(children->signal);
    free(children);
}
