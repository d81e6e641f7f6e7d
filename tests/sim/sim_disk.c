/* A disk in memory that can lose its power. */
#include "tests/sim/sim_disk.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 16
#define SECTOR 512

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

/* ---- bytes ---- */

static void resize(struct image *image, size_t n)
{
    if (n > image->cap) {
        image->cap = n > image->cap * 2 ? n : image->cap * 2;
        image->p = realloc(image->p, image->cap);
        if (image->p == NULL)
            abort();
    }
    if (n > image->n)
        memset(image->p + image->n, 0, n - image->n);
    image->n = n;
}

static void put(struct image *image, const void *from, size_t n, size_t at)
{
    if (at + n > image->n)
        resize(image, at + n);
    memcpy(image->p + at, from, n);
}

/* ---- files ---- */

static void forget_queue(struct disk_file *file)
{
    file->n_queue = 0;
    file->bytes.n = 0;
}

static void drop(struct disk_file *file)
{
    if (file == NULL || --file->refs > 0)
        return;
    free(file->now.p);
    free(file->synced.p);
    free(file->bytes.p);
    free(file->queue);
    free(file);
}

static struct disk_file *hold(struct disk_file *file)
{
    if (file != NULL)
        file->refs++;
    return file;
}

static void queue(struct disk_file *file, const void *from, size_t n, size_t at)
{
    if (file->n_queue == file->cap_queue) {
        file->cap_queue = file->cap_queue * 2 + 64;
        file->queue = realloc(file->queue, file->cap_queue * sizeof(*file->queue));
        if (file->queue == NULL)
            abort();
    }
    file->queue[file->n_queue++] = (struct pending){at, n, file->bytes.n};
    if (n != SIZE_MAX)
        put(&file->bytes, from, n, file->bytes.n);
}

static struct name *find(struct disk *disk, const char *name)
{
    for (size_t i = 0; i < disk->n_names; i++) {
        if (strcmp(disk->names[i].text, name) == 0)
            return &disk->names[i];
    }
    return NULL;
}

/* A change is to be made: does the power last? */
static bool change(struct disk *disk)
{
    if (!disk->off && disk->until != UINT64_MAX && disk->until-- == 0)
        disk_arm(disk, 0);
    return !disk->off;
}

struct disk *disk_new(const struct disk_lies *lies)
{
    struct disk *disk = calloc(1, sizeof(*disk));

    if (disk == NULL)
        abort();
    disk->lies = *lies;
    disk->until = UINT64_MAX;
    return disk;
}

void disk_free(struct disk *disk)
{
    for (size_t i = 0; i < disk->n_names; i++) {
        drop(disk->names[i].now);
        drop(disk->names[i].synced);
        free(disk->names[i].text);
    }
    free(disk);
}

static struct name *new_name(struct disk *disk, const char *text)
{
    struct name *name = NULL;

    if (disk->n_names == NAMES_MAX)
        abort();
    name = &disk->names[disk->n_names++];
    *name = (struct name){.text = strdup(text)};
    if (name->text == NULL)
        abort();
    return name;
}

struct disk_file *disk_open(struct disk *disk, const char *name, bool make, bool *made)
{
    struct name *at = name != NULL ? find(disk, name) : NULL;
    struct disk_file *file = NULL;

    *made = false;
    if (disk->off)
        return NULL;
    if (at != NULL && at->now != NULL)
        return hold(at->now);
    if (!make || !change(disk))
        return NULL;
    file = calloc(1, sizeof(*file));
    if (file == NULL)
        abort();
    file->disk = disk;
    if (name != NULL) {
        at = at != NULL ? at : new_name(disk, name);
        at->now = hold(file);
    }
    *made = true;
    return hold(file);
}

void disk_close(struct disk_file *file)
{
    drop(file);
}

bool disk_exists(struct disk *disk, const char *name)
{
    const struct name *at = find(disk, name);

    return !disk->off && at != NULL && at->now != NULL;
}

enum disk_result disk_remove(struct disk *disk, const char *name)
{
    struct name *at = find(disk, name);

    if (!change(disk))
        return DISK_FAILED;
    if (at != NULL) {
        drop(at->now);
        at->now = NULL;
    }
    return DISK_OK;
}

size_t disk_read(struct disk_file *file, void *out, size_t n, size_t at)
{
    size_t there = at < file->now.n ? file->now.n - at : 0;

    if (file->disk->off)
        return SIZE_MAX;
    there = there < n ? there : n;
    if (there > 0)
        memcpy(out, file->now.p + at, there);
    memset((uint8_t *)out + there, 0, n - there);
    return there;
}

enum disk_result disk_write(struct disk_file *file, const void *from, size_t n, size_t at)
{
    bool was_on = !file->disk->off;
    bool on = change(file->disk);

    if (on && file->disk->full && at + n > file->now.n) {
        file->disk->figures.full++;
        return DISK_FULL;
    }
    if (was_on) { /* one under way when the power goes may be there, or half of it */
        put(&file->now, from, n, at);
        queue(file, from, n, at);
    }
    return on ? DISK_OK : DISK_FAILED;
}

enum disk_result disk_truncate(struct disk_file *file, size_t size)
{
    if (!change(file->disk))
        return DISK_FAILED;
    resize(&file->now, size);
    queue(file, NULL, SIZE_MAX, size);
    return DISK_OK;
}

static void apply(struct disk_file *file)
{
    for (size_t i = 0; i < file->n_queue; i++) {
        const struct pending *p = &file->queue[i];

        if (p->n == SIZE_MAX)
            resize(&file->synced, p->at);
        else
            put(&file->synced, file->bytes.p + p->data, p->n, p->at);
    }
    forget_queue(file);
}

enum disk_result disk_sync(struct disk_file *file)
{
    struct disk *disk = file->disk;

    if (!change(disk))
        return DISK_FAILED;
    if (disk->sync_fails > 0 && --disk->sync_fails == 0) {
        if (++disk->figures.failed % 2 == 0) /* the cache forgets that it has still to be written */
            forget_queue(file);
        return DISK_FAILED;
    }
    if (!disk->lies.no_sync)
        apply(file);
    return DISK_OK;
}

enum disk_result disk_sync_directory(struct disk *disk)
{
    if (!change(disk))
        return DISK_FAILED;
    for (size_t i = 0; i < disk->n_names && !disk->lies.no_directory_sync; i++) {
        struct name *name = &disk->names[i];
        struct disk_file *before = name->synced;

        name->synced = hold(name->now);
        drop(before);
    }
    return DISK_OK;
}

size_t disk_size(const struct disk_file *file)
{
    return file->now.n;
}

/* ---- the power ---- */

void disk_arm(struct disk *disk, uint64_t n)
{
    disk->until = n > 0 ? n - 1 : UINT64_MAX;
    disk->off = disk->off || n == 0;
}

void disk_disarm(struct disk *disk)
{
    disk->until = UINT64_MAX;
}

bool disk_off(const struct disk *disk)
{
    return disk->off;
}

/* Each sector of it is kept or lost; of a lost one, bytes of any value may stand there. */
static void tear(struct disk_file *file, const struct pending *p, struct rng *rng)
{
    size_t end = p->at + p->n;

    for (size_t at = p->at; at < end;) {
        size_t next = (at / SECTOR + 1) * SECTOR;
        size_t n = (next < end ? next : end) - at;
        uint64_t chance = rng_next(rng) % 16;

        if (chance < 8) {
            put(&file->synced, file->bytes.p + p->data + (at - p->at), n, at);
        } else if (chance == 8) {
            uint8_t noise[SECTOR];

            for (size_t i = 0; i < n; i++)
                noise[i] = (uint8_t)rng_next(rng);
            put(&file->synced, noise, n, at);
        }
        at += n;
    }
}

/* How many of eight writes a cut loses, and tears. */
static const struct mood {
    uint64_t lost, torn;
} moods[] = {{8, 0}, {4, 2}, {1, 1}, {0, 4}};

static void cut_file(struct disk_file *file, struct rng *rng)
{
    const struct mood *mood = &moods[rng_next(rng) % (sizeof(moods) / sizeof(moods[0]))];

    for (size_t i = 0; i < file->n_queue; i++) {
        const struct pending *p = &file->queue[i];
        uint64_t chance = rng_next(rng) % 8;

        if (chance < mood->lost) {
            file->disk->figures.lost++;
        } else if (p->n == SIZE_MAX) {
            resize(&file->synced, p->at);
        } else if (chance >= mood->lost + mood->torn) {
            put(&file->synced, file->bytes.p + p->data, p->n, p->at);
        } else {
            file->disk->figures.torn++;
            tear(file, p, rng);
        }
    }
    forget_queue(file);
    resize(&file->now, 0);
    put(&file->now, file->synced.p, file->synced.n, 0);
}

static void cut_names(struct disk *disk, struct rng *rng)
{
    for (size_t i = 0; i < disk->n_names; i++) {
        struct name *name = &disk->names[i];
        struct disk_file *kept = rng_next(rng) % 2 == 0 ? name->now : name->synced;

        (void)hold(kept);
        (void)hold(kept);
        drop(name->now);
        drop(name->synced);
        name->now = name->synced = kept;
    }
}

void disk_back_on(struct disk *disk, struct rng *rng)
{
    disk->off = disk->full = false;
    disk->until = UINT64_MAX;
    disk->sync_fails = 0;
    disk->figures.cuts += rng != NULL;
    disk->figures.kills += rng == NULL;
    if (rng == NULL)
        return;
    cut_names(disk, rng);
    for (size_t i = 0; i < disk->n_names; i++) {
        if (disk->names[i].now != NULL)
            cut_file(disk->names[i].now, rng);
    }
}

void disk_set_full(struct disk *disk, bool full)
{
    disk->full = full;
}

void disk_fail_sync(struct disk *disk, uint64_t n)
{
    disk->sync_fails = n;
}

const struct disk_figures *disk_figures(const struct disk *disk)
{
    return &disk->figures;
}
