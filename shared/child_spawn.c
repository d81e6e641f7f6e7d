/* The start of a program: its environment, its three descriptors, its process group. */
#include "shared/child_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/need.h"

#define FIRST_FREE 3 /* behind the standard three */

/* ---- its environment ---- */

/* What the service manager told us and nobody else. */
static const char *const ours[] = {
    "NOTIFY_SOCKET", "WATCHDOG_USEC",  "WATCHDOG_PID",   "LISTEN_FDS",
    "LISTEN_PID",    "LISTEN_PIDFDID", "LISTEN_FDNAMES", "JOURNAL_STREAM",
};

static bool same_name(const char *a, const char *b)
{
    size_t n = strcspn(b, "=");

    return strncmp(a, b, n) == 0 && a[n] == '=';
}

static bool kept(const char *entry, const char *mark, const char *const *env)
{
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (same_name(entry, ours[i]))
            return false;
    }
    for (; *env != NULL; env++) {
        if (same_name(entry, *env))
            return false;
    }
    return !same_name(entry, mark);
}

/* posix_spawn takes words that may be written to, but does not write to them. */
static void put(char **list, size_t *n, const char *const *entry)
{
    memcpy(&list[(*n)++], entry, sizeof(*list));
}

static char **environment(const char *mark, const char *const *env)
{
    size_t n = 2;
    char **all = NULL;

    for (char **e = environ; *e != NULL; e++)
        n++;
    for (const char *const *e = env; *e != NULL; e++)
        n++;
    all = need(calloc(n, sizeof(*all)));
    n = 0;
    put(all, &n, &mark);
    for (; *env != NULL; env++)
        put(all, &n, env);
    for (char **e = environ; *e != NULL; e++) {
        if (kept(*e, mark, (const char *const *)all + 1))
            all[n++] = *e;
    }
    return all;
}

/* ---- its descriptors ---- */

struct pipes {
    int in[2], out[2], error[2]; /* to read, to write */
};

/* Where one of the standard three is closed, a pipe may get its number: away from there. */
static bool lift(int *fd)
{
    int lifted = *fd < FIRST_FREE ? fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_FREE) : *fd;

    if (lifted == *fd)
        return true;
    if (lifted < 0)
        return false;
    (void)close(*fd);
    *fd = lifted;
    return true;
}

/* `mine`: which end is ours. */
static bool make_pipe(int fds[2], int mine)
{
    if (pipe2(fds, O_CLOEXEC) != 0) {
        fds[0] = fds[1] = -1;
        return false;
    }
    return lift(&fds[0]) && lift(&fds[1]) && fcntl(fds[mine], F_SETFL, O_NONBLOCK) == 0;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

void child_ends_close(struct child_ends *ends)
{
    close_fd(&ends->in);
    close_fd(&ends->out);
    close_fd(&ends->error);
}

static int add_files(posix_spawn_file_actions_t *files, const struct pipes *pipes)
{
    int r = posix_spawn_file_actions_adddup2(files, pipes->in[0], STDIN_FILENO);

    if (r == 0)
        r = posix_spawn_file_actions_adddup2(files, pipes->out[1], STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(files, pipes->error[1], STDERR_FILENO);
    if (r == 0) /* all of ours close on exec; so do those that somebody gave us */
        r = posix_spawn_file_actions_addclosefrom_np(files, FIRST_FREE);
    return r;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;
    int r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETSIGDEF);

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    if (r == 0)
        r = posix_spawnattr_setpgroup(attributes, 0);
    if (r == 0)
        r = posix_spawnattr_setsigmask(attributes, &none);
    if (r == 0)
        r = posix_spawnattr_setsigdefault(attributes, &all);
    return r;
}

/* ---- the start ---- */

static int run(const struct child_program *program, const struct pipes *pipes, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char **env = environment(program->mark, program->env);
    char **words = NULL;
    int r = posix_spawn_file_actions_init(&files);

    memcpy(&words, &program->words, sizeof(words)); /* they are not written to */
    if (r != 0) {
        free(env);
        return r;
    }
    r = posix_spawnattr_init(&attributes);
    if (r == 0) {
        r = add_files(&files, pipes);
        if (r == 0)
            r = set_attributes(&attributes);
        if (r == 0)
            r = posix_spawnp(pid, program->words[0], &files, &attributes, words, env);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    free(env);
    return r;
}

enum err child_spawn(const struct child_program *program, struct child_ends *ends, pid_t *pid,
                     struct why *why)
{
    struct pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}};
    int r = 0;

    if (!make_pipe(pipes.in, 1) || !make_pipe(pipes.out, 0) || !make_pipe(pipes.error, 0))
        r = errno;
    if (r == 0)
        r = run(program, &pipes, pid);
    close_fd(&pipes.in[0]);
    close_fd(&pipes.out[1]);
    close_fd(&pipes.error[1]);
    *ends = (struct child_ends){pipes.in[1], pipes.out[0], pipes.error[0]};
    if (r == 0)
        return OK;
    child_ends_close(ends);
    return err_sys(why, ERR_INTERNAL, r, "cannot start '%s'", program->words[0]);
}
