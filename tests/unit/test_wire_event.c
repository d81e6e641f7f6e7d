/* Events and their messages: their bytes, both ways. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/wire_event.h"
#include "tests/lib/mp_from_text.h"

#define GOLDEN "tests/golden/replies.txt"
#define T 1700000000000000
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER "01890a5d-ac96-774b-bcce-b302099a8058"

static struct event retried(void)
{
    struct event event = {.seq = 9,
                          .at = T,
                          .entry = ENTRY_RETRY_SCHEDULED,
                          .from = STATUS_PROCESSING,
                          .to = STATUS_RETRYING,
                          .has_order = true,
                          .attempt = 1,
                          .max_attempts = 3,
                          .total_quantity = 2,
                          .created_at = T - 5,
                          .next_attempt_at = T + 5,
                          .customer_id = SLICE("acme"),
                          .reference = SLICE("r-1"),
                          .step = SLICE("fulfil"),
                          .reason = SLICE("boom"),
                          .by = SLICE("dofsd")};

    assert_true(uuid_parse(ID, UUID_TEXT_LEN, &event.uid));
    return event;
}

static struct event progress(void)
{
    return (struct event){.seq = 12,
                          .at = T,
                          .news = NEWS_REPLAY_PROGRESS,
                          .by = SLICE("ann"),
                          .subject = SLICE(OTHER),
                          .subject_to = SLICE("RUNNING"),
                          .has_progress = true,
                          .matched = 10,
                          .moved = 4,
                          .skipped = 1};
}

static struct event alarm_event(void)
{
    return (struct event){.seq = 12,
                          .at = T,
                          .news = NEWS_ALARM,
                          .by = SLICE("dofsd"),
                          .subject = SLICE("dlq_depth"),
                          .subject_to = SLICE("ALARM")};
}

static void each_event_goes_both_ways(void **state)
{
    const struct {
        const char *golden;
        struct event event;
    } cases[] = {
        {"event", retried()}, {"replay_event", progress()}, {"alarm_event", alarm_event()}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf want = mp_of_golden(GOLDEN, cases[i].golden), out;
        struct mp_reader r;
        struct event got;

        buf_init(&out, 4096);
        wire_event_write(&out, &cases[i].event);
        if (out.len != want.len || memcmp(out.data, want.data, want.len) != 0)
            fail_msg("%s is written otherwise", cases[i].golden);
        mp_reader_init(&r, want.data, want.len);
        wire_event_read(&r, &got);
        assert_false(mp_failed(&r));
        buf_clear(&out);
        wire_event_write(&out, &got);
        if (out.len != want.len || memcmp(out.data, want.data, want.len) != 0)
            fail_msg("%s is read otherwise", cases[i].golden);
        buf_done(&out);
        buf_done(&want);
    }
}

static void what_an_event_is_of_is_told_apart(void **state)
{
    struct buf order = mp_of_golden(GOLDEN, "event"), alarm = mp_of_golden(GOLDEN, "alarm_event");
    struct mp_reader r;
    struct event got;

    (void)state;
    mp_reader_init(&r, order.data, order.len);
    wire_event_read(&r, &got);
    assert_true(got.has_order);
    assert_int_equal(got.news, NEWS_ORDER);
    assert_int_equal(got.to, STATUS_RETRYING);
    assert_null(got.subject_to.p);
    mp_reader_init(&r, alarm.data, alarm.len);
    wire_event_read(&r, &got);
    assert_false(got.has_order);
    assert_false(got.has_progress);
    assert_int_equal(got.news, NEWS_ALARM);
    assert_int_equal(got.to, STATUS_NONE);
    assert_true(slice_is(got.subject_to, "ALARM"));
    buf_done(&order);
    buf_done(&alarm);
}

static void a_message_holds_its_events(void **state)
{
    static const char head[] = "order.RETRYING\0\x84\xA1v\x01\xA5"
                               "epoch\xA2"
                               "e1\xA1n\x07\xA6"
                               "events\x92";
    struct event event = retried();
    struct event_message message;
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    wire_message_head(&out, (enum topic)STATUS_RETRYING, "e1", 7, 2);
    assert_int_equal(out.len, sizeof head - 1);
    assert_memory_equal(out.data, head, sizeof head - 1);
    wire_event_write(&out, &event);
    event.seq = 10;
    wire_event_write(&out, &event);
    assert_int_equal(wire_message_read(out.data, out.len, &message, NULL), OK);
    assert_int_equal(message.topic, STATUS_RETRYING);
    assert_true(slice_is(message.epoch, "e1"));
    assert_int_equal(message.n, 7);
    assert_int_equal(message.n_events, 2);
    wire_event_read(&message.events, &event);
    assert_int_equal(event.seq, 9);
    wire_event_read(&message.events, &event);
    assert_int_equal(event.seq, 10);
    assert_false(mp_failed(&message.events));
    for (size_t n = 0; n < out.len; n++)
        assert_int_equal(wire_message_read(out.data, n, &message, NULL), ERR_MALFORMED);
    buf_done(&out);
}

struct raw {
    const char *topic, *map;
    enum err e;
};

static void a_message_without_its_parts_is_refused(void **state)
{
    static const struct raw cases[] = {
        {"heartbeat", "{'v':1,'epoch':'e','last_seq':4}", OK},
        {"dlq", "{'v':1,'epoch':'e','n':1,'events':[],'more':1}", OK},
        {"mail", "{'v':1,'epoch':'e','n':1,'events':[]}", ERR_MALFORMED},
        {"dlq", "{'v':2,'epoch':'e','n':1,'events':[]}", ERR_MALFORMED},
        {"dlq", "{'v':1,'n':1,'events':[]}", ERR_MALFORMED},
        {"dlq", "{'v':1,'epoch':'e','events':[]}", ERR_MALFORMED},
        {"dlq", "{'v':1,'epoch':'e','n':1}", ERR_MALFORMED},
        {"dlq", "{'v':1,'epoch':'e','n':1,'events':{}}", ERR_MALFORMED},
        {"dlq", "{'v':1,'epoch':5,'n':1,'events':[]}", ERR_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event_message message;
        struct buf bytes;

        buf_init(&bytes, 4096);
        buf_add(&bytes, cases[i].topic, strlen(cases[i].topic) + 1);
        mp_from_text(&bytes, cases[i].map);
        if (wire_message_read(bytes.data, bytes.len, &message, NULL) != cases[i].e)
            fail_msg("%s %s", cases[i].topic, cases[i].map);
        buf_done(&bytes);
    }
}

static void an_event_without_its_parts_fails_the_reader(void **state)
{
    struct buf bytes = mp_of_text("{'seq':1,'type':'queued'}");
    struct mp_reader r;
    struct event got;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_event_read(&r, &got);
    assert_true(mp_failed(&r));
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_goes_both_ways),
        cmocka_unit_test(what_an_event_is_of_is_told_apart),
        cmocka_unit_test(a_message_holds_its_events),
        cmocka_unit_test(a_message_without_its_parts_is_refused),
        cmocka_unit_test(an_event_without_its_parts_fails_the_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
