/* The backups that lie in a directory: found, made, and the oldest ones removed. */
#pragma once

#include "daemon/core/backup_name.h"
#include "daemon/store/store.h"

/* Where a backup goes. */
struct backup_place {
    const char *directory; /* of ours; made when it is missing, 0700 */
    const char *path;      /* a relative one is in it; NULL: a name of ours, by kind and time */
    enum backup_kind kind;
    int64_t now_us;
};

/*
 * Copies the store to where it goes: complete and checked under its name, or not there at all.
 *
 * made     gets the file's whole name, to be freed
 * copy     `stop` in; bytes and orders out
 * errors   ERR_CONFLICT: there is such a file; ERR_NOT_FOUND: its directory is not there;
 *          ERR_INVALID for a path; those of store_copy
 * thread   as store_copy
 */
enum err backup_files_make(struct store *store, const struct backup_place *place,
                           struct store_copy *copy, char **made, struct why *why);

/* When the newest of ours were begun that are not of the future; 0: there is none. */
struct backup_last {
    int64_t scheduled, any;
};
struct backup_last backup_files_last(const char *directory, int64_t now_us);

/* Removes the oldest scheduled ones, but for `keep`; never any other file. Logs what cannot. */
void backup_files_keep(const char *directory, size_t keep);
