/* A real dofsd process in a directory of its own, and how tests ask it. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "shared/err.h"
#include "shared/json.h"
#include "tests/lib/program.h"
#include "tui/link/client.h"

struct daemon_proc;

/*
 * Makes the directory and a configuration: state, runtime and sockets inside it, short intervals,
 * then the lines of `config` (NULL: none). Sections may be repeated there. Not started yet.
 */
struct daemon_proc *daemon_proc_new(const char *config);
void daemon_proc_free(struct daemon_proc *proc); /* takes NULL; ends the daemon, removes all */

/* Writes the configuration anew, for the next start or reload. */
void daemon_proc_configure(struct daemon_proc *proc, const char *config);

/* Starts it and waits until it answers `info`; fails the test, with its log, if it ends instead. */
void daemon_proc_start(struct daemon_proc *proc);

/* The same, but false, with its exit code (< 0: by a signal), when it ends instead. */
bool daemon_proc_try_start(struct daemon_proc *proc, int *code);

/* From the next start on: another program of the build ("dofsd"), with more in its environment;
   NULL: as before. Both are borrowed. */
void daemon_proc_run_as(struct daemon_proc *proc, const char *program, const char *const *env);

int daemon_proc_await_end(struct daemon_proc *proc); /* that comes by itself; the exit code */
int daemon_proc_stop(struct daemon_proc *proc);      /* SIGTERM; the exit code, < 0: by a signal */
void daemon_proc_kill(struct daemon_proc *proc);     /* SIGKILL, and waits */

/* A second dofsd with this configuration, to its end; `words` are further arguments (or NULL). */
void daemon_proc_dofsd(struct daemon_proc *proc, struct program_run *run, const char *const *words);

/* Runs `dofs WORDS...` against it. */
#define daemon_proc_dofs(proc, run, ...)                                                           \
    daemon_proc_dofs_words((proc), (run), (const char *const[]){__VA_ARGS__, NULL})
void daemon_proc_dofs_words(struct daemon_proc *proc, struct program_run *run,
                            const char *const *words);

pid_t daemon_proc_pid(const struct daemon_proc *proc);
const char *daemon_proc_dir(const struct daemon_proc *proc);
const char *daemon_proc_config(const struct daemon_proc *proc); /* its path */
const char *daemon_proc_db(const struct daemon_proc *proc);
const char *daemon_proc_request_url(const struct daemon_proc *proc);
const char *daemon_proc_events_url(const struct daemon_proc *proc);
const char *const *daemon_proc_env(const struct daemon_proc *proc); /* DOFS_REQUEST, ... */
struct client *daemon_proc_client(struct daemon_proc *proc);

/* cmocka's setup and teardown: the configuration given as initial state, a running daemon then. */
int daemon_proc_setup(void **state);
int daemon_proc_teardown(void **state);

/* Lines for daemon_proc_new: every order is fulfilled at once; every one fails, soon; or later. */
#define DAEMON_GOOD "[fulfilment]\nsuccess_rate = 1\ninterval = 5ms\n"
#define DAEMON_BAD "[fulfilment]\nsuccess_rate = 0\ninterval = 5ms\n"
#define DAEMON_LATER "[fulfilment]\nsuccess_rate = 0\ninterval = 1h\njitter = none\n"

/* A test with a daemon of this configuration, a literal. For tables within main. */
#define DAEMON_TEST(test, config)                                                                  \
    {                                                                                              \
#test, test, daemon_proc_setup, daemon_proc_teardown, (char[])                             \
        {                                                                                          \
            config                                                                                 \
        }                                                                                          \
    }

/* Asking ----------------------------------------------------------------------------------------
 *
 * A request is the inside of a map as mp_from_text reads it: "'op': 'get', 'order_id': '%s'". The
 * reply comes as JSON (times as text), good until the next question to this daemon.
 */
const struct json *ask(struct daemon_proc *proc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const struct json *ask_ok(struct daemon_proc *proc, const char *fmt, ...) /* must be ok */
    __attribute__((format(printf, 2, 3)));
const struct json *ask_refused(struct daemon_proc *proc, enum err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* must be refused so; returns `error` */

/* A value inside by a path such as "order.items.0.quantity"; fails the test if it is not there. */
const struct json *at(const struct json *v, const char *path);
int64_t int_at(const struct json *v, const char *path);
const char *text_at(const struct json *v, const char *path); /* as json_text, NUL-terminated */
bool nil_at(const struct json *v, const char *path);
bool true_at(const struct json *v, const char *path);

/* Submits one order of one item; its id. */
struct order_name {
    char id[40];
};
struct order_name submit_one(struct daemon_proc *proc, const char *customer);

/* Asks `get` until the order has this status; fails the test after 20 s. */
void await_status(struct daemon_proc *proc, const char *id, const char *status);

/* Asks until the integer at `path` of the reply is at least `n`; 20 s. */
void await_count(struct daemon_proc *proc, const char *path, int64_t n, const char *request);

/* Asks until the text at `path` of the reply is `text`; 20 s. */
void await_text(struct daemon_proc *proc, const char *path, const char *text, const char *request);

/* Asks `stats` until nothing is QUEUED, PROCESSING, RETRYING or UNDOING; 120 s. */
void await_quiet(struct daemon_proc *proc);

/* The only value of a query of the database, as an integer. */
int64_t sql_int(struct daemon_proc *proc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
