/* Replies: their bytes, both ways, and that a refusal always fits. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/wire_reply.h"
#include "tests/lib/mp_from_text.h"

#define GOLDEN "tests/golden/replies.txt"
#define T 1700000000000000

static struct uuid id(void)
{
    struct uuid uuid;

    assert_true(uuid_parse("01890a5d-ac96-774b-bcce-b302099a8057", UUID_TEXT_LEN, &uuid));
    return uuid;
}

static struct buf empty(void)
{
    struct buf out;

    buf_init(&out, (size_t)FRAME_MAX_BYTES);
    return out;
}

static void assert_golden(struct buf *out, const char *name)
{
    struct buf want = mp_of_golden(GOLDEN, name);

    if (out->len != want.len || memcmp(out->data, want.data, want.len) != 0)
        fail_msg("%s is written otherwise", name);
    buf_done(&want);
    buf_done(out);
}

static void a_refusal_lists_its_problems(void **state)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    struct buf out = empty();
    struct why why;

    (void)state;
    problems_add(&problems, "items", "is required");
    problems_add(&problems, "customer_id", "is required");
    wire_reply_error(&out, problems_why(&problems, &why), &why, &problems);
    assert_golden(&out, "error");
    arena_done(&arena);
}

static void a_refusal_may_say_when_to_ask_again(void **state)
{
    struct buf out = empty();
    struct why why = {.text = "the inbox is full", .retry_after_us = 249001};
    struct why got = {.text = ""};
    struct mp_reader r;
    uint32_t pairs = 0;

    (void)state;
    wire_reply_error(&out, ERR_BUSY, &why, NULL);
    assert_int_equal(wire_reply_head(out.data, out.len, &r, &pairs, &got), ERR_BUSY);
    assert_string_equal(got.text, "the inbox is full");
    assert_int_equal(got.retry_after_us, 250000);
    assert_golden(&out, "busy");
}

static void a_refusal_fits_whatever_its_problems(void **state)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    struct why why, got = {.text = ""};
    struct mp_reader r;
    uint32_t pairs = 0;
    struct buf out;

    (void)state;
    for (int i = 0; i < 400; i++)
        problems_add(&problems, "field", "is wrong");
    buf_init(&out, 1024);
    wire_reply_error(&out, problems_why(&problems, &why), &why, &problems);
    assert_false(out.failed);
    assert_int_equal(wire_reply_head(out.data, out.len, &r, &pairs, &got), ERR_INVALID);
    assert_non_null(strstr(got.text, "400 problems"));
    buf_done(&out);
    arena_done(&arena);
}

static void a_message_that_was_cut_is_valid_utf8(void **state)
{
    struct buf out = empty();
    struct why why = {.text = "half a character: \xC3"}, got = {.text = ""};
    struct mp_reader r;
    uint32_t pairs = 0;

    (void)state;
    wire_reply_error(&out, ERR_INTERNAL, &why, NULL);
    assert_int_equal(wire_reply_head(out.data, out.len, &r, &pairs, &got), ERR_INTERNAL);
    assert_string_equal(got.text, "half a character: \\xc3");
    buf_done(&out);
}

static void a_submit_is_answered(void **state)
{
    struct reply_submit reply = {.order_id = id(), .status = STATUS_QUEUED}, got;
    struct arena arena = {NULL};
    struct buf out = empty();

    (void)state;
    wire_reply_submit(&out, &reply);
    assert_int_equal(wire_read_submit(out.data, out.len, &arena, &got, NULL), OK);
    assert_int_equal(uuid_compare(&got.order_id, &reply.order_id), 0);
    assert_int_equal(got.status, STATUS_QUEUED);
    assert_false(got.duplicate);
    assert_null(got.reasons.p);
    assert_golden(&out, "submit");
    arena_done(&arena);
}

static void a_rejected_order_has_its_reasons(void **state)
{
    struct reply_submit reply = {
        .order_id = id(),
        .status = STATUS_REJECTED,
        .duplicate = true,
        .reasons = SLICE("total quantity 101 is more than 100; product x is denied")};
    struct reply_submit got;
    struct arena arena = {NULL};
    struct buf out = empty();

    (void)state;
    wire_reply_submit(&out, &reply);
    assert_int_equal(wire_read_submit(out.data, out.len, &arena, &got, NULL), OK);
    assert_true(got.duplicate);
    assert_true(slice_eq(got.reasons, reply.reasons));
    assert_golden(&out, "rejected");
    arena_done(&arena);
}

static void in_a_batch_each_order_has_its_answer(void **state)
{
    struct batch_result results[2] = {{.code = OK}, {.code = ERR_CONFLICT}};
    struct buf out = empty();

    (void)state;
    results[0].reply = (struct reply_submit){.order_id = id(), .status = STATUS_QUEUED};
    (void)err_set(&results[1].why, ERR_CONFLICT, "the key was used");
    wire_reply_batch(&out, results, 2);
    assert_golden(&out, "batch");
}

static void a_batch_fits_whatever_its_problems(void **state)
{
    struct batch_result *results = calloc(BATCH_ORDERS_MAX, sizeof *results);
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    struct buf out = empty();

    (void)state;
    assert_non_null(results);
    for (int i = 0; i < 300; i++)
        problems_add(&problems, "items[0].quantity", "is required");
    for (size_t i = 0; i < BATCH_ORDERS_MAX; i++) {
        results[i].code = problems_why(&problems, &results[i].why);
        results[i].problems = &problems;
    }
    wire_reply_batch(&out, results, BATCH_ORDERS_MAX);
    assert_false(out.failed);
    assert_int_equal(mp_check(out.data, out.len, NULL), OK);
    buf_done(&out);
    arena_done(&arena);
    free(results);
}

static void changes_are_answered(void **state)
{
    struct reply_change_one reply = {
        .order_id = id(), .status = STATUS_PROCESSING, .cancelling = true};
    struct reply_change_one got;
    struct buf out = empty();

    (void)state;
    wire_reply_change_one(&out, &reply);
    assert_int_equal(wire_read_change_one(out.data, out.len, &got, NULL), OK);
    assert_true(got.cancelling);
    assert_int_equal(got.status, STATUS_PROCESSING);
    assert_golden(&out, "change_one");
    out = empty();
    wire_reply_change_many(&out, 7, 300);
    assert_golden(&out, "change_many");
}

static void info_is_answered(void **state)
{
    const struct info_step steps[] = {
        {SLICE("charge"), SLICE("exec"), SLICE("worker")},
        {SLICE("ship"), SLICE("worker"), {NULL, 0}},
    };
    struct buf bytes = mp_of_golden(GOLDEN, "info"), out = empty();
    struct reply_info got;

    (void)state;
    assert_int_equal(wire_read_info(bytes.data, bytes.len, &got, NULL), OK);
    assert_true(slice_is(got.handler, "simulate"));
    assert_int_equal(got.pid, 4242);
    assert_int_equal(got.started_at, T);
    assert_false(got.paused);
    assert_true(got.draining);
    got.steps = steps;
    got.n_steps = 2;
    wire_reply_info(&out, &got);
    assert_golden(&out, "info");
    for (size_t n = 0; n < bytes.len; n++)
        assert_int_equal(wire_read_info(bytes.data, n, &got, NULL), ERR_MALFORMED);
    buf_done(&bytes);
}

static void quantiles_of_nothing_are_nil(void **state)
{
    struct stats stats = {.success_rate_5m = -1};
    struct buf out = empty();
    struct mp_reader r;

    (void)state;
    wire_reply_stats(&out, &stats);
    assert_true(wire_reply_find(out.data, out.len, "submit_ms", &r));
    assert_int_equal(mp_map(&r), 4);
    for (int i = 0; i < 4; i++) {
        (void)mp_str(&r);
        assert_true(mp_nil(&r));
    }
    assert_int_equal(wire_read_stats(out.data, out.len, &stats, NULL), OK);
    assert_true(stats.submit_ms.p50 == 0);
    buf_done(&out);
}

static void stats_go_both_ways(void **state)
{
    struct stats want = {.queue_oldest_ms = 12,
                         .dlq_depth = 3,
                         .accepted_total = 100,
                         .rejected_total = 5,
                         .rate_1m = 1.5,
                         .success_rate_5m = -1,
                         .submit_ms = {1, 2, 3, 4},
                         .order_ms = {.max = 9.5}};
    struct stats *got = calloc(1, sizeof *got);
    struct buf out = empty();
    struct mp_reader r;

    (void)state;
    assert_non_null(got);
    want.counts[STATUS_QUEUED] = 7;
    want.counts[STATUS_PROCESSING] = 2;
    want.series_failed[SERIES_SECONDS - 1] = 4;
    want.steps[0] = (struct step_figures){"reserve", 1, 2, 3, 4, 5, 6, 0.5, 12};
    want.steps[1] = (struct step_figures){"ship", 0, 0, 0, 0, 0, 0, 0, 0};
    want.n_steps = 2;
    wire_reply_stats(&out, &want);
    assert_int_equal(mp_check(out.data, out.len, NULL), OK);
    assert_int_equal(wire_read_stats(out.data, out.len, got, NULL), OK);
    assert_memory_equal(got->counts, want.counts, sizeof want.counts);
    assert_int_equal(got->rejected_total, 5);
    assert_true(got->success_rate_5m < 0);
    assert_true(got->submit_ms.p99 == 3.0 && got->order_ms.max == 9.5);
    assert_memory_equal(got->series_failed, want.series_failed, sizeof want.series_failed);
    assert_int_equal(got->n_steps, 2);
    assert_string_equal(got->steps[0].name, "reserve");
    assert_int_equal(got->steps[0].queued, 1);
    assert_int_equal(got->steps[0].undoing, 6);
    assert_true(got->steps[0].rate_1m == 0.5 && got->steps[0].oldest_ms == 12);
    assert_string_equal(got->steps[1].name, "ship");
    assert_true(wire_reply_find(out.data, out.len, "queue_depth", &r));
    assert_int_equal(mp_int(&r), 7);
    assert_true(wire_reply_find(out.data, out.len, "in_flight", &r));
    assert_int_equal(mp_int(&r), 2);
    assert_true(wire_reply_find(out.data, out.len, "success_rate_5m", &r));
    assert_int_equal(mp_peek(&r), MP_NIL);
    buf_done(&out);
    free(got);
}

/* `steps` of the figures is put in the place of the one that is written. */
static enum err read_with_steps(const char *steps, struct stats *got)
{
    static const struct stats none = {.success_rate_5m = -1};
    struct buf out = empty(), value = mp_of_text(steps);
    struct mp_reader r;
    enum err e;

    mp_put_map(&out, WIRE_STATS_PAIRS);
    wire_stats_figures(&out, &none);
    assert_true(wire_reply_find(out.data, out.len, "steps", &r));
    out.len = (size_t)(r.at - out.data);
    buf_add(&out, value.data, value.len);
    e = wire_read_figures(out.data, out.len, got, NULL);
    buf_done(&out);
    buf_done(&value);
    return e;
}

static void steps_without_all_their_figures_are_malformed(void **state)
{
#define FIGURES                                                                                    \
    "'queued':1,'processing':0,'retrying':0,'held':0,'failed':0,'undoing':0,'rate_1m':0,"          \
    "'oldest_ms':7"
    static const struct {
        const char *steps;
        enum err e;
    } cases[] = {
        {"[{'step':'ship'," FIGURES "}]", OK},
        {"[{'step':'ship','new':[1]," FIGURES "}]", OK},
        {"[]", OK},
        {"{}", ERR_MALFORMED},
        {"[1]", ERR_MALFORMED},
        {"[{'step':'ship','queued':1}]", ERR_MALFORMED},
        {"[{" FIGURES "}]", ERR_MALFORMED},
        {"[{'step':''," FIGURES "}]", ERR_MALFORMED},
        {"[{'step':'a23456789-123456789-123456789-123'," FIGURES "}]", ERR_MALFORMED},
    };
    struct stats *got = calloc(1, sizeof *got);

    (void)state;
    assert_non_null(got);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (read_with_steps(cases[i].steps, got) != cases[i].e)
            fail_msg("%s is read otherwise", cases[i].steps);
        assert_true(got->n_steps == 0 || got->steps[0].oldest_ms == 7);
    }
    free(got);
}

static void the_figures_are_as_many_as_promised(void **state)
{
    static const struct stats stats;
    struct buf out = empty();
    struct mp_reader r;
    unsigned pairs = 0;

    (void)state;
    wire_stats_figures(&out, &stats);
    mp_reader_init(&r, out.data, out.len);
    for (; mp_peek(&r) != MP_END; pairs++) {
        (void)mp_str(&r);
        mp_skip(&r);
    }
    assert_false(mp_failed(&r));
    assert_int_equal(pairs, WIRE_STATS_PAIRS);
    buf_done(&out);
}

static void what_is_no_reply_is_malformed(void **state)
{
    static const char *const cases[] = {
        "{}",
        "{'v':1}",
        "{'ok':true}",
        "{'v':2,'ok':true}",
        "{'v':1,'ok':1}",
        "{'v':1,'ok':false}",
        "{'v':1,'ok':false,'error':{}}",
        "{'v':1,'ok':false,'error':{'code':1,'message':''}}",
        "[]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf bytes = mp_of_text(cases[i]);
        struct mp_reader r;
        uint32_t pairs = 0;

        if (wire_reply_head(bytes.data, bytes.len, &r, &pairs, NULL) != ERR_MALFORMED)
            fail_msg("%s is taken", cases[i]);
        buf_done(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_lists_its_problems),
        cmocka_unit_test(a_refusal_may_say_when_to_ask_again),
        cmocka_unit_test(a_refusal_fits_whatever_its_problems),
        cmocka_unit_test(a_message_that_was_cut_is_valid_utf8),
        cmocka_unit_test(a_submit_is_answered),
        cmocka_unit_test(a_rejected_order_has_its_reasons),
        cmocka_unit_test(in_a_batch_each_order_has_its_answer),
        cmocka_unit_test(a_batch_fits_whatever_its_problems),
        cmocka_unit_test(changes_are_answered),
        cmocka_unit_test(info_is_answered),
        cmocka_unit_test(quantiles_of_nothing_are_nil),
        cmocka_unit_test(stats_go_both_ways),
        cmocka_unit_test(steps_without_all_their_figures_are_malformed),
        cmocka_unit_test(the_figures_are_as_many_as_promised),
        cmocka_unit_test(what_is_no_reply_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
