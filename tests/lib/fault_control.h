/* What a test and the daemon it hurts share: a file that both map. Nothing is counted until it is
   armed, so that a fault comes when the daemon is where the test wants it. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define FAULT_CONTROL_ENV "DOFS_FAULT_CONTROL" /* names the file */

/* Which call; the order is that of the names in fault_preload.c. */
enum fault_call {
    FAULT_NONE,
    FAULT_FSYNC,
    FAULT_FDATASYNC,
    FAULT_PWRITE,
    FAULT_FTRUNCATE,
    FAULT_OPEN,
    FAULT_UNLINK,
    FAULT_MALLOC, /* and calloc, realloc */
    FAULT_POINT,  /* a named place of a build for tests: the process ends there */
};

#define FAULT_SHORT (-1) /* as `error` of a pwrite: writes half of it, as the kernel may */
#define FAULT_LIE (-2)   /* the same: writes nothing and says that it did */

struct fault_control {
    atomic_bool armed;
    int call;            /* enum fault_call */
    int error;           /* the errno; 0: none, but it takes `stall_ms` */
    int stall_ms;        /* before the call goes on */
    int64_t at;          /* the first call that fails, from 1 */
    int64_t times;       /* so many fail */
    char match[64];      /* only files whose path has this in it; a point's name */
    atomic_llong jump_s; /* the wall clock is set by so many seconds, armed or not */
    atomic_llong seen;   /* so many calls since it was armed */
    atomic_llong hit;    /* so many of them failed */
};
