/* Brings dead letters back to work: running replays, evenly spaced at their rate. */
#pragma once

#include "daemon/core/engine.h"

struct replay_runner;

enum err replay_open(struct replay_runner **out, struct loop *loop, const struct clock *clock,
                     struct engine *engine, struct why *why);
void replay_close(struct replay_runner *runner); /* takes NULL */

/* Goes on with a replay (just begun, or found RUNNING at the start): number, rate per second, 0
   for at once. */
void replay_run(struct replay_runner *runner, int64_t number, double rate);

/* What a commit tells: replays that wait for their canary go on, stopped ones are forgotten. */
void replay_committed(struct replay_runner *runner, const struct commit *commit);

/* Goes on with all that the store says are RUNNING. */
enum err replay_resume(struct replay_runner *runner, struct store *store, struct why *why);
