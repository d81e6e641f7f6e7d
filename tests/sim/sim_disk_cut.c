/* What a cut of the power leaves of a simulated disk. */
#include "tests/sim/sim_disk_inside.h"

#define SECTOR 512

/* Each sector of it is kept or lost; of a lost one, bytes of any value may stand there. */
static void tear(struct disk_file *file, const struct pending *p, struct rng *rng)
{
    size_t end = p->at + p->n;

    for (size_t at = p->at; at < end;) {
        size_t next = (at / SECTOR + 1) * SECTOR;
        size_t n = (next < end ? next : end) - at;
        uint64_t chance = rng_next(rng) % 16;

        if (chance < 8) {
            image_put(&file->synced, file->bytes.p + p->data + (at - p->at), n, at);
        } else if (chance == 8) {
            uint8_t noise[SECTOR];

            for (size_t i = 0; i < n; i++)
                noise[i] = (uint8_t)rng_next(rng);
            image_put(&file->synced, noise, n, at);
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
            image_resize(&file->synced, p->at);
        } else if (chance >= mood->lost + mood->torn) {
            image_put(&file->synced, file->bytes.p + p->data, p->n, p->at);
        } else {
            file->disk->figures.torn++;
            tear(file, p, rng);
        }
    }
    disk_forget_queue(file);
    image_resize(&file->now, 0);
    image_put(&file->now, file->synced.p, file->synced.n, 0);
}

static void cut_names(struct disk *disk, struct rng *rng)
{
    for (size_t i = 0; i < disk->n_names; i++) {
        struct name *name = &disk->names[i];
        struct disk_file *kept = rng_next(rng) % 2 == 0 ? name->now : name->synced;

        (void)disk_hold(kept);
        (void)disk_hold(kept);
        disk_drop(name->now);
        disk_drop(name->synced);
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
