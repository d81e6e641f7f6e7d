/* What comes off the events socket, message by message, checked as it comes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/wire_event.h"

struct event_tap;

/* Subscribes to all and waits for a heartbeat, so that what comes now is surely seen. */
struct event_tap *event_tap_open(const char *url);
void event_tap_close(struct event_tap *tap); /* takes NULL */

/* The next message; borrowed until the next call. Fails the test after 20 s without one. */
const struct event_message *event_tap_next(struct event_tap *tap);
