/* From a peer's user and groups to what it may do. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/net/peer.h"
#include "shared/err.h"
#include "shared/op.h"
#include "shared/text.h"

struct access;

/* `[access]`: for each role a list of users, @groups or `*`; empty: nobody but the defaults. */
struct access_settings {
    struct slice lists[ROLE_COUNT]; /* comma-separated, as in the configuration */
    const char *file;               /* where they were read, for messages; NULL: nowhere */
    int lines[ROLE_COUNT];
};

/*
 * Resolves the names once. root and the daemon's own user are always admin.
 * errors   ERR_INVALID naming an unknown user or group, with file and line where there are any
 */
enum err access_new(const struct access_settings *settings, struct access **out, struct why *why);
void access_free(struct access *access); /* takes NULL */

/* The rights of a peer, added up over the roles it has; 0: none. Thread: the loop's. */
unsigned access_rights(const struct access *access, const struct peer *who);

/* The actor's name: the user name of the uid, "uid 1234" where it has none. Cached; lives as long
   as `access`. */
struct slice access_actor(struct access *access, const struct peer *who);
