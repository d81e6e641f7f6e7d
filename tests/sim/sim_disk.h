/*
 * A disk in memory that can lose its power: each file as the cache shows it, and as it would come
 * back.
 *
 * What is written is only in the cache until the file is synced; a name that is made or removed,
 * only until the directory is. A cut keeps, loses or tears each of what is not synced, by the seed;
 * the death of the process alone keeps all of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/rng.h"

struct disk;
struct disk_file;

/* A disk that lies, for controls. */
struct disk_lies {
    bool no_sync;           /* files are never synced */
    bool no_directory_sync; /* names are never synced */
};

enum disk_result { DISK_OK, DISK_FULL, DISK_FAILED };

struct disk_figures {
    uint64_t cuts, kills; /* so many of each */
    uint64_t lost, torn;  /* writes, in cuts */
    uint64_t full, failed;
};

struct disk *disk_new(const struct disk_lies *lies);
void disk_free(struct disk *disk); /* no file is open */

/* A file by its name; NULL, where it is not there and not to be made, or the power is off. *made
   says whether it is new. A name of NULL: one without a name. */
struct disk_file *disk_open(struct disk *disk, const char *name, bool make, bool *made);
void disk_close(struct disk_file *file);
bool disk_exists(struct disk *disk, const char *name);
enum disk_result disk_remove(struct disk *disk, const char *name);

/* Bytes read, the rest of `n` is filled with zeros; SIZE_MAX: the power is off. */
size_t disk_read(struct disk_file *file, void *out, size_t n, size_t at);
enum disk_result disk_write(struct disk_file *file, const void *from, size_t n, size_t at);
enum disk_result disk_truncate(struct disk_file *file, size_t size);
enum disk_result disk_sync(struct disk_file *file);
enum disk_result disk_sync_directory(struct disk *disk);
size_t disk_size(const struct disk_file *file);

/* The power, or the process, goes at the n-th change from now on; 0: now. */
void disk_arm(struct disk *disk, uint64_t n);
void disk_disarm(struct disk *disk);
/* From now on every change fails and no read succeeds, until disk_back_on. */
bool disk_off(const struct disk *disk);
/* As after a cut of the power, or (`rng` NULL) as after the death of the process. */
void disk_back_on(struct disk *disk, struct rng *rng);

/* There is no room for longer files, while it is so. */
void disk_set_full(struct disk *disk, bool full);
/* What the cache holds and need not write is forgotten: the file is as on the disk, and as what is
   not synced makes of that. */
void disk_read_anew(struct disk *disk, const char *name);
/* The n-th sync from now on fails, once; the cache may take it for done all the same. */
void disk_fail_sync(struct disk *disk, uint64_t n);

const struct disk_figures *disk_figures(const struct disk *disk);
