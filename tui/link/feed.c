/* Events without gaps: the events socket, and the operation `events` for what it left out. */
#include "tui/link/feed.h"

#include <stdlib.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>

#include "shared/clock.h"
#include "shared/limits.h"
#include "shared/wire_reply.h"
#include "tui/link/dial.h"
#include "tui/link/feed_order.h"
#include "tui/link/feed_page.h"

#define FEED_QUEUE_MESSAGES 8192
#define FEED_TIMEOUT_US (5 * 1000000LL)
#define MISSING_US 50000 /* how long one behind others may be under way */
#define PASS_MESSAGES 1024
#define ASK_AGAIN_US 500000 /* after an ask that was not answered */

struct feed {
    struct client *client; /* borrowed */
    struct feed_listener listener;
    unsigned topics;
    struct clock clock;
    struct dial *dial;
    struct feed_order order;
    bool known;            /* `order.last` is a seq that this store had */
    uint64_t connects;     /* those that were asked after */
    int64_t missing_since; /* by the mono hand; 0: nothing is missing */
    int64_t ask_at;
};

/* The event's map does not say whether it is on topic dlq too: its type and statuses do. */
static bool on_dlq(const struct event *event)
{
    return event->entry == ENTRY_DEAD_LETTERED ||
           (event->from == STATUS_FAILED && event->to != STATUS_FAILED);
}

static bool wanted(const struct feed *feed, const struct event *event)
{
    unsigned topics = event_topics(event) | (on_dlq(event) ? 1U << TOPIC_DLQ : 0);

    return feed->topics == 0 || (topics & feed->topics) != 0;
}

static void hand_on(struct feed *feed, const struct event *event)
{
    feed->known = true;
    if (wanted(feed, event))
        feed->listener.event(feed->listener.self, event);
}

static void hand_on_held(struct feed *feed)
{
    struct slice bytes;

    while (feed_order_take(&feed->order, &bytes)) {
        struct mp_reader r;
        struct event event = {0};

        mp_reader_init(&r, bytes.p, bytes.n);
        wire_event_read(&r, &event);
        hand_on(feed, &event);
    }
}

/* Asking ----------------------------------------------------------------------------------------
 */

static void tell_lost(struct feed *feed, int64_t first_seq)
{
    if (feed->listener.lost != NULL)
        feed->listener.lost(feed->listener.self, first_seq);
}

/* Does the store still hold what comes after `last`? If not, the feed goes on at its first. */
static bool still_held(struct feed *feed, const struct feed_page *page)
{
    int64_t last = feed->order.last;

    if (feed->known && page->last_seq < last) { /* another store, or an older copy of it */
        feed->known = false;
        feed_order_restart(&feed->order, page->first_seq > 0 ? page->first_seq - 1 : 0);
        tell_lost(feed, page->first_seq);
        return false;
    }
    if (page->first_seq > last + 1 && page->last_seq > last) {
        feed_order_pass(&feed->order, page->first_seq - 1);
        tell_lost(feed, page->first_seq);
    }
    return true;
}

/* One page of what was left out. `*more`: there is another. */
static enum err catch_up(struct feed *feed, bool *more, struct why *why)
{
    struct feed_page page = {0};
    enum err e = feed_page_ask(feed->client, feed->order.last, EVENTS_PAGE_MAX, &page, why);

    *more = true;
    if (e != OK || !still_held(feed, &page))
        goto done;
    for (uint32_t i = 0; i < page.n; i++) {
        struct event event = {0};

        wire_event_read(&page.events, &event);
        if (mp_failed(&page.events)) {
            e = err_set(why, ERR_MALFORMED, "the reply to 'events' cannot be read");
            goto done;
        }
        if (event.seq <= feed->order.last)
            continue;
        feed_order_pass(&feed->order, event.seq);
        hand_on(feed, &event);
    }
    *more = page.n > 0 && feed->order.last < page.last_seq;
done:
    feed_page_done(&page);
    return e;
}

/* Asks until nothing is missing, or until `until_us` has passed. */
static enum err fill(struct feed *feed, int64_t until_us, struct why *why)
{
    enum err e = OK;
    bool more = true;

    if (clock_mono(&feed->clock) < feed->ask_at)
        return OK;
    while (e == OK && more) {
        e = catch_up(feed, &more, why);
        if (clock_mono(&feed->clock) >= until_us)
            break;
    }
    if (e != OK)
        feed->ask_at = clock_mono(&feed->clock) + ASK_AGAIN_US;
    else if (!more)
        feed->order.gap = false;
    if (e == OK) {
        hand_on_held(feed);
        feed->missing_since = 0;
    }
    return e;
}

/* Listening -------------------------------------------------------------------------------------
 */

static void take_event(struct feed *feed, struct slice raw)
{
    struct mp_reader r;
    struct event event = {0};

    mp_reader_init(&r, raw.p, raw.n);
    wire_event_read(&r, &event);
    if (mp_failed(&r)) {
        feed->order.gap = true;
        return;
    }
    /* Before the first ask the last seq is not known yet; while something is missing, order
       comes from what is asked for. */
    if (!feed->order.gap && feed_order_next(&feed->order, event.seq)) {
        hand_on(feed, &event);
        hand_on_held(feed);
    } else {
        feed_order_hold(&feed->order, event.seq, raw);
    }
}

static void take_heartbeat(struct feed *feed, const struct event_message *message)
{
    struct mp_reader r;

    if (wire_reply_find(message->map.p, message->map.n, "last_seq", &r) && mp_peek(&r) == MP_INT)
        feed_order_known(&feed->order, mp_int(&r));
    if (feed->listener.heartbeat != NULL)
        feed->listener.heartbeat(feed->listener.self, message->map);
}

static void take_message(struct feed *feed, const void *bytes, size_t n)
{
    struct event_message message;

    if (wire_message_read(bytes, n, &message, NULL) != OK) {
        feed->order.gap = true;
        return;
    }
    feed_order_message(&feed->order, &message);
    if (message.topic == TOPIC_HEARTBEAT) {
        take_heartbeat(feed, &message);
        return;
    }
    for (uint32_t i = 0; i < message.n_events; i++) {
        struct slice raw = mp_raw(&message.events);

        if (raw.p != NULL)
            take_event(feed, raw);
    }
}

/* Takes what has come; waits for the first message for at most `wait_us`. */
static void take_messages(struct feed *feed, int64_t wait_us)
{
    nng_socket socket = dial_socket(feed->dial, NULL);
    nng_msg *message = NULL;

    if (wait_us > 0) {
        (void)nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, (nng_duration)((wait_us + 999) / 1000));
        if (nng_recvmsg(socket, &message, 0) != 0)
            return;
        take_message(feed, nng_msg_body(message), nng_msg_len(message));
        nng_msg_free(message);
    }
    for (int i = 0; i < PASS_MESSAGES; i++) {
        if (nng_recvmsg(socket, &message, NNG_FLAG_NONBLOCK) != 0)
            return;
        take_message(feed, nng_msg_body(message), nng_msg_len(message));
        nng_msg_free(message);
    }
}

static void see_what_is_missing(struct feed *feed)
{
    int64_t now = clock_mono(&feed->clock);
    uint64_t connects = dial_connects(feed->dial);

    if (connects != feed->connects) {
        feed->connects = connects;
        feed_order_connected(&feed->order);
    }
    if (!feed_order_waits(&feed->order)) {
        feed->missing_since = 0;
        return;
    }
    if (feed->missing_since == 0)
        feed->missing_since = now;
    else if (now - feed->missing_since >= MISSING_US)
        feed->order.gap = true;
}

/* How long to listen before what is missing may be asked for (again), at most `timeout_us`. */
static int64_t until_ask(const struct feed *feed, int64_t timeout_us)
{
    int64_t left = feed->ask_at - clock_mono(&feed->clock);

    if (left <= 0)
        return 0;
    return left < timeout_us ? left : timeout_us;
}

enum err feed_wait(struct feed *feed, int64_t timeout_us, struct why *why)
{
    int64_t until = clock_mono(&feed->clock) + timeout_us;
    int64_t wait_us = timeout_us;
    enum err e = OK;

    (void)dial_mend(feed->dial);
    see_what_is_missing(feed);
    if (feed->order.gap)
        wait_us = dial_wait(feed->dial, timeout_us) ? until_ask(feed, timeout_us) : 0;
    else if (feed->missing_since != 0 && wait_us > MISSING_US)
        wait_us = MISSING_US;
    take_messages(feed, wait_us);
    see_what_is_missing(feed);
    if (!dial_connected(feed->dial))
        return err_set(why, ERR_NOT_FOUND, "the daemon has gone");
    if (feed->order.gap)
        e = fill(feed, until, why);
    return e;
}

bool feed_behind(struct feed *feed)
{
    return feed->order.gap && dial_connected(feed->dial) &&
           clock_mono(&feed->clock) >= feed->ask_at;
}

int64_t feed_last(const struct feed *feed)
{
    return feed->order.last;
}

bool feed_waits(const struct feed *feed)
{
    return feed->order.gap || feed->missing_since != 0;
}

int feed_fd(const struct feed *feed)
{
    int fd = -1;

    (void)nng_socket_get_int(dial_socket(feed->dial, NULL), NNG_OPT_RECVFD, &fd);
    return fd;
}

/* Opening ---------------------------------------------------------------------------------------
 */

static enum err open_sub(nng_socket *out, struct why *why)
{
    int rv = nng_sub0_open(out);

    if (rv != 0)
        return dial_error(why, ERR_INTERNAL, rv, "cannot open a socket");
    /* All topics, whatever is wanted: only then do the seqs have no holes. */
    rv = nng_socket_set(*out, NNG_OPT_SUB_SUBSCRIBE, "", 0);
    if (rv == 0)
        rv = nng_socket_set_int(*out, NNG_OPT_RECVBUF, FEED_QUEUE_MESSAGES);
    if (rv == 0)
        rv = nng_socket_set_size(*out, NNG_OPT_RECVMAXSZ, (size_t)FRAME_MAX_BYTES);
    if (rv == 0)
        return OK;
    (void)nng_close(*out);
    return dial_error(why, ERR_INTERNAL, rv, "cannot set up a socket");
}

/* Where to begin: asked for, or what the store holds now. */
static enum err begin(struct feed *feed, const struct feed_settings *settings, struct why *why)
{
    struct feed_page page = {0};
    enum err e = OK;

    if (settings->since >= 0) {
        feed_order_init(&feed->order, settings->since);
        feed->order.gap = true;
        feed->known = settings->known;
        return OK;
    }
    e = feed_page_ask(feed->client, INT64_MAX, 1, &page, why);
    if (e == OK) {
        feed_order_init(&feed->order, page.last_seq);
        feed->known = true;
    }
    feed_page_done(&page);
    return e;
}

enum err feed_open(const struct feed_settings *settings, struct client *client,
                   struct feed_listener listener, struct feed **out, struct why *why)
{
    struct feed *feed = calloc(1, sizeof *feed);
    enum err e = OK;

    if (feed == NULL)
        abort();
    feed->client = client;
    feed->listener = listener;
    feed->topics = settings->topics;
    clock_init(&feed->clock);
    e = dial_start(&feed->dial, open_sub, settings->events_url, why);
    if (e != OK) {
        free(feed);
        return e;
    }
    if (!dial_wait(feed->dial, FEED_TIMEOUT_US))
        e = err_set(why, ERR_NOT_FOUND, "the daemon at %s did not answer", settings->events_url);
    feed->connects = 1;
    if (e == OK)
        e = begin(feed, settings, why);
    if (e != OK) {
        feed_close(feed);
        return e;
    }
    *out = feed;
    return OK;
}

void feed_close(struct feed *feed)
{
    if (feed == NULL)
        return;
    dial_done(feed->dial);
    feed_order_done(&feed->order);
    free(feed);
}
