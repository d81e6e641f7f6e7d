/* The inside of the simulated disk, for its two halves: use, and the cut of the power. */
#pragma once

#include "tests/sim/sim_disk.h"

#define NAMES_MAX 16

/* Bytes that grow. */
struct image {
    uint8_t *p;
    size_t n, cap;
};

/* A write, or (`n` SIZE_MAX) a new length, that is not synced. */
struct pending {
    size_t at, n;
    size_t data; /* where its bytes are in `bytes` */
};

struct disk_file {
    struct disk *disk;
    unsigned refs;         /* names and handles */
    struct image now;      /* as the cache shows it */
    struct image synced;   /* as of the last sync */
    struct pending *queue; /* what came since, in order */
    size_t n_queue, cap_queue;
    struct image bytes;
};

struct name {
    char *text;
    struct disk_file *now, *synced; /* NULL: not there */
};

struct disk {
    struct disk_lies lies;
    struct name names[NAMES_MAX];
    size_t n_names;
    uint64_t until;      /* changes until it goes off; UINT64_MAX: never */
    uint64_t sync_fails; /* the same of the sync that fails; 0: none */
    bool off, full;
    struct disk_figures figures;
};

void image_resize(struct image *image, size_t n);
void image_put(struct image *image, const void *from, size_t n, size_t at);

struct disk_file *disk_hold(struct disk_file *file); /* takes NULL, and so does the next */
void disk_drop(struct disk_file *file);
void disk_forget_queue(struct disk_file *file);
