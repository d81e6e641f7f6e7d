/* Opens the daemon's parts, runs them until they are told to stop, and closes them. */
#include "daemon/dofsd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/dofsd_parts.h"
#include "daemon/sys/journal.h"
#include "shared/need.h"

#define FILE_MASK 0027 /* the group may read what is stored, others nothing */

static void open_log(const struct config *config)
{
    switch (config->log_format) {
    case LOG_FORMAT_AUTO:
        log_set_sink(journal_is_stderr() ? journal_sink() : log_sink_json());
        break;
    case LOG_FORMAT_JOURNAL:
        log_set_sink(journal_sink());
        break;
    case LOG_FORMAT_JSON:
        log_set_sink(log_sink_json());
        break;
    case LOG_FORMAT_TEXT:
        log_set_sink(log_sink_text());
        break;
    }
    log_set_level(config->log_level);
}

static void log_started(const struct dofsd *d)
{
    const struct store_totals *totals = engine_totals(d->engine);
    char queued[32];
    char dead[32];
    const struct log_field fields[] = {
        {"instance", d->config->instance},
        {"version", DOFS_VERSION},
        {"config", d->config->file},
        {"state_dir", d->config->state_dir},
        {"store", store_name(d->store)},
        {"request", d->config->request_url},
        {"events", d->config->events_url},
        {"queued", queued},
        {"dead_letters", dead},
    };

    (void)snprintf(queued, sizeof(queued), "%" PRId64, totals->counts[STATUS_QUEUED]);
    (void)snprintf(dead, sizeof(dead), "%" PRId64, totals->dlq_depth);
    log_line(LOG_NOTICE, fields, sizeof(fields) / sizeof(fields[0]), "ready%s",
             control_get(d->control).paused ? ", paused" : "");
}

static enum dofsd_exit run(struct dofsd *d)
{
    d->ran = true;
    log_started(d);
    dofsd_tell_ready(d);
    dispatch_begin(d->dispatch);
    return (enum dofsd_exit)loop_run(d->loop);
}

enum dofsd_exit dofsd_run(const struct dofsd_args *args)
{
    struct dofsd d = {.args = args};
    struct why why = {0};
    enum dofsd_exit code = DOFSD_OK;

    if (config_load(args->file, args->instance, &d.config, &why) != OK) {
        log_error("%s", why.text);
        return DOFSD_CONFIG;
    }
    open_log(d.config);
    (void)umask(FILE_MASK);
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that has gone is an error of its write */
    clock_init(&d.clock);
    d.started_at = clock_wall(&d.clock);
    code = dofsd_open_parts(&d);
    if (code == DOFSD_OK)
        code = run(&d);
    dofsd_close_parts(&d);
    if (code == DOFSD_OK) /* the last commits may have failed */
        code = d.exit_code;
    if (d.ran)
        log_notice("stopped");
    config_free(d.config);
    return code;
}

enum err dofsd_check(const struct dofsd_args *args, char **path, struct why *why)
{
    struct config *config = NULL;
    struct access *access = NULL;
    enum err e = config_load(args->file, args->instance, &config, why);

    if (e != OK)
        return e;
    e = access_new(&config->access, &access, why);
    if (e == OK)
        *path = need(strdup(config->file != NULL ? config->file : "defaults"));
    access_free(access);
    config_free(config);
    return e;
}
