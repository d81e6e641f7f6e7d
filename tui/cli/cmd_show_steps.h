/* The steps of an order for `dofs show`. */
#pragma once

#include "shared/order.h"
#include "tui/cli/cmd.h"

/* A table of its steps and what they handed on, where there are several. */
void cmd_show_steps(const struct cmd_run *run, const struct order *order);

/* Says so when the daemon's list is another one today; silent when that is not known. */
void cmd_show_today(struct cmd_run *run, const struct order *order);
