/* The order of events: each seq once, rising, and a gap seen for what it is. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tui/link/feed_order.h"

#define SEQS_MAX 64

/* What came out, in its order. */
struct came {
    int64_t seqs[SEQS_MAX];
    size_t n;
};

static void put(struct feed_order *order, int64_t seq, struct came *came)
{
    char text[32];
    struct slice bytes = {0};

    (void)snprintf(text, sizeof text, "%lld", (long long)seq);
    if (feed_order_next(order, seq))
        came->seqs[came->n++] = seq;
    else
        feed_order_hold(order, seq, slice_of(text));
    while (feed_order_take(order, &bytes)) {
        assert_true(text_int(bytes, &came->seqs[came->n]));
        came->n++;
    }
}

static void check(const struct came *came, const int64_t *seqs, size_t n)
{
    assert_int_equal(came->n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(came->seqs[i], seqs[i]);
}

static void events_of_one_commit_are_put_in_order_across_topics(void **state)
{
    static const int64_t arriving[] = {11, 14, 17, 12, 15, 13, 16};
    static const int64_t wanted[] = {11, 12, 13, 14, 15, 16, 17};
    struct feed_order order;
    struct came came = {0};

    (void)state;
    feed_order_init(&order, 10);
    for (size_t i = 0; i < 7; i++)
        put(&order, arriving[i], &came);
    check(&came, wanted, 7);
    assert_false(feed_order_waits(&order));
    assert_false(order.gap);
    feed_order_done(&order);
}

static void a_seq_comes_once_however_often_it_is_sent(void **state)
{
    static const int64_t arriving[] = {1, 1, 3, 3, 2, 3, 2, 1};
    static const int64_t wanted[] = {1, 2, 3};
    struct feed_order order;
    struct came came = {0};

    (void)state;
    feed_order_init(&order, 0);
    for (size_t i = 0; i < 8; i++)
        put(&order, arriving[i], &came);
    check(&came, wanted, 3);
    assert_int_equal(order.bytes, 0);
    feed_order_done(&order);
}

static void what_is_behind_a_missing_one_waits(void **state)
{
    struct feed_order order;
    struct came came = {0};

    (void)state;
    feed_order_init(&order, 0);
    put(&order, 2, &came);
    put(&order, 3, &came);
    assert_int_equal(came.n, 0);
    assert_true(feed_order_waits(&order));
    feed_order_done(&order);
}

static void what_was_asked_for_is_passed_over(void **state)
{
    static const int64_t wanted[] = {6, 7};
    struct feed_order order;
    struct came came = {0};
    struct slice bytes;

    (void)state;
    feed_order_init(&order, 0);
    put(&order, 3, &came);
    put(&order, 6, &came);
    put(&order, 7, &came);
    feed_order_pass(&order, 5);
    while (feed_order_take(&order, &bytes))
        assert_true(text_int(bytes, &came.seqs[came.n++]));
    check(&came, wanted, 2);
    assert_int_equal(order.last, 7);
    assert_false(feed_order_waits(&order));
    feed_order_done(&order);
}

static void one_too_far_ahead_is_asked_for_later(void **state)
{
    struct feed_order order;

    (void)state;
    feed_order_init(&order, 0);
    feed_order_hold(&order, FEED_WINDOW, SLICE("last in the window"));
    assert_false(order.gap);
    feed_order_hold(&order, FEED_WINDOW + 1, SLICE("too far"));
    assert_true(order.gap);
    assert_int_equal(order.n, 1);
    feed_order_pass(&order, (int64_t)FEED_WINDOW * 3);
    assert_int_equal(order.n, 0);
    assert_int_equal(order.last, (int64_t)FEED_WINDOW * 3);
    feed_order_done(&order);
}

static struct event_message message(enum topic topic, const char *epoch, int64_t n)
{
    return (struct event_message){.topic = topic, .epoch = slice_of(epoch), .n = n};
}

static void messages_left_out_are_a_gap(void **state)
{
    static const struct {
        const char *label, *epoch;
        int64_t n;
        enum topic topic;
        bool gap;
    } rows[] = {
        {"the first of a topic", "a", 5, TOPIC_DLQ, false},
        {"the next of it", "a", 6, TOPIC_DLQ, false},
        {"the first of another topic", "a", 1, TOPIC_REPLAY, false},
        {"a heartbeat has no count", "a", 0, TOPIC_HEARTBEAT, false},
        {"a jump", "a", 8, TOPIC_DLQ, true},
        {"on from the jump", "a", 9, TOPIC_DLQ, false},
        {"another epoch", "b", 1, TOPIC_DLQ, true},
        {"on in that epoch", "b", 2, TOPIC_DLQ, false},
        {"other topics count anew there", "b", 7, TOPIC_REPLAY, false},
        {"an epoch seen by its heartbeat", "c", 0, TOPIC_HEARTBEAT, true},
    };
    struct feed_order order;

    (void)state;
    feed_order_init(&order, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event_message m = message(rows[i].topic, rows[i].epoch, rows[i].n);

        order.gap = false;
        feed_order_message(&order, &m);
        if (order.gap != rows[i].gap)
            fail_msg("%s: gap is %d", rows[i].label, order.gap);
    }
    feed_order_done(&order);
}

static void a_heartbeat_shows_what_never_came(void **state)
{
    struct feed_order order;

    (void)state;
    feed_order_init(&order, 5);
    feed_order_known(&order, 5);
    assert_false(order.gap);
    feed_order_known(&order, 6);
    assert_true(order.gap);
    feed_order_done(&order);
}

static void a_new_connection_is_a_gap(void **state)
{
    struct feed_order order;
    struct event_message m = message(TOPIC_DLQ, "a", 3);

    (void)state;
    feed_order_init(&order, 5);
    feed_order_message(&order, &m);
    feed_order_connected(&order);
    assert_true(order.gap);
    order.gap = false;
    m.n = 9; /* counts from before say nothing */
    feed_order_message(&order, &m);
    assert_false(order.gap);
    feed_order_done(&order);
}

static void a_restart_may_go_back(void **state)
{
    static const int64_t wanted[] = {1, 2};
    struct feed_order order;
    struct came came = {0};

    (void)state;
    feed_order_init(&order, 100);
    put(&order, 105, &came);
    feed_order_restart(&order, 0);
    put(&order, 2, &came);
    put(&order, 1, &came);
    check(&came, wanted, 2);
    feed_order_done(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_one_commit_are_put_in_order_across_topics),
        cmocka_unit_test(a_seq_comes_once_however_often_it_is_sent),
        cmocka_unit_test(what_is_behind_a_missing_one_waits),
        cmocka_unit_test(what_was_asked_for_is_passed_over),
        cmocka_unit_test(one_too_far_ahead_is_asked_for_later),
        cmocka_unit_test(messages_left_out_are_a_gap),
        cmocka_unit_test(a_heartbeat_shows_what_never_came),
        cmocka_unit_test(a_new_connection_is_a_gap),
        cmocka_unit_test(a_restart_may_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
