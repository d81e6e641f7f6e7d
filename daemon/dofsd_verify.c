/* All that does not hold in the store: who hears of it, and a look while it does not run. */
#include <stdio.h>
#include <string.h>

#include "daemon/dofsd_parts.h"
#include "daemon/store/store_sqlite_check.h"
#include "daemon/sys/files.h"
#include "shared/units.h"

enum err dofsd_open_scrub(struct dofsd *d, struct why *why)
{
    const struct scrub_parts parts = {d->loop, &d->clock, d->store};

    return scrub_open(&d->scrub, &parts, why);
}

void dofsd_damaged(void *self, const char *why)
{
    const struct dofsd *d = self;

    scrub_heard(d->scrub, why);
}

/* ---- while it does not run: nothing is changed ---- */

struct tally {
    int64_t faults, broken;
};

static void say_fault(void *self, const char *what)
{
    struct tally *tally = self;

    tally->faults++;
    (void)printf("%s\n", what);
}

static void say_broken(void *self, const struct uuid *order, const char *what)
{
    struct tally *tally = self;
    char id[UUID_TEXT_LEN + 1];

    tally->broken++;
    uuid_format(order, id);
    if (strstr(what, id) != NULL) /* the usual sentence has it in it */
        (void)printf("order %s does not hold\n", id);
    else
        (void)printf("order %s does not hold: %s\n", id, what);
}

static enum err verify(const struct dofsd *d, struct store_verify_file *ask, struct why *why)
{
    char path[FILES_PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/orders.db", d->config->state_dir);

    if (n <= 0 || n >= (int)sizeof(path))
        return err_set(why, ERR_INVALID, "'%.64s...' is too long", d->config->state_dir);
    return store_sqlite_verify_file(path, ask, why);
}

static enum dofsd_exit say(const struct store_verify_file *ask, const struct tally *tally)
{
    char checked[UNITS_TEXT_MAX];
    char text[UNITS_TEXT_MAX];

    units_format_count(ask->checked, checked);
    units_format_count(ask->unsummed, text);
    if (ask->unsummed > 0)
        (void)printf("%s orders have no sum yet: an older version wrote them last.\n", text);
    if (tally->faults + tally->broken == 0) {
        (void)printf("Checked %s orders: all hold.\n", checked);
        return DOFSD_OK;
    }
    units_format_count(tally->broken, text);
    (void)printf("Checked %s orders: %s do not hold.\n", checked, text);
    (void)fputs("Nothing was changed. The way out: `dofsd --restore` with a good backup.\n",
                stdout);
    return DOFSD_CONFIG;
}

static enum dofsd_exit exit_of(enum err e)
{
    if (e == ERR_CONFLICT)
        return DOFSD_IN_USE;
    return e == ERR_INVALID || e == ERR_NOT_FOUND || e == ERR_UNSUPPORTED ? DOFSD_CONFIG
                                                                          : DOFSD_STORE_FAILED;
}

enum dofsd_exit dofsd_verify(const struct dofsd_args *args)
{
    struct dofsd d = {.args = args};
    struct tally tally = {0};
    struct store_verify_file ask = {.fault = say_fault, .broken = say_broken, .self = &tally};
    enum dofsd_exit code = DOFSD_OK;
    struct why why = {0};
    enum err e = config_load(args->file, args->instance, &d.config, &why);

    if (e == OK && strcmp(d.config->store, "sqlite") != 0)
        e = err_set(&why, ERR_UNSUPPORTED, "the store '%s' has no file to verify", d.config->store);
    if (e == OK)
        e = dofsd_lock(&d, &why);
    if (e == OK)
        e = verify(&d, &ask, &why);
    if (e != OK)
        (void)fprintf(stderr, "dofsd: cannot verify: %s\n", why.text);
    code = e == OK ? say(&ask, &tally) : exit_of(e);
    lockfile_close(d.lock);
    config_free(d.config);
    return code;
}
