/* Looks at the daemon every second: how long the queue waits, and the alarms. */
#pragma once

#include "daemon/config.h"
#include "daemon/core/engine.h"

struct dofsd;
struct watch;

/*
 * The first look is at once. The next ones come a second after the last while orders are QUEUED or
 * PROCESSING, or a second after it at the soonest when something is committed; a daemon without
 * work looks every five seconds, since a disk can fill without its doing.
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
