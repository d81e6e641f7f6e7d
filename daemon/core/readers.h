/* The reader threads: run a job on a read connection, then hand it back to the loop. */
#pragma once

#include "daemon/store/store.h"
#include "daemon/sys/loop.h"
#include "shared/err.h"

struct readers;

/* A job. Made and freed by whoever posts it. */
struct read_job {
    struct read_job *next;
    void (*run)(struct read_job *job, struct store_reader *reader); /* on a reader's thread */
    void (*done)(struct read_job *job);                             /* on the loop's thread */
    void *owner;
};

enum err readers_open(struct readers **out, struct store *store, struct loop *loop,
                      uint32_t threads, struct why *why);
void readers_close(struct readers *readers); /* runs what was posted; takes NULL */

/* Runs what was posted and ends the threads; from now on posts are ERR_BUSY. For an end in which
   others may still post: it is closed after them. */
void readers_stop(struct readers *readers);

/* Thread: the loop's. ERR_BUSY when too many wait. */
enum err readers_post(struct readers *readers, struct read_job *job, struct why *why);
