/* One thread of files, timers and signals, by sd-event. */
#include "daemon/sys/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-event.h>

#include "shared/need.h"

/*
 * sd-event hands out one source a turn. A pass of ours is as many turns as there are sources ready:
 * it ends when nothing is left, or when one of them would have its second turn, so that a source
 * which is always ready does not keep the end of the pass away.
 */

struct loop_source {
    struct loop *loop;
    struct loop_source *prev, *next; /* in loop->sources, or in loop->passes */
    struct loop_source **list;
    sd_event_source *event; /* NULL for the end of a pass */
    struct loop_bell *bell; /* whose source this is, or NULL */
    uint64_t pass;          /* in which it last had its turn */
    void (*call)(void *self);
    void (*got)(void *self, int signum);
    void *self;
};

struct loop_bell {
    int fd;
    atomic_bool rung;
    struct loop_source *source; /* NULL once the loop is closed */
    void (*ring)(void *self);
    void *self;
};

struct loop {
    sd_event *event;
    struct loop_source *sources;
    struct loop_source *passes; /* in the order they were added */
    struct loop_source *next_pass;
    uint64_t pass;
    bool second_turn;
    bool stopped;
    int code;
};

enum err loop_open(struct loop **out, struct why *why)
{
    struct loop *loop = need(calloc(1, sizeof(*loop)));
    int r = 0;

    r = sd_event_new(&loop->event);
    if (r < 0) {
        free(loop);
        return err_sys(why, ERR_INTERNAL, -r, "cannot make an event loop");
    }
    *out = loop;
    return OK;
}

static void free_all(struct loop_source *source)
{
    while (source != NULL) {
        struct loop_source *next = source->next;

        loop_source_free(source);
        source = next;
    }
}

void loop_close(struct loop *loop)
{
    if (loop == NULL)
        return;
    free_all(loop->sources);
    free_all(loop->passes);
    sd_event_unref(loop->event);
    free(loop);
}

static void end_pass(struct loop *loop)
{
    struct loop_source *at = loop->passes;

    while (at != NULL) {
        loop->next_pass = at->next; /* moved on by loop_source_free */
        at->call(at->self);
        at = loop->next_pass;
    }
    loop->next_pass = NULL;
}

static int run_pass(struct loop *loop)
{
    int r = sd_event_run(loop->event, UINT64_MAX);

    loop->second_turn = false;
    while (r > 0 && !loop->second_turn)
        r = sd_event_run(loop->event, 0);
    if (r >= 0)
        end_pass(loop);
    loop->pass++;
    return r;
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    loop->code = 0;
    loop->pass++;
    while (!loop->stopped) {
        int r = run_pass(loop);

        if (r < 0 && r != -EINTR)
            return EXIT_FAILURE;
    }
    return loop->code;
}

void loop_stop(struct loop *loop, int code)
{
    loop->stopped = true;
    loop->code = code;
}

static void note_turn(struct loop_source *source)
{
    if (source->pass == source->loop->pass)
        source->loop->second_turn = true;
    source->pass = source->loop->pass;
}

static void link_source(struct loop_source *source, struct loop_source **list)
{
    source->list = list;
    source->next = *list;
    if (*list != NULL)
        (*list)->prev = source;
    *list = source;
}

static struct loop_source *source_new(struct loop *loop, void (*call)(void *self), void *self)
{
    struct loop_source *source = need(calloc(1, sizeof(*source)));

    source->loop = loop;
    source->call = call;
    source->self = self;
    return source;
}

/* Ends loop_add_*: `r` is what sd-event said. */
static enum err source_added(struct loop_source *source, int r, struct loop_source **out)
{
    if (r < 0) {
        sd_event_source_unref(source->event);
        free(source);
        return ERR_INTERNAL;
    }
    link_source(source, &source->loop->sources);
    *out = source;
    return OK;
}

void loop_source_free(struct loop_source *source)
{
    if (source == NULL)
        return;
    if (source->loop->next_pass == source)
        source->loop->next_pass = source->next;
    if (source->prev != NULL)
        source->prev->next = source->next;
    else
        *source->list = source->next;
    if (source->next != NULL)
        source->next->prev = source->prev;
    if (source->bell != NULL)
        source->bell->source = NULL;
    sd_event_source_disable_unref(source->event);
    free(source);
}

/* The source may be freed by its own call: none of these look at it afterwards. */

static int on_file(sd_event_source *event, int fd, uint32_t events, void *self)
{
    struct loop_source *source = self;

    (void)event;
    (void)fd;
    (void)events;
    note_turn(source);
    source->call(source->self);
    return 0;
}

static int on_time(sd_event_source *event, uint64_t us, void *self)
{
    struct loop_source *source = self;

    (void)event;
    (void)us;
    note_turn(source);
    source->call(source->self);
    return 0;
}

static int on_signal(sd_event_source *event, const struct signalfd_siginfo *info, void *self)
{
    struct loop_source *source = self;

    (void)event;
    note_turn(source);
    source->got(source->self, (int)info->ssi_signo);
    return 0;
}

enum err loop_add_file(struct loop *loop, int fd, void (*ready)(void *self), void *self,
                       struct loop_source **out)
{
    struct loop_source *source = source_new(loop, ready, self);
    int r = sd_event_add_io(loop->event, &source->event, fd, EPOLLIN, on_file, source);

    return source_added(source, r, out);
}

enum err loop_add_writable(struct loop *loop, int fd, void (*ready)(void *self), void *self,
                           struct loop_source **out)
{
    struct loop_source *source = source_new(loop, ready, self);
    int r = sd_event_add_io(loop->event, &source->event, fd, EPOLLOUT, on_file, source);

    return source_added(source, r, out);
}

enum err loop_add_timer(struct loop *loop, void (*due)(void *self), void *self,
                        struct loop_source **out)
{
    struct loop_source *source = source_new(loop, due, self);
    /* An accuracy of 0 would mean 250 ms. */
    int r = sd_event_add_time(loop->event, &source->event, CLOCK_BOOTTIME, UINT64_MAX, 1, on_time,
                              source);

    if (r >= 0)
        r = sd_event_source_set_enabled(source->event, SD_EVENT_OFF);
    return source_added(source, r, out);
}

void loop_timer_set(struct loop_source *timer, int64_t mono_us)
{
    if (mono_us == INT64_MAX) {
        (void)sd_event_source_set_enabled(timer->event, SD_EVENT_OFF);
        return;
    }
    (void)sd_event_source_set_time(timer->event, mono_us > 0 ? (uint64_t)mono_us : 0);
    (void)sd_event_source_set_enabled(timer->event, SD_EVENT_ONESHOT);
}

enum err loop_add_signal(struct loop *loop, int signum, void (*got)(void *self, int signum),
                         void *self, struct loop_source **out)
{
    struct loop_source *source = NULL;
    sigset_t set;
    int r = 0;

    (void)sigemptyset(&set);
    if (sigaddset(&set, signum) != 0 || pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return ERR_INTERNAL;
    source = source_new(loop, NULL, self);
    source->got = got;
    r = sd_event_add_signal(loop->event, &source->event, signum, on_signal, source);
    return source_added(source, r, out);
}

static void bell_rung(void *self)
{
    struct loop_bell *bell = self;
    uint64_t times = 0;

    (void)!read(bell->fd, &times, sizeof(times));
    /* After the read: whoever rings from now on writes anew, whoever rang before is served below.
     */
    (void)atomic_exchange(&bell->rung, false);
    bell->ring(bell->self);
}

enum err loop_add_bell(struct loop *loop, void (*ring)(void *self), void *self,
                       struct loop_bell **out)
{
    struct loop_bell *bell = need(calloc(1, sizeof(*bell)));

    bell->ring = ring;
    bell->self = self;
    atomic_init(&bell->rung, false);
    bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bell->fd < 0 || loop_add_file(loop, bell->fd, bell_rung, bell, &bell->source) != OK) {
        loop_bell_free(bell);
        return ERR_INTERNAL;
    }
    bell->source->bell = bell;
    *out = bell;
    return OK;
}

void loop_bell_ring(struct loop_bell *bell)
{
    const uint64_t once = 1;

    if (!atomic_exchange(&bell->rung, true))
        (void)!write(bell->fd, &once, sizeof(once));
}

void loop_bell_free(struct loop_bell *bell)
{
    if (bell == NULL)
        return;
    loop_source_free(bell->source);
    if (bell->fd >= 0)
        (void)close(bell->fd);
    free(bell);
}

enum err loop_add_pass(struct loop *loop, void (*pass)(void *self), void *self,
                       struct loop_source **out)
{
    struct loop_source *source = source_new(loop, pass, self);
    struct loop_source *last = loop->passes;

    source->list = &loop->passes;
    while (last != NULL && last->next != NULL)
        last = last->next;
    source->prev = last;
    if (last != NULL)
        last->next = source;
    else
        loop->passes = source;
    *out = source;
    return OK;
}

enum err loop_watchdog(struct loop *loop, struct why *why)
{
    int r = sd_event_set_watchdog(loop->event, 1);

    if (r < 0)
        return err_sys(why, ERR_INTERNAL, -r, "cannot set the watchdog");
    return OK;
}
