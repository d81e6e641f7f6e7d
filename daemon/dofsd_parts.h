/*
 * What the files of dofsd share: all parts of the running daemon.
 *
 *   dofsd.c          opens, runs, closes
 *   dofsd_open.c     builds the parts, from the bottom up
 *   dofsd_lock.c     directories and the lock
 *   dofsd_handlers.c which handlers there are
 *   dofsd_watch.c    looks every second
 *   dofsd_reload.c   another configuration, while it runs
 *   dofsd_stop.c     signals, and the orderly end
 *   dofsd_restore.c  a backup in the store's place, while it does not run
 *   dofsd_verify.c   what does not hold in the store, while it runs and while it does not
 */
#pragma once

#include <signal.h>

#include "daemon/api/server.h"
#include "daemon/config.h"
#include "daemon/dofsd.h"
#include "daemon/dofsd_watch.h"
#include "daemon/handler/handler_worker.h"
#include "daemon/observe/publish.h"
#include "daemon/sys/ballast.h"
#include "daemon/sys/child.h"
#include "daemon/sys/lockfile.h"
#include "shared/uuid.h"

/* The attempts, or the undos, of a step: what carries them out. */
struct dofsd_pool {
    uint16_t number;   /* STORE_POOL */
    struct slice step; /* the store's */
    bool undo;
    const struct dofsd_maker *maker; /* dofsd_handlers.c's */
    struct handler handler;
};

struct dofsd {
    const struct dofsd_args *args;
    struct clock clock;
    struct config *config;
    char epoch[UUID_TEXT_LEN + 1];
    int64_t started_at; /* wall µs */
    struct lockfile *lock;
    struct store *store;
    struct ballast *ballast;
    struct loop *loop;
    struct readers *readers;
    struct metrics *metrics;
    struct publish *publish;
    struct engine *engine;
    struct control *control;
    struct dispatch *dispatch;
    struct children *children;
    struct slice step_names[STEPS_EVER_MAX]; /* by number, as many as the store knows; its own */
    struct dofsd_pool pools[STORE_POOLS_MAX];
    size_t n_pools;
    struct worker *worker; /* of those that are leased; NULL: none is */
    struct info_step info_steps[STEPS_MAX];
    size_t n_info_steps;
    struct replay_runner *replays;
    struct retention *retention;
    struct backups *backups;
    struct scrub *scrub;
    struct watch *watch;
    struct server *server;
    struct sp_callbacks subscribe; /* the server's, for the events socket */
    struct sp_net *net;
    struct loop_source *terminate, *interrupt, *hangup, *watchdog, *grace, *pass;

    bool ran;      /* it got as far as being ready */
    bool stopping; /* no more requests, no more attempts */
    bool idle;     /* nothing is in flight any more */
    bool closing;  /* the loop is over: nothing new is begun */
    enum dofsd_exit exit_code;
    enum err store_state; /* the store's failure, if it failed */
    struct why store_why;
};

/* Makes the directories and takes the lock: ERR_CONFLICT where another has it; ERR_INVALID. */
enum err dofsd_lock(struct dofsd *d, struct why *why);

/* Builds all parts; logs why it cannot. What is built already is dofsd_close_parts'. */
enum dofsd_exit dofsd_open_parts(struct dofsd *d);
void dofsd_close_parts(struct dofsd *d);

/* The signals that stop and reload; before there are threads. */
enum err dofsd_add_signals(struct dofsd *d, struct why *why);

/* The orderly end: no more requests, attempts given back, replies out, then `code`. */
void dofsd_stop(struct dofsd *d, enum dofsd_exit code);

/*
 * Reads the configuration again, and uses all of it that needs no restart, or nothing.
 *
 * changed  gets the names of the settings that differ, as msgpack strings; NULL: nobody asks
 * errors   ERR_INVALID with file:line; the engine's
 */
enum err dofsd_reload(struct dofsd *d, struct buf *changed, uint32_t *n, struct why *why);

/* Numbers the steps of the configuration in the store, before anybody else uses it. */
enum err dofsd_name_steps(struct dofsd *d, struct why *why);

/* The handlers of all steps that orders may be at; and other settings for those that run. */
enum err dofsd_make_handlers(struct dofsd *d, struct why *why);
void dofsd_set_handlers(struct dofsd *d, const struct config *config);
void dofsd_free_handlers(struct dofsd *d);

/* Does any of them give its attempts their grace in a stop? */
bool dofsd_handlers_take_time(const struct dofsd *d);

/* What verifies orders while it runs; and who hears of one that an attempt was not begun of:
   dispatch_parts.damaged. */
enum err dofsd_open_scrub(struct dofsd *d, struct why *why);
void dofsd_damaged(void *self, const char *why);

/* For api_parts. */
enum err dofsd_api_reload(void *self, struct buf *changed, uint32_t *n, struct why *why);

/* Tells the service manager that all is well. */
void dofsd_tell_ready(const struct dofsd *d);
