/* What becomes of orders that replays moved: counted, told, and judged by canary and stop_if. */
#pragma once

#include "daemon/core/engine_work.h"

/* Thread, of all: the writer's, in a transaction. */

/* An event about a replay as it is now. */
void engine_tally_tell(struct engine_work *work, enum news news, const struct store_replay *replay);

/* Of its moves, at most once a second. */
void engine_tally_progress(struct engine_work *work, const struct store_replay *replay);

/* The replay ends in this state; stores it. */
enum err engine_tally_end(struct engine_work *work, struct store_replay *replay,
                          enum replay_state state, struct why *why);

/* Notes it if the order, which a replay moved, came to an end by this decision. */
enum err engine_tally_decided(struct engine_work *work, const struct order *order,
                              const struct decision *decision, struct why *why);

/* Stores what was noted, and stops replays that are to be stopped: before the commit. */
enum err engine_tally_store(struct engine_work *work, struct why *why);
