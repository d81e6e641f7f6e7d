/* Which handlers there are: how those of each step are made, and told of other settings. */
#include "daemon/dofsd_parts.h"

#include <string.h>

#include "daemon/config_steps.h"
#include "daemon/handler/handler_absent.h"

static enum err make_simulate(struct dofsd *d, struct dofsd_pool *pool,
                              const struct step_config *step, struct why *why)
{
    const struct simulate_parts parts = {d->loop, &d->clock,
                                         dispatch_handler_listener(d->dispatch)};

    return handler_simulate_new(&parts, &step->simulate, &pool->handler, why);
}

static void set_simulate(struct dofsd_pool *pool, const struct config *config,
                         const struct step_config *step)
{
    (void)config;
    handler_simulate_set(&pool->handler, &step->simulate);
}

static struct exec_settings exec_of(const struct config *config, const struct step_config *step,
                                    bool undo)
{
    struct exec_settings settings = undo ? step->undo : step->exec;

    settings.timeout_us = step->dispatch.timeout_us;
    settings.stop_grace_us = config->stop_grace_us;
    return settings;
}

static enum err make_exec(struct dofsd *d, struct dofsd_pool *pool, const struct step_config *step,
                          struct why *why)
{
    const struct exec_parts parts = {d->children, d->args->instance,
                                     dispatch_handler_listener(d->dispatch)};
    const struct exec_settings settings = exec_of(d->config, step, pool->undo);

    (void)why;
    pool->handler = handler_exec_new(&parts, &settings);
    return OK;
}

static void set_exec(struct dofsd_pool *pool, const struct config *config,
                     const struct step_config *step)
{
    const struct exec_settings settings = exec_of(config, step, pool->undo);

    if (!pool->undo || config_undo_by(step) == UNDO_EXEC)
        handler_exec_set(&pool->handler, &settings);
}

/* One for all pools that have it, so that a worker may serve several. */
static enum err make_worker(struct dofsd *d, struct dofsd_pool *pool,
                            const struct step_config *step, struct why *why)
{
    const struct worker_parts parts = {d->loop, &d->clock, dispatch_handler_listener(d->dispatch)};
    const struct worker_step what = {pool->step, step->dispatch.timeout_us};
    enum err e = d->worker == NULL ? handler_worker_new(&parts, &d->worker, why) : OK;

    if (e == OK)
        pool->handler = handler_worker_pool(d->worker, &what);
    return e;
}

static void set_worker(struct dofsd_pool *pool, const struct config *config,
                       const struct step_config *step)
{
    (void)config;
    handler_worker_set(&pool->handler, step->dispatch.timeout_us);
}

static enum err make_absent(struct dofsd *d, struct dofsd_pool *pool,
                            const struct step_config *step, struct why *why)
{
    (void)step;
    (void)why;
    pool->handler =
        handler_absent_new(dispatch_handler_listener(d->dispatch), pool->step, pool->undo);
    return OK;
}

static void set_nothing(struct dofsd_pool *pool, const struct config *config,
                        const struct step_config *step)
{
    (void)pool;
    (void)config;
    (void)step;
}

static const struct dofsd_maker {
    const char *name; /* as `handler` names it */
    enum err (*make)(struct dofsd *d, struct dofsd_pool *pool, const struct step_config *step,
                     struct why *why);
    void (*set)(struct dofsd_pool *pool, const struct config *config,
                const struct step_config *step);
} makers[] = {
    {"simulate", make_simulate, set_simulate},
    {"exec", make_exec, set_exec},
    {"worker", make_worker, set_worker},
    {"absent", make_absent, set_nothing}, /* no configuration names it */
};

static const struct dofsd_maker *maker_of(const char *name)
{
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        if (strcmp(makers[i].name, name) == 0)
            return &makers[i];
    }
    return NULL;
}

/* One more pool: the attempts, or the undos, of the step of that number. */
static enum err add_pool(struct dofsd *d, struct dofsd_pool pool, const struct step_config *step,
                         struct why *why)
{
    uint16_t number = STORE_POOL(store_step_number(d->store, pool.step), pool.undo);
    enum err e = OK;

    if (pool.maker == NULL)
        return err_set(why, ERR_INVALID, "there is no handler '%s'", step->handler);
    e = pool.maker->make(d, &pool, step, why);
    if (e != OK)
        return e;
    pool.number = number;
    d->pools[d->n_pools++] = pool;
    dispatch_add_pool(d->dispatch, number, &step->dispatch, pool.handler);
    return OK;
}

static enum err add_step(struct dofsd *d, const struct step_config *step, struct why *why)
{
    static const char *const undoers[] = {
        [UNDO_NONE] = "absent", [UNDO_EXEC] = "exec", [UNDO_WORKER] = "worker"};
    enum undo_by by = config_undo_by(step);
    struct dofsd_pool pool = {.step = step->name, .maker = maker_of(step->handler)};
    struct info_step *info = &d->info_steps[d->n_info_steps++];
    enum err e = add_pool(d, pool, step, why);

    *info = (struct info_step){.step = step->name, .handler = slice_of(step->handler)};
    if (by != UNDO_NONE)
        info->undo = slice_of(undoers[by]);
    pool.undo = true;
    pool.maker = maker_of(undoers[by]);
    /* An instance of one step never undoes: it needs no place for that. */
    if (e == OK && (by != UNDO_NONE || store_steps(d->store) > 1))
        e = add_pool(d, pool, step, why);
    return e;
}

/* Orders under an older list may still be at it. */
static enum err add_gone(struct dofsd *d, struct slice name, struct why *why)
{
    struct dofsd_pool pool = {.step = name, .maker = maker_of("absent")};
    enum err e = add_pool(d, pool, &d->config->fulfilment, why);

    pool.undo = true;
    return e == OK ? add_pool(d, pool, &d->config->fulfilment, why) : e;
}

/* The texts must outlive a reload. */
static struct step_config kept(const struct dofsd *d, const struct step_config *step)
{
    struct step_config out = *step;
    const struct dofsd_maker *maker = maker_of(step->handler);

    out.name = store_step_name(d->store, store_step_number(d->store, step->name));
    if (maker != NULL)
        out.handler = maker->name;
    return out;
}

enum err dofsd_make_handlers(struct dofsd *d, struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < d->config->n_steps; i++) {
        const struct step_config step = kept(d, &d->config->steps[i]);

        e = add_step(d, &step, why);
    }
    for (uint32_t i = 0; e == OK && i < store_steps(d->store); i++) {
        struct slice name = store_step_name(d->store, i);

        if (config_step(d->config, name) == NULL && store_steps(d->store) > 1)
            e = add_gone(d, name, why);
    }
    return e;
}

enum err dofsd_name_steps(struct dofsd *d, struct why *why)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < d->config->n_steps; i++) {
        uint32_t number = 0;

        e = store_add_step(d->store, d->config->steps[i].name, &number, why);
    }
    return e;
}

/* The ones that run: another handler, or another list of steps, takes a restart. */
void dofsd_set_handlers(struct dofsd *d, const struct config *config)
{
    for (size_t i = 0; i < d->n_pools; i++) {
        struct dofsd_pool *pool = &d->pools[i];
        const struct step_config *step = config_step(config, pool->step);

        if (step == NULL)
            continue;
        dispatch_set(d->dispatch, pool->number, &step->dispatch);
        pool->maker->set(pool, config, step);
    }
}

bool dofsd_handlers_take_time(const struct dofsd *d)
{
    bool take = false;

    for (size_t i = 0; i < d->n_pools; i++)
        take = take || d->pools[i].handler.ops->own_time;
    return take;
}

void dofsd_free_handlers(struct dofsd *d)
{
    for (size_t i = 0; i < d->n_pools; i++)
        d->pools[i].handler.ops->free(d->pools[i].handler.self);
    d->n_pools = 0;
    handler_worker_free(d->worker);
}
