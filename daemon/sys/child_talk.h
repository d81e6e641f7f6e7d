/* What goes to a program and comes from it: its input as it takes it, its output bounded. */
#pragma once

#include "daemon/sys/loop.h"
#include "shared/child_output.h"
#include "shared/child_spawn.h"

#define CHILD_CHUNK_BYTES (64UL * 1024) /* a pipe's worth: read in one turn of the loop */

struct child_talk {
    struct loop *loop;
    char *chunk; /* CHILD_CHUNK_BYTES of scratch: the caller's, may be shared */
    struct child_ends ends;
    struct loop_source *feeding, *hearing, *complaining;
    struct buf input; /* what it did not take at once */
    size_t fed;
    struct buf kept; /* of its output */
    struct child_line line;
};

/* Begins with ends from child_spawn, all else zero but loop and chunk. */
enum err child_talk_begin(struct child_talk *talk, struct slice input, struct why *why);

/* It has ended: reads what it left in its pipes. */
void child_talk_end(struct child_talk *talk);

void child_talk_done(struct child_talk *talk); /* frees and closes all; also a zero one's */
