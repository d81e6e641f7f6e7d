/* Operations on orders: what they answer, over a store that forgets. */
#include <string.h>

#include "tests/lib/api_scene.h"
#include "tests/lib/test.h"

#define MANY 1200

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

static const struct item one_item[] = {{{"widget", 6}, 2}};
static const struct item too_many[] = {{{"widget", 6}, 101}};

static struct order_draft draft(const char *customer, const struct item *items)
{
    return (struct order_draft){
        .customer_id = slice_of(customer), .items = items, .n_items = 1, .priority = 5};
}

static enum err ask_change(struct api_scene *scene, enum op op, const struct uuid *ids, size_t n)
{
    struct request request = {.op = op};

    request.change.which.one = n == 1;
    request.change.which.ids = (struct id_list){ids, n};
    return api_scene_ask(scene, &request);
}

static enum err ask_filter(struct api_scene *scene, enum op op, const char *filter)
{
    struct request request = {.op = op};

    request.change.which.by_filter = true;
    request.change.which.filter_text = slice_of(filter);
    return api_scene_ask(scene, &request);
}

static void submit_many(struct api_scene *scene, size_t n)
{
    struct request request = {.op = OP_SUBMIT_BATCH};
    static struct submission orders[BATCH_ORDERS_MAX];

    for (size_t i = 0; i < BATCH_ORDERS_MAX; i++)
        orders[i].draft = draft("batch", one_item);
    request.submit_batch.orders = orders;
    while (n > 0) {
        request.submit_batch.n = n < BATCH_ORDERS_MAX ? n : BATCH_ORDERS_MAX;
        assert_int_equal(api_scene_ask(scene, &request), OK);
        n -= request.submit_batch.n;
    }
}

static void an_order_can_be_got_with_its_history(void **state)
{
    struct api_scene *scene = *state;
    struct request get = {.op = OP_GET};
    struct request history = {.op = OP_HISTORY};
    struct mp_reader value;
    struct arena arena = {0};
    struct order order = {0};

    get.get.order_id = api_scene_submit(scene, "alice");
    assert_int_equal(api_scene_ask(scene, &get), OK);
    assert_true(wire_reply_find(scene->reply, scene->reply_len, "order", &value));
    wire_order_read(&value, &arena, &order);
    assert_false(mp_failed(&value));
    assert_int_equal(order.status, STATUS_QUEUED);
    assert_int_equal(order.n_items, 1);
    assert_true(slice_is(order.customer_id, "alice"));
    arena_done(&arena);

    history.history.order_id = get.get.order_id;
    history.history.page.limit = 50;
    assert_int_equal(api_scene_ask(scene, &history), OK);
    assert_int_equal(api_scene_list(scene, "entries", &value), 4);
    assert_true(api_scene_nil(scene, "next_cursor"));

    get.get.order_id.bytes[15] ^= 1;
    assert_int_equal(api_scene_ask(scene, &get), ERR_NOT_FOUND);
    history.history.order_id = get.get.order_id;
    assert_int_equal(api_scene_ask(scene, &history), ERR_NOT_FOUND);
    history.history.page.cursor = SLICE("zz");
    assert_int_equal(api_scene_ask(scene, &history), ERR_INVALID); /* it comes first */
    assert_string_equal(scene->why.text, "cursor: is none of this list");
}

static void the_same_key_and_order_are_stored_once(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_SUBMIT};
    char first[UUID_TEXT_LEN];

    request.submit.draft = draft("alice", one_item);
    request.submit.key = SLICE("key-1");
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_false(api_scene_bool(scene, "duplicate"));
    memcpy(first, api_scene_str(scene, "order_id").p, sizeof(first));
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_true(api_scene_bool(scene, "duplicate"));
    assert_memory_equal(api_scene_str(scene, "order_id").p, first, sizeof(first));
    request.submit.draft = draft("bob", one_item);
    assert_int_equal(api_scene_ask(scene, &request), ERR_CONFLICT);
}

static void a_busy_order_of_a_batch_is_told_when_to_come_again(void **state)
{
    const struct engine_settings limits = {.max_inbox = 10000, .max_backlog = 1};
    struct submission orders[2] = {{.draft = draft("alice", one_item)},
                                   {.draft = draft("bob", one_item)}};
    struct request request = {.op = OP_SUBMIT_BATCH, .submit_batch = {orders, 2}};
    struct api_scene *scene = *state;
    struct mp_reader results, error;

    engine_set_limits(scene->engine, &limits);
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_list(scene, "results", &results), 2);
    mp_skip(&results);
    assert_int_equal(mp_map(&results), 1);
    (void)mp_str(&results);
    error = results;
    assert_int_equal(mp_map(&error), 3);
    (void)mp_str(&error);
    assert_true(slice_is(mp_str(&error), "busy"));
    (void)mp_str(&error);
    mp_skip(&error);
    assert_true(slice_is(mp_str(&error), "retry_after_ms"));
    assert_true(mp_int(&error) > 0);
}

static void an_order_that_breaks_a_rule_is_rejected_with_reasons(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_SUBMIT};
    struct mp_reader reasons;

    request.submit.draft = draft("alice", too_many);
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_true(slice_is(api_scene_str(scene, "status"), "REJECTED"));
    assert_int_equal(api_scene_list(scene, "reasons", &reasons), 1);
}

static void each_order_of_a_batch_stands_alone(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_SUBMIT_BATCH};
    struct submission orders[3] = {{.draft = draft("alice", one_item)},
                                   {.draft = draft("x", one_item)},
                                   {.draft = draft("bob", too_many)}};
    static const char *const first_keys[] = {"order_id", "error", "order_id"};
    struct mp_reader results;

    request.submit_batch.orders = orders;
    request.submit_batch.n = 3;
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_list(scene, "results", &results), 3);
    for (size_t i = 0; i < 3; i++) {
        uint32_t pairs = mp_map(&results);

        assert_true(slice_is(mp_str(&results), first_keys[i]));
        mp_skip(&results);
        for (uint32_t k = 1; k < pairs; k++) {
            mp_skip(&results);
            mp_skip(&results);
        }
    }
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], 1);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_REJECTED], 1);
}

static void pages_of_a_list_hold_each_order_once(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_LIST};
    char cursor[STORE_CURSOR_MAX];
    struct mp_reader rows;
    size_t seen = 0, pages = 0;

    submit_many(scene, 5);
    request.list.page.limit = 2;
    do {
        assert_int_equal(api_scene_ask(scene, &request), OK);
        assert_int_equal(api_scene_int(scene, "matched"), 5);
        seen += api_scene_list(scene, "orders", &rows);
        pages++;
        if (!api_scene_nil(scene, "next_cursor")) {
            struct slice next = api_scene_str(scene, "next_cursor");

            memcpy(cursor, next.p, next.n);
            request.list.page.cursor = (struct slice){cursor, next.n};
        }
    } while (!api_scene_nil(scene, "next_cursor") && pages < 10);
    assert_int_equal(seen, 5);
    assert_in_range(pages, 3, 4);
}

static void a_change_of_one_tells_its_status(void **state)
{
    struct api_scene *scene = *state;
    struct uuid uid = api_scene_submit(scene, "alice");

    assert_int_equal(ask_change(scene, OP_HOLD, &uid, 1), OK);
    assert_true(slice_is(api_scene_str(scene, "status"), "HELD"));
    assert_int_equal(ask_change(scene, OP_HOLD, &uid, 1), OK);
    assert_int_equal(ask_change(scene, OP_RELEASE, &uid, 1), OK);
    assert_true(slice_is(api_scene_str(scene, "status"), "QUEUED"));
    assert_int_equal(ask_change(scene, OP_CANCEL, &uid, 1), OK);
    assert_true(slice_is(api_scene_str(scene, "status"), "CANCELLED"));
    assert_false(api_scene_bool(scene, "cancelling"));
    assert_int_equal(ask_change(scene, OP_HOLD, &uid, 1), ERR_WRONG_STATE);
    uid.bytes[15] ^= 1;
    assert_int_equal(ask_change(scene, OP_CANCEL, &uid, 1), ERR_NOT_FOUND);
}

static void unknown_ids_of_a_list_are_skipped(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_CANCEL};
    struct uuid uids[2] = {api_scene_submit(scene, "alice")};

    uids[1] = uids[0];
    uids[1].bytes[15] ^= 1;
    assert_int_equal(ask_change(scene, OP_CANCEL, uids, 2), OK);
    assert_int_equal(api_scene_int(scene, "changed"), 1);
    assert_int_equal(api_scene_int(scene, "skipped"), 1);

    request.change.which.ids = (struct id_list){&uids[1], 1}; /* a list of one */
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "changed"), 0);
    assert_int_equal(api_scene_int(scene, "skipped"), 1);
}

static void a_filter_changes_all_it_names_and_no_others(void **state)
{
    struct api_scene *scene = *state;
    const int64_t *counts = engine_totals(scene->engine)->counts;

    submit_many(scene, MANY);
    (void)api_scene_submit(scene, "alice");
    assert_int_equal(ask_filter(scene, OP_HOLD, "customer:batch"), OK);
    assert_int_equal(api_scene_int(scene, "changed"), MANY);
    assert_int_equal(api_scene_int(scene, "skipped"), 0);
    assert_int_equal(counts[STATUS_HELD], MANY);
    assert_int_equal(ask_filter(scene, OP_CANCEL, "status:HELD"), OK);
    assert_int_equal(api_scene_int(scene, "changed"), MANY);
    assert_int_equal(counts[STATUS_CANCELLED], MANY);
    assert_int_equal(ask_filter(scene, OP_RELEASE, "customer:batch"), OK);
    assert_int_equal(api_scene_int(scene, "changed"), 0);
    assert_int_equal(api_scene_int(scene, "skipped"), MANY);
    assert_int_equal(ask_filter(scene, OP_RELEASE, "customer:nobody"), OK);
    assert_int_equal(api_scene_int(scene, "skipped"), 0);
    assert_int_equal(counts[STATUS_QUEUED], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_order_can_be_got_with_its_history),
        TEST(the_same_key_and_order_are_stored_once),
        TEST(a_busy_order_of_a_batch_is_told_when_to_come_again),
        TEST(an_order_that_breaks_a_rule_is_rejected_with_reasons),
        TEST(each_order_of_a_batch_stands_alone),
        TEST(pages_of_a_list_hold_each_order_once),
        TEST(a_change_of_one_tells_its_status),
        TEST(unknown_ids_of_a_list_are_skipped),
        TEST(a_filter_changes_all_it_names_and_no_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
