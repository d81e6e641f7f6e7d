/* Backups of the store, by schedule and when asked for: one at a time, on a thread of its own. */
#include "daemon/core/backup.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/core/backup_files.h"
#include "shared/log.h"
#include "shared/need.h"
#include "shared/rng.h"
#include "shared/units.h"

#define SECOND_US 1000000LL
#define SETTLE_US (30 * SECOND_US) /* a daemon that starts has other things to do */
#define LOOK_US (3600 * SECOND_US) /* the wall clock may be set meanwhile */
#define NICE 10                    /* orders go first */
#define SHARE 4                    /* of the time between two, at most, is waited at the start */

/* One that is being made; the thread's until the bell has rung. */
struct work {
    struct backup_place place;
    char *directory, *path; /* of the place */
    uint32_t keep;
    struct store_copy copy;
    char *made;
    enum err result;
    struct why why;
    struct backup_listener listener; /* done NULL: the schedule's */
};

struct backups {
    struct backup_parts parts;
    struct backup_settings settings;
    char *directory;
    struct loop_source *timer;
    struct loop_bell *bell;
    struct backup_times times; /* of scheduled ones */
    int64_t last_at;           /* of any */
    struct work work;
    pthread_t thread;
    bool working;
    bool stopping;
    atomic_bool stop;
};

static int64_t now(const struct backups *b)
{
    return clock_wall(b->parts.clock);
}

/* Looks again when it may be due. Wall time decides: a machine that slept has its backup then. */
static void arm(struct backups *b)
{
    int64_t due = b->working || b->stopping ? INT64_MAX : backup_due(&b->times);
    int64_t wait = due == INT64_MAX ? 0 : due - now(b);

    if (due == INT64_MAX) {
        loop_timer_set(b->timer, INT64_MAX);
        return;
    }
    if (wait < 0)
        wait = 0;
    loop_timer_set(b->timer, clock_mono(b->parts.clock) + (wait < LOOK_US ? wait : LOOK_US));
}

/* ---- the thread ---- */

static void *make(void *self)
{
    struct backups *b = self;
    struct work *work = &b->work;

    /* Of this thread alone; where it may not, it goes on as it is. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    work->result =
        backup_files_make(b->parts.store, &work->place, &work->copy, &work->made, &work->why);
    if (work->result == OK && work->place.kind == BACKUP_SCHEDULED)
        backup_files_keep(work->place.directory, work->keep);
    loop_bell_ring(b->bell);
    return NULL;
}

static enum err start_thread(struct backups *b, struct why *why)
{
    sigset_t all;
    sigset_t before;
    int rc = 0;

    (void)sigfillset(&all); /* signals are the loop's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&b->thread, NULL, make, b);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? OK : err_sys(why, ERR_INTERNAL, rc, "cannot start the backup's thread");
}

/* ---- the loop ---- */

static void log_made(const struct work *work)
{
    char size[UNITS_TEXT_MAX];
    char orders[UNITS_TEXT_MAX];

    units_format_size(work->copy.bytes, size);
    units_format_count(work->copy.orders, orders);
    log_line(LOG_NOTICE, (const struct log_field[]){{"path", work->made}}, 1,
             "backed up: %s orders, %s", orders, size);
}

static void tell(const struct work *work)
{
    struct backup_made made = {work->made, work->copy.bytes, work->copy.orders};

    if (work->result == OK)
        log_made(work);
    else if (work->listener.done == NULL && work->result != ERR_BUSY) /* else it was stopped */
        log_error("the backup failed: %s", work->why.text);
    if (work->listener.done != NULL)
        work->listener.done(work->listener.self, work->result, work->result == OK ? &made : NULL,
                            &work->why);
}

static void work_done(struct work *work)
{
    free(work->directory);
    free(work->path);
    free(work->made);
    *work = (struct work){0};
}

static void finish(struct backups *b)
{
    struct work work;

    if (!b->working)
        return;
    (void)pthread_join(b->thread, NULL);
    work = b->work;
    b->work = (struct work){0};
    b->working = false;
    if (work.result == OK)
        b->last_at = work.place.now_us;
    if (work.place.kind == BACKUP_SCHEDULED && work.result == OK)
        b->times.last_at = work.place.now_us;
    else if (work.place.kind == BACKUP_SCHEDULED)
        b->times.tried_at = now(b);
    tell(&work);
    work_done(&work);
    arm(b);
}

static void on_made(void *self)
{
    finish(self);
}

static enum err begin(struct backups *b, struct slice path, const struct backup_listener *listener,
                      struct why *why)
{
    struct work *work = &b->work;
    enum err e = OK;

    *work = (struct work){.directory = need(strdup(b->directory)),
                          .path = path.p != NULL ? need(strndup(path.p, path.n)) : NULL,
                          .keep = b->settings.keep,
                          .copy = {.stop = &b->stop}};
    if (listener != NULL)
        work->listener = *listener;
    work->place = (struct backup_place){
        .directory = work->directory,
        .path = work->path,
        .kind = listener != NULL ? BACKUP_ASKED : BACKUP_SCHEDULED,
        .now_us = now(b),
    };
    e = start_thread(b, why);
    b->working = e == OK;
    if (e != OK)
        work_done(work);
    return e;
}

static void on_time(void *self)
{
    struct backups *b = self;
    struct why why = {0};

    if (!b->working && !b->stopping && backup_due(&b->times) <= now(b) &&
        begin(b, (struct slice){NULL, 0}, NULL, &why) != OK) {
        log_error("the backup failed: %s", why.text);
        b->times.tried_at = now(b);
    }
    arm(b);
}

enum err backups_ask(struct backups *b, struct slice path, struct backup_listener listener,
                     struct why *why)
{
    enum err e = OK;

    if (b->stopping)
        return err_set(why, ERR_BUSY, "the daemon is stopping");
    if (b->working)
        return err_busy(why, SECOND_US, "a backup is being made");
    e = begin(b, path, &listener, why);
    arm(b);
    return e;
}

int64_t backups_age(const struct backups *b)
{
    int64_t since = b->last_at > 0 ? b->last_at : b->parts.since_us;
    int64_t age = now(b) - since;

    return age > 0 ? age : 1;
}

/* Daemons that start together do not copy together. */
static int64_t settle(const struct backups *b)
{
    int64_t share = b->settings.every_us / SHARE;
    int64_t least = share < SETTLE_US ? share : SETTLE_US;
    struct rng rng;

    rng_seed(&rng, rng_entropy());
    return now(b) + least + (int64_t)(rng_unit(&rng) * (double)least);
}

void backups_set(struct backups *b, const struct backup_settings *settings)
{
    bool moved = b->directory == NULL || strcmp(b->directory, settings->directory) != 0;
    char *directory = need(strdup(settings->directory));

    free(b->directory);
    b->directory = directory;
    b->settings = *settings;
    b->settings.directory = NULL; /* only the copy lives as long as this */
    b->times.every_us = settings->every_us;
    if (moved) {
        struct backup_last last = backup_files_last(b->directory, now(b));

        b->times.last_at = last.scheduled;
        b->times.tried_at = 0;
        if (last.any > b->last_at)
            b->last_at = last.any;
    }
    arm(b);
}

enum err backups_open(struct backups **out, const struct backup_parts *parts,
                      const struct backup_settings *settings, struct why *why)
{
    struct backups *b = need(calloc(1, sizeof(*b)));

    b->parts = *parts;
    if (loop_add_timer(parts->loop, on_time, b, &b->timer) != OK ||
        loop_add_bell(parts->loop, on_made, b, &b->bell) != OK) {
        backups_close(b);
        return err_set(why, ERR_INTERNAL, "cannot make the backups' timer");
    }
    b->settings = *settings;
    b->times.settled_at = settle(b);
    backups_set(b, settings);
    *out = b;
    return OK;
}

void backups_stop(struct backups *b)
{
    b->stopping = true;
    atomic_store(&b->stop, true);
    arm(b);
}

void backups_close(struct backups *b)
{
    if (b == NULL)
        return;
    if (b->timer != NULL)
        backups_stop(b);
    finish(b);
    loop_source_free(b->timer);
    loop_bell_free(b->bell);
    free(b->directory);
    free(b);
}
