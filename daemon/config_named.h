/* A section with a name of its own, such as [retry "PATTERN"]: inih would cut long ones. */
#pragma once

#include "shared/text.h"

/* A line `key = value` in one. */
struct config_pair {
    const char *key, *value;
    int number; /* of the line in the file */
};

/* Is it the head of such a section: `[KIND`, then no more of a word? `line` is trimmed. */
bool config_named_is(struct slice line, const char *kind);

/* What stands between the quotes of `[KIND "NAME"]`; absent in a line of another form. */
struct slice config_named(struct slice line, const char *kind);
