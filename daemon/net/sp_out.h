/* What waits to be written to one peer: replies of its own, event messages shared by many. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes on their way, shared by the queues they are in. Thread: the loop's. */
struct sp_message {
    size_t refs;
    size_t parts; /* whole frames in it */
    size_t len, cap;
    uint8_t bytes[];
};

/* All zero is an empty queue. */
struct sp_out {
    struct sp_message **ring; /* `cap` of them, a power of two */
    size_t first, count, cap;
    size_t sent;  /* bytes of the first message */
    size_t bytes; /* not yet sent, of all */
    size_t parts; /* frames not yet wholly sent, of all */
};

struct sp_message *sp_message_new(size_t cap); /* one ref, the caller's */
void sp_message_unref(struct sp_message *message);

/* Where a frame of `len` bytes is to be put at once, behind all others. */
uint8_t *sp_out_room(struct sp_out *out, size_t len);
/* Queues a message of one frame, with a ref of its own. */
void sp_out_share(struct sp_out *out, struct sp_message *message);

/*
 * Writes as much as one call takes.
 *
 * returns  bytes written, 0 when the kernel takes none, -1 when the connection is broken
 */
ssize_t sp_out_write(struct sp_out *out, int fd);
void sp_out_done(struct sp_out *out); /* the queue is empty afterwards */
