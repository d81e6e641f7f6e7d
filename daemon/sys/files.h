/* Files that appear whole or not at all: made under another name, synced, then renamed. */
#pragma once

#include "shared/err.h"

#define FILES_PATH_MAX 4096

/* The directory a path is in: "." for a bare name. ERR_INVALID when it is too long. */
enum err files_directory_of(const char *path, char out[FILES_PATH_MAX], struct why *why);

/* Makes what was done to the directory's names durable. ERR_NOT_FOUND, ERR_READ_ONLY. */
enum err files_sync_directory(const char *directory, struct why *why);

/*
 * Makes a file for us alone (0600) in the directory, under a name that nobody else has, and holds
 * a lock on it, which ends with us: files_sweep removes those whose maker has died.
 *
 * path     gets its name
 * returns  its descriptor; -1 with `why` (files_err says which code errno is)
 */
int files_make_temporary(const char *directory, char path[FILES_PATH_MAX], struct why *why);

/* Removes what killed makers of temporary files left in the directory, and nothing else. */
void files_sweep(const char *directory);

/* Gives a synced file its name, which must be free, and syncs the directory. ERR_CONFLICT when it
   is taken; ERR_NOT_FOUND, ERR_READ_ONLY. */
enum err files_publish(const char *temporary, const char *path, struct why *why);

/*
 * Removes a file, however large, without holding up others who sync: bit by bit, under another name
 * in its directory, where files_sweep finds what is left of it. Logs what cannot.
 */
void files_remove(const char *directory, const char *name);

/* The code for a failure to make or rename a file. */
enum err files_err(int errnum);
