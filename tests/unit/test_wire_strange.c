/* Messages that are well formed, but not what this version would send: what is not known is passed
   over, what is wrong is refused, and nothing is read past its room. */
#include "tests/lib/test.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/mp.h"
#include "shared/wire_event.h"
#include "shared/wire_order.h"
#include "shared/wire_reply.h"
#include "shared/wire_steps.h"
#include "tests/lib/mp_from_text.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

/* ---- replies ---- */

static void an_answer_to_submit_that_lacks_a_part_is_malformed(void **state)
{
#define ANSWER "'v':1,'ok':true,'order_id':'" ID "','status':'QUEUED','duplicate':false"
    static const struct {
        const char *text, *reasons; /* NULL: malformed; "-": none */
    } rows[] = {
        {"{" ANSWER ",'reasons':null}", "-"},
        {"{" ANSWER ",'reasons':['a']}", "a"},
        {"{" ANSWER ",'reasons':['a','b']}", "a; b"},
        {"{" ANSWER ",'reasons':[],'more':{}}", ""},
        {"{" ANSWER "}", NULL},
        {"{" ANSWER ",'reasons':5}", NULL},
        {"{" ANSWER ",'reasons':['a',1,'b']}", NULL},
        {"{'v':1,'ok':true,'status':'QUEUED','duplicate':false,'reasons':null}", NULL},
        {"{'v':1,'ok':true,'order_id':'" ID "','status':'ASLEEP','duplicate':false,'reasons':null}",
         NULL},
    };
#undef ANSWER

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf bytes = mp_of_text(rows[i].text);
        struct arena arena = {0};
        struct reply_submit got;
        enum err e = wire_read_submit(bytes.data, bytes.len, &arena, &got, NULL);

        if (e != (rows[i].reasons == NULL ? ERR_MALFORMED : OK))
            fail_msg("%s: %s", rows[i].text, err_name(e));
        if (e == OK && strcmp(rows[i].reasons, "-") == 0)
            assert_null(got.reasons.p);
        else if (e == OK)
            assert_true(slice_is(got.reasons, rows[i].reasons));
        arena_done(&arena);
        buf_done(&bytes);
    }
}

static void a_refusal_is_told_whatever_else_it_holds(void **state)
{
    static const struct {
        const char *error;
        enum err e;
        const char *says;
        int64_t retry_after_us;
    } rows[] = {
        {"{'code':'busy','message':'later','retry_after_ms':1500}", ERR_BUSY, "later", 1500000},
        {"{'code':'busy','message':'later','retry_after_ms':0}", ERR_BUSY, "later", 0},
        {"{'code':'busy','message':'later','retry_after_ms':-1}", ERR_BUSY, "later", 0},
        {"{'code':'busy','message':'later','retry_after_ms':'x'}", ERR_BUSY, "later", 0},
        {"{'code':'busy','message':'later','retry_after_ms':9223372036854775807}", ERR_BUSY,
         "later", 0},
        {"{'code':'teapot','message':'short and stout'}", ERR_INTERNAL, "short and stout", 0},
        {"{'code':'conflict','message':''}", ERR_CONFLICT, "conflict", 0},
        {"{'code':'conflict'}", ERR_MALFORMED, "a refusal without code and message", 0},
        {"{'message':'x'}", ERR_MALFORMED, "a refusal without code and message", 0},
        {"[]", ERR_MALFORMED, "a refusal without code and message", 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[256];
        struct buf bytes;
        struct reply_info got;
        struct why why = {0};

        (void)snprintf(text, sizeof text, "{'v':1,'ok':false,'error':%s}", rows[i].error);
        bytes = mp_of_text(text);
        if (wire_read_info(bytes.data, bytes.len, &got, &why) != rows[i].e ||
            strcmp(why.text, rows[i].says) != 0 || why.retry_after_us != rows[i].retry_after_us)
            fail_msg("%s: '%s'", text, why.text);
        assert_int_equal(wire_read_info(bytes.data, bytes.len, &got, NULL), rows[i].e);
        buf_done(&bytes);
    }
}

/* ---- stats ---- */

#define QUANTILES "{'p50':1.5,'p95':null,'p99':2.0,'max':3.0}"
#define FIGURES                                                                                    \
    "'v':1,'ok':true,'queue_depth':1,'queue_oldest_ms':2,'in_flight':3,'dlq_depth':4,"             \
    "'accepted_total':5,'fulfilled_total':6,'failed_total':7,'retried_total':8,"                   \
    "'rejected_total':9,'rate_1m':1.0,'rate_5m':2.0,'rate_15m':3.0,'success_rate_5m':0.5,"         \
    "'submit_ms':" QUANTILES ",'order_ms':" QUANTILES

static void figures_that_are_not_known_are_passed_over_and_wrong_ones_refused(void **state)
{
    static const struct {
        const char *label, *rest;
        int64_t queued;
        uint32_t last; /* accepted in the running second */
        enum err e;
    } rows[] = {
        {"neither steps nor series", "'counts':{'QUEUED':4}", 4, 0, OK},
        {"a status of a later version", "'counts':{'ASLEEP':[1],'QUEUED':4}", 4, 0, OK},
        {"counts that are none", "'counts':{'QUEUED':'four'}", 0, 0, ERR_MALFORMED},
        {"counts in a list", "'counts':[4]", 0, 0, ERR_MALFORMED},
        {"no counts", "'other':1", 0, 0, ERR_MALFORMED},
        {"a series of a later version",
         "'counts':{'QUEUED':4},'series':{'cancelled':[1],'accepted':[1,7]}", 4, 7, OK},
        {"all three series", "'counts':{},'series':{'accepted':[7],'fulfilled':[1],'failed':[2]}",
         0, 7, OK},
        {"a second below none", "'counts':{},'series':{'accepted':[-1]}", 0, 0, OK},
        {"a second above all", "'counts':{},'series':{'accepted':[4294967296]}", 0, 0, OK},
        {"the most of a second", "'counts':{},'series':{'accepted':[4294967295]}", 0, UINT32_MAX,
         OK},
        {"a second in words", "'counts':{},'series':{'accepted':[1,'x',2]}", 0, 0, ERR_MALFORMED},
        {"a series that is none", "'counts':{},'series':{'accepted':3}", 0, 0, ERR_MALFORMED},
        {"series in a list", "'counts':{},'series':[[1]]", 0, 0, ERR_MALFORMED},
        {"steps that are none", "'counts':{},'steps':7", 0, 0, ERR_MALFORMED},
    };
    struct stats *got = calloc(1, sizeof *got);

    (void)state;
    assert_non_null(got);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[1024];
        struct buf bytes;
        enum err e = OK;

        (void)snprintf(text, sizeof text, "{" FIGURES ",%s}", rows[i].rest);
        bytes = mp_of_text(text);
        e = wire_read_stats(bytes.data, bytes.len, got, NULL);
        if (e != rows[i].e)
            fail_msg("%s: %s", rows[i].label, err_name(e));
        if (e == OK && (got->counts[STATUS_QUEUED] != rows[i].queued ||
                        got->series_accepted[SERIES_SECONDS - 1] != rows[i].last))
            fail_msg("%s is read otherwise", rows[i].label);
        buf_done(&bytes);
    }
    free(got);
}

/* `n` numbers from 1, or copies of `each`, as a list behind `head`, then `tail`. */
static struct buf listed(const char *head, const char *each, size_t n, const char *tail)
{
    struct buf text, bytes;

    buf_init(&text, 1 << 20);
    buf_add_text(&text, head);
    for (size_t i = 0; i < n; i++) {
        buf_add_text(&text, i > 0 ? "," : "");
        if (each != NULL)
            buf_add_text(&text, each);
        else
            buf_printf(&text, "%zu", i + 1);
    }
    buf_add_text(&text, tail);
    bytes = mp_of_text(buf_text(&text));
    buf_done(&text);
    return bytes;
}

static void the_newest_seconds_of_a_longer_series_are_kept(void **state)
{
    struct buf bytes =
        listed("{" FIGURES ",'counts':{},'series':{'accepted':[", NULL, SERIES_SECONDS + 3, "]}}");
    struct stats *got = calloc(1, sizeof *got);

    (void)state;
    assert_non_null(got);
    assert_int_equal(wire_read_stats(bytes.data, bytes.len, got, NULL), OK);
    assert_int_equal(got->series_accepted[0], 4);
    assert_int_equal(got->series_accepted[SERIES_SECONDS - 1], SERIES_SECONDS + 3);
    free(got);
    buf_done(&bytes);
}

static void more_steps_than_there_may_be_are_refused(void **state)
{
#define STEP                                                                                       \
    "{'step':'ship','queued':1,'processing':0,'retrying':0,'held':0,'failed':0,'undoing':0,"       \
    "'rate_1m':0,'oldest_ms':7}"
    static const struct {
        size_t n;
        enum err e;
    } rows[] = {{STEPS_EVER_MAX, OK}, {STEPS_EVER_MAX + 1, ERR_MALFORMED}};
    struct stats *got = calloc(1, sizeof *got);

    (void)state;
    assert_non_null(got);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf bytes = listed("{" FIGURES ",'counts':{},'steps':[", STEP, rows[i].n, "]}");

        assert_int_equal(wire_read_stats(bytes.data, bytes.len, got, NULL), rows[i].e);
        assert_int_equal(got->n_steps, rows[i].e == OK ? rows[i].n : 0);
        buf_done(&bytes);
    }
    free(got);
#undef STEP
}

static void an_order_has_no_more_steps_than_there_may_be(void **state)
{
    (void)state;
    for (size_t n = STEPS_MAX; n <= STEPS_MAX + 1; n++) {
        struct buf bytes = listed("[", "{'step':'ship','undo':false}", n, "]");
        struct arena arena = {0};
        struct mp_reader r;
        struct slice steps;

        mp_reader_init(&r, bytes.data, bytes.len);
        steps = wire_steps_read(&r, &arena);
        assert_int_equal(mp_failed(&r), n > STEPS_MAX);
        assert_int_equal(steps.p != NULL, n <= STEPS_MAX);
        arena_done(&arena);
        buf_done(&bytes);
    }
}

/* ---- events and rows ---- */

#define EVENT(type, to)                                                                            \
    "{'seq':1,'at':2,'order_id':null,'customer_id':null,'reference':null,'from':null,'to':" to     \
    ",'type':" type ",'attempt':null,'max_attempts':null,'total_quantity':null,'created_at':null," \
    "'next_attempt_at':null,'step':null,'reason':null,'by':null}"

static void an_event_of_a_later_version_fails_the_reader(void **state)
{
    static const struct {
        const char *text;
        bool fails;
    } rows[] = {
        {EVENT("'queued'", "'QUEUED'"), false},     {EVENT("'paused'", "null"), false},
        {EVENT("'queued'", "'ASLEEP'"), true}, /* an order's status must be known */
        {EVENT("'fell_asleep'", "'QUEUED'"), true}, {EVENT("5", "'QUEUED'"), true},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf bytes = mp_of_text(rows[i].text);
        struct mp_reader r;
        struct event got;

        mp_reader_init(&r, bytes.data, bytes.len);
        wire_event_read(&r, &got);
        if (mp_failed(&r) != rows[i].fails)
            fail_msg("%s", rows[i].text);
        buf_done(&bytes);
    }
}

static void a_replay_in_a_state_that_is_not_known_fails_the_reader(void **state)
{
    static const char *const texts[] = {"{'replay_id':'" ID "','state':'RUNNING'}",
                                        "{'replay_id':'" ID "','state':'ASLEEP'}"};

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct buf bytes = mp_of_text(texts[i]);
        struct mp_reader r;
        struct replay_row got;

        mp_reader_init(&r, bytes.data, bytes.len);
        wire_replay_read(&r, &got);
        assert_int_equal(mp_failed(&r), i == 1);
        buf_done(&bytes);
    }
}

/* ---- lengths that msgpack has no head for ---- */

#if SIZE_MAX > UINT32_MAX
static void what_is_longer_than_a_head_can_say_is_refused_unread(void **state)
{
    const size_t beyond = (size_t)UINT32_MAX + 1;
    struct why why = {0};
    struct buf out;

    (void)state;
    assert_int_equal(mp_check("", beyond, &why), ERR_MALFORMED);
    assert_non_null(strstr(why.text, "longer than any may be"));
    buf_init(&out, 64);
    mp_put_str(&out, (struct slice){"", beyond});
    assert_true(out.failed);
    assert_int_equal(out.len, 0);
    buf_clear(&out);
    mp_put_bin(&out, "", beyond);
    assert_true(out.failed);
    assert_int_equal(out.len, 0);
    buf_done(&out);
}
#endif

static void the_count_of_a_list_that_did_not_fit_is_not_written(void **state)
{
    struct buf out;
    size_t offset = 0;

    (void)state;
    buf_init(&out, 4);
    offset = mp_put_list_later(&out);
    assert_true(out.failed);
    mp_set_list_count(&out, offset, 7);
    assert_int_equal(out.len, 0);
    buf_clear(&out);
    mp_set_list_count(&out, 3, 7); /* there is nothing so far behind */
    mp_set_list_count(&out, 0, 7);
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_to_submit_that_lacks_a_part_is_malformed),
        cmocka_unit_test(a_refusal_is_told_whatever_else_it_holds),
        cmocka_unit_test(figures_that_are_not_known_are_passed_over_and_wrong_ones_refused),
        cmocka_unit_test(the_newest_seconds_of_a_longer_series_are_kept),
        cmocka_unit_test(more_steps_than_there_may_be_are_refused),
        cmocka_unit_test(an_order_has_no_more_steps_than_there_may_be),
        cmocka_unit_test(an_event_of_a_later_version_fails_the_reader),
        cmocka_unit_test(a_replay_in_a_state_that_is_not_known_fails_the_reader),
#if SIZE_MAX > UINT32_MAX
        cmocka_unit_test(what_is_longer_than_a_head_can_say_is_refused_unread),
#endif
        cmocka_unit_test(the_count_of_a_list_that_did_not_fit_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
