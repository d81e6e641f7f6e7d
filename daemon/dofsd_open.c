/* Builds the daemon's parts, from the bottom up, and ties their listeners. */
#include "daemon/dofsd_parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/sys/notify.h"
#include "shared/fault.h"

#define READER_THREADS 2
#define PATH_BYTES 4096
#define WATCH_US 2000000LL

/* A step of the start that failed: logged, once, as its exit code. */
static enum dofsd_exit refuse(enum dofsd_exit code, const struct why *why)
{
    log_error("cannot start: %s", why->text);
    return code;
}

static enum dofsd_exit exit_of(enum err e)
{
    switch (e) {
    case OK:
        return DOFSD_OK;
    case ERR_CONFLICT:
        return DOFSD_IN_USE;
    case ERR_INVALID:
    case ERR_UNSUPPORTED:
        return DOFSD_CONFIG;
    case ERR_MALFORMED:
    case ERR_UNSUPPORTED_VERSION:
    case ERR_FORBIDDEN:
    case ERR_UNKNOWN_OP:
    case ERR_TOO_LARGE:
    case ERR_NOT_FOUND:
    case ERR_WRONG_STATE:
    case ERR_LEASE_LOST:
    case ERR_BUSY:
    case ERR_READ_ONLY:
    case ERR_OUTCOME_UNKNOWN:
    case ERR_INTERNAL:
    case ERR_DAMAGED:
    case ERR_COUNT:
        break;
    }
    return DOFSD_STORE_FAILED;
}

static enum err open_store(struct dofsd *d, struct why *why)
{
    struct store_settings settings = {.directory = d->config->state_dir, .now_us = d->started_at};

    return store_open(d->config->store, &settings, &d->store, why);
}

static void make_epoch(struct dofsd *d)
{
    struct uuid_maker maker;
    struct uuid epoch;

    uuid_maker_init(&maker, rng_entropy());
    epoch = uuid_make(&maker, d->started_at);
    uuid_format(&epoch, d->epoch);
}

static void count(struct dofsd *d, const struct event *events, size_t n,
                  const struct store_totals *totals)
{
    struct metrics_totals figures = {
        .dlq_depth = totals->dlq_depth,
        .last_seq = totals->last_seq,
        .accepted = totals->accepted,
        .fulfilled = totals->fulfilled,
        .failed = totals->failed,
        .retried = totals->retried,
        .rejected = totals->rejected,
        .by_step = totals->by_step,
    };

    memcpy(figures.counts, totals->counts, sizeof(figures.counts));
    metrics_committed(d->metrics, events, n, &figures);
}

/* Figures first, so that whoever is told of an event finds it counted. */
static void on_committed(void *self, const struct commit *commit)
{
    struct dofsd *d = self;

    count(d, commit->events, commit->n_events, &commit->totals);
    fault_point("before_publish");
    publish_committed(d->publish, commit->events, commit->n_events);
    fault_point("after_publish");
    if (d->dispatch != NULL && !d->closing)
        dispatch_committed(d->dispatch, commit);
    if (d->replays != NULL && !d->closing)
        replay_committed(d->replays, commit);
    if (d->watch != NULL && !d->closing)
        dofsd_watch_committed(d->watch, commit);
}

static void on_store_failed(void *self, enum err code, const char *text)
{
    struct dofsd *d = self;

    log_error("the store failed: %s", text);
    d->store_state = code;
    (void)err_set(&d->store_why, code, "%s", text);
    d->exit_code = DOFSD_STORE_FAILED;
    if (d->net != NULL && !d->closing) {
        dofsd_stop(d, DOFSD_STORE_FAILED);
        d->idle = true; /* ends of attempts can no longer be recorded */
    }
}

static enum err api_store_health(void *self, struct why *why)
{
    const struct dofsd *d = self;

    return d->store_state == OK ? OK : err_set(why, d->store_state, "%s", d->store_why.text);
}

static void on_beat(void *self)
{
    struct dofsd *d = self;

    if (d->watch != NULL && !d->closing)
        dofsd_watch_beat(d->watch);
}

/* Those of the configuration are known to the store already. */
static void name_steps(struct dofsd *d)
{
    uint32_t today[STEPS_MAX];
    struct step_list list = {.n = store_steps(d->store), .today = today};

    for (uint32_t i = 0; i < list.n; i++)
        d->step_names[i] = store_step_name(d->store, i);
    list.names = d->step_names;
    for (size_t i = 0; i < d->config->n_steps; i++)
        today[list.n_today++] = store_step_number(d->store, d->config->steps[i].name);
    metrics_set_steps(d->metrics, &list);
}

/* The engine, and what its commits go to. */
static enum err open_engine(struct dofsd *d, struct why *why)
{
    struct engine_parts parts = {
        d->store, d->loop, &d->clock, {on_committed, on_store_failed, d}, NULL};
    struct publish_parts publish;
    enum err e = ballast_open(d->config->state_dir, &d->ballast, why);

    if (e != OK)
        return e;
    parts.ballast = d->ballast;
    d->metrics = metrics_new(&d->clock);
    name_steps(d);
    publish = (struct publish_parts){d->loop, &d->clock, d->metrics, d->epoch};
    e = publish_open(&d->publish, &publish, why);
    if (e != OK)
        return e;
    publish_on_beat(d->publish, on_beat, d);
    e = readers_open(&d->readers, d->store, d->loop, READER_THREADS, why);
    if (e != OK)
        return e;
    if (!d->config->workflow.has_seed)
        d->config->workflow.seed = rng_entropy();
    e = engine_open(&d->engine, &parts, &d->config->engine, &d->config->workflow, why);
    if (e != OK)
        return e;
    count(d, NULL, 0, engine_totals(d->engine));
    return OK;
}

/* What works on orders: the attempts, the replays, the tidying up. */
static enum err open_workers(struct dofsd *d, struct why *why)
{
    struct dispatch_parts parts = {.loop = d->loop,
                                   .clock = &d->clock,
                                   .engine = d->engine,
                                   .readers = d->readers,
                                   .damaged = dofsd_damaged,
                                   .self = d};
    enum err e = OK;

    d->control = control_new(d->engine, engine_totals(d->engine)->paused);
    parts.control = d->control;
    e = dispatch_open(&d->dispatch, &parts, why);
    if (e != OK)
        return e;
    e = children_open(&d->children, d->loop, &d->clock, why);
    if (e == OK)
        e = dofsd_make_handlers(d, why);
    if (e != OK)
        return e;
    e = replay_open(&d->replays, d->loop, &d->clock, d->engine, why);
    if (e != OK)
        return e;
    e = retention_open(&d->retention, d->loop, &d->clock, d->engine, why);
    if (e == OK)
        retention_set(d->retention, &d->config->retention);
    return e;
}

/* The lock file is made with the state directory, and stays: as old is what can be backed up. */
static int64_t state_since(const struct dofsd *d)
{
    char path[PATH_BYTES + sizeof("/lock")];
    struct statx st = {0};

    (void)stpcpy(stpcpy(path, d->config->state_dir), "/lock");
    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &st) != 0 || (st.stx_mask & STATX_BTIME) == 0)
        return d->started_at;
    return st.stx_btime.tv_sec * 1000000 + st.stx_btime.tv_nsec / 1000;
}

static enum err open_backups(struct dofsd *d, struct why *why)
{
    const struct backup_parts parts = {d->loop, &d->clock, d->store, state_since(d)};

    return backups_open(&d->backups, &parts, &d->config->backup, why);
}

static enum err open_server(struct dofsd *d, struct why *why)
{
    struct api_parts parts = {
        .loop = d->loop,
        .clock = &d->clock,
        .store = d->store,
        .engine = d->engine,
        .readers = d->readers,
        .control = d->control,
        .dispatch = d->dispatch,
        .replays = d->replays,
        .backups = d->backups,
        .scrub = d->scrub,
        .metrics = d->metrics,
        .alarms = dofsd_watch_alarms(d->watch),
        .net = d->net,
        .instance = d->args->instance,
        .epoch = d->epoch,
        .handler = d->pools[0].handler.ops->name,
        .worker = d->worker,
        .steps = d->info_steps,
        .n_steps = d->n_info_steps,
        .started_at = d->started_at,
        .reload = dofsd_api_reload,
        .store_health = api_store_health,
        .self = d,
    };
    struct access *access = NULL;
    enum err e = access_new(&d->config->access, &access, why);

    if (e == OK)
        d->server = server_new(&parts, access);
    return e;
}

/* Heartbeats begin with the first subscriber: an idle daemon is not woken. */
static bool admit_subscriber(void *self, const struct peer *who)
{
    struct dofsd *d = self;

    if (!d->subscribe.admit(d->subscribe.self, who))
        return false;
    publish_subscriber_came(d->publish);
    return true;
}

static enum err listen_at(struct dofsd *d, enum sp_role role, const struct sp_callbacks *callbacks,
                          struct sp_listener **out, struct why *why)
{
    bool requests = role == SP_REP;
    struct sp_place place = {
        .role = role,
        .url = requests ? d->config->request_url : d->config->events_url,
        .fd = notify_listen_fd(requests ? "request" : "events"),
    };

    return sp_listen(d->net, &place, callbacks, out, why);
}

static enum err open_sockets(struct dofsd *d, struct why *why)
{
    struct sp_callbacks requests;
    struct sp_callbacks events = {.admit = admit_subscriber, .self = d};
    struct sp_listener *rep = NULL;
    struct sp_listener *pub = NULL;
    enum err e = sp_net_open(&d->net, d->loop, &d->clock, &d->config->net, why);

    if (e == OK)
        e = open_server(d, why);
    if (e != OK)
        return e;
    requests = server_callbacks(d->server);
    d->subscribe = server_events_callbacks(d->server);
    e = listen_at(d, SP_PUB, &events, &pub, why);
    if (e == OK)
        e = listen_at(d, SP_REP, &requests, &rep, why);
    if (e == OK)
        publish_set_listener(d->publish, d->net, pub);
    return e;
}

/* The service manager hears from the loop as long as that turns; a writer that hangs ends us as a
   loop that hangs would. Only where a watchdog is asked for: nobody else needs the wake-up. */
static void look_at_writer(void *self)
{
    struct dofsd *d = self;

    if (!engine_alive(d->engine)) {
        log_error("the writer hangs: ending, to be started anew");
        abort();
    }
    loop_timer_set(d->watchdog, clock_mono(&d->clock) + WATCH_US);
}

static enum err open_watchdog(struct dofsd *d, struct why *why)
{
    if (secure_getenv("WATCHDOG_USEC") == NULL)
        return OK;
    if (loop_add_timer(d->loop, look_at_writer, d, &d->watchdog) != OK)
        return err_set(why, ERR_INTERNAL, "cannot make the watchdog's timer");
    loop_timer_set(d->watchdog, clock_mono(&d->clock) + WATCH_US);
    return loop_watchdog(d->loop, why);
}

static enum err resume_replays(struct dofsd *d, struct why *why)
{
    return replay_resume(d->replays, d->store, why);
}

/* Threads inherit a mask in which every signal is blocked: all are the loop's. */
static enum err open_threads(struct dofsd *d, struct why *why)
{
    sigset_t all;
    sigset_t before;
    enum err e = OK;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    e = open_engine(d, why);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e;
}

enum dofsd_exit dofsd_open_parts(struct dofsd *d)
{
    static enum err (*const steps[])(struct dofsd * d, struct why * why) = {
        dofsd_lock,       open_store,   dofsd_name_steps, dofsd_add_signals,
        open_threads,     open_workers, open_backups,     dofsd_open_scrub,
        dofsd_watch_open, open_sockets, resume_replays,   open_watchdog,
    };
    struct why why = {0};
    enum err e = loop_open(&d->loop, &why);

    make_epoch(d);
    for (size_t i = 0; e == OK && i < sizeof(steps) / sizeof(steps[0]); i++)
        e = steps[i](d, &why);
    return e == OK ? DOFSD_OK : refuse(exit_of(e), &why);
}

/* The readers stop first, while what they hand over can still be posted; then the engine, whose
   last commits may be answered; then those who were told of them. */
void dofsd_close_parts(struct dofsd *d)
{
    d->closing = true;
    if (d->readers != NULL)
        readers_stop(d->readers);
    backups_close(d->backups);
    engine_close(d->engine);
    if (d->net != NULL)
        sp_flush(d->net);
    readers_close(d->readers);
    dispatch_close(d->dispatch);
    replay_close(d->replays);
    retention_close(d->retention);
    control_free(d->control);
    children_close(d->children);
    dofsd_watch_close(d->watch);
    dofsd_free_handlers(d);
    if (d->net != NULL)
        sp_net_close(d->net);
    server_free(d->server);
    scrub_close(d->scrub);
    publish_close(d->publish);
    metrics_free(d->metrics);
    ballast_close(d->ballast);
    store_close(d->store);
    loop_source_free(d->grace);
    loop_source_free(d->pass);
    loop_source_free(d->watchdog);
    loop_source_free(d->terminate);
    loop_source_free(d->interrupt);
    loop_source_free(d->hangup);
    loop_close(d->loop);
    lockfile_close(d->lock);
}
