/* What backups are called, which of them are too many, and when the next one is due: pure. */
#pragma once

#include "shared/text.h"

#define BACKUP_NAME_MAX 64

enum backup_kind {
    BACKUP_SCHEDULED, /* orders-2026-11-23T01:02:03Z.db: removed when there are newer ones */
    BACKUP_ASKED      /* manual-2026-11-23T01:02:03Z.db: asked for without a name; stays */
};

/* The name of one begun at `at_us`; `n` tells apart those of one second: from 2 on it is in it. */
void backup_name(enum backup_kind kind, int64_t at_us, unsigned n, char out[BACKUP_NAME_MAX]);

/* False for a name that is none of ours. */
bool backup_name_read(struct slice name, enum backup_kind *kind, int64_t *at_us);

struct backup_found {
    char name[BACKUP_NAME_MAX];
    int64_t at_us;
};

/* Sorts scheduled backups, newest first, and returns how many of the first ones are kept: those
   behind are to be removed. */
size_t backup_sort(struct backup_found *found, size_t n, size_t keep);

/*
 * When the next scheduled backup is due, by wall time.
 *
 * last_at   when the last good one was begun; 0: never
 * tried_at  when one failed since; 0: none
 * settled   none before: a daemon that has just started has other things to do
 * returns   µs; INT64_MAX: never
 */
struct backup_times {
    int64_t every_us; /* 0: never */
    int64_t last_at, tried_at, settled_at;
};
int64_t backup_due(const struct backup_times *times);
