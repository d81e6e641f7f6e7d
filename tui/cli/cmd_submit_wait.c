/* Follows one order until it has ended. */
#include "tui/cli/cmd_submit_wait.h"

#include <stdlib.h>
#include <time.h>

#include "tui/link/feed.h"

#define ASK_EVERY_US 1000000 /* with events: only in case one was missed */
#define POLL_US 50000        /* without */

struct submit_wait {
    struct cmd_run *run;
    struct feed *feed; /* NULL: there are no events */
    const struct uuid *id;
    bool ended; /* an event said so */
};

static void take_event(void *self, const struct event *event)
{
    struct submit_wait *wait = self;

    if (wait->id != NULL && event->has_order && uuid_compare(&event->uid, wait->id) == 0 &&
        status_settled(event->to))
        wait->ended = true;
}

struct submit_wait *submit_wait_open(struct cmd_run *run)
{
    struct submit_wait *wait = calloc(1, sizeof *wait);
    struct feed_settings settings = {.events_url = run->place.events_url, .since = -1};

    if (wait == NULL)
        abort(); /* no memory for a bounded need of our own */
    wait->run = run;
    (void)feed_open(&settings, run->client,
                    (struct feed_listener){.event = take_event, .self = wait}, &wait->feed, NULL);
    return wait;
}

void submit_wait_close(struct submit_wait *wait)
{
    if (wait == NULL)
        return;
    feed_close(wait->feed);
    free(wait);
}

static int ask_order(struct submit_wait *wait, struct client_answer *answer, struct order *order)
{
    const struct request request = {.op = OP_GET, .get = {.order_id = *wait->id}};
    struct mp_reader r;
    int code = cmd_ask(wait->run, &request, answer);

    if (code != EXIT_DONE)
        return code;
    *order = (struct order){0};
    if (wire_reply_find(answer->reply, answer->len, "order", &r))
        wire_order_read(&r, &wait->run->arena, order);
    if (order->status != STATUS_NONE)
        return EXIT_DONE;
    client_answer_done(answer);
    return cmd_odd_reply(wait->run);
}

/* Until an event says that the order has ended, or it is time to ask. */
static void await_news(struct submit_wait *wait)
{
    const struct clock *clock = &wait->run->clock;
    const struct timespec pause = {.tv_nsec = POLL_US * 1000L};
    int64_t until = clock_mono(clock) + ASK_EVERY_US;

    while (wait->feed != NULL && !wait->ended && clock_mono(clock) < until) {
        if (feed_wait(wait->feed, until - clock_mono(clock), NULL) != OK) {
            feed_close(wait->feed);
            wait->feed = NULL;
        }
    }
    if (wait->feed == NULL)
        (void)nanosleep(&pause, NULL);
    wait->ended = false;
}

int submit_wait_end(struct submit_wait *wait, const struct uuid *id, int64_t limit_us,
                    struct client_answer *answer, struct order *order)
{
    int64_t began_us = clock_mono(&wait->run->clock);

    wait->id = id;
    for (;;) {
        int code = ask_order(wait, answer, order);

        if (code != EXIT_DONE)
            return code;
        if (status_settled(order->status) ||
            (limit_us >= 0 && clock_mono(&wait->run->clock) - began_us > limit_us))
            return order->status == STATUS_FULFILLED ? EXIT_DONE : EXIT_NOT_FULFILLED;
        client_answer_done(answer);
        await_news(wait);
    }
}
