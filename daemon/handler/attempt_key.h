/* The key that an attempt hands on, so that what it asks of others is done once. */
#pragma once

#include "daemon/handler/handler.h"

#define ATTEMPT_KEY_LEN (UUID_TEXT_LEN + 1 + 10) /* "UUID-REPLAYS" */

/* The same for every attempt of one replay round: DOFS_KEY, and `key` of a lease. */
void attempt_key(const struct attempt *attempt, char out[ATTEMPT_KEY_LEN + 1]);
