/* The sections [retry "PATTERN"]: how attempts are tried again after reasons that match. */
#pragma once

#include "daemon/config.h"
#include "daemon/config_named.h"

/*
 * Begins the section of a line such as `[retry "no stock*"]`; the following keys are its own.
 *
 * line     trimmed, from its `[` on
 * number   of the line in the file
 * errors   ERR_INVALID with a sentence for a line of another form, a pattern that is there already,
 *          one section too many
 */
enum err config_retry_begin(struct config *config, struct slice line, int number, struct why *why);

/* A key of the section begun last. errors: ERR_INVALID for an unknown, doubled or wrong one. */
enum err config_retry_set(struct config *config, const struct config_pair *pair, struct why *why);

/* What a section does not say is as in [fulfilment]: once the whole file is read. */
void config_retry_fill(struct config *config);

/* Are they the same, in the same order? */
bool config_retry_same(const struct config *a, const struct config *b);
