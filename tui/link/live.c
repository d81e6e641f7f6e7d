/* The daemon as a program sees it that must never wait. */
#include "tui/link/live.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "shared/clock.h"
#include "tui/link/feed.h"
#include "tui/link/live_news.h"

#define RETRY_MIN_US 250000
#define RETRY_MAX_US (5 * 1000000LL)
#define HEARD_MS 1100 /* a heartbeat comes every second: without one, the link is looked at */
#define MISSING_MS 50 /* while events are missing */
#define CLOSE_MS 300  /* a thread in the midst of connecting is not waited for longer */

/* A request under way, or room for one. */
struct ask {
    struct ask *next_free;
    struct ask *next; /* of all */
    struct live *live;
    struct client_call *call;
    uint64_t id;
};

struct live {
    struct client_place place;
    struct clock clock;
    struct live_queue queue;
    pthread_t thread;
    int stop; /* an eventfd */

    /* the thread's */
    struct client *feed_client;
    struct feed *feed;
    int64_t last; /* seq; < 0: none known yet */

    /* the program's, once `up` was seen */
    struct client *asks_client;
    pthread_mutex_t lock; /* of all below */
    bool up;
    struct client_call *first_call; /* proves that the daemon can be asked; never used */
    struct ask *free_asks;
    struct ask *asks; /* all; the program's thread alone */
};

/* The thread ----------------------------------------------------------------------------------- */

static void on_event(void *self, const struct event *event)
{
    live_queue_event(&((struct live *)self)->queue, event);
}

static void on_heartbeat(void *self, struct slice map)
{
    live_queue_heartbeat(&((struct live *)self)->queue, map);
}

static void on_lost(void *self, int64_t first_seq)
{
    (void)first_seq;
    live_queue_link(&((struct live *)self)->queue, LIVE_LOST, 0, "");
}

/* True when it was told to stop. */
static bool wait_stop(const struct live *live, int64_t us)
{
    struct pollfd stop = {live->stop, POLLIN, 0};

    return poll(&stop, 1, (int)(us / 1000)) > 0;
}

static enum err connect_all(struct live *live, struct why *why)
{
    struct feed_listener listener = {on_event, on_heartbeat, on_lost, live};
    struct feed_settings settings = {
        .events_url = live->place.events_url, .since = live->last, .known = live->last >= 0};
    enum err e = OK;

    if (live->first_call == NULL)
        e = client_call_open(live->asks_client, &live->first_call, why);
    if (e == OK)
        e = feed_open(&settings, live->feed_client, listener, &live->feed, why);
    return e;
}

static void set_up(struct live *live, bool up)
{
    pthread_mutex_lock(&live->lock);
    live->up = up;
    pthread_mutex_unlock(&live->lock);
}

/* Hands on what comes until the daemon has gone, or until told to stop: then OK. */
static enum err listen_on(struct live *live, struct why *why)
{
    struct pollfd fds[] = {{feed_fd(live->feed), POLLIN, 0}, {live->stop, POLLIN, 0}};
    enum err e = OK;

    while (e != ERR_NOT_FOUND && (fds[1].revents & POLLIN) == 0) {
        e = feed_wait(live->feed, 0, why);
        live->last = feed_last(live->feed);
        if (e != ERR_NOT_FOUND)
            (void)poll(fds, 2, feed_waits(live->feed) ? MISSING_MS : HEARD_MS);
    }
    return e == ERR_NOT_FOUND ? e : OK;
}

static void *run(void *arg)
{
    struct live *live = arg;
    int64_t delay_us = RETRY_MIN_US;
    struct why why = {0};

    for (;;) {
        enum err e = connect_all(live, &why);

        if (e == OK) {
            delay_us = RETRY_MIN_US;
            set_up(live, true);
            live_queue_link(&live->queue, LIVE_UP, 0, "");
            e = listen_on(live, &why);
            set_up(live, false);
            feed_close(live->feed);
            live->feed = NULL;
        }
        if (e == OK)
            break;
        live_queue_link(&live->queue, LIVE_DOWN, clock_mono(&live->clock) + delay_us, why.text);
        if (wait_stop(live, delay_us))
            break;
        delay_us = delay_us * 2 < RETRY_MAX_US ? delay_us * 2 : RETRY_MAX_US;
    }
    return NULL;
}

/* Asking --------------------------------------------------------------------------------------- */

static void put_back(struct ask *ask)
{
    struct live *live = ask->live;

    pthread_mutex_lock(&live->lock);
    ask->next_free = live->free_asks;
    live->free_asks = ask;
    pthread_mutex_unlock(&live->lock);
}

static void answered(void *self, struct client_answer *answer)
{
    struct ask *ask = self;
    struct live *live = ask->live;
    uint64_t id = ask->id;

    put_back(ask);
    live_queue_answer(&live->queue, id, answer);
}

static struct ask *new_ask(struct live *live, struct why *why)
{
    struct ask *ask = calloc(1, sizeof *ask);

    if (ask == NULL)
        abort();
    ask->live = live;
    if (client_call_open(live->asks_client, &ask->call, why) != OK) {
        free(ask);
        return NULL;
    }
    ask->next = live->asks;
    live->asks = ask;
    return ask;
}

/* A free one; NULL: not connected, or no more to be had. */
static struct ask *take_ask(struct live *live, struct why *why)
{
    struct ask *ask = NULL;
    bool up = false;

    pthread_mutex_lock(&live->lock);
    up = live->up;
    ask = live->free_asks;
    if (up && ask != NULL)
        live->free_asks = ask->next_free;
    pthread_mutex_unlock(&live->lock);
    if (!up) {
        (void)err_set(why, ERR_NOT_FOUND, "the daemon is not there now");
        return NULL;
    }
    return ask != NULL ? ask : new_ask(live, why);
}

void live_ask(struct live *live, uint64_t id, const struct buf *request, int64_t timeout_us)
{
    struct why why = {0};
    struct ask *ask = take_ask(live, &why);

    if (ask == NULL) {
        live_queue_no_answer(&live->queue, id, why.text);
        return;
    }
    ask->id = id;
    client_call_start(ask->call, request, timeout_us, answered, ask);
}

/* Opening and closing -------------------------------------------------------------------------- */

void live_open(const struct client_place *place, struct live **out)
{
    struct live *live = calloc(1, sizeof *live);

    if (live == NULL)
        abort();
    live->place = *place;
    live->last = -1;
    live->stop = eventfd(0, EFD_CLOEXEC);
    clock_init(&live->clock);
    live_queue_init(&live->queue);
    pthread_mutex_init(&live->lock, NULL);
    /* A place's URLs fit: client_find made sure. */
    if (live->stop < 0 || client_open(place->request_url, &live->feed_client, NULL) != OK ||
        client_open(place->request_url, &live->asks_client, NULL) != OK ||
        pthread_create(&live->thread, NULL, run, live) != 0)
        abort();
    *out = live;
}

/* A daemon that accepts and says nothing keeps the thread for seconds: nobody should wait for that
   in order to quit, so then it keeps what it uses, until the program ends. */
static bool stopped(struct live *live)
{
    const uint64_t one = 1;
    struct timespec until = {0};

    (void)!write(live->stop, &one, sizeof one);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)CLOSE_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_timedjoin_np(live->thread, NULL, &until) == 0;
}

void live_close(struct live *live)
{
    if (live == NULL || !stopped(live))
        return;
    for (struct ask *ask = live->asks, *next = NULL; ask != NULL; ask = next) {
        next = ask->next;
        client_call_close(ask->call);
        free(ask);
    }
    client_call_close(live->first_call);
    client_close(live->asks_client);
    client_close(live->feed_client);
    live_queue_done(&live->queue);
    pthread_mutex_destroy(&live->lock);
    (void)close(live->stop);
    free(live);
}

int live_fd(const struct live *live)
{
    return live->queue.fd;
}

struct live_news *live_take(struct live *live)
{
    return live_queue_take(&live->queue);
}
