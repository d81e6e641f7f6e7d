/* The table of commands, and the way from a command line to an exit code. */
#pragma once

#include <stdio.h>

#include "tui/cli/cmd.h"

/* What the command line says of the dashboard. */
struct cli_dashboard {
    struct client_place place;
    bool read_only;
    const char *snapshot; /* a size such as "80x24"; NULL: the live one */
    const char *view;     /* NULL: not given */
    bool plain;
    const char *script; /* a file of keys; NULL: not given */
    int64_t timeout_us;
};

/* Runs what the command line says; `dashboard` when it names no command. Returns the exit code. */
int cli_run(int argc, char **argv, int (*dashboard)(const struct cli_dashboard *settings));

/* All commands in the order of the help; ends with NULL. */
const struct cmd *const *cli_commands(void);

/* NULL when there is none of that name. */
const struct cmd *cli_command(const char *name);

/* The flags that every command takes, and those without a command. */
const struct flag *cli_flags(void);
const struct flag *cli_dashboard_flags(void);

/* The help of the program, and of one command. */
void cli_help(FILE *out);
void cli_help_cmd(FILE *out, const struct cmd *cmd);
