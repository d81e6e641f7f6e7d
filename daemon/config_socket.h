/* Who may use a socket's file, as settings: its mode and its group. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/buf.h"
#include "shared/text.h"

/* "0660". errors: a sentence's end such as "an octal mode such as 0660"; NULL: it is fine. */
const char *config_socket_mode(struct slice text, uint32_t *out);

/* By name or number; empty: (gid_t)-1. False: there is no such group. */
bool config_socket_group(struct arena *arena, struct slice text, gid_t *out);
