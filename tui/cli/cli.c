/* The table of commands, and the way from a command line to an exit code. */
#include "tui/cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/cli/cli_out.h"
#include "tui/cli/flags.h"
#include "tui/cli/nearest.h"

#define TIMEOUT_US (5 * 1000000LL)

static const struct cmd *const commands[] = {
    &cmd_submit,  &cmd_show,    &cmd_why,    &cmd_list,   &cmd_failed, &cmd_cancel,
    &cmd_hold,    &cmd_release, &cmd_retry,  &cmd_amend,  &cmd_replay, &cmd_replays,
    &cmd_discard, &cmd_watch,   &cmd_stats,  &cmd_alarms, &cmd_info,   &cmd_health,
    &cmd_metrics, &cmd_pause,   &cmd_resume, &cmd_drain,  &cmd_reload, &cmd_backup,
    &cmd_verify,  &cmd_export,  &cmd_smoke,  &cmd_bench,  &cmd_work,   &cmd_completion,
    NULL,
};

static const struct flag common_flags[] = {
    {"instance", 'i', FLAG_TEXT, 0, "NAME", "which daemon (default: DOFS_INSTANCE, or default)"},
    {"request", 0, FLAG_TEXT, 0, "URL", "the daemon's request socket (default: DOFS_REQUEST)"},
    {"events", 0, FLAG_TEXT, 0, "URL", "its events socket (default: DOFS_EVENTS)"},
    {"timeout", 0, FLAG_DURATION, 0, "TIME", "how long to wait for an answer (default: 5s)"},
    {"json", 0, FLAG_SWITCH, 0, NULL, "print JSON, one value a line"},
    {"no-color", 0, FLAG_SWITCH, 0, NULL, "print without colour, as with NO_COLOR"},
    {"help", 'h', FLAG_SWITCH, 0, NULL, "print this help"},
    {0},
};

static const struct flag dashboard_flags[] = {
    {"read-only", 0, FLAG_SWITCH, 0, NULL, "a dashboard that changes nothing"},
    {"view", 0, FLAG_TEXT, 0, "NAME", "begin with overview, orders, failed, replays or events"},
    {"snapshot", 0, FLAG_TEXT, 0, "COLSxROWS", "print one frame of the dashboard and end"},
    {"plain", 0, FLAG_SWITCH, 0, NULL, "with --snapshot: without colours"},
    {"script", 0, FLAG_TEXT, 0, "FILE", "keys for the dashboard from a file, its screens printed"},
    {"version", 0, FLAG_SWITCH, 0, NULL, "print the version"},
    {0},
};

const struct cmd *const *cli_commands(void)
{
    return commands;
}

const struct cmd *cli_command(const char *name)
{
    for (const struct cmd *const *cmd = commands; *cmd != NULL; cmd++)
        if (strcmp((*cmd)->name, name) == 0)
            return *cmd;
    return NULL;
}

const struct flag *cli_flags(void)
{
    return common_flags;
}

static int unknown_command(const char *name)
{
    const char *best = NULL;

    for (const struct cmd *const *cmd = commands; *cmd != NULL; cmd++)
        nearest_try(name, (*cmd)->name, &best);
    (void)fputs("dofs: no command '", stderr);
    out_safe(1, slice_of(name));
    if (best != NULL)
        (void)fprintf(stderr, "'; did you mean '%s'?\n", best);
    else
        (void)fputs("'; `dofs --help` lists all\n", stderr);
    return EXIT_USAGE;
}

static int usage_error(const char *cmd, const struct why *why)
{
    (void)fprintf(stderr, "dofs%s%s: ", cmd != NULL ? " " : "", cmd != NULL ? cmd : "");
    out_safe(1, slice_of(why->text));
    (void)fprintf(stderr, "\n`dofs %s%s--help` tells more\n", cmd != NULL ? cmd : "",
                  cmd != NULL ? " " : "");
    return EXIT_USAGE;
}

/* Settings that come from the common flags and the surroundings. */
static enum err prepare(struct cmd_run *run, struct why *why)
{
    const char *no_colour = secure_getenv("NO_COLOR");
    enum err e = OK;

    run->json = cmd_given(run, "json");
    run->terminal = isatty(STDOUT_FILENO) == 1;
    run->colour =
        run->terminal && !cmd_given(run, "no-color") && (no_colour == NULL || no_colour[0] == '\0');
    run->timeout_us = cmd_us(run, "timeout", TIMEOUT_US);
    e = client_find(cmd_text(run, "request"), cmd_text(run, "events"), cmd_text(run, "instance"),
                    &run->place, why);
    if (e == OK)
        e = client_open(run->place.request_url, &run->client, why);
    return e;
}

static enum err check_arguments(const struct cmd_run *run, struct why *why)
{
    const struct cmd *cmd = run->cmd;

    if (run->n_arguments < cmd->min_arguments)
        return err_set(why, ERR_INVALID, "%s is needed", cmd->arguments);
    if (run->n_arguments > cmd->max_arguments)
        return err_set(why, ERR_INVALID, "one argument too many: '%.100s'",
                       run->arguments[cmd->max_arguments]);
    return OK;
}

const struct flag *cli_dashboard_flags(void)
{
    return dashboard_flags;
}

/* What a failed write was meant for has not got it. */
static int written(int code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return code;
    (void)fputs("dofs: cannot write to standard output\n", stderr);
    return code == EXIT_DONE ? EXIT_REFUSED : code;
}

static int run_command(const struct cmd *cmd, size_t n_words, char **words)
{
    struct cmd_run run = {.cmd = cmd};
    struct flags_line line = {common_flags, cmd->flags, n_words, words, 0};
    struct flags_parsed parsed = {0};
    struct why why = {0};
    enum err e = OK;
    int code = EXIT_USAGE;

    clock_init(&run.clock);
    line.now_us = clock_wall(&run.clock);
    e = flags_parse(&line, &run.arena, &parsed, &why);
    run.values = &parsed.values;
    run.arguments = parsed.arguments;
    run.n_arguments = parsed.n_arguments;
    if (e == OK && cmd_given(&run, "help")) {
        cli_help_cmd(stdout, cmd);
        code = EXIT_DONE;
        goto done;
    }
    if (e == OK)
        e = check_arguments(&run, &why);
    if (e == OK)
        e = prepare(&run, &why);
    code = e == OK ? cmd->run(&run) : usage_error(cmd->name, &why);
done:
    client_close(run.client);
    arena_done(&run.arena);
    return written(code);
}

/* `dofs help`, `dofs help COMMAND`. */
static int run_help(size_t n_words, char **words)
{
    const struct cmd *cmd = n_words > 0 ? cli_command(words[0]) : NULL;

    if (n_words > 0 && cmd == NULL)
        return unknown_command(words[0]);
    if (cmd != NULL)
        cli_help_cmd(stdout, cmd);
    else
        cli_help(stdout);
    return written(EXIT_DONE);
}

static int run_dashboard(struct cmd_run *run,
                         int (*dashboard)(const struct cli_dashboard *settings))
{
    struct cli_dashboard settings = {.read_only = cmd_given(run, "read-only"),
                                     .snapshot = cmd_text(run, "snapshot"),
                                     .view = cmd_text(run, "view"),
                                     .script = cmd_text(run, "script")};
    struct why why = {0};

    if (prepare(run, &why) != OK)
        return usage_error(NULL, &why);
    settings.place = run->place;
    settings.timeout_us = run->timeout_us;
    settings.plain = cmd_given(run, "plain") || !run->colour;
    if (settings.snapshot != NULL || settings.script != NULL || run->terminal)
        return dashboard(&settings);
    (void)fputs("dofs: the dashboard needs a terminal; elsewhere name a command\n\n", stderr);
    cli_help(stderr);
    return EXIT_USAGE;
}

/* A line without a command: --help, --version, or the dashboard. */
static int run_nothing(struct flags_line *line,
                       int (*dashboard)(const struct cli_dashboard *settings))
{
    struct cmd_run run = {0};
    struct flags_parsed parsed = {0};
    struct why why = {0};
    int code = EXIT_DONE;

    clock_init(&run.clock);
    if (flags_parse(line, &run.arena, &parsed, &why) != OK) {
        code = usage_error(NULL, &why);
        goto done;
    }
    run.values = &parsed.values;
    if (cmd_given(&run, "version"))
        (void)puts("dofs " DOFS_VERSION);
    else if (cmd_given(&run, "help"))
        cli_help(stdout);
    else
        code = run_dashboard(&run, dashboard);
done:
    client_close(run.client);
    arena_done(&run.arena);
    return written(code);
}

int cli_run(int argc, char **argv, int (*dashboard)(const struct cli_dashboard *settings))
{
    size_t n = argc > 1 ? (size_t)argc - 1 : 0;
    char **words = argv + (n > 0 ? 1 : 0);
    struct flags_line line = {common_flags, dashboard_flags, n, words, 0};
    size_t at = flags_first_argument(&line);
    const struct cmd *cmd = NULL;
    const char *name = NULL;

    out_init();
    if (at >= n)
        return run_nothing(&line, dashboard);
    /* The command's name is taken out; flags before it are the command's too. */
    name = words[at];
    memmove(&words[at], &words[at + 1], (n - at - 1) * sizeof *words);
    if (strcmp(name, "help") == 0)
        return run_help(n - 1, words);
    cmd = cli_command(name);
    return cmd != NULL ? run_command(cmd, n - 1, words) : unknown_command(name);
}
