/* Follows one order until it has ended. */
#pragma once

#include "tui/cli/cmd.h"

struct submit_wait;

/* Subscribes, so that no event after this is missed. Without an events socket the daemon is asked
   from time to time instead. */
struct submit_wait *submit_wait_open(struct cmd_run *run);
void submit_wait_close(struct submit_wait *wait); /* takes NULL */

/*
 * Waits until the order is FULFILLED, FAILED, REJECTED or CANCELLED; at most `limit_us` (< 0:
 * without limit), then gives it as it is.
 *
 * answer   that of `get` then, to be freed; `order` is read from it, its lists in run->arena
 * returns  EXIT_DONE, EXIT_NOT_FULFILLED, or what kept it from knowing, after a message
 */
int submit_wait_end(struct submit_wait *wait, const struct uuid *id, int64_t limit_us,
                    struct client_answer *answer, struct order *order);
