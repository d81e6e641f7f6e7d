/* One daemon for a state directory: a locked file that says whose it is. */
#pragma once

#include "shared/err.h"

struct lockfile;

/*
 * Locks `path`, made if it is missing, and writes our pid into it. The lock ends with the process,
 * however it ends; the file stays.
 *
 * errors   ERR_CONFLICT with the path and the holder's pid; ERR_INTERNAL when it cannot be opened
 */
enum err lockfile_open(const char *path, struct lockfile **out, struct why *why);
void lockfile_close(struct lockfile *lock); /* takes NULL */
