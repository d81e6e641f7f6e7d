/* Where an instance has its files: configuration, state, sockets. */
#pragma once

#include "daemon/config.h"

/* A name is 1 to 32 of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit. */
bool config_place_name_ok(const char *instance);

/*
 * Each is made in `arena`. A system instance is one that root or the user `dofs` runs; for others
 * the places are under the user's own directories. STATE_DIRECTORY and RUNTIME_DIRECTORY, as the
 * service manager sets them, win. NULL where no place can be found (no HOME).
 */
const char *config_place_file(struct arena *arena, const char *instance);
const char *config_place_state(struct arena *arena, const char *instance);
const char *config_place_runtime(struct arena *arena, const char *instance, const char *state_dir);
const char *config_place_backup(struct arena *arena, const char *state_dir);
