/* Signals, and the orderly end. */
#include "daemon/dofsd_parts.h"

#include <inttypes.h>

#include "daemon/sys/notify.h"

/* A handler that gives its attempts their grace gives them back when it is over. */
#define AFTER_GRACE_US 1000000LL

void dofsd_tell_ready(const struct dofsd *d)
{
    const struct store_totals *totals = engine_totals(d->engine);

    notify_ready("%s%" PRId64 " queued, %" PRId64 " dead-lettered",
                 control_get(d->control).paused ? "paused, " : "", totals->counts[STATUS_QUEUED],
                 totals->dlq_depth);
}

static void on_idle(void *self)
{
    struct dofsd *d = self;

    d->idle = true;
}

/* At the end of a pass: is what was asked answered, and what ran given back? */
static void look_whether_done(void *self)
{
    struct dofsd *d = self;

    if (d->idle && server_open_calls(d->server) == 0 && sp_unsent(d->net) == 0)
        loop_stop(d->loop, (int)d->exit_code);
}

static void on_grace_over(void *self)
{
    struct dofsd *d = self;

    log_warning("stopping without %zu attempts' ends and %zu replies",
                dispatch_in_flight(d->dispatch), server_open_calls(d->server) + sp_unsent(d->net));
    loop_stop(d->loop, (int)d->exit_code);
}

void dofsd_stop(struct dofsd *d, enum dofsd_exit code)
{
    if (code != DOFSD_OK)
        d->exit_code = code;
    if (d->stopping)
        return;
    d->stopping = true;
    notify_stopping();
    sp_stop_reading(d->net);
    dofsd_watch_stop(d->watch);
    backups_stop(d->backups);
    scrub_stop(d->scrub);
    if (loop_add_timer(d->loop, on_grace_over, d, &d->grace) != OK ||
        loop_add_pass(d->loop, look_whether_done, d, &d->pass) != OK) {
        loop_stop(d->loop, (int)d->exit_code);
        return;
    }
    loop_timer_set(d->grace, clock_mono(&d->clock) + d->config->stop_grace_us +
                                 (dofsd_handlers_take_time(d) ? AFTER_GRACE_US : 0));
    dispatch_stop(d->dispatch, on_idle, d);
}

static void on_terminate(void *self, int signum)
{
    struct dofsd *d = self;

    if (d->stopping) {
        log_notice("stopping at once");
        loop_stop(d->loop, (int)d->exit_code);
        return;
    }
    log_notice("stopping: %s", signum == SIGTERM ? "SIGTERM" : "SIGINT");
    dofsd_stop(d, DOFSD_OK);
}

static void on_hangup(void *self, int signum)
{
    struct dofsd *d = self;
    struct why why = {0};
    uint32_t n = 0;

    (void)signum;
    if (d->stopping)
        return;
    notify_reloading();
    if (dofsd_reload(d, NULL, &n, &why) == OK)
        log_notice("configuration read again: %" PRIu32 " settings changed", n);
    else
        log_error("the configuration stays as it was: %s", why.text);
    dofsd_tell_ready(d);
}

enum err dofsd_add_signals(struct dofsd *d, struct why *why)
{
    if (loop_add_signal(d->loop, SIGTERM, on_terminate, d, &d->terminate) != OK ||
        loop_add_signal(d->loop, SIGINT, on_terminate, d, &d->interrupt) != OK ||
        loop_add_signal(d->loop, SIGHUP, on_hangup, d, &d->hangup) != OK)
        return err_set(why, ERR_INTERNAL, "cannot wait for signals");
    return OK;
}
