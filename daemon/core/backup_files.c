/* The backups that lie in a directory: found, made, and the oldest ones removed. */
#include "daemon/core/backup_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/sys/files.h"
#include "shared/need.h"

#define DIRECTORY_MODE 0700
#define SAME_SECOND_MAX 100

static int is_ours(const struct dirent *entry)
{
    enum backup_kind kind = BACKUP_SCHEDULED;
    int64_t at_us = 0;

    return backup_name_read(slice_of(entry->d_name), &kind, &at_us);
}

struct backup_last backup_files_last(const char *directory, int64_t now_us)
{
    struct dirent **entries = NULL;
    struct backup_last last = {0};
    int n = scandir(directory, &entries, is_ours, NULL);

    for (int i = 0; i < n; i++) {
        enum backup_kind kind = BACKUP_ASKED;
        int64_t at_us = 0;

        (void)backup_name_read(slice_of(entries[i]->d_name), &kind, &at_us);
        if (at_us > last.any && at_us <= now_us)
            last.any = at_us;
        if (at_us > last.scheduled && at_us <= now_us && kind == BACKUP_SCHEDULED)
            last.scheduled = at_us;
        free(entries[i]);
    }
    free(entries);
    return last;
}

void backup_files_keep(const char *directory, size_t keep)
{
    struct dirent **entries = NULL;
    int n = scandir(directory, &entries, is_ours, NULL);
    struct backup_found *found = need(calloc(n > 0 ? (size_t)n : 1, sizeof(*found)));
    size_t scheduled = 0;

    for (int i = 0; i < n; i++) {
        struct backup_found *at = &found[scheduled];
        enum backup_kind kind = BACKUP_ASKED;

        if (backup_name_read(slice_of(entries[i]->d_name), &kind, &at->at_us) &&
            kind == BACKUP_SCHEDULED) {
            (void)stpcpy(at->name, entries[i]->d_name); /* as short as we make them */
            scheduled++;
        }
        free(entries[i]);
    }
    free(entries);
    for (size_t i = backup_sort(found, scheduled, keep); i < scheduled; i++)
        files_remove(directory, found[i].name);
    free(found);
}

static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static enum err join(const char *directory, const char *name, char out[FILES_PATH_MAX],
                     struct why *why)
{
    int n = snprintf(out, FILES_PATH_MAX, "%s/%s", directory, name);

    if (n > 0 && n < FILES_PATH_MAX)
        return OK;
    return err_set(why, ERR_INVALID, "path: '%.64s...' is too long", name);
}

static enum err own_name(const struct backup_place *place, char out[FILES_PATH_MAX],
                         struct why *why)
{
    char name[BACKUP_NAME_MAX];

    for (unsigned n = 1; n < SAME_SECOND_MAX; n++) {
        enum err e = OK;

        backup_name(place->kind, place->now_us, n, name);
        e = join(place->directory, name, out, why);
        if (e != OK || !is_there(out))
            return e;
    }
    return err_set(why, ERR_CONFLICT, "'%s' exists", out);
}

/* A relative path stays within the directory. */
static bool climbs(struct slice path)
{
    while (path.p != NULL) {
        if (slice_is(slice_cut(&path, '/'), ".."))
            return true;
    }
    return false;
}

static enum err find_path(const struct backup_place *place, char out[FILES_PATH_MAX],
                          struct why *why)
{
    const char *given = place->path;
    enum err e = OK;

    if (given == NULL)
        return own_name(place, out, why);
    if (given[0] == '\0' || given[strlen(given) - 1] == '/')
        return err_set(why, ERR_INVALID, "path: '%s' names no file", given);
    if (given[0] != '/' && climbs(slice_of(given)))
        return err_set(why, ERR_INVALID, "path: '%s' leads out of '%s'", given, place->directory);
    e = given[0] == '/' ? join("", given + 1, out, why) : join(place->directory, given, out, why);
    if (e == OK && is_there(out))
        e = err_set(why, ERR_CONFLICT, "'%s' exists", out);
    return e;
}

/* The copy under a name of its own, until it is whole. */
static enum err make_at(struct store *store, const char *path, struct store_copy *copy,
                        struct why *why)
{
    char directory[FILES_PATH_MAX];
    char temporary[FILES_PATH_MAX];
    enum err e = files_directory_of(path, directory, why);
    int fd = -1;

    if (e != OK)
        return e;
    files_sweep(directory);
    fd = files_make_temporary(directory, temporary, why);
    if (fd < 0)
        return files_err(errno);
    copy->path = temporary;
    e = store_copy(store, copy, why);
    copy->path = NULL;
    if (e == OK)
        e = files_publish(temporary, path, why);
    if (e != OK)
        (void)unlink(temporary);
    (void)close(fd);
    return e;
}

enum err backup_files_make(struct store *store, const struct backup_place *place,
                           struct store_copy *copy, char **made, struct why *why)
{
    char path[FILES_PATH_MAX];
    enum err e = OK;

    if (mkdir(place->directory, DIRECTORY_MODE) != 0 && errno != EEXIST)
        return err_sys(why, files_err(errno), errno, "cannot make '%s'", place->directory);
    e = find_path(place, path, why);
    if (e == OK)
        e = make_at(store, path, copy, why);
    if (e != OK)
        return e;
    *made = need(strdup(path));
    return OK;
}
