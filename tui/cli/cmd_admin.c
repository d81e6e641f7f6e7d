/* The daemon as a whole: pause, resume, drain, reload, backup. */
#include "tui/cli/cmd.h"

#include <stdio.h>

#include "shared/units.h"
#include "tui/cli/cli_out.h"

static int ask_plain(struct cmd_run *run, enum op op, struct client_answer *answer)
{
    const struct request request = {.op = op};
    int code = cmd_ask(run, &request, answer);

    if (code == EXIT_DONE && run->json)
        cmd_print_reply(answer);
    return code;
}

/* Asks, and says `done` when the daemon agrees. */
static int ask_and_say(struct cmd_run *run, enum op op, const char *done)
{
    struct client_answer answer = {0};
    int code = ask_plain(run, op, &answer);

    if (code != EXIT_DONE)
        return code;
    if (!run->json)
        (void)puts(done);
    client_answer_done(&answer);
    return EXIT_DONE;
}

static int run_pause(struct cmd_run *run)
{
    return ask_and_say(run, OP_PAUSE, "Paused: no attempt starts until `dofs resume`.");
}

static int run_resume(struct cmd_run *run)
{
    return ask_and_say(run, OP_RESUME, "Resumed: attempts start again.");
}

static int run_drain(struct cmd_run *run)
{
    if (!cmd_given(run, "timeout"))
        run->timeout_us = -1;
    return ask_and_say(run, OP_DRAIN,
                       "Drained: no attempt is in flight, and none starts until "
                       "`dofs resume` or a restart.");
}

static int run_reload(struct cmd_run *run)
{
    struct client_answer answer = {0};
    struct mp_reader rows;
    uint32_t n = 0;
    int code = ask_plain(run, OP_RELOAD, &answer);

    if (code != EXIT_DONE)
        return code;
    if (!run->json && !cmd_rows(&answer, "changed", &rows, &n)) {
        code = cmd_odd_reply(run);
    } else if (!run->json) {
        (void)puts(n == 0 ? "Reloaded: nothing has changed." : "Reloaded. Changed:");
        for (; n > 0 && !mp_failed(&rows); n--) {
            (void)fputs("  ", stdout);
            out_safe(0, mp_str(&rows));
            (void)putchar('\n');
        }
    }
    client_answer_done(&answer);
    return code;
}

static void say_backup(const struct client_answer *answer, struct slice path)
{
    char size[UNITS_TEXT_MAX];
    char orders[UNITS_TEXT_MAX];

    units_format_size(cmd_reply_int(answer, "bytes", 0), size);
    units_format_count(cmd_reply_int(answer, "orders", 0), orders);
    (void)fputs("Backed up to ", stdout);
    out_safe(0, path);
    (void)printf("\n%s orders, %s, checked.\n", orders, size);
}

static int run_backup(struct cmd_run *run)
{
    struct request request = {.op = OP_BACKUP};
    struct client_answer answer = {0};
    struct mp_reader path;
    int code = EXIT_DONE;

    if (!cmd_given(run, "timeout"))
        run->timeout_us = -1;
    if (run->n_arguments > 0)
        request.backup.path = slice_of(run->arguments[0]);
    code = cmd_ask(run, &request, &answer);
    if (code != EXIT_DONE)
        return code;
    if (run->json)
        cmd_print_reply(&answer);
    else if (wire_reply_find(answer.reply, answer.len, "path", &path))
        say_backup(&answer, mp_str(&path));
    else
        code = cmd_odd_reply(run);
    client_answer_done(&answer);
    return code;
}

const struct cmd cmd_pause = {
    .name = "pause",
    .help = "Let no attempt start; what runs goes on",
    .run = run_pause,
};

const struct cmd cmd_resume = {
    .name = "resume",
    .help = "Let attempts start again; ends a pause and a drain",
    .run = run_resume,
};

const struct cmd cmd_drain = {
    .name = "drain",
    .help = "Let no attempt start, wait until none is in flight (no limit but --timeout)",
    .run = run_drain,
};

const struct cmd cmd_reload = {
    .name = "reload",
    .help = "Read the configuration again, all or nothing",
    .run = run_reload,
};

const struct cmd cmd_backup = {
    .name = "backup",
    .arguments = "[PATH]",
    .max_arguments = 1,
    .help = "Copy the store while orders flow, and check the copy (no limit but --timeout)",
    .run = run_backup,
};
