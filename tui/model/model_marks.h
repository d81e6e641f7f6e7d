/* A set of marked orders, by id. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/uuid.h"

#define MARKS_MAX 10000

/* All zero is an empty set. */
struct marks {
    struct uuid *ids; /* rising */
    size_t n, cap;
};

bool marks_has(const struct marks *marks, const struct uuid *uid);
bool marks_add(struct marks *marks, const struct uuid *uid); /* false: full */
void marks_remove(struct marks *marks, const struct uuid *uid);
void marks_clear(struct marks *marks); /* frees */
