/* A real dofsd process in a directory of its own. */
#include "tests/lib/daemon_proc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shared/clock.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/key_client.h"
#include "tests/lib/test.h"

#define START_US (20 * 1000000LL)
#define POLL_US 2000
#define GENTLE_US 300000
#define AT_ONCE_US (5 * 1000000LL)
#define WORDS_MAX 48

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void daemon_proc_configure(struct daemon_proc *proc, const char *config)
{
    struct buf text = {.max = 65536};

    buf_printf(&text, "[daemon]\nstate_dir = %s/state\nruntime_dir = %s/run\n", proc->dir,
               proc->dir);
    buf_printf(&text, "[listen]\nrequest = %s\nevents = %s\n", proc->request_url, proc->events_url);
    buf_add_text(&text, config != NULL ? config : "");
    write_file(proc->config, buf_text(&text));
    buf_done(&text);
}

struct daemon_proc *daemon_proc_new(const char *config)
{
    struct daemon_proc *proc = calloc(1, sizeof *proc);

    assert_non_null(proc);
    proc->pid = -1;
    program_dir_make(proc->dir);
    (void)snprintf(proc->config, sizeof proc->config, "%s/dofsd.conf", proc->dir);
    (void)snprintf(proc->db, sizeof proc->db, "%s/state/orders.db", proc->dir);
    (void)snprintf(proc->request_url, sizeof proc->request_url, "ipc://%s/run/request.sock",
                   proc->dir);
    (void)snprintf(proc->events_url, sizeof proc->events_url, "ipc://%s/run/events.sock",
                   proc->dir);
    (void)snprintf(proc->env_texts[0], sizeof *proc->env_texts, "DOFS_REQUEST=%s",
                   proc->request_url);
    (void)snprintf(proc->env_texts[1], sizeof *proc->env_texts, "DOFS_EVENTS=%s", proc->events_url);
    proc->env[0] = proc->env_texts[0];
    proc->env[1] = proc->env_texts[1];
    daemon_proc_configure(proc, config);
    assert_int_equal(client_open(proc->request_url, &proc->client, NULL), OK);
    return proc;
}

static bool ends_within(struct daemon_proc *proc, int64_t us)
{
    int64_t until = daemon_proc_now() + us;
    int code = 0;

    while (!program_ended(proc->pid, &code)) {
        if (daemon_proc_now() > until)
            return false;
        daemon_proc_pause();
    }
    proc->pid = -1;
    return true;
}

/* In order if it can: only then its end is tried, too, and coverage and leaks are told. The second
   signal has it wait for nothing that runs. */
static void end_for_good(struct daemon_proc *proc)
{
    static const int signals[] = {SIGTERM, SIGINT};

    for (size_t i = 0; i < 2; i++) {
        (void)kill(proc->pid, signals[i]);
        if (ends_within(proc, i == 0 ? GENTLE_US : AT_ONCE_US))
            return;
    }
    daemon_proc_kill(proc);
}

void daemon_proc_free(struct daemon_proc *proc)
{
    if (proc == NULL)
        return;
    if (proc->pid > 0)
        end_for_good(proc);
    client_close(proc->client);
    json_free(proc->reply);
    program_dir_remove(proc->dir);
    free(proc);
}

static void print_log(const struct daemon_proc *proc)
{
    char path[96];
    char line[1024];
    FILE *log = NULL;

    (void)snprintf(path, sizeof path, "%s/log", proc->dir);
    log = fopen(path, "re");
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        (void)fputs(line, stderr);
    if (log != NULL)
        (void)fclose(log);
}

/* Asked without libnng, which would wait for another daemon where this one ends. */
static bool answers(const struct daemon_proc *proc)
{
    static const struct request info = {.op = OP_INFO};
    struct key_client client;
    uint8_t reply[4096];
    long len = 0;

    key_client_init(&client, proc->request_url + strlen("ipc://"));
    len = key_client_ask(&client, &info, reply, sizeof reply);
    key_client_done(&client);
    return len > 0;
}

void daemon_proc_pause(void)
{
    const struct timespec pause = {.tv_nsec = POLL_US * 1000L};

    (void)nanosleep(&pause, NULL);
}

int64_t daemon_proc_now(void)
{
    struct clock clock;

    clock_init(&clock);
    return clock_mono(&clock);
}

/* Fails the test, with what the daemon wrote. */
static void fail_start(struct daemon_proc *proc, const char *why, int code)
{
    print_log(proc);
    fail_msg("dofsd %s %d", why, code);
}

/* False when it has ended instead. */
static bool await_answer(struct daemon_proc *proc, int *code)
{
    int64_t until = daemon_proc_now() + START_US;

    while (!answers(proc)) {
        if (program_ended(proc->pid, code)) {
            proc->pid = -1;
            return false;
        }
        if (daemon_proc_now() > until)
            fail_start(proc, "does not answer:", proc->pid);
        daemon_proc_pause();
    }
    return true;
}

bool daemon_proc_try_start(struct daemon_proc *proc, int *code)
{
    char path[256];
    char log_path[96];
    const char *argv[] = {path, "-c", proc->config, NULL};
    int log = -1;

    assert_int_equal(proc->pid, -1);
    program_path(proc->program != NULL ? proc->program : "dofsd", path);
    (void)snprintf(log_path, sizeof log_path, "%s/log", proc->dir);
    log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    assert_true(log >= 0);
    proc->pid = program_spawn(argv, proc->daemon_env, log, log);
    (void)close(log);
    return await_answer(proc, code);
}

void daemon_proc_start(struct daemon_proc *proc)
{
    int code = 0;

    if (!daemon_proc_try_start(proc, &code))
        fail_start(proc, "ended with", code);
}

void daemon_proc_run_as(struct daemon_proc *proc, const char *program, const char *const *env)
{
    proc->program = program;
    proc->daemon_env = env;
}

int daemon_proc_await_end(struct daemon_proc *proc)
{
    int code = 0;

    assert_true(proc->pid > 0);
    if (!program_wait(proc->pid, &code)) {
        print_log(proc);
        (void)kill(proc->pid, SIGKILL);
        (void)program_wait(proc->pid, &code);
        proc->pid = -1;
        fail_msg("dofsd did not end");
    }
    proc->pid = -1;
    return code;
}

static int end(struct daemon_proc *proc, int signal)
{
    assert_true(proc->pid > 0);
    (void)kill(proc->pid, signal);
    return daemon_proc_await_end(proc);
}

int daemon_proc_stop(struct daemon_proc *proc)
{
    return end(proc, SIGTERM);
}

void daemon_proc_kill(struct daemon_proc *proc)
{
    (void)end(proc, SIGKILL);
}

void daemon_proc_dofsd(struct daemon_proc *proc, struct program_run *run, const char *const *words)
{
    char path[256];
    const char *argv[WORDS_MAX] = {path, "-c", proc->config, NULL};

    program_path("dofsd", path);
    for (size_t i = 0; words != NULL && words[i] != NULL && i + 4 < WORDS_MAX; i++)
        argv[3 + i] = words[i];
    program_run(argv, NULL, run);
}

void daemon_proc_dofs_words(struct daemon_proc *proc, struct program_run *run,
                            const char *const *words)
{
    char path[256];
    const char *argv[WORDS_MAX] = {path};

    program_path("dofs", path);
    for (size_t i = 0; words[i] != NULL && i + 2 < WORDS_MAX; i++)
        argv[1 + i] = words[i];
    program_run(argv, proc->env, run);
}

pid_t daemon_proc_pid(const struct daemon_proc *proc)
{
    return proc->pid;
}

const char *daemon_proc_dir(const struct daemon_proc *proc)
{
    return proc->dir;
}

const char *daemon_proc_config(const struct daemon_proc *proc)
{
    return proc->config;
}

const char *daemon_proc_db(const struct daemon_proc *proc)
{
    return proc->db;
}

const char *daemon_proc_request_url(const struct daemon_proc *proc)
{
    return proc->request_url;
}

const char *daemon_proc_events_url(const struct daemon_proc *proc)
{
    return proc->events_url;
}

const char *const *daemon_proc_env(const struct daemon_proc *proc)
{
    return proc->env;
}

struct client *daemon_proc_client(struct daemon_proc *proc)
{
    return proc->client;
}

int daemon_proc_setup(void **state)
{
    struct daemon_proc *proc = daemon_proc_new(*state);

    *state = proc; /* whatever comes: the teardown cleans up */
    daemon_proc_start(proc);
    return 0;
}

int daemon_proc_teardown(void **state)
{
    daemon_proc_free(*state);
    return 0;
}
