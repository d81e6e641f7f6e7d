/* Another configuration, while the daemon runs: all of it or nothing. */
#include "daemon/dofsd_parts.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/config_steps.h"
#include "shared/need.h"

/* The engine is told by a command; until it is done the old settings are still in use. */
struct settings_change {
    struct command command;
    struct config *old;
};

static void settings_used(struct command *command)
{
    struct settings_change *change = command->owner;

    config_free(change->old);
    free(change);
}

static enum err tell_engine(struct dofsd *d, struct config *config, struct why *why)
{
    struct settings_change *change = need(calloc(1, sizeof(*change)));
    enum err e = OK;

    change->old = d->config;
    change->command.kind = COMMAND_SETTINGS;
    change->command.by = SLICE("dofsd");
    change->command.settings = &config->workflow;
    change->command.done = settings_used;
    change->command.owner = change;
    e = engine_post_anyway(d->engine, &change->command, why);
    if (e != OK)
        free(change);
    return e;
}

static void use(struct dofsd *d, struct config *config, struct access *access)
{
    log_set_level(config->log_level);
    engine_set_limits(d->engine, &config->engine);
    sp_net_set_limits(d->net, &config->net);
    dofsd_set_handlers(d, config);
    retention_set(d->retention, &config->retention);
    backups_set(d->backups, &config->backup);
    dofsd_watch_set(d->watch, config);
    server_set_access(d->server, access);
    d->config = config;
}

/* Who hears of a changed setting. */
struct changes {
    struct buf *names;
    uint32_t n;
};

static void tell_change(void *self, const char *name, bool restart)
{
    struct changes *changes = self;

    changes->n++;
    if (changes->names != NULL)
        mp_put_text(changes->names, name);
    if (restart)
        log_warning("%s has changed: that takes effect at the next start", name);
    else
        log_notice("%s has changed", name);
}

enum err dofsd_reload(struct dofsd *d, struct buf *changed, uint32_t *n, struct why *why)
{
    const struct config *before = d->config;
    struct changes changes = {.names = changed};
    struct config *config = NULL;
    struct access *access = NULL;
    enum err e = config_load(d->args->file, d->args->instance, &config, why);

    if (e != OK)
        goto done;
    if (!config->workflow.has_seed && !before->workflow.has_seed)
        config->workflow.seed = before->workflow.seed;
    else if (!config->workflow.has_seed)
        config->workflow.seed = rng_entropy();
    config_steps_keep(config, before);
    e = access_new(&config->access, &access, why);
    if (e != OK)
        goto done;
    e = tell_engine(d, config, why); /* the old one lives until the engine has taken it */
    if (e != OK)
        goto done;
    config_compare(before, config, tell_change, &changes);
    use(d, config, access);
    config = NULL;
    access = NULL;
    *n = changes.n;
done:
    access_free(access);
    config_free(config);
    return e;
}

enum err dofsd_api_reload(void *self, struct buf *changed, uint32_t *n, struct why *why)
{
    enum err e = dofsd_reload(self, changed, n, why);

    if (e != OK)
        log_error("the configuration stays as it was: %s", why->text);
    return e;
}
