/* Builds the daemon's parts, ties their listeners, runs and drains them; no decision of its own. */
#pragma once

#include "shared/err.h"

/* How the program ends: part of its contract. */
enum dofsd_exit {
    DOFSD_OK = 0,
    DOFSD_USAGE = 2,
    DOFSD_STORE_FAILED = 70, /* a restart mends it */
    DOFSD_IN_USE = 75,       /* state directory or socket */
    DOFSD_CONFIG = 78        /* bad configuration, or a store that is not ours: no restart helps */
};

/* What was asked for on the command line. */
struct dofsd_args {
    const char *file; /* NULL: the instance's usual place */
    const char *instance;
    const char *restore; /* a backup's file; NULL: none */
};

/* Runs until it is told to stop. Logs why where it cannot. */
enum dofsd_exit dofsd_run(const struct dofsd_args *args);

/*
 * Only reads the configuration; *path is the file's name ("defaults" without one), to be freed.
 * errors   ERR_INVALID, with "file:line: reason" where a line is to blame
 */
enum err dofsd_check(const struct dofsd_args *args, char **path, struct why *why);

/*
 * Puts a backup, args->restore, in the place of the store of an instance that does not run. It is
 * checked before anything is touched, and the present store is kept beside it. Says what it did.
 */
enum dofsd_exit dofsd_restore(const struct dofsd_args *args);

/* Names all that does not hold in the store of an instance that does not run, and changes none of
   it: DOFSD_CONFIG where there is something, with the way out. */
enum dofsd_exit dofsd_verify(const struct dofsd_args *args);
