/* Looks at the daemon every second: how long the queue waits, and the alarms. */
#pragma once

#include "daemon/config.h"
#include "daemon/core/engine.h"

struct dofsd;
struct watch;

/*
 * Takes up the alarms' states that the store has kept. The first look is at once, each next one a
 * second after the last; what only time has changed is known without asking the store.
 */
enum err dofsd_watch_open(struct dofsd *d, struct why *why);
void dofsd_watch_close(struct watch *watch); /* takes NULL; behind engine, readers and children */

void dofsd_watch_committed(struct watch *watch, const struct commit *commit);
/* A heartbeat is near: it shows how long the queue waits. */
void dofsd_watch_beat(struct watch *watch);
void dofsd_watch_set(struct watch *watch, const struct config *config);
/* No more looks, and nothing more is told: the daemon stops. */
void dofsd_watch_stop(struct watch *watch);

/* For the operations. */
struct alarms *dofsd_watch_alarms(struct watch *watch);
