/* The steps of the workflow: [steps] order, and the sections [step "NAME"]. */
#pragma once

#include "daemon/config.h"
#include "daemon/config_named.h"

/* How a step is undone. */
enum undo_by { UNDO_NONE, UNDO_EXEC, UNDO_WORKER };
enum undo_by config_undo_by(const struct step_config *step);

/* The step of that name; NULL: the configuration has none. */
const struct step_config *config_step(const struct config *config, struct slice name);

/*
 * A value of [steps] order: names with commas between them.
 *
 * out      the same without blanks, in `arena`
 * errors   ERR_INVALID for a bad name, one that is there twice, too many or none
 */
enum err config_steps_order(struct arena *arena, struct slice text, struct slice *out,
                            struct why *why);

/* Begins the section of a line such as `[step "charge"]`. errors: ERR_INVALID with a sentence. */
enum err config_steps_begin(struct config *config, struct slice line, int number, struct why *why);

/* A key of the section begun last. errors: ERR_INVALID for an unknown, doubled or wrong one. */
enum err config_steps_set(struct config *config, const struct config_pair *pair, struct why *why);

/*
 * Once the whole file is read: each step of the order is as [fulfilment] is, but for what its own
 * section says.
 *
 * errors   ERR_INVALID for a section that the order does not name, `exec` without a command; *line
 *          is the one to blame
 */
enum err config_steps_fill(struct config *config, int *line, struct why *why);

/* A reload: which steps there are, and which have an undo, stays as it was at the start. */
void config_steps_keep(struct config *after, const struct config *before);

/* As config_compare, of what the sections [step "NAME"] say. */
void config_steps_compare(const struct config *before, const struct config *after,
                          void (*changed)(void *self, const char *name, bool restart), void *self);
