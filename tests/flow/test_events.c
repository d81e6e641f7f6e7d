/* Events over real sockets: none missing, none twice, numbered by topic; and the feed over it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/wire_reply.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/event_tap.h"
#include "tests/lib/test.h"
#include "tui/link/feed.h"

#define MIXED "[fulfilment]\nsuccess_rate = 0.5\nseed = 1\ninterval = 1ms\n"
#define SEQS_MAX 4096

/* What was seen so far. */
struct seen {
    unsigned char times[SEQS_MAX]; /* each seq, on topics but dlq */
    int64_t n[TOPIC_COUNT];        /* the last of each topic */
    int64_t last;
    char epoch[64];
};

static void see_event(struct seen *seen, enum topic topic, const struct event *event)
{
    assert_in_range(event->seq, 1, SEQS_MAX - 1);
    assert_true((event_topics(event) & 1U << topic) != 0 || topic == TOPIC_DLQ);
    if (topic == TOPIC_DLQ && event->entry != ENTRY_DISCARDED)
        return; /* repeats an event under the same seq */
    seen->times[event->seq]++;
    if (event->seq > seen->last)
        seen->last = event->seq;
}

static void see(struct seen *seen, const struct event_message *message)
{
    struct mp_reader r = message->events;
    struct event event;

    if (message->topic == TOPIC_HEARTBEAT)
        return;
    if (seen->n[message->topic] != 0)
        assert_int_equal(message->n, seen->n[message->topic] + 1);
    seen->n[message->topic] = message->n;
    (void)snprintf(seen->epoch, sizeof seen->epoch, "%.*s", SLICE_ARGS(message->epoch));
    assert_true(message->n_events > 0);
    for (uint32_t i = 0; i < message->n_events; i++) {
        wire_event_read(&r, &event);
        assert_false(mp_failed(&r));
        see_event(seen, message->topic, &event);
    }
}

static void see_up_to(struct event_tap *tap, struct seen *seen, int64_t last)
{
    bool all = false;

    while (!all) {
        see(seen, event_tap_next(tap));
        all = seen->last >= last;
        for (int64_t seq = 1; all && seq <= last; seq++)
            all = seen->times[seq] > 0;
    }
}

static int64_t last_seq(struct daemon_proc *proc)
{
    return int_at(ask_ok(proc, "'op': 'events', 'after': 0, 'limit': 1"), "last_seq");
}

static void each_event_is_published_once_and_each_topic_counts_its_messages(void **state)
{
    struct daemon_proc *proc = *state;
    struct event_tap *tap = event_tap_open(daemon_proc_events_url(proc));
    struct seen *seen = calloc(1, sizeof *seen);
    int64_t last = 0;

    assert_non_null(seen);
    for (int i = 0; i < 60; i++)
        (void)submit_one(proc, "cust-001");
    await_quiet(proc);
    last = last_seq(proc);
    see_up_to(tap, seen, last);
    for (int64_t seq = 1; seq <= last; seq++)
        if (seen->times[seq] != 1)
            fail_msg("event %lld came %d times", (long long)seq, seen->times[seq]);
    assert_int_equal(seen->n[STATUS_QUEUED] > 0, 1);
    assert_int_equal(seen->n[TOPIC_DLQ] > 0, 1);
    event_tap_close(tap);
    free(seen);
}

static void a_heartbeat_holds_the_last_numbers_and_the_figures(void **state)
{
    struct daemon_proc *proc = *state;
    struct event_tap *tap = NULL;
    const struct event_message *message = NULL;
    struct mp_reader r;
    struct stats stats;
    int64_t last = 0;

    (void)submit_one(proc, "cust-001");
    await_quiet(proc);
    last = last_seq(proc);
    tap = event_tap_open(daemon_proc_events_url(proc));
    do
        message = event_tap_next(tap);
    while (message->topic != TOPIC_HEARTBEAT);
    assert_int_equal(message->n_events, 0);
    assert_true(wire_reply_find(message->map.p, message->map.n, "last_seq", &r));
    assert_int_equal(mp_int(&r), last);
    assert_true(wire_reply_find(message->map.p, message->map.n, "last_n", &r));
    assert_int_equal(mp_peek(&r), MP_MAP);
    assert_true(wire_reply_find(message->map.p, message->map.n, "last_second", &r));
    assert_int_equal(mp_map(&r), 3);
    assert_false(wire_reply_find(message->map.p, message->map.n, "series", &r));
    assert_int_equal(wire_read_figures(message->map.p, message->map.n, &stats, NULL), OK);
    assert_int_equal(stats.accepted_total, 1);
    event_tap_close(tap);
}

static void a_restart_makes_a_new_epoch_and_goes_on_in_seq(void **state)
{
    struct daemon_proc *proc = *state;
    struct event_tap *tap = event_tap_open(daemon_proc_events_url(proc));
    struct seen *seen = calloc(1, sizeof *seen);
    struct seen *after = calloc(1, sizeof *after);
    int64_t last = 0;

    assert_non_null(seen);
    assert_non_null(after);
    (void)submit_one(proc, "cust-001");
    await_quiet(proc);
    last = last_seq(proc);
    see_up_to(tap, seen, last);
    event_tap_close(tap);
    assert_int_equal(daemon_proc_stop(proc), 0);
    daemon_proc_start(proc);
    assert_int_equal(last_seq(proc), last);
    tap = event_tap_open(daemon_proc_events_url(proc));
    (void)submit_one(proc, "cust-001");
    while (after->last == 0)
        see(after, event_tap_next(tap));
    assert_true(after->last > last);
    assert_int_equal(after->n[STATUS_QUEUED], 1);
    assert_string_not_equal(after->epoch, seen->epoch);
    event_tap_close(tap);
    free(seen);
    free(after);
}

static void the_operation_tells_what_was_published(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *v = NULL;

    await_status(proc, name.id, "FULFILLED");
    v = ask_ok(proc, "'op': 'events', 'after': 0, 'limit': 10");
    assert_int_equal(json_size(at(v, "events")), 3);
    assert_int_equal(int_at(v, "first_seq"), 1);
    assert_int_equal(int_at(v, "last_seq"), 3);
    assert_true(nil_at(v, "events.0.from"));
    assert_string_equal(text_at(v, "events.0.to"), "QUEUED");
    assert_string_equal(text_at(v, "events.0.type"), "queued");
    assert_string_equal(text_at(v, "events.1.from"), "QUEUED");
    assert_string_equal(text_at(v, "events.1.to"), "PROCESSING");
    assert_string_equal(text_at(v, "events.1.type"), "attempt_started");
    assert_string_equal(text_at(v, "events.2.type"), "fulfilled");
    assert_string_equal(text_at(v, "events.2.customer_id"), "cust-001");
    assert_string_equal(text_at(v, "events.2.order_id"), name.id);
    assert_int_equal(int_at(v, "events.2.total_quantity"), 2);
    v = ask_ok(proc, "'op': 'events', 'after': 1, 'limit': 1");
    assert_int_equal(json_size(at(v, "events")), 1);
    assert_int_equal(int_at(v, "events.0.seq"), 2);
    v = ask_ok(proc, "'op': 'events', 'after': 0, 'limit': 10, 'topics': ['order.FULFILLED']");
    assert_int_equal(json_size(at(v, "events")), 1);
    v = ask_ok(proc, "'op': 'events', 'after': 0, 'limit': 10, 'filter': 'customer:other'");
    assert_int_equal(json_size(at(v, "events")), 0);
}

/* A feed ------------------------------------------------------------------------------------------
 */

struct followed {
    int64_t last;
    int64_t n;
};

static void follow(void *self, const struct event *event)
{
    struct followed *followed = self;

    assert_int_equal(event->seq, followed->last + 1);
    followed->last = event->seq;
    followed->n++;
}

static void follow_up_to(struct feed *feed, struct followed *followed, int64_t last)
{
    struct why why;

    for (int tries = 0; followed->last < last; tries++) {
        (void)feed_wait(feed, 100000, &why); /* no daemon is there for a while */
        if (tries > 300)
            fail_msg("the feed stays at %lld of %lld", (long long)followed->last, (long long)last);
    }
}

static void a_feed_misses_nothing_when_the_daemon_is_killed(void **state)
{
    struct daemon_proc *proc = *state;
    struct feed_settings settings = {.events_url = daemon_proc_events_url(proc), .since = 0};
    struct followed followed = {0};
    struct feed_listener listener = {.event = follow, .self = &followed};
    struct feed *feed = NULL;

    assert_int_equal(feed_open(&settings, daemon_proc_client(proc), listener, &feed, NULL), OK);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10; i++)
            (void)submit_one(proc, "cust-001");
        daemon_proc_kill(proc);
        daemon_proc_start(proc);
        await_quiet(proc);
        follow_up_to(feed, &followed, last_seq(proc));
    }
    assert_int_equal(followed.n, followed.last);
    feed_close(feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(each_event_is_published_once_and_each_topic_counts_its_messages, MIXED),
        DAEMON_TEST(a_heartbeat_holds_the_last_numbers_and_the_figures, DAEMON_GOOD),
        DAEMON_TEST(a_restart_makes_a_new_epoch_and_goes_on_in_seq, DAEMON_GOOD),
        DAEMON_TEST(the_operation_tells_what_was_published, DAEMON_GOOD),
        DAEMON_TEST(a_feed_misses_nothing_when_the_daemon_is_killed, MIXED),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
