/* How a command is written: its flags, its help, what it runs with, its exit code. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/clock.h"
#include "shared/err.h"
#include "shared/text.h"
#include "shared/wire_reply.h"
#include "shared/wire_request.h"
#include "tui/link/client.h"

/* Exit codes of every command. */
enum {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_DAEMON = 3,
    EXIT_NOT_FULFILLED = 4
};

enum flag_kind { FLAG_SWITCH, FLAG_TEXT, FLAG_INT, FLAG_NUMBER, FLAG_DURATION, FLAG_TIME };

#define FLAG_MANY 1U     /* may be given several times */
#define FLAG_REQUIRED 2U /* must be given */

/* One flag of a command: a row of its table. Ends with an all-zero row. */
struct flag {
    const char *name; /* "customer", for --customer */
    char letter;      /* 0: none */
    enum flag_kind kind;
    unsigned how;      /* FLAG_MANY, FLAG_REQUIRED */
    const char *value; /* name of the value in the help, such as "QTY" */
    const char *help;
};

struct cmd_run; /* the parsed command line and the open client; see below */

/* One command: a row of the table in cli.c. */
struct cmd {
    const char *name;
    const char *arguments; /* in the usage line, such as "ID..." */
    size_t min_arguments, max_arguments;
    const char *help; /* one line */
    const struct flag *flags;
    int (*run)(struct cmd_run *run); /* returns the exit code */
};

struct cmd_run {
    const struct cmd *cmd;
    size_t n_arguments;
    char **arguments;
    bool json;
    bool colour;   /* standard output is a terminal and NO_COLOR is unset */
    bool terminal; /* standard output is a terminal */
    int64_t timeout_us;
    struct clock clock;
    struct client *client;
    struct client_place place;
    struct arena arena; /* freed when the command is over */
    struct cmd_values *values;
};

/* What was given for a flag. Absent flags give false, absent, or the fallback. */
bool cmd_given(const struct cmd_run *run, const char *flag);
const char *cmd_text(const struct cmd_run *run, const char *flag); /* NULL */
size_t cmd_texts(const struct cmd_run *run, const char *flag, const char *const **out);
int64_t cmd_int(const struct cmd_run *run, const char *flag, int64_t fallback);
double cmd_number(const struct cmd_run *run, const char *flag, double fallback);
int64_t cmd_us(const struct cmd_run *run, const char *flag, int64_t fallback); /* also times */

/* "dofs submit: --item 'x': ..." on standard error; returns EXIT_USAGE. */
int cmd_usage(const struct cmd_run *run, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Asks and waits. On an answer with `ok` returns EXIT_DONE with the answer (to be freed). A
 * refusal is printed on standard error (code, message, each detail) and gives EXIT_REFUSED; no
 * daemon there gives EXIT_NO_DAEMON with the path tried.
 */
int cmd_ask(struct cmd_run *run, const struct request *request, struct client_answer *answer);

/* The same without printing: `code` tells what the daemon said. */
int cmd_ask_quietly(struct cmd_run *run, const struct request *request,
                    struct client_answer *answer, enum err *code, struct why *why);

/* Prints a refusal as cmd_ask does. Returns EXIT_REFUSED. */
int cmd_refused(const struct cmd_run *run, enum err code, const struct why *why);

/* The same for no daemon there, or none that answers. Returns EXIT_NO_DAEMON. */
int cmd_no_daemon(const struct cmd_run *run, const struct why *why);

/* With --json: the reply without `v` and `ok`, one line. */
void cmd_print_reply(const struct client_answer *answer);

/* "the daemon's reply cannot be read"; returns EXIT_REFUSED. */
int cmd_odd_reply(const struct cmd_run *run);

/* The list `key` of a reply: a reader at its first value, and how many there are. */
bool cmd_rows(const struct client_answer *answer, const char *key, struct mp_reader *rows,
              uint32_t *n);

/* Borrowed from the answer; absent at the last page. */
struct slice cmd_next_cursor(const struct client_answer *answer);

/* An integer of a reply; the fallback where it is nil or not there. */
int64_t cmd_reply_int(const struct client_answer *answer, const char *key, int64_t fallback);

/* All arguments joined by blanks, as a filter's text; absent when there are none. */
struct slice cmd_filter_words(struct cmd_run *run);

/* The ids of all arguments, in the arena. False after an error message was printed. */
bool cmd_order_ids(struct cmd_run *run, struct id_list *out, int *exit_code);

/* The start of an id that tells orders apart: its millisecond and the count within it. */
#define CMD_SHORT_ID_LEN 18
void cmd_short_id(const struct uuid *uuid, char out[UUID_TEXT_LEN + 1]);

/* An order's id from an argument: whole, or a start that names exactly one order (asked by
   `list`'s search). False after an error message was printed. */
bool cmd_order_id(struct cmd_run *run, const char *argument, struct uuid *out, int *exit_code);

/* A new idempotency key: a UUID's text. */
void cmd_new_key(char out[UUID_TEXT_LEN + 1]);

/*
 * Asks "Replay 12 orders? [y/N]" on a terminal; elsewhere refuses without --yes (exit 2). True: go.
 */
bool cmd_confirm(struct cmd_run *run, const char *question, int *exit_code);

/* The commands, one file each family. */
extern const struct cmd cmd_submit, cmd_show, cmd_why, cmd_list, cmd_failed, cmd_stats, cmd_alarms,
    cmd_info, cmd_health, cmd_metrics, cmd_cancel, cmd_hold, cmd_release, cmd_retry, cmd_amend,
    cmd_replay, cmd_replays, cmd_discard, cmd_watch, cmd_pause, cmd_resume, cmd_drain, cmd_reload,
    cmd_backup, cmd_verify, cmd_export, cmd_smoke, cmd_bench, cmd_work, cmd_completion;
