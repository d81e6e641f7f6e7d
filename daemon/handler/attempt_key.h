/* The key that an attempt hands on, so that what it asks of others is done once. */
#pragma once

#include "daemon/handler/handler.h"

/* "UUID-REPLAYS", of a step that is not `fulfil` "UUID-REPLAYS-STEP", of its undo
   "UUID-REPLAYS-STEP-undo" */
#define ATTEMPT_KEY_LEN (UUID_TEXT_LEN + 1 + 10 + 1 + STEP_NAME_MAX + 5)

/* The same for every attempt at a step in one replay round: DOFS_KEY, and `key` of a lease. */
void attempt_key(const struct attempt *attempt, char out[ATTEMPT_KEY_LEN + 1]);
