/* Reads all rows slowly, on a thread of its own, and names those that do not hold. */
#include "daemon/core/scrub.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/need.h"

#define AT_ONCE 100 /* orders in a snapshot: the log can be begun anew between two */
#define REST 4      /* times as long as it took to look at them */
#define REST_LEAST_US 1000
#define TOLD_WITHIN_US (60 * 1000000LL)
#define NICE 10 /* orders go first */

struct scrub {
    struct scrub_parts parts;
    struct loop_bell *bell;
    pthread_t thread;
    bool working;  /* there is a thread to be joined */
    bool stopping; /* no other begins */
    bool untold;   /* the last walk's end */

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t news;
    bool stop;
    struct scrub_found found;

    /* What is known to be broken, from walks and from what could not be read: the loop's. */
    struct uuid known[SCRUB_NAMED_MAX];
    size_t n_known;
};

/* ---- the thread ---- */

static void take_broken(void *self, const struct uuid *uid, const char *what)
{
    struct scrub *scrub = self;
    struct scrub_found *found = &scrub->found;

    (void)what;
    (void)pthread_mutex_lock(&scrub->lock);
    if (found->n_named < SCRUB_NAMED_MAX)
        found->named[found->n_named++] = *uid;
    found->broken++;
    (void)pthread_mutex_unlock(&scrub->lock);
}

static struct timespec after(int64_t us)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)(us % 1000000) * 1000;
    at.tv_sec += (time_t)(us / 1000000) + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

/* Notes how far it has got, and rests; false: stopped. */
static bool rest(struct scrub *scrub, const struct store_verify_ask *ask, int64_t us)
{
    struct timespec until = after(us > REST_LEAST_US ? us : REST_LEAST_US);
    bool stop = false;

    (void)pthread_mutex_lock(&scrub->lock);
    scrub->found.checked = ask->checked;
    scrub->found.unsummed = ask->unsummed;
    while (!scrub->stop && !ask->end &&
           pthread_cond_timedwait(&scrub->news, &scrub->lock, &until) == 0) {
    }
    stop = scrub->stop;
    (void)pthread_mutex_unlock(&scrub->lock);
    return !stop;
}

static enum err look_at_all(struct scrub *scrub, struct store_reader *reader, struct why *why)
{
    struct store_verify_ask ask = {.limit = AT_ONCE, .broken = take_broken, .self = scrub};
    const struct clock *clock = scrub->parts.clock;
    enum err e = OK;

    while (e == OK && !ask.end) {
        int64_t began = clock_mono(clock);

        e = store_verify(reader, &ask, why);
        if (!rest(scrub, &ask, REST * (clock_mono(clock) - began)))
            return err_set(why, ERR_BUSY, "stopped");
    }
    return e;
}

static void *walk(void *self)
{
    struct scrub *scrub = self;
    struct store_reader *reader = NULL;
    struct why why = {0};
    enum err e = OK;

    /* Of this thread alone; where it may not, it goes on as it is. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    e = store_reader_open(scrub->parts.store, &reader, &why);
    if (e == OK)
        e = look_at_all(scrub, reader, &why);
    store_reader_close(reader);
    (void)pthread_mutex_lock(&scrub->lock);
    scrub->found.result = e;
    scrub->found.why = why;
    (void)pthread_mutex_unlock(&scrub->lock);
    loop_bell_ring(scrub->bell);
    return NULL;
}

static enum err start_thread(struct scrub *scrub, struct why *why)
{
    sigset_t all;
    sigset_t before;
    int rc = 0;

    (void)sigfillset(&all); /* signals are the loop's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&scrub->thread, NULL, walk, scrub);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? OK : err_sys(why, ERR_INTERNAL, rc, "cannot start the thread that verifies");
}

/* ---- the loop ---- */

static bool knows(const struct scrub *scrub, const struct uuid *uid)
{
    for (size_t i = 0; i < scrub->n_known; i++) {
        if (uuid_compare(&scrub->known[i], uid) == 0)
            return true;
    }
    return false;
}

static void log_broken(const struct uuid *uid)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(uid, id);
    log_line(LOG_ERROR, (const struct log_field[]){{"order_id", id}}, 1,
             "order %s does not hold: it was changed or damaged in the store", id);
}

/* What a whole walk did not find is not broken any more. */
static void learn(struct scrub *scrub, const struct scrub_found *found)
{
    for (size_t i = 0; i < found->n_named; i++) {
        if (!knows(scrub, &found->named[i]))
            log_broken(&found->named[i]);
    }
    memcpy(scrub->known, found->named, found->n_named * sizeof(*found->named));
    scrub->n_known = found->n_named;
}

static void finish(struct scrub *scrub)
{
    struct scrub_found *found = &scrub->found;

    if (!scrub->working)
        return;
    (void)pthread_join(scrub->thread, NULL);
    scrub->working = false;
    scrub->untold = true;
    found->running = false;
    found->finished_at = clock_wall(scrub->parts.clock);
    if (found->result == OK) {
        learn(scrub, found);
        log_notice("verified %" PRId64 " orders: %" PRId64 " do not hold", found->checked,
                   found->broken);
    } else if (found->result != ERR_BUSY) {
        log_error("cannot verify all orders: %s", found->why.text);
    }
}

static void on_walked(void *self)
{
    finish(self);
}

static enum err begin(struct scrub *scrub, int64_t total, struct why *why)
{
    enum err e = OK;

    scrub->found = (struct scrub_found){
        .running = true, .total = total, .started_at = clock_wall(scrub->parts.clock)};
    e = start_thread(scrub, why);
    scrub->working = e == OK;
    return e;
}

enum err scrub_ask(struct scrub *scrub, int64_t total, struct scrub_found *out, struct why *why)
{
    int64_t age = clock_wall(scrub->parts.clock) - scrub->found.finished_at;
    bool tell = scrub->untold && age >= 0 && age < TOLD_WITHIN_US;
    enum err e = OK;

    if (scrub->stopping)
        return err_set(why, ERR_BUSY, "the daemon is stopping");
    if (!scrub->working && !tell)
        e = begin(scrub, total, why);
    scrub->untold = false;
    (void)pthread_mutex_lock(&scrub->lock);
    *out = scrub->found;
    (void)pthread_mutex_unlock(&scrub->lock);
    return e;
}

void scrub_heard(void *self, const char *why)
{
    struct scrub *scrub = self;
    struct uuid uid;

    if (!store_verify_named(why, &uid)) {
        log_error("%s", why);
        return;
    }
    if (knows(scrub, &uid))
        return;
    log_broken(&uid);
    if (scrub->n_known < SCRUB_NAMED_MAX)
        scrub->known[scrub->n_known++] = uid;
}

bool scrub_problem(const struct scrub *scrub, struct why *out)
{
    char id[UUID_TEXT_LEN + 1];

    if (scrub->n_known == 0)
        return false;
    uuid_format(&scrub->known[0], id);
    (void)err_set(out, ERR_DAMAGED,
                  "%zu %s not hold, changed or damaged in the store; the first is %s",
                  scrub->n_known, scrub->n_known == 1 ? "order does" : "orders do", id);
    return true;
}

/* Rests are measured by a clock that nobody sets. */
static void init_sync(struct scrub *scrub)
{
    pthread_condattr_t monotonic;

    if (pthread_mutex_init(&scrub->lock, NULL) != 0 || pthread_condattr_init(&monotonic) != 0 ||
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&scrub->news, &monotonic) != 0)
        abort();
    (void)pthread_condattr_destroy(&monotonic);
}

enum err scrub_open(struct scrub **out, const struct scrub_parts *parts, struct why *why)
{
    struct scrub *scrub = need(calloc(1, sizeof(*scrub)));

    scrub->parts = *parts;
    init_sync(scrub);
    if (loop_add_bell(parts->loop, on_walked, scrub, &scrub->bell) != OK) {
        scrub_close(scrub);
        return err_set(why, ERR_INTERNAL, "cannot make the bell of what verifies");
    }
    *out = scrub;
    return OK;
}

void scrub_stop(struct scrub *scrub)
{
    scrub->stopping = true;
    (void)pthread_mutex_lock(&scrub->lock);
    scrub->stop = true;
    (void)pthread_cond_signal(&scrub->news);
    (void)pthread_mutex_unlock(&scrub->lock);
}

void scrub_close(struct scrub *scrub)
{
    if (scrub == NULL)
        return;
    scrub_stop(scrub);
    finish(scrub);
    loop_bell_free(scrub->bell);
    (void)pthread_cond_destroy(&scrub->news);
    (void)pthread_mutex_destroy(&scrub->lock);
    free(scrub);
}
