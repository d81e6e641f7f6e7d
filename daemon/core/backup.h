/*
 * Backups of the store, by schedule and when asked for: one at a time, on a thread of its own.
 *
 *   idle ──asked for, or due──> copying and checking ──whole, or given up──> idle
 *
 * What was backed up last is told by the names in the directory (backup_name.h), so that the
 * schedule goes on after a restart. Thread: the loop's.
 */
#pragma once

#include "daemon/store/store.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"

struct backups;

struct backup_settings {
    const char *directory; /* copied */
    int64_t every_us;      /* 0: only when asked for */
    uint32_t keep;         /* scheduled ones */
};

/* All borrowed. */
struct backup_parts {
    struct loop *loop;
    const struct clock *clock;
    struct store *store;
    int64_t since_us; /* wall time: since when there is something to back up */
};

struct backup_made {
    const char *path;
    int64_t bytes, orders;
};

/* Hears once how a backup that was asked for ended. `made` only with OK; borrowed. */
struct backup_listener {
    void (*done)(void *self, enum err result, const struct backup_made *made,
                 const struct why *why);
    void *self;
};

enum err backups_open(struct backups **out, const struct backup_parts *parts,
                      const struct backup_settings *settings, struct why *why);
void backups_set(struct backups *backups, const struct backup_settings *settings);

/* Gives up the one that is being made, and makes no more. */
void backups_stop(struct backups *backups);
void backups_close(struct backups *backups); /* takes NULL; tells who still waits */

/*
 * Makes one now.
 *
 * path     absolute, or within the directory; absent: a name of ours there
 * errors   ERR_BUSY: another one is being made, or the daemon stops; `done` is not called then. To
 *          `done` also: those of backup_files_make
 */
enum err backups_ask(struct backups *backups, struct slice path, struct backup_listener listener,
                     struct why *why);

/* µs since the last good one was begun, or since there is something to back up; at least 1. */
int64_t backups_age(const struct backups *backups);
