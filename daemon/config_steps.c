/* The steps of the workflow: [steps] order, and the sections [step "NAME"]. */
#include "daemon/config_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_value.h"

#define KEYS (sizeof(keys) / sizeof(keys[0]))
#define UNDO (KEYS - 1)
#define LIST_MAX_BYTES ((size_t)STEPS_MAX * (STEP_NAME_MAX + 2))

/* Those of [fulfilment], which has the bounds and the defaults of all; and one more. */
static const char *const keys[] = {
    "handler",      "command",     "success_rate", "transient_rate", "latency",
    "max_attempts", "interval",    "backoff_rate", "max_delay",      "jitter",
    "timeout",      "concurrency", "max_rate",     "undo",
};

/* A section [step "NAME"] while the file is being read: its values are used when all of
   [fulfilment] is known. */
struct config_step_read {
    struct slice name;
    int line, handler_line;
    struct slice values[KEYS]; /* absent: not given */
};

enum undo_by config_undo_by(const struct step_config *step)
{
    if (step->undo.words[0] == NULL)
        return UNDO_NONE;
    return strcmp(step->undo.text, "worker") == 0 ? UNDO_WORKER : UNDO_EXEC;
}

const struct step_config *config_step(const struct config *config, struct slice name)
{
    for (size_t i = 0; i < config->n_steps; i++) {
        if (slice_eq(config->steps[i].name, name))
            return &config->steps[i];
    }
    return NULL;
}

/* The row of a key, into struct step_config. */
static struct setting setting_of(size_t key)
{
    size_t base = offsetof(struct config, fulfilment);
    struct setting setting = *config_setting("fulfilment", key == UNDO ? "command" : keys[key]);

    setting.offset -= base;
    setting.also -= base;
    if (key == UNDO) {
        setting.offset = offsetof(struct step_config, undo.text);
        setting.also = offsetof(struct step_config, undo.words);
    }
    setting.key = keys[key];
    return setting;
}

/* ---- the order ---- */

static bool is_there(struct slice list, struct slice name)
{
    while (list.n > 0) {
        if (slice_eq(slice_cut(&list, ','), name))
            return true;
    }
    return false;
}

enum err config_steps_order(struct arena *arena, struct slice text, struct slice *out,
                            struct why *why)
{
    char list[LIST_MAX_BYTES];
    size_t len = 0;
    size_t n = 0;

    do {
        struct slice name = slice_trim(slice_cut(&text, ','));

        if (!step_name_ok(name))
            return err_set(why, ERR_INVALID,
                           "'%.*s' is not a step's name: 1 to %d of a-z, 0-9, '_' and '-', a "
                           "letter first",
                           SLICE_ARGS(name), STEP_NAME_MAX);
        if (is_there((struct slice){list, len}, name))
            return err_set(why, ERR_INVALID, "'%.*s' is there twice", SLICE_ARGS(name));
        if (n++ == STEPS_MAX)
            return err_set(why, ERR_INVALID, "more than %d steps", STEPS_MAX);
        if (len > 0)
            list[len++] = ',';
        memcpy(list + len, name.p, name.n);
        len += name.n;
    } while (text.p != NULL);
    *out = slice_copy(arena, (struct slice){list, len});
    return OK;
}

/* ---- the sections, while the file is read ---- */

enum err config_steps_begin(struct config *config, struct slice line, int number, struct why *why)
{
    struct slice name = config_named(line, "step");
    size_t n = config->n_step_read;

    if (!step_name_ok(name))
        return err_set(why, ERR_INVALID, "'%.*s' is not of the form [step \"NAME\"]",
                       SLICE_ARGS(line));
    for (size_t i = 0; i < n; i++) {
        if (slice_eq(config->step_read[i].name, name))
            return err_set(why, ERR_INVALID, "[step \"%.*s\"] is there already, in line %d",
                           SLICE_ARGS(name), config->step_read[i].line);
    }
    if (n == STEPS_MAX)
        return err_set(why, ERR_INVALID, "more than %d sections [step \"NAME\"]", STEPS_MAX);
    if (n == 0)
        config->step_read = arena_alloc(&config->arena, STEPS_MAX * sizeof(*config->step_read));
    config->step_read[n] =
        (struct config_step_read){.name = slice_copy(&config->arena, name), .line = number};
    config->n_step_read++;
    return OK;
}

static size_t key_of(const char *name)
{
    size_t i = 0;

    while (i < KEYS && strcmp(keys[i], name) != 0)
        i++;
    return i;
}

static enum err unknown_key(struct slice step, const char *key, struct why *why)
{
    if (strcmp(key, "seed") == 0)
        return err_set(why, ERR_INVALID,
                       "[step \"%.*s\"] seed: there is one for all steps, in [fulfilment]",
                       SLICE_ARGS(step));
    return err_set(why, ERR_INVALID, "unknown key '%s' in [step \"%.*s\"]", key, SLICE_ARGS(step));
}

/* Read once to be refused by its line, and again when it is used. */
enum err config_steps_set(struct config *config, const struct config_pair *pair, struct why *why)
{
    struct config_step_read *read = &config->step_read[config->n_step_read - 1];
    struct step_config scratch = {0};
    size_t key = key_of(pair->key);
    struct setting setting;
    struct why reason = {0};

    if (key == KEYS)
        return unknown_key(read->name, pair->key, why);
    if (read->values[key].p != NULL)
        return err_set(why, ERR_INVALID, "[step \"%.*s\"] %s is set already",
                       SLICE_ARGS(read->name), pair->key);
    setting = setting_of(key);
    if (setting.kind == SETTING_HANDLER)
        read->handler_line = pair->number;
    read->values[key] = slice_copy(&config->arena, slice_of(pair->value));
    if (config_value_read_at(&config->arena, &scratch, &setting, read->values[key], &reason) == OK)
        return OK;
    return err_set(why, ERR_INVALID, "[step \"%.*s\"] %s: %s", SLICE_ARGS(read->name), pair->key,
                   reason.text);
}

/* ---- the whole ---- */

static const struct config_step_read *read_of(const struct config *config, struct slice name)
{
    for (size_t i = 0; i < config->n_step_read; i++) {
        if (slice_eq(config->step_read[i].name, name))
            return &config->step_read[i];
    }
    return NULL;
}

static void fill_step(struct config *config, struct step_config *step, struct slice name)
{
    static const char *const no_words[] = {NULL};
    const struct config_step_read *read = read_of(config, name);

    *step = config->fulfilment;
    step->name = name;
    step->undo = (struct exec_settings){.text = "", .words = no_words};
    for (size_t key = 0; read != NULL && key < KEYS; key++) {
        struct setting setting = setting_of(key);

        if (read->values[key].p == NULL)
            continue;
        step->given |= 1U << key;
        if (config_value_read_at(&config->arena, step, &setting, read->values[key], NULL) != OK)
            abort(); /* it was fine when its line was read */
    }
    if (read != NULL && read->handler_line > 0)
        step->handler_line = read->handler_line;
}

static enum err check_command(const struct step_config *step, int *line, struct why *why)
{
    bool own = (step->given & 1U << key_of("handler")) != 0;

    if (strcmp(step->handler, "exec") != 0 || step->exec.words[0] != NULL)
        return OK;
    *line = step->handler_line;
    if (!own)
        return err_set(why, ERR_INVALID, "[fulfilment] handler = exec needs a command");
    return err_set(why, ERR_INVALID, "[step \"%.*s\"] handler = exec needs a command",
                   SLICE_ARGS(step->name));
}

/* What the workflow is to know of it. */
static void fill_workflow(struct config *config)
{
    struct buf list;

    buf_init(&list, LIST_MAX_BYTES);
    for (size_t i = 0; i < config->n_steps; i++) {
        const struct step_config *from = &config->steps[i];
        struct workflow_step *step = &config->workflow_steps[i];

        *step =
            (struct workflow_step){{from->name, config_undo_by(from) != UNDO_NONE}, from->retry};
        steps_add(&list, &step->step);
    }
    config->workflow.retry = config->fulfilment.retry;
    config->workflow.steps = config->workflow_steps;
    config->workflow.n_steps = config->n_steps;
    if (!slice_eq(STEP_DEFAULT, (struct slice){buf_text(&list), list.len}))
        config->workflow.list =
            slice_copy(&config->arena, (struct slice){buf_text(&list), list.len});
    buf_done(&list);
}

enum err config_steps_fill(struct config *config, int *line, struct why *why)
{
    struct slice rest = config->steps_order;
    enum err e = OK;

    while (e == OK && rest.p != NULL) {
        struct step_config *step = &config->steps[config->n_steps++];

        fill_step(config, step, slice_cut(&rest, ','));
        e = check_command(step, line, why);
    }
    for (size_t i = 0; e == OK && i < config->n_step_read; i++) {
        const struct config_step_read *read = &config->step_read[i];

        if (config_step(config, read->name) != NULL)
            continue;
        *line = read->line;
        e = err_set(why, ERR_INVALID, "[step \"%.*s\"]: [steps] order does not name it",
                    SLICE_ARGS(read->name));
    }
    if (e == OK)
        fill_workflow(config);
    return e;
}

/* ---- a reload ---- */

void config_steps_keep(struct config *after, const struct config *before)
{
    const struct workflow_settings *old = &before->workflow;

    for (size_t i = 0; i < old->n_steps; i++) {
        const struct step_config *now = config_step(after, old->steps[i].step.name);
        struct workflow_step *step = &after->workflow_steps[i];

        *step = old->steps[i];
        step->step.name = slice_copy(&after->arena, step->step.name);
        if (now != NULL)
            step->retry = now->retry;
    }
    after->workflow.n_steps = old->n_steps;
    after->workflow.list = (struct slice){NULL, 0};
    if (old->list.p != NULL)
        after->workflow.list = slice_copy(&after->arena, old->list);
}

static bool needs_restart(const struct step_config *a, const struct step_config *b,
                          const struct setting *setting)
{
    return setting->restart ||
           (strcmp(setting->key, keys[UNDO]) == 0 && config_undo_by(a) != config_undo_by(b));
}

void config_steps_compare(const struct config *before, const struct config *after,
                          void (*changed)(void *self, const char *name, bool restart), void *self)
{
    for (size_t i = 0; i < after->n_steps; i++) {
        const struct step_config *b = &after->steps[i];
        const struct step_config *a = config_step(before, b->name);

        for (size_t key = 0; a != NULL && key < KEYS; key++) {
            struct setting setting = setting_of(key);
            char name[STEP_NAME_MAX + 32];

            /* What both have from [fulfilment] is named once, as its. */
            if (((a->given | b->given) & 1U << key) == 0 || config_value_same(a, b, &setting))
                continue;
            (void)snprintf(name, sizeof(name), "step \"%.*s\".%s", SLICE_ARGS(b->name),
                           setting.key);
            changed(self, name, needs_restart(a, b, &setting));
        }
    }
}
