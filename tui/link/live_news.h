/* News on its way from the threads of the link to the program's own. */
#pragma once

#include <pthread.h>

#include "tui/link/live.h"

/* Events past this are left out, and LIVE_LOST says so. */
#define LIVE_NEWS_MAX 20000

struct live_queue {
    pthread_mutex_t lock;
    struct live_news *first, **last;
    size_t n;
    bool overflowed; /* LIVE_LOST is in the queue for it */
    int fd;          /* an eventfd, readable while there is news */
};

void live_queue_init(struct live_queue *queue);
void live_queue_done(struct live_queue *queue); /* frees what is in it */

struct live_news *live_queue_take(struct live_queue *queue);

/* Each from any thread; what is given is copied, but for the answer, which is taken. */
void live_queue_link(struct live_queue *queue, enum live_kind kind, int64_t retry_at_us,
                     const char *why);
void live_queue_event(struct live_queue *queue, const struct event *event);
void live_queue_heartbeat(struct live_queue *queue, struct slice map);
void live_queue_answer(struct live_queue *queue, uint64_t id, struct client_answer *answer);
void live_queue_no_answer(struct live_queue *queue, uint64_t id, const char *why);
