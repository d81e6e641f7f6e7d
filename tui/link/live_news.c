/* News on its way from the threads of the link to the program's own. */
#include "tui/link/live_news.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

void live_news_free(struct live_news *news)
{
    if (news == NULL)
        return;
    client_answer_done(&news->answer);
    free(news);
}

void live_queue_init(struct live_queue *queue)
{
    *queue = (struct live_queue){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (queue->fd < 0)
        abort();
    queue->last = &queue->first;
    pthread_mutex_init(&queue->lock, NULL);
}

void live_queue_done(struct live_queue *queue)
{
    struct live_news *news = live_queue_take(queue);

    while (news != NULL) {
        struct live_news *next = news->next;

        live_news_free(news);
        news = next;
    }
    pthread_mutex_destroy(&queue->lock);
    (void)close(queue->fd);
}

struct live_news *live_queue_take(struct live_queue *queue)
{
    struct live_news *first = NULL;
    uint64_t count = 0;

    pthread_mutex_lock(&queue->lock);
    (void)!read(queue->fd, &count, sizeof count);
    first = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    queue->n = 0;
    queue->overflowed = false;
    pthread_mutex_unlock(&queue->lock);
    return first;
}

/* `room`: for texts, at the address behind the struct. */
static struct live_news *news_new(enum live_kind kind, size_t room)
{
    struct live_news *news = calloc(1, sizeof *news + room);

    if (news == NULL)
        abort();
    news->kind = kind;
    news->why = "";
    return news;
}

static void add(struct live_queue *queue, struct live_news *news)
{
    const uint64_t one = 1;

    *queue->last = news;
    queue->last = &news->next;
    if (queue->n++ == 0)
        (void)!write(queue->fd, &one, sizeof one);
}

static void put(struct live_queue *queue, struct live_news *news)
{
    pthread_mutex_lock(&queue->lock);
    add(queue, news);
    pthread_mutex_unlock(&queue->lock);
}

/* Copies to *room and moves it on; absent stays absent. */
static struct slice keep(char **room, struct slice text)
{
    struct slice kept = {text.p != NULL ? *room : NULL, text.n};

    if (text.p != NULL && text.n > 0)
        memcpy(*room, text.p, text.n);
    *room += text.n;
    return kept;
}

void live_queue_link(struct live_queue *queue, enum live_kind kind, int64_t retry_at_us,
                     const char *why)
{
    size_t n = strlen(why);
    struct live_news *news = news_new(kind, n + 1);
    char *room = (char *)(news + 1);

    news->retry_at_us = retry_at_us;
    memcpy(room, why, n + 1);
    news->why = room;
    put(queue, news);
}

static struct live_news *event_news(const struct event *event)
{
    struct slice event_texts[] = {event->customer_id, event->reference, event->step,
                                  event->reason,      event->by,        event->subject,
                                  event->subject_to};
    struct live_news *news = NULL;
    char *room = NULL;
    size_t n = 0;

    for (size_t i = 0; i < sizeof event_texts / sizeof event_texts[0]; i++)
        n += event_texts[i].n;
    news = news_new(LIVE_EVENT, n);
    room = (char *)(news + 1);
    news->event = *event;
    news->event.customer_id = keep(&room, event->customer_id);
    news->event.reference = keep(&room, event->reference);
    news->event.step = keep(&room, event->step);
    news->event.reason = keep(&room, event->reason);
    news->event.by = keep(&room, event->by);
    news->event.subject = keep(&room, event->subject);
    news->event.subject_to = keep(&room, event->subject_to);
    return news;
}

void live_queue_event(struct live_queue *queue, const struct event *event)
{
    pthread_mutex_lock(&queue->lock);
    if (queue->n < LIVE_NEWS_MAX) {
        add(queue, event_news(event));
    } else if (!queue->overflowed) {
        queue->overflowed = true;
        add(queue, news_new(LIVE_LOST, 0));
    }
    pthread_mutex_unlock(&queue->lock);
}

void live_queue_heartbeat(struct live_queue *queue, struct slice map)
{
    struct live_news *news = news_new(LIVE_HEARTBEAT, map.n);
    char *room = (char *)(news + 1);

    news->bytes = keep(&room, map);
    put(queue, news);
}

void live_queue_answer(struct live_queue *queue, uint64_t id, struct client_answer *answer)
{
    struct live_news *news = news_new(LIVE_ANSWER, 0);

    news->id = id;
    news->answer = *answer;
    *answer = (struct client_answer){.outcome = CLIENT_NO_DAEMON};
    news->why = news->answer.why.text;
    if (news->answer.outcome == CLIENT_ANSWERED)
        news->bytes = (struct slice){(const char *)news->answer.reply, news->answer.len};
    put(queue, news);
}

void live_queue_no_answer(struct live_queue *queue, uint64_t id, const char *why)
{
    size_t n = strlen(why);
    struct live_news *news = news_new(LIVE_ANSWER, n + 1);
    char *room = (char *)(news + 1);

    news->id = id;
    memcpy(room, why, n + 1);
    news->why = room;
    put(queue, news);
}
