/* Where the writer runs: a thread of its own. */
#include "daemon/core/engine_thread.h"

#include <pthread.h>
#include <stdlib.h>

#include "daemon/core/engine_writer.h"
#include "shared/need.h"

struct engine_thread {
    pthread_t thread;
};

static void *run(void *self)
{
    struct engine_writer *writer = self;

    while (engine_writer_turn(writer, true)) {
    }
    return NULL;
}

enum err engine_thread_start(struct engine_thread **out, struct engine_writer *writer,
                             struct why *why)
{
    struct engine_thread *thread = need(calloc(1, sizeof(*thread)));

    if (pthread_create(&thread->thread, NULL, run, writer) != 0) {
        free(thread);
        return err_set(why, ERR_INTERNAL, "cannot start the writer's thread");
    }
    *out = thread;
    return OK;
}

void engine_thread_join(struct engine_thread *thread)
{
    if (thread == NULL)
        return;
    (void)pthread_join(thread->thread, NULL);
    free(thread);
}
