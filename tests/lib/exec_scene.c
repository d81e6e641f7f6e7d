/* A daemon whose handler is `exec`, with the program tests/lib/exec_program.sh. */
#include "tests/lib/exec_scene.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/test.h"

#define PATIENCE_US (20 * 1000000LL)
#define FILE_MAX_BYTES 65536

void exec_scene_configure(struct daemon_proc *proc, const char *words, const char *lines)
{
    struct buf text = {.max = FILE_MAX_BYTES};

    buf_printf(&text,
               "[fulfilment]\nhandler = exec\ncommand = tests/lib/exec_program.sh '%s' %s\n"
               "jitter = none\n%s",
               daemon_proc_dir(proc), words, lines);
    daemon_proc_configure(proc, buf_text(&text));
    buf_done(&text);
}

int exec_scene_setup(void **state)
{
    const char *lines = *state;
    struct daemon_proc *proc = daemon_proc_new(NULL);

    exec_scene_configure(proc, "", lines);
    daemon_proc_start(proc);
    *state = proc;
    return 0;
}

static FILE *open_file(const char *path, const char *mode)
{
    return fopen(path, mode);
}

static const char *read_path(const char *path)
{
    static char text[FILE_MAX_BYTES];
    FILE *file = open_file(path, "re");
    size_t n = 0;

    if (file != NULL) {
        n = fread(text, 1, sizeof(text) - 1, file);
        (void)fclose(file);
    }
    text[n] = '\0';
    return text;
}

const char *exec_scene_file(struct daemon_proc *proc, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", daemon_proc_dir(proc), name);
    return read_path(path);
}

size_t exec_scene_lines(struct daemon_proc *proc, const char *name)
{
    size_t n = 0;

    for (const char *c = exec_scene_file(proc, name); *c != '\0'; c++)
        n += *c == '\n';
    return n;
}

void exec_scene_await_lines(struct daemon_proc *proc, const char *name, size_t n)
{
    int64_t until = daemon_proc_now() + PATIENCE_US;

    while (exec_scene_lines(proc, name) < n) {
        if (daemon_proc_now() > until)
            fail_msg("%s has only: %s", name, exec_scene_file(proc, name));
        daemon_proc_pause();
    }
}

void exec_scene_touch(struct daemon_proc *proc, const char *name)
{
    char path[128];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", daemon_proc_dir(proc), name);
    file = open_file(path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

size_t exec_scene_kill(struct daemon_proc *proc, const char *name, int signum)
{
    const char *line = exec_scene_file(proc, name);
    size_t n = 0;

    while (*line != '\0') {
        char *end = NULL;
        pid_t pid = (pid_t)strtol(line, &end, 10);

        if (end == line)
            break;
        n += pid > 1 && kill(pid, signum) == 0;
        line = end + strspn(end, "\n");
    }
    return n;
}

size_t exec_scene_alive(struct daemon_proc *proc, const char *name)
{
    return exec_scene_kill(proc, name, 0);
}

static bool has_children(struct daemon_proc *proc)
{
    char path[64];
    int pid = (int)daemon_proc_pid(proc);

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    return pid > 0 && read_path(path)[0] != '\0';
}

void exec_scene_await_gone(struct daemon_proc *proc, const char *name)
{
    int64_t until = daemon_proc_now() + PATIENCE_US;

    while (exec_scene_alive(proc, name) > 0 || has_children(proc)) {
        if (daemon_proc_now() > until)
            fail_msg("%zu of these are left: %s", exec_scene_alive(proc, name),
                     exec_scene_file(proc, name));
        daemon_proc_pause();
    }
}
