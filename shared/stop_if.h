/* When a replay stops itself, as a person gives it. */
#pragma once

#include "shared/wire_request.h"

/*
 * "50%/20", or "0.5/20": once more than half of the last 20 of its orders to end have failed again.
 * False, and *out untouched, for anything else.
 */
bool stop_if_parse(struct slice text, struct request_stop_if *out);
