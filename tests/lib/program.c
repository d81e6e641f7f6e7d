/* Programs run by tests: in the background, or to their end with what they printed. */
#include "tests/lib/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define DEADLINE_MS 60000
#define ENV_MAX 512
#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

void program_dir_make(char out[64])
{
    (void)snprintf(out, 64, "/tmp/dofs-test-XXXXXX");
    assert_non_null(mkdtemp(out));
    assert_int_equal(chmod(out, 0755), 0); /* other users are to reach the sockets */
}

void program_dir_remove(const char *dir)
{
    const char *argv[] = {"rm", "-rf", "--", dir, NULL};
    int code = 0;

    (void)program_wait(program_spawn(argv, NULL, 2, 2), &code);
}

void program_path(const char *name, char out[256])
{
    const char *build = secure_getenv("BUILD");

    (void)snprintf(out, 256, "%s/%s", build != NULL ? build : "build", name);
}

static bool replaced(const char *have, const char *const *env)
{
    size_t n = strcspn(have, "=") + 1;

    for (; env != NULL && *env != NULL; env++)
        if (strncmp(have, *env, n) == 0)
            return true;
    return false;
}

pid_t program_spawn(const char *const *argv, const char *const *env, int out, int err)
{
    char *words[ENV_MAX];
    char *all[ENV_MAX];
    posix_spawn_file_actions_t files;
    size_t n = 0;
    pid_t pid = -1;

    for (char **have = environ; *have != NULL && n < ENV_MAX / 2; have++)
        if (!replaced(*have, env))
            all[n++] = *have;
    for (; env != NULL && *env != NULL; env++)
        memcpy(&all[n++], env, sizeof *all); /* spawn does not write to them */
    all[n] = NULL;
    for (n = 0; argv[n] != NULL; n++)
        memcpy(&words[n], &argv[n], sizeof *words);
    words[n] = NULL;
    assert_int_equal(posix_spawn_file_actions_init(&files), 0);
    (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&files, out, 1);
    (void)posix_spawn_file_actions_adddup2(&files, err, 2);
    if (argv[0] == NULL || posix_spawnp(&pid, argv[0], &files, NULL, words, all) != 0)
        fail_msg("cannot start %s", argv[0] != NULL ? argv[0] : "nothing");
    (void)posix_spawn_file_actions_destroy(&files);
    return pid;
}

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool program_wait(pid_t pid, int *code)
{
    struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    int status = 0;
    int n = 0;

    assert_true(end.fd >= 0);
    do
        n = poll(&end, 1, DEADLINE_MS);
    while (n < 0 && errno == EINTR);
    (void)close(end.fd);
    if (n != 1)
        return false;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    *code = code_of(status);
    return true;
}

bool program_ended(pid_t pid, int *code)
{
    int status = 0;

    if (waitpid(pid, &status, WNOHANG) != pid)
        return false;
    *code = code_of(status);
    return true;
}

static void read_all(int fd, struct buf *out)
{
    ssize_t n = 0;

    buf_init(out, OUTPUT_MAX);
    (void)lseek(fd, 0, SEEK_SET);
    do {
        assert_true(buf_reserve(out, 65536));
        n = read(fd, out->data + out->len, 65536);
        if (n > 0)
            out->len += (size_t)n;
    } while (n > 0);
    (void)buf_text(out);
    (void)close(fd);
}

void program_run(const char *const *argv, const char *const *env, struct program_run *run)
{
    int out = memfd_create("out", MFD_CLOEXEC);
    int err = memfd_create("err", MFD_CLOEXEC);
    pid_t pid = program_spawn(argv, env, out, err);

    if (!program_wait(pid, &run->code)) {
        (void)kill(pid, SIGKILL);
        (void)program_wait(pid, &run->code);
        read_all(err, &run->err);
        fail_msg("%s %s did not end: %s", argv[0], argv[1], buf_text(&run->err));
    }
    read_all(out, &run->out);
    read_all(err, &run->err);
}

void program_run_done(struct program_run *run)
{
    buf_done(&run->out);
    buf_done(&run->err);
}
