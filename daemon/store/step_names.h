/* The names of steps by their numbers: added by one thread at a time, read on any. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "shared/limits.h"
#include "shared/text.h"

struct step_names {
    _Atomic uint32_t n; /* what is below it does not change any more */
    char text[STEPS_EVER_MAX][STEP_NAME_MAX + 1];
};

uint32_t step_names_count(const struct step_names *names);
/* Absent: none of that number is known. */
struct slice step_names_at(const struct step_names *names, uint32_t number);
/* STEPS_EVER_MAX: it is not known. An absent name is the first. */
uint32_t step_names_find(const struct step_names *names, struct slice name);
/* The next number is given to the name; false: it is too long, or there are STEPS_EVER_MAX. */
bool step_names_add(struct step_names *names, struct slice name);
