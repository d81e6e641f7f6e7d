/* Where the writer runs: a thread of its own. */
#pragma once

#include "shared/err.h"

struct engine_writer;
struct engine_thread;

/* Runs the writer, whose bell is there, until its inbox is closed and empty. */
enum err engine_thread_start(struct engine_thread **out, struct engine_writer *writer,
                             struct why *why);

/* Waits until it has ended; the inbox is closed before. Takes NULL. */
void engine_thread_join(struct engine_thread *thread);
