/* Orders, entries, dead letters, groups and replays: their bytes, both ways. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/wire_order.h"
#include "tests/lib/mp_from_text.h"

#define GOLDEN "tests/golden/replies.txt"
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define T 1700000000000000

static struct uuid id(void)
{
    struct uuid uuid;

    assert_true(uuid_parse(ID, UUID_TEXT_LEN, &uuid));
    return uuid;
}

static void assert_golden(struct buf *out, const char *name)
{
    struct buf want = mp_of_golden(GOLDEN, name);

    if (out->len != want.len || memcmp(out->data, want.data, want.len) != 0)
        fail_msg("%s is written otherwise", name);
    buf_done(&want);
    buf_done(out);
}

static const struct item items[] = {{{"p-1", 3}, 2}};
static const struct pair metadata[] = {{{"k", 1}, {"v", 1}}};
static const struct pair results[] = {{{"reserve", 7}, {"ok", 2}}};

static struct order order(void)
{
    return (struct order){.uid = id(),
                          .status = STATUS_RETRYING,
                          .priority = 5,
                          .attempts = 1,
                          .max_attempts = 3,
                          .total_quantity = 2,
                          .created_at = T,
                          .updated_at = T + 1,
                          .next_attempt_at = T + 2,
                          .seq = 9,
                          .customer_id = SLICE("acme"),
                          .failure_reason = SLICE("boom"),
                          .step = SLICE("fulfil"),
                          .steps = SLICE("reserve<,fulfil"),
                          .items = items,
                          .n_items = 1,
                          .metadata = metadata,
                          .n_metadata = 1,
                          .results = results,
                          .n_results = 1};
}

static void an_order_is_written_as_the_golden_bytes(void **state)
{
    struct order whole = order();
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    wire_order_write(&out, &whole, ORDER_WHOLE);
    assert_golden(&out, "order");
    wire_order_write(&out, &whole, ORDER_ROW);
    assert_golden(&out, "row");
}

static void an_order_is_read_from_the_golden_bytes(void **state)
{
    struct buf bytes = mp_of_golden(GOLDEN, "order");
    struct arena arena = {NULL};
    struct mp_reader r;
    struct order got;
    struct buf out;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_order_read(&r, &arena, &got);
    assert_false(mp_failed(&r));
    assert_int_equal(got.status, STATUS_RETRYING);
    assert_int_equal(got.items[0].quantity, 2);
    assert_true(slice_is(got.metadata[0].value, "v"));
    assert_true(slice_is(got.steps, "reserve<,fulfil"));
    assert_true(slice_is(got.results[0].key, "reserve"));
    assert_null(got.result.p);
    assert_int_equal(got.next_attempt_at, T + 2);
    buf_init(&out, 65536);
    wire_order_write(&out, &got, ORDER_WHOLE);
    assert_golden(&out, "order");
    arena_done(&arena);
    buf_done(&bytes);
}

static void unknown_parts_of_an_order_are_skipped(void **state)
{
    struct buf bytes = mp_of_text("{'new':{'a':[1,2]},'seq':7,'status':'HELD','result':'done'}");
    struct arena arena = {NULL};
    struct mp_reader r;
    struct order got;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_order_read(&r, &arena, &got);
    assert_false(mp_failed(&r));
    assert_int_equal(got.seq, 7);
    assert_int_equal(got.status, STATUS_HELD);
    assert_true(slice_is(got.result, "done"));
    arena_done(&arena);
    buf_done(&bytes);
}

static void the_lists_of_steps_read_are(void **state)
{
    static const struct {
        const char *wire, *text;
    } cases[] = {
        {"{'steps':[{'step':'fulfil','undo':false}]}", NULL},
        {"{'steps':[{'step':'fulfil','undo':true}]}", "fulfil<"},
        {"{'steps':[{'step':'pay','handler':'exec','undo':'worker'},{'step':'ship','undo':null}]}",
         "pay<,ship"},
        {"{'steps':[]}", NULL},
        {"{'steps':null}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf bytes = mp_of_text(cases[i].wire);
        struct arena arena = {NULL};
        struct mp_reader r;
        struct order got;

        mp_reader_init(&r, bytes.data, bytes.len);
        wire_order_read(&r, &arena, &got);
        if (mp_failed(&r) ||
            (cases[i].text == NULL ? got.steps.p != NULL : !slice_is(got.steps, cases[i].text)))
            fail_msg("%s is read as '%.*s'", cases[i].wire, SLICE_ARGS(got.steps));
        arena_done(&arena);
        buf_done(&bytes);
    }
}

static void a_part_of_a_wrong_kind_fails_the_reader(void **state)
{
    static const char *const cases[] = {
        "{'seq':'x'}",          "{'status':'GONE'}",
        "{'order_id':'x'}",     "{'attempts':-1}",
        "{'priority':256}",     "{'items':{}}",
        "{'items':[1]}",        "{'metadata':[]}",
        "{'metadata':{'a':1}}", "{'attempts':4294967296}",
        "{'steps':'fulfil'}",   "{'steps':[{'undo':true}]}",
        "{'steps':['fulfil']}", "{'steps':[{'step':'Ship'}]}",
        "{'cancelling':1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf bytes = mp_of_text(cases[i]);
        struct arena arena = {NULL};
        struct mp_reader r;
        struct order got;

        mp_reader_init(&r, bytes.data, bytes.len);
        wire_order_read(&r, &arena, &got);
        if (!mp_failed(&r))
            fail_msg("%s is taken", cases[i]);
        arena_done(&arena);
        buf_done(&bytes);
    }
}

static void no_truncation_of_an_order_is_taken(void **state)
{
    struct buf bytes = mp_of_golden(GOLDEN, "order");

    (void)state;
    for (size_t n = 0; n < bytes.len; n++) {
        struct arena arena = {NULL};
        struct mp_reader r;
        struct order got;

        mp_reader_init(&r, bytes.data, n);
        wire_order_read(&r, &arena, &got);
        assert_true(mp_failed(&r));
        arena_done(&arena);
    }
    buf_done(&bytes);
}

static void an_entry_goes_both_ways(void **state)
{
    struct buf bytes = mp_of_golden(GOLDEN, "entry"), out;
    struct mp_reader r;
    struct entry got;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_entry_read(&r, &got);
    assert_int_equal(got.type, ENTRY_ATTEMPT_STARTED);
    assert_int_equal(got.attempt, 1);
    assert_true(slice_is(got.by, "dofsd"));
    assert_null(got.detail.p);
    buf_init(&out, 4096);
    wire_entry_write(&out, &got);
    assert_golden(&out, "entry");
    buf_done(&bytes);
}

static void a_dead_letter_goes_both_ways(void **state)
{
    struct buf bytes = mp_of_golden(GOLDEN, "dead"), out;
    struct mp_reader r;
    struct dead_letter got;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_dead_read(&r, &got);
    assert_true(slice_is(got.group, "exit #"));
    assert_int_equal(got.failed_at, T);
    assert_int_equal(got.replays, 1);
    buf_init(&out, 4096);
    wire_dead_write(&out, &got);
    assert_golden(&out, "dead");
    buf_done(&bytes);
}

static void a_group_goes_both_ways(void **state)
{
    struct buf bytes = mp_of_golden(GOLDEN, "group"), out;
    struct mp_reader r;
    struct reason_group got;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_group_read(&r, &got);
    assert_int_equal(got.count, 12);
    assert_int_equal(got.newest_at, T + 1);
    buf_init(&out, 4096);
    wire_group_write(&out, &got);
    assert_golden(&out, "group");
    buf_done(&bytes);
}

static void a_replay_goes_both_ways(void **state)
{
    struct buf bytes = mp_of_golden(GOLDEN, "replay"), out;
    struct mp_reader r;
    struct replay_row got;

    (void)state;
    mp_reader_init(&r, bytes.data, bytes.len);
    wire_replay_read(&r, &got);
    assert_int_equal(got.state, REPLAY_RUNNING);
    assert_int_equal(got.moved, 4);
    assert_true(got.rate == 12.5);
    assert_int_equal(got.finished_at, 0);
    buf_init(&out, 4096);
    wire_replay_write(&out, &got);
    assert_golden(&out, "replay");
    buf_done(&bytes);
}

static void a_time_of_nothing_is_nil(void **state)
{
    struct mp_reader r;
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    wire_put_time(&out, 0);
    assert_int_equal(out.len, 1);
    assert_int_equal(out.data[0], 0xC0);
    mp_reader_init(&r, out.data, out.len);
    assert_int_equal(wire_get_time(&r), 0);
    assert_false(mp_failed(&r));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_written_as_the_golden_bytes),
        cmocka_unit_test(an_order_is_read_from_the_golden_bytes),
        cmocka_unit_test(unknown_parts_of_an_order_are_skipped),
        cmocka_unit_test(the_lists_of_steps_read_are),
        cmocka_unit_test(a_part_of_a_wrong_kind_fails_the_reader),
        cmocka_unit_test(no_truncation_of_an_order_is_taken),
        cmocka_unit_test(an_entry_goes_both_ways),
        cmocka_unit_test(a_dead_letter_goes_both_ways),
        cmocka_unit_test(a_group_goes_both_ways),
        cmocka_unit_test(a_replay_goes_both_ways),
        cmocka_unit_test(a_time_of_nothing_is_nil),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
