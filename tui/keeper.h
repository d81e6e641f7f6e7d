/* The dashboard's files: its preferences, and what it exports. */
#pragma once

#include <stdbool.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/text.h"

/* Appends the preferences to `out`; nothing when there are none. */
void keeper_load(struct buf *out);

/* In place of those there are: all of it, or nothing. */
enum err keeper_save(struct slice preferences, struct why *why);

/* A file being exported into; all zero: none. */
struct keeper_export {
    bool open;
    int fd;
};

/* Makes the file `name` in the current directory, which must not be there yet; adds to it; closes
   it. After a failure nothing is open. */
enum err keeper_export_begin(struct keeper_export *file, const char *name, struct why *why);
enum err keeper_export_add(struct keeper_export *file, struct slice bytes, struct why *why);
enum err keeper_export_end(struct keeper_export *file, struct why *why);
