/* Orders from JSON with every problem, and replies to JSON. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/order_json.h"
#include "tests/lib/mp_from_text.h"

#define GOLDEN "tests/golden/replies.txt"

struct given {
    struct json *json;
    struct arena arena;
    struct problems problems;
    struct order_draft draft;
};

static void give(struct given *given, const char *text)
{
    *given = (struct given){0};
    given->problems.arena = &given->arena;
    assert_int_equal(json_parse(text, strlen(text), &given->json, NULL), OK);
    order_json_read(given->json, &given->draft, &given->problems);
}

static void done(struct given *given)
{
    json_free(given->json);
    arena_done(&given->arena);
}

static void an_order_is_read_with_all_its_parts(void **state)
{
    struct given given;

    (void)state;
    give(&given, "{\"customer_id\":\"acme\",\"items\":[{\"product_id\":\"p\",\"quantity\":2}],"
                 "\"reference\":\"r\",\"metadata\":{\"k\":\"v\"},\"priority\":1,"
                 "\"not_before\":\"2023-11-14T22:13:20Z\"}");
    assert_int_equal(given.problems.n, 0);
    assert_true(slice_is(given.draft.customer_id, "acme"));
    assert_int_equal(given.draft.items[0].quantity, 2);
    assert_true(slice_is(given.draft.items[0].product_id, "p"));
    assert_true(slice_is(given.draft.reference, "r"));
    assert_true(slice_is(given.draft.metadata[0].key, "k"));
    assert_int_equal(given.draft.priority, 1);
    assert_int_equal(given.draft.not_before, 1700000000000000);
    done(&given);
}

static void what_is_null_counts_as_absent(void **state)
{
    struct given given;

    (void)state;
    give(&given, "{\"customer_id\":\"acme\",\"items\":[{\"product_id\":\"p\",\"quantity\":2}],"
                 "\"reference\":null,\"metadata\":null,\"priority\":null,\"not_before\":null}");
    assert_int_equal(given.problems.n, 0);
    assert_int_equal(given.draft.priority, 5);
    assert_null(given.draft.reference.p);
    done(&given);
}

static void a_time_may_be_a_number(void **state)
{
    struct given given;

    (void)state;
    give(&given, "{\"customer_id\":\"acme\",\"items\":[{\"product_id\":\"p\",\"quantity\":2}],"
                 "\"not_before\":17}");
    assert_int_equal(given.problems.n, 0);
    assert_int_equal(given.draft.not_before, 17);
    done(&given);
}

#define ITEMS "\"items\":[{\"product_id\":\"p\",\"quantity\":1}]"

static void each_problem_is_named_once(void **state)
{
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"[]", ""},
        {"{" ITEMS "}", "customer_id"},
        {"{\"customer_id\":5," ITEMS "}", "customer_id"},
        {"{\"customer_id\":\"acme\"}", "items"},
        {"{\"customer_id\":\"acme\",\"items\":[]}", "items"},
        {"{\"customer_id\":\"acme\",\"items\":{}}", "items"},
        {"{\"customer_id\":\"acme\",\"items\":[7]}", "items[0]"},
        {"{\"customer_id\":\"acme\",\"items\":[{\"product_id\":\"p\"}]}", "items[0].quantity"},
        {"{\"customer_id\":\"acme\",\"items\":[{\"quantity\":1}]}", "items[0].product_id"},
        {"{\"customer_id\":\"acme\",\"items\":[{\"product_id\":\"p\",\"quantity\":1.5}]}",
         "items[0].quantity"},
        {"{\"customer_id\":\"acme\",\"items\":[{\"product_id\":1,\"quantity\":1}]}",
         "items[0].product_id"},
        {"{\"customer_id\":\"acme\",\"items\":[{\"product_id\":\"p\",\"quantity\":1,\"x\":1}]}",
         "items[0].x"},
        {"{\"customer_id\":\"acme\"," ITEMS ",\"metadata\":[]}", "metadata"},
        {"{\"customer_id\":\"acme\"," ITEMS ",\"metadata\":{\"k\":1}}", "metadata.k"},
        {"{\"customer_id\":\"acme\"," ITEMS ",\"priority\":\"1\"}", "priority"},
        {"{\"customer_id\":\"acme\"," ITEMS ",\"not_before\":\"soon\"}", "not_before"},
        {"{\"customer_id\":\"acme\"," ITEMS ",\"tax\":1}", "tax"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct given given;

        give(&given, cases[i].text);
        if (given.problems.n != 1 || !problems_has(&given.problems, cases[i].field))
            fail_msg("%s: %zu problems", cases[i].text, given.problems.n);
        if (i > 0)
            validate_draft(&given.draft, &given.problems);
        if (given.problems.n != 1)
            fail_msg("%s: a second problem", cases[i].text);
        done(&given);
    }
}

static void assert_json(struct buf *bytes, const char *const *skip, const char *want)
{
    struct json_writer w;
    struct mp_reader r;
    struct buf out;

    buf_init(&out, 65536);
    json_writer_init(&w, &out);
    mp_reader_init(&r, bytes->data, bytes->len);
    order_json_write(&w, &r, skip);
    assert_false(mp_failed(&r));
    assert_string_equal(buf_text(&out), want);
    buf_done(&out);
    buf_done(bytes);
}

static void an_order_is_written_with_times_as_text(void **state)
{
    struct buf order = mp_of_golden(GOLDEN, "order");

    (void)state;
    assert_json(&order, NULL,
                "{\"order_id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"customer_id\":\"acme\","
                "\"reference\":null,\"items\":[{\"product_id\":\"p-1\",\"quantity\":2}],"
                "\"metadata\":{\"k\":\"v\"},\"priority\":5,\"not_before\":null,"
                "\"status\":\"RETRYING\",\"cancelling\":false,\"attempts\":1,"
                "\"max_attempts\":3,\"total_quantity\":2,"
                "\"created_at\":\"2023-11-14T22:13:20.000000Z\","
                "\"updated_at\":\"2023-11-14T22:13:20.000001Z\","
                "\"next_attempt_at\":\"2023-11-14T22:13:20.000002Z\",\"failure_reason\":\"boom\","
                "\"step\":\"fulfil\",\"steps\":[{\"step\":\"reserve\",\"undo\":true},"
                "{\"step\":\"fulfil\",\"undo\":false}],"
                "\"results\":{\"reserve\":\"ok\"},\"result\":null,"
                "\"replays\":0,\"seq\":9}");
}

static void only_keys_at_the_top_are_skipped(void **state)
{
    static const char *const skip[] = {"v", "ok", NULL};
    struct buf reply = mp_of_text("{'v':1,'ok':true,'a':{'v':2,'ok':[]},'at':1700000000000000,"
                                  "'flat':5,'b':[{'at':null},-3,false,{}],'f':0.5}");

    (void)state;
    assert_json(&reply, skip,
                "{\"a\":{\"v\":2,\"ok\":[]},\"at\":\"2023-11-14T22:13:20.000000Z\",\"flat\":5,"
                "\"b\":[{\"at\":null},-3,false,{}],\"f\":0.5}");
}

static void what_is_cut_short_still_closes_what_it_opened(void **state)
{
    struct buf order = mp_of_golden(GOLDEN, "order");

    (void)state;
    for (size_t n = 0; n < order.len; n++) {
        struct json_writer w;
        struct mp_reader r;
        struct buf out;

        buf_init(&out, 65536);
        json_writer_init(&w, &out);
        mp_reader_init(&r, order.data, n);
        order_json_write(&w, &r, NULL);
        assert_true(mp_failed(&r));
        if (out.len > 0)
            assert_int_equal(out.data[out.len - 1], '}');
        buf_done(&out);
    }
    buf_done(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_read_with_all_its_parts),
        cmocka_unit_test(what_is_null_counts_as_absent),
        cmocka_unit_test(a_time_may_be_a_number),
        cmocka_unit_test(each_problem_is_named_once),
        cmocka_unit_test(an_order_is_written_with_times_as_text),
        cmocka_unit_test(only_keys_at_the_top_are_skipped),
        cmocka_unit_test(what_is_cut_short_still_closes_what_it_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
