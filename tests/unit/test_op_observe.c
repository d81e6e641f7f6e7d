/* What the daemon tells of itself, and how it is paused, drained and reloaded. */
#include <string.h>
#include <unistd.h>

#include "shared/wire_event.h"
#include "tests/lib/api_scene.h"
#include "tests/lib/test.h"

static int scene_begin(void **state)
{
    *state = api_scene_open();
    return 0;
}

static int scene_end(void **state)
{
    api_scene_close(*state);
    return 0;
}

static enum err ask_op(struct api_scene *scene, enum op op)
{
    const struct request request = {.op = op};

    return api_scene_ask(scene, &request);
}

static void info_names_the_instance_and_the_role(void **state)
{
    struct api_scene *scene = *state;

    assert_int_equal(ask_op(scene, OP_INFO), OK);
    assert_true(slice_is(api_scene_str(scene, "instance"), "test"));
    assert_true(slice_is(api_scene_str(scene, "epoch"), "epoch-1"));
    assert_true(slice_is(api_scene_str(scene, "handler"), "simulate"));
    assert_true(slice_is(api_scene_str(scene, "role"), "admin"));
    assert_int_equal(api_scene_int(scene, "pid"), getpid());
    assert_false(api_scene_bool(scene, "paused"));
}

static void stats_count_every_answered_order(void **state)
{
    struct api_scene *scene = *state;
    struct mp_reader counts;

    (void)api_scene_submit(scene, "alice");
    (void)api_scene_fail(scene, "bob", "no");
    assert_int_equal(ask_op(scene, OP_STATS), OK);
    assert_int_equal(api_scene_int(scene, "accepted_total"), 2);
    assert_int_equal(api_scene_int(scene, "queue_depth"), 1);
    assert_int_equal(api_scene_int(scene, "dlq_depth"), 1);
    assert_true(api_scene_int(scene, "queue_oldest_ms") >= 0);
    assert_true(wire_reply_find(scene->reply, scene->reply_len, "counts", &counts));
    assert_int_equal(mp_map(&counts), STATUS_COUNT - 1);
}

static void events_are_found_by_topic_and_filter(void **state)
{
    static const struct {
        const char *label, *filter;
        unsigned topics;
        int64_t after;
        uint32_t limit, n;
    } rows[] = {
        {"all", NULL, 0, 0, 1000, 4},
        {"after the second", NULL, 0, 2, 1000, 2},
        {"the first two", NULL, 0, 0, 2, 2},
        {"after the last", NULL, 0, 4, 1000, 0},
        {"of the queue", NULL, 1U << TOPIC_DLQ, 0, 1000, 1},
        {"to FAILED or QUEUED", "status:FAILED,QUEUED", 0, 0, 1000, 3},
        {"of one customer", "customer:bob", 0, 0, 1000, 3},
        {"by reason", "reason:no*", 0, 0, 1000, 1},
        {"by group", "group:\"no #\"", 0, 0, 1000, 1},
        {"of nobody", "customer:zz", 0, 0, 1000, 0},
    };
    struct api_scene *scene = *state;

    (void)api_scene_submit(scene, "alice");
    (void)api_scene_fail(scene, "bob", "no 17");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request request = {.op = OP_EVENTS};
        struct mp_reader events;
        uint32_t n = 0;

        request.events.after = rows[i].after;
        request.events.limit = rows[i].limit;
        request.events.topics = rows[i].topics;
        request.events.filter_text = slice_of(rows[i].filter);
        assert_int_equal(api_scene_ask(scene, &request), OK);
        n = api_scene_list(scene, "events", &events);
        if (n != rows[i].n)
            fail_msg("%s: %u, not %u", rows[i].label, n, rows[i].n);
        assert_int_equal(api_scene_int(scene, "first_seq"), 1);
        assert_int_equal(api_scene_int(scene, "last_seq"), 4);
    }
}

/* The one that matches lies farther behind than a stretch of the search. */
static void a_search_of_events_goes_on_to_the_end(void **state)
{
    struct api_scene *scene = *state;
    static struct submission orders[BATCH_ORDERS_MAX];
    static const struct item item = {{"widget", 6}, 1};
    struct request batch = {.op = OP_SUBMIT_BATCH};
    struct request request = {.op = OP_EVENTS};
    struct mp_reader events;
    struct event event = {0};

    for (size_t i = 0; i < BATCH_ORDERS_MAX; i++)
        orders[i].draft = (struct order_draft){
            .customer_id = SLICE("batch"), .items = &item, .n_items = 1, .priority = 5};
    batch.submit_batch.orders = orders;
    batch.submit_batch.n = BATCH_ORDERS_MAX;
    for (int i = 0; i < 3; i++)
        assert_int_equal(api_scene_ask(scene, &batch), OK);
    (void)api_scene_submit(scene, "alice");
    request.events.limit = 10;
    request.events.filter_text = SLICE("customer:alice");
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_list(scene, "events", &events), 1);
    wire_event_read(&events, &event);
    assert_int_equal(event.seq, (3 * BATCH_ORDERS_MAX) + 1);
}

static void metrics_and_health_are_told(void **state)
{
    struct api_scene *scene = *state;
    struct slice text;
    struct mp_reader problems;

    assert_int_equal(ask_op(scene, OP_METRICS), OK);
    text = api_scene_str(scene, "text");
    assert_non_null(memmem(text.p, text.n, "# TYPE dofs_", 12));
    assert_int_equal(ask_op(scene, OP_HEALTH), OK);
    assert_true(api_scene_bool(scene, "healthy"));
    assert_int_equal(api_scene_list(scene, "problems", &problems), 0);
    assert_int_equal(ask_op(scene, OP_RELOAD), OK);
    assert_int_equal(api_scene_list(scene, "changed", &problems), 1);
}

static void what_is_paused_or_drained_can_be_resumed(void **state)
{
    struct api_scene *scene = *state;
    const struct item item = {SLICE("widget"), 1};
    struct request submit = {.op = OP_SUBMIT};

    submit.submit.draft = (struct order_draft){
        .customer_id = SLICE("alice"), .items = &item, .n_items = 1, .priority = 5};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_op(scene, OP_PAUSE), OK);
        assert_true(api_scene_bool(scene, "paused"));
    }
    assert_int_equal(api_scene_ask(scene, &submit), OK);
    assert_int_equal(ask_op(scene, OP_DRAIN), OK);
    assert_int_equal(api_scene_ask(scene, &submit), ERR_BUSY);
    assert_true(scene->why.retry_after_us > 0);
    assert_int_equal(ask_op(scene, OP_INFO), OK);
    assert_true(api_scene_bool(scene, "draining"));
    assert_int_equal(ask_op(scene, OP_RESUME), OK);
    assert_false(api_scene_bool(scene, "paused"));
    assert_int_equal(api_scene_ask(scene, &submit), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(info_names_the_instance_and_the_role), TEST(stats_count_every_answered_order),
        TEST(events_are_found_by_topic_and_filter), TEST(a_search_of_events_goes_on_to_the_end),
        TEST(metrics_and_health_are_told),          TEST(what_is_paused_or_drained_can_be_resumed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
