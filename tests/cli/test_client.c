/* The client's link: answers, time limits and lost connections, events without gaps. */
#include "tests/lib/test.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mp.h"
#include "shared/wire_reply.h"
#include "tests/lib/fake_daemon.h"
#include "tui/link/client.h"
#include "tui/link/feed.h"

#define LONG_US (60 * 1000000LL) /* what should end earlier would show as a hang */
#define SHORT_US 200000
#define CALLS 8
#define SEQS_MAX 4000

static void request_make(struct buf *out, int64_t mark)
{
    buf_init(out, 1024);
    mp_put_map(out, 3);
    mp_put_text(out, "v");
    mp_put_int(out, 1);
    mp_put_text(out, "op");
    mp_put_text(out, "echo");
    mp_put_text(out, "mark");
    mp_put_int(out, mark);
}

/* The mark of the request that was answered; -1: none. */
static int64_t mark_of(const struct client_answer *answer)
{
    struct mp_reader r;
    struct slice echo = {0};

    if (answer->outcome != CLIENT_ANSWERED ||
        !wire_reply_find(answer->reply, answer->len, "echo", &r))
        return -1;
    echo = mp_bin(&r);
    return echo.p != NULL && wire_reply_find(echo.p, echo.n, "mark", &r) ? mp_int(&r) : -1;
}

static int set_up(void **state)
{
    *state = fake_daemon_new();
    return 0;
}

static int tear_down(void **state)
{
    fake_daemon_free(*state);
    return 0;
}

static struct client *client_of(const struct fake_daemon *fake)
{
    struct client *client = NULL;

    assert_int_equal(client_open(fake_daemon_request_url(fake), &client, NULL), OK);
    return client;
}

static struct client_answer ask(struct client *client, int64_t mark, int64_t timeout_us)
{
    struct client_answer answer;
    struct buf request = {0};

    request_make(&request, mark);
    client_ask(client, &request, timeout_us, &answer);
    buf_done(&request);
    return answer;
}

static void a_request_gets_its_own_reply(void **state)
{
    struct client *client = client_of(*state);

    for (int64_t mark = 1; mark <= 3; mark++) {
        struct client_answer answer = ask(client, mark, LONG_US);

        assert_int_equal(mark_of(&answer), mark);
        client_answer_done(&answer);
    }
    client_close(client);
}

static void nobody_listening_is_known_at_once(void **state)
{
    struct fake_daemon *fake = *state;
    struct client *client = client_of(fake);
    struct client_answer answer;

    fake_daemon_stop(fake);
    answer = ask(client, 1, LONG_US);
    assert_int_equal(answer.outcome, CLIENT_NO_DAEMON);
    assert_non_null(strstr(answer.why.text, "no daemon at ipc:///tmp/"));
    fake_daemon_start(fake); /* and once one is there, it is found */
    answer = ask(client, 2, LONG_US);
    assert_string_equal(answer.why.text, "");
    assert_int_equal(mark_of(&answer), 2);
    client_answer_done(&answer);
    client_close(client);
}

static void a_mute_daemon_is_given_up_in_time(void **state)
{
    struct fake_daemon *fake = *state;
    struct client *client = client_of(fake);
    struct client_answer answer;

    fake_daemon_mute(fake, true);
    answer = ask(client, 1, SHORT_US);
    assert_int_equal(answer.outcome, CLIENT_NO_DAEMON);
    assert_non_null(strstr(answer.why.text, "did not answer within 200ms"));
    fake_daemon_mute(fake, false);
    answer = ask(client, 2, LONG_US);
    assert_string_equal(answer.why.text, "");
    assert_int_equal(mark_of(&answer), 2);
    client_answer_done(&answer);
    client_close(client);
}

/* One of many calls in flight. */
struct flight {
    struct client_call *call;
    struct client_answer answer;
    sem_t *done;
};

static void flight_done(void *self, struct client_answer *answer)
{
    struct flight *flight = self;

    flight->answer = *answer;
    answer->message = NULL;
    (void)sem_post(flight->done);
}

static bool landed(sem_t *done)
{
    struct timespec until = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 20;
    return sem_clockwait(done, CLOCK_MONOTONIC, &until) == 0;
}

static void flight_start(struct flight *flight, int64_t mark)
{
    struct buf request = {0};

    request_make(&request, mark);
    client_call_start(flight->call, &request, LONG_US, flight_done, flight);
    buf_done(&request);
}

static void many_calls_each_get_their_own_reply(void **state)
{
    struct client *client = client_of(*state);
    struct flight flights[CALLS] = {0};
    sem_t done;

    (void)sem_init(&done, 0, 0);
    for (int i = 0; i < CALLS; i++) {
        flights[i].done = &done;
        assert_int_equal(client_call_open(client, &flights[i].call, NULL), OK);
        flight_start(&flights[i], i);
    }
    for (int i = 0; i < CALLS; i++)
        assert_true(landed(&done));
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(mark_of(&flights[i].answer), i);
        client_answer_done(&flights[i].answer);
        client_call_close(flights[i].call);
    }
    (void)sem_destroy(&done);
    client_close(client);
}

static void a_request_outlives_a_restart_of_the_daemon(void **state)
{
    struct fake_daemon *fake = *state;
    struct client *client = client_of(fake);
    struct flight flight = {0};
    sem_t done;

    (void)sem_init(&done, 0, 0);
    flight.done = &done;
    fake_daemon_mute(fake, true);
    assert_int_equal(client_call_open(client, &flight.call, NULL), OK);
    flight_start(&flight, 7);
    assert_true(fake_daemon_wait_requests(fake, 1));
    fake_daemon_stop(fake);
    fake_daemon_mute(fake, false);
    fake_daemon_start(fake);
    assert_true(landed(&done));
    assert_int_equal(mark_of(&flight.answer), 7);
    client_answer_done(&flight.answer);
    client_call_close(flight.call);
    (void)sem_destroy(&done);
    client_close(client);
}

/* Where the daemon is ---------------------------------------------------------------------------
 */

static void a_place_is_given_or_found(void **state)
{
    struct client_place place;
    struct why why;

    (void)state;
    assert_int_equal(client_find("ipc:///a/request.sock", NULL, NULL, &place, NULL), OK);
    assert_string_equal(place.request_url, "ipc:///a/request.sock");
    assert_string_equal(place.events_url, "ipc:///a/events.sock");
    assert_int_equal(client_find(NULL, "ipc:///b", "nobody-has-this", &place, NULL), OK);
    assert_string_equal(place.request_url, "ipc:///run/dofs/nobody-has-this/request.sock");
    assert_string_equal(place.events_url, "ipc:///b");
    assert_int_equal(client_find(NULL, NULL, "../etc", &place, &why), ERR_INVALID);
    assert_int_equal(client_find("/a/socket", NULL, NULL, &place, &why), ERR_INVALID);
}

/* Events ----------------------------------------------------------------------------------------
 */

struct seen {
    int64_t seqs[SEQS_MAX];
    size_t n;
    int64_t lost;
    int heartbeats;
};

static void on_event(void *self, const struct event *event)
{
    struct seen *seen = self;

    assert_true(seen->n < SEQS_MAX);
    seen->seqs[seen->n++] = event->seq;
}

static void on_heartbeat(void *self, struct slice map)
{
    (void)map;
    ((struct seen *)self)->heartbeats++;
}

static void on_lost(void *self, int64_t first_seq)
{
    ((struct seen *)self)->lost = first_seq;
}

/* A feed on the fake daemon, and what came by it. */
struct listening {
    struct client *client;
    struct feed *feed;
    struct seen *seen;
};

static struct listening listen_to(struct fake_daemon *fake, int64_t since, unsigned topics)
{
    struct listening l = {.client = client_of(fake), .seen = calloc(1, sizeof *l.seen)};
    struct feed_settings settings = {
        .events_url = fake_daemon_events_url(fake), .topics = topics, .since = since};
    struct feed_listener listener = {on_event, on_heartbeat, on_lost, l.seen};

    assert_int_equal(feed_open(&settings, l.client, listener, &l.feed, NULL), OK);
    assert_true(fake_daemon_wait_subscribers(fake, 1));
    return l;
}

static void listen_end(struct listening *l)
{
    feed_close(l->feed);
    client_close(l->client);
    free(l->seen);
}

/* Waits until `n` events came; they must be first, first + 1, ... */
static void expect(struct listening *l, size_t n, int64_t first)
{
    for (int turn = 0; l->seen->n < n && turn < 400; turn++)
        (void)feed_wait(l->feed, 50000, NULL);
    assert_int_equal(l->seen->n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(l->seen->seqs[i], first + (int64_t)i);
}

static void events_from_now_on_come_in_order_of_seq(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l;

    fake_daemon_record(fake, STATUS_QUEUED, 10);
    l = listen_to(fake, -1, 0);
    fake_daemon_record(fake, STATUS_QUEUED, 2);
    fake_daemon_record(fake, STATUS_FULFILLED, 2);
    fake_daemon_record(fake, STATUS_FAILED, 1);
    fake_daemon_publish(fake, 15, 15, 0); /* topic by topic, the last first */
    fake_daemon_publish(fake, 13, 14, 0);
    fake_daemon_publish(fake, 11, 12, 0);
    expect(&l, 5, 11);
    listen_end(&l);
}

static void what_came_before_is_asked_for_page_by_page(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l;

    fake_daemon_record(fake, STATUS_QUEUED, 2500);
    l = listen_to(fake, 0, 0);
    assert_true(feed_behind(l.feed));
    expect(&l, 2500, 1);
    assert_false(feed_behind(l.feed));
    listen_end(&l);
}

static void a_message_left_out_is_asked_for(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l = listen_to(fake, -1, 0);

    fake_daemon_record(fake, STATUS_QUEUED, 9);
    fake_daemon_publish(fake, 1, 2, 0);
    fake_daemon_publish(fake, 7, 9, 2); /* those of 3 to 6 got lost */
    expect(&l, 9, 1);
    listen_end(&l);
}

static void the_last_message_left_out_shows_by_the_heartbeat(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l = listen_to(fake, -1, 0);

    fake_daemon_record(fake, STATUS_QUEUED, 3);
    fake_daemon_heartbeat(fake);
    expect(&l, 3, 1);
    assert_int_equal(l.seen->heartbeats, 1);
    listen_end(&l);
}

static void nothing_is_missed_or_repeated_over_a_restart(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l = listen_to(fake, -1, 0);

    fake_daemon_record(fake, STATUS_QUEUED, 3);
    fake_daemon_publish(fake, 1, 3, 0);
    expect(&l, 3, 1);
    fake_daemon_stop(fake);
    fake_daemon_record(fake, STATUS_FULFILLED, 4);
    fake_daemon_start(fake);
    assert_true(fake_daemon_wait_subscribers(fake, 1));
    fake_daemon_publish(fake, 6, 7, 0);
    expect(&l, 7, 1);
    listen_end(&l);
}

static void only_the_topics_asked_for_are_handed_on(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l = listen_to(fake, -1, STATUS_BIT(STATUS_FAILED));

    fake_daemon_record(fake, STATUS_QUEUED, 4);
    fake_daemon_record(fake, STATUS_FAILED, 2);
    fake_daemon_publish(fake, 5, 6, 0);
    fake_daemon_publish(fake, 1, 4, 0);
    expect(&l, 2, 5);
    listen_end(&l);
}

static void events_no_longer_kept_are_told(void **state)
{
    struct fake_daemon *fake = *state;
    struct listening l;

    fake_daemon_record(fake, STATUS_QUEUED, 60);
    fake_daemon_forget(fake, 50);
    l = listen_to(fake, 10, 0);
    expect(&l, 11, 50);
    assert_int_equal(l.seen->lost, 50);
    listen_end(&l);
}

static void a_feed_without_a_daemon_says_so(void **state)
{
    struct fake_daemon *fake = *state;
    struct feed_settings settings = {.events_url = fake_daemon_events_url(fake), .since = -1};
    struct feed_listener listener = {on_event, NULL, NULL, NULL};
    struct client *client = client_of(fake);
    struct feed *feed = NULL;
    struct why why = {0};

    fake_daemon_stop(fake);
    assert_int_equal(feed_open(&settings, client, listener, &feed, &why), ERR_NOT_FOUND);
    assert_null(feed);
    client_close(client);
}

#define OVER_FAKE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_FAKE(a_request_gets_its_own_reply),
        OVER_FAKE(nobody_listening_is_known_at_once),
        OVER_FAKE(a_mute_daemon_is_given_up_in_time),
        OVER_FAKE(many_calls_each_get_their_own_reply),
        OVER_FAKE(a_request_outlives_a_restart_of_the_daemon),
        cmocka_unit_test(a_place_is_given_or_found),
        OVER_FAKE(events_from_now_on_come_in_order_of_seq),
        OVER_FAKE(what_came_before_is_asked_for_page_by_page),
        OVER_FAKE(a_message_left_out_is_asked_for),
        OVER_FAKE(the_last_message_left_out_shows_by_the_heartbeat),
        OVER_FAKE(nothing_is_missed_or_repeated_over_a_restart),
        OVER_FAKE(only_the_topics_asked_for_are_handed_on),
        OVER_FAKE(events_no_longer_kept_are_told),
        OVER_FAKE(a_feed_without_a_daemon_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
