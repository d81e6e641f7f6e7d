/* The bounded handover of command chains from the loop's thread to the writer's. */
#include "daemon/core/inbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/core/command.h"
#include "shared/need.h"

struct inbox {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct command *first, *last;
    int64_t oldest_us; /* when the first was put into the empty inbox */
    size_t unsettled;
    bool urgent;
    bool waiting; /* somebody does, in inbox_take */
    bool closed;
};

/* The condition variable's clock: real time, for this is about sharing a sync, not about orders. */
static int64_t now_us(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        abort();
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct inbox *inbox_new(void)
{
    struct inbox *inbox = need(calloc(1, sizeof(*inbox)));
    pthread_condattr_t attributes;

    if (pthread_condattr_init(&attributes) != 0 ||
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&inbox->news, &attributes) != 0 ||
        pthread_mutex_init(&inbox->lock, NULL) != 0)
        abort();
    (void)pthread_condattr_destroy(&attributes);
    return inbox;
}

void inbox_free(struct inbox *inbox)
{
    if (inbox == NULL)
        return;
    (void)pthread_cond_destroy(&inbox->news);
    (void)pthread_mutex_destroy(&inbox->lock);
    free(inbox);
}

static void append(struct inbox *inbox, const struct inbox_chain *chain)
{
    bool was_empty = inbox->first == NULL;

    if (was_empty) {
        inbox->first = chain->first;
        inbox->oldest_us = now_us();
    } else {
        inbox->last->next = chain->first;
    }
    inbox->last = chain->last;
    inbox->unsettled += chain->weight;
    /* Whoever waits already knows of what can wait; only its first, and what is urgent, is news. */
    if (inbox->waiting && (was_empty || (chain->urgent && !inbox->urgent)))
        (void)pthread_cond_signal(&inbox->news);
    inbox->urgent = inbox->urgent || chain->urgent;
}

bool inbox_put(struct inbox *inbox, const struct inbox_chain *chain, size_t max)
{
    bool room = false;

    (void)pthread_mutex_lock(&inbox->lock);
    room = inbox->unsettled == 0 ||
           (inbox->unsettled <= max && chain->weight <= max - inbox->unsettled);
    room = room && !inbox->closed;
    if (room)
        append(inbox, chain);
    (void)pthread_mutex_unlock(&inbox->lock);
    return room;
}

void inbox_settle(struct inbox *inbox, size_t weight)
{
    (void)pthread_mutex_lock(&inbox->lock);
    inbox->unsettled -= weight < inbox->unsettled ? weight : inbox->unsettled;
    (void)pthread_mutex_unlock(&inbox->lock);
}

size_t inbox_unsettled(struct inbox *inbox)
{
    size_t unsettled = 0;

    (void)pthread_mutex_lock(&inbox->lock);
    unsettled = inbox->unsettled;
    (void)pthread_mutex_unlock(&inbox->lock);
    return unsettled;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Waits for news, at most until `deadline_us`. */
static void wait_until(struct inbox *inbox, int64_t deadline_us)
{
    struct timespec at = {.tv_sec = deadline_us / 1000000, .tv_nsec = deadline_us % 1000000 * 1000};

    inbox->waiting = true;
    if (deadline_us == INT64_MAX)
        (void)pthread_cond_wait(&inbox->news, &inbox->lock);
    else
        (void)pthread_cond_timedwait(&inbox->news, &inbox->lock, &at);
    inbox->waiting = false;
}

/* When what is there must be taken; INT64_MAX: there is nothing. */
static int64_t ripe_at(const struct inbox *inbox, int64_t share_us)
{
    if (inbox->first == NULL)
        return INT64_MAX;
    return inbox->urgent || inbox->closed ? 0 : inbox->oldest_us + share_us;
}

struct command *inbox_take(struct inbox *inbox, int64_t share_us, int64_t wait_us)
{
    struct command *first = NULL;
    int64_t now = now_us();
    int64_t deadline = wait_us < INT64_MAX - now ? now + wait_us : INT64_MAX;
    int64_t ripe = 0;

    (void)pthread_mutex_lock(&inbox->lock);
    ripe = ripe_at(inbox, share_us);
    while (now < ripe && now < deadline && !inbox->closed) {
        wait_until(inbox, sooner(ripe, deadline));
        now = now_us();
        ripe = ripe_at(inbox, share_us);
    }
    if (now >= ripe) {
        first = inbox->first;
        inbox->first = inbox->last = NULL;
        inbox->urgent = false;
    }
    (void)pthread_mutex_unlock(&inbox->lock);
    return first;
}

bool inbox_empty(struct inbox *inbox)
{
    bool empty = false;

    (void)pthread_mutex_lock(&inbox->lock);
    empty = inbox->first == NULL;
    (void)pthread_mutex_unlock(&inbox->lock);
    return empty;
}

void inbox_close(struct inbox *inbox)
{
    (void)pthread_mutex_lock(&inbox->lock);
    inbox->closed = true;
    (void)pthread_cond_broadcast(&inbox->news);
    (void)pthread_mutex_unlock(&inbox->lock);
}

bool inbox_closed(struct inbox *inbox)
{
    bool closed = false;

    (void)pthread_mutex_lock(&inbox->lock);
    closed = inbox->closed;
    (void)pthread_mutex_unlock(&inbox->lock);
    return closed;
}
