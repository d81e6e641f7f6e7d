/* Orders in motion, as the last change left them: saves the writer from reading what it wrote. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/order.h"

struct engine_cache;

/* `slots`, a power of two: how many at most. Thread, of all: the writer's. */
struct engine_cache *engine_cache_new(size_t slots);
void engine_cache_free(struct engine_cache *cache); /* takes NULL */

/* False: it is not there. The slices are the cache's, good until the next put, drop or clear. */
bool engine_cache_get(const struct engine_cache *cache, int64_t id, struct order *out);

/* Copies the order without its lists and result; whatever was in its slot is forgotten. Slices
   that engine_cache_get gave may be among its own. */
void engine_cache_put(struct engine_cache *cache, const struct order *order);

void engine_cache_drop(struct engine_cache *cache, int64_t id);
void engine_cache_clear(struct engine_cache *cache); /* their texts' memory, too */
