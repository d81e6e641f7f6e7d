/* A handler whose attempts end when, and as, the seed says; it sees that none runs twice at once.
 */
#pragma once

#include "tests/sim/sim_world.h"

struct hands *sim_hands_new(struct world *world, struct handler_listener listener);
void sim_hands_free(struct hands *hands); /* takes NULL */

/* Of a pool: all share it. */
struct handler sim_hands_handler(struct hands *hands);

/* One of the attempts under way ends; false: there is none. */
bool sim_hands_end(struct hands *hands);
