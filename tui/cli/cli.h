/* The table of commands, and the way from a command line to an exit code. */
#pragma once

#include <stdio.h>

#include "tui/cli/cmd.h"

/* Runs what the command line says. Returns the exit code. */
int cli_run(int argc, char **argv);

/* All commands in the order of the help; ends with NULL. */
const struct cmd *const *cli_commands(void);

/* NULL when there is none of that name. */
const struct cmd *cli_command(const char *name);

/* The flags that every command takes. */
const struct flag *cli_flags(void);

/* The help of the program, and of one command. */
void cli_help(FILE *out);
void cli_help_cmd(FILE *out, const struct cmd *cmd);
