/* Which orders a change means, how many those are, and whether that is meant. */
#pragma once

#include "tui/cli/cmd.h"

/*
 * From the arguments (ids), --filter and, where the command has it, --all: exactly one of them.
 * False after an error message was printed.
 */
bool selecting_read(struct cmd_run *run, struct selection *out, int *exit_code);

/*
 * How many orders it may mean: of a filter and of all, the `matched` of operation `op` (OP_LIST or
 * OP_FAILED). -1: more than are counted.
 */
bool selecting_count(struct cmd_run *run, const struct selection *which, enum op op,
                     int64_t *matched, int *exit_code);

/* Asks "Cancel 12 orders?" when it is more than one (cmd_confirm). */
bool selecting_confirm(struct cmd_run *run, const char *verb, int64_t matched, int *exit_code);
