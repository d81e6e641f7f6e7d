/* submit --file: many orders, in batches, several of them in flight. */
#pragma once

#include "tui/cli/cmd.h"

/* Returns the exit code. Memory is bounded whatever the size of the file. */
int submit_file(struct cmd_run *run);
