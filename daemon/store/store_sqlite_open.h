/* The SQLite store: how it is opened, for those who do not know SQLite. */
#pragma once

#include "daemon/store/store.h"

/* errors, thread: as store_open. */
enum err store_sqlite_open(const struct store_settings *settings, struct store **out,
                           struct why *why);

/*
 * The same, but never synced, and its file is removed when it is closed; so is the directory
 * itself.
 */
enum err store_sqlite_open_forgetful(const struct store_settings *settings, struct store **out,
                                     struct why *why);
