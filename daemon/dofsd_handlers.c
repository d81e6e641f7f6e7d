/* Which handlers there are: how each is made, and told of other settings. */
#include "daemon/dofsd_parts.h"

#include <string.h>

static enum err make_simulate(struct dofsd *d, struct why *why)
{
    const struct simulate_parts parts = {d->loop, &d->clock,
                                         dispatch_handler_listener(d->dispatch)};

    return handler_simulate_new(&parts, &d->config->simulate, &d->handler, why);
}

static void set_simulate(struct dofsd *d, const struct config *config)
{
    handler_simulate_set(&d->handler, &config->simulate);
}

static struct exec_settings exec_of(const struct config *config)
{
    struct exec_settings settings = config->exec;

    settings.timeout_us = config->dispatch.timeout_us;
    settings.stop_grace_us = config->stop_grace_us;
    return settings;
}

static enum err make_exec(struct dofsd *d, struct why *why)
{
    const struct exec_parts parts = {d->children, d->args->instance,
                                     dispatch_handler_listener(d->dispatch)};
    const struct exec_settings settings = exec_of(d->config);

    (void)why;
    d->handler = handler_exec_new(&parts, &settings);
    return OK;
}

static void set_exec(struct dofsd *d, const struct config *config)
{
    const struct exec_settings settings = exec_of(config);

    handler_exec_set(&d->handler, &settings);
}

static struct worker_settings worker_of(const struct config *config)
{
    return (struct worker_settings){.lease_us = config->dispatch.timeout_us};
}

static enum err make_worker(struct dofsd *d, struct why *why)
{
    const struct worker_parts parts = {d->loop, &d->clock, dispatch_handler_listener(d->dispatch)};
    const struct worker_settings settings = worker_of(d->config);

    d->worker = &d->handler;
    return handler_worker_new(&parts, &settings, &d->handler, why);
}

static void set_worker(struct dofsd *d, const struct config *config)
{
    const struct worker_settings settings = worker_of(config);

    handler_worker_set(&d->handler, &settings);
}

static const struct maker {
    const char *name; /* as [fulfilment] handler names it */
    enum err (*make)(struct dofsd *d, struct why *why);
    void (*set)(struct dofsd *d, const struct config *config);
} makers[] = {
    {"simulate", make_simulate, set_simulate},
    {"exec", make_exec, set_exec},
    {"worker", make_worker, set_worker},
};

static const struct maker *maker_of(const char *name)
{
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        if (strcmp(makers[i].name, name) == 0)
            return &makers[i];
    }
    return NULL;
}

enum err dofsd_make_handler(struct dofsd *d, struct why *why)
{
    const struct maker *maker = maker_of(d->config->handler);

    if (maker == NULL)
        return err_set(why, ERR_INVALID, "there is no handler '%s'", d->config->handler);
    return maker->make(d, why);
}

/* The one that runs: another takes a restart. */
void dofsd_set_handler(struct dofsd *d, const struct config *config)
{
    const struct maker *maker = maker_of(d->handler.ops->name);

    maker->set(d, config);
}
