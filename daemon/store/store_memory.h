/* A store that forgets, for tests. */
#pragma once

#include "daemon/store/store.h"

/* Needs nothing of `settings`. errors, thread: as store_open. */
enum err store_memory_open(const struct store_settings *settings, struct store **out,
                           struct why *why);
