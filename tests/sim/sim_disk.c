/* A disk in memory that can lose its power. */
#include "tests/sim/sim_disk_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- bytes ---- */

void image_resize(struct image *image, size_t n)
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

void image_put(struct image *image, const void *from, size_t n, size_t at)
{
    if (n == 0)
        return;
    if (at + n > image->n)
        image_resize(image, at + n);
    memcpy(image->p + at, from, n);
}

/* ---- files ---- */

void disk_forget_queue(struct disk_file *file)
{
    file->n_queue = 0;
    file->bytes.n = 0;
}

void disk_drop(struct disk_file *file)
{
    if (file == NULL || --file->refs > 0)
        return;
    free(file->now.p);
    free(file->synced.p);
    free(file->bytes.p);
    free(file->queue);
    free(file);
}

struct disk_file *disk_hold(struct disk_file *file)
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
    if (from != NULL)
        image_put(&file->bytes, from, n, file->bytes.n);
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
        disk_drop(disk->names[i].now);
        disk_drop(disk->names[i].synced);
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
        return disk_hold(at->now);
    if (!make || !change(disk))
        return NULL;
    file = calloc(1, sizeof(*file));
    if (file == NULL)
        abort();
    file->disk = disk;
    if (name != NULL) {
        at = at != NULL ? at : new_name(disk, name);
        at->now = disk_hold(file);
    }
    *made = true;
    return disk_hold(file);
}

void disk_close(struct disk_file *file)
{
    disk_drop(file);
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
        disk_drop(at->now);
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
        image_put(&file->now, from, n, at);
        queue(file, from, n, at);
    }
    return on ? DISK_OK : DISK_FAILED;
}

enum disk_result disk_truncate(struct disk_file *file, size_t size)
{
    if (!change(file->disk))
        return DISK_FAILED;
    image_resize(&file->now, size);
    queue(file, NULL, SIZE_MAX, size);
    return DISK_OK;
}

/* What is not synced, put into an image. */
static void apply(struct disk_file *file, struct image *to)
{
    for (size_t i = 0; i < file->n_queue; i++) {
        const struct pending *p = &file->queue[i];

        if (p->n == SIZE_MAX)
            image_resize(to, p->at);
        else
            image_put(to, file->bytes.p + p->data, p->n, p->at);
    }
}

void disk_read_anew(struct disk *disk, const char *name)
{
    const struct name *at = find(disk, name);

    if (at == NULL || at->now == NULL || disk->off)
        return;
    image_resize(&at->now->now, 0);
    image_put(&at->now->now, at->now->synced.p, at->now->synced.n, 0);
    apply(at->now, &at->now->now);
}

enum disk_result disk_sync(struct disk_file *file)
{
    struct disk *disk = file->disk;

    if (!change(disk))
        return DISK_FAILED;
    if (disk->sync_fails > 0 && --disk->sync_fails == 0) {
        if (++disk->figures.failed % 2 == 0) /* the cache forgets that it has still to be written */
            disk_forget_queue(file);
        return DISK_FAILED;
    }
    if (!disk->lies.no_sync) {
        apply(file, &file->synced);
        disk_forget_queue(file);
    }
    return DISK_OK;
}

enum disk_result disk_sync_directory(struct disk *disk)
{
    if (!change(disk))
        return DISK_FAILED;
    for (size_t i = 0; i < disk->n_names && !disk->lies.no_directory_sync; i++) {
        struct name *name = &disk->names[i];
        struct disk_file *before = name->synced;

        name->synced = disk_hold(name->now);
        disk_drop(before);
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
