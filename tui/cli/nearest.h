/* The name that was probably meant. */
#pragma once

#include <stddef.h>

/* Letters to add, drop, change or exchange with their neighbour to get from `a` to `b`; at most
   the first 31 letters count. */
size_t nearest_distance(const char *a, const char *b);

/* Keeps in *best whichever is nearer to `name`: it or `candidate`. Start with *best NULL; what is
   too far off never gets in. */
void nearest_try(const char *name, const char *candidate, const char **best);
