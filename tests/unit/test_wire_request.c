/* Requests: their bytes, both ways, and every problem by the name of its field. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/request_given.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define GOLDEN "tests/golden/requests.txt"
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define GOOD_ORDER "{'customer_id':'acme','items':[{'product_id':'p','quantity':1}]}"

static struct request_given *given_golden(const char *name)
{
    struct request_given *given = request_given_bytes(mp_of_golden(GOLDEN, name));

    if (given->e != OK)
        fail_msg("%s: %s", name, given->why.text);
    return given;
}

static void assert_slice(struct slice got, const char *want)
{
    if (!slice_is(got, want))
        fail_msg("got '%.*s', not '%s'", SLICE_ARGS(got), want);
}

static void assert_id(struct uuid got, const char *want)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(&got, text);
    assert_string_equal(text, want);
}

static void each_golden_request_is_written_as_it_was_read(void **state)
{
    static const char *const names[] = {
        "info",       "submit",      "submit_full",   "submit_batch", "get",
        "history",    "list",        "list_full",     "failed",       "failed_summary",
        "cancel",     "hold",        "release",       "retry_now",    "amend",
        "replay_ids", "replay_text", "replay_map",    "replay_all",   "replay_token",
        "replays",    "replays_one", "replay_cancel", "discard_all",  "discard_ids",
        "pause",      "resume",      "stats",         "alarms",       "alarm_ack",
        "events",     "metrics",     "health",        "reload",       "drain",
        "backup",     "backup_full", "verify",        "verify_one",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct request_given *given = given_golden(names[i]);
        struct buf out;

        buf_init(&out, 65536);
        wire_request_write(&out, &given->request, ROLE_NONE);
        if (out.len != given->bytes.len || memcmp(out.data, given->bytes.data, out.len) != 0)
            fail_msg("%s is written otherwise", names[i]);
        buf_done(&out);
        request_given_done(given);
    }
}

static void a_submit_holds_what_was_sent(void **state)
{
    struct request_given *given = given_golden("submit_full");
    const struct submission *submit = &given->request.submit;

    (void)state;
    assert_slice(submit->key, "key-1");
    assert_slice(submit->draft.customer_id, "acm\xC3\xA9 & co");
    assert_int_equal(submit->draft.n_items, 2);
    assert_slice(submit->draft.items[1].product_id, "p-2");
    assert_int_equal(submit->draft.items[1].quantity, 1000000);
    assert_slice(submit->draft.reference, "r-77");
    assert_int_equal(submit->draft.n_metadata, 2);
    assert_slice(submit->draft.metadata[1].key, "note");
    assert_slice(submit->draft.metadata[1].value, "");
    assert_int_equal(submit->draft.priority, 0);
    assert_int_equal(submit->draft.not_before, 1700000000000000);
    request_given_done(given);
}

static void defaults_are_filled_in(void **state)
{
    struct request_given *submit = given_golden("submit"), *list = given_golden("list");
    struct request_given *events = request_given_text("{'v':1,'op':'events'}");

    (void)state;
    assert_int_equal(submit->request.submit.draft.priority, PRIORITY_DEFAULT);
    assert_null(submit->request.submit.key.p);
    assert_null(submit->request.submit.draft.reference.p);
    assert_int_equal(list->request.list.page.limit, PAGE_DEFAULT);
    assert_null(list->request.list.page.cursor.p);
    assert_int_equal(list->request.list.sort, SORT_NEWEST);
    assert_int_equal(events->request.events.limit, EVENTS_PAGE_MAX);
    request_given_done(submit);
    request_given_done(list);
    request_given_done(events);
}

static void a_list_holds_what_was_sent(void **state)
{
    struct request_given *given = given_golden("list_full");
    const struct request_list *list = &given->request.list;

    (void)state;
    assert_int_equal(list->statuses, STATUS_BIT(STATUS_QUEUED) | STATUS_BIT(STATUS_FAILED));
    assert_slice(list->customer_id, "acme");
    assert_slice(list->product_id, "p-1");
    assert_slice(list->reference, "r-1");
    assert_slice(list->search, "ac");
    assert_int_equal(list->from, 1);
    assert_int_equal(list->to, 1700000000000000);
    assert_int_equal(list->filter.n, 1);
    assert_int_equal(list->filter.terms[0].field, FILTER_ATTEMPTS);
    assert_int_equal(list->sort, SORT_UPDATED);
    assert_int_equal(list->page.limit, 7);
    assert_slice(list->page.cursor, "abc");
    request_given_done(given);
}

static void a_lease_holds_what_was_sent(void **state)
{
    struct request_given *given = given_golden("lease_full"), *least = given_golden("lease");
    const struct request_lease *lease = &given->request.lease;

    (void)state;
    assert_slice(lease->worker, "w-1");
    assert_slice(lease->key, "k-1");
    assert_int_equal(lease->max, 100);
    assert_int_equal(lease->wait_ms, 30000);
    assert_int_equal(lease->lease_ms, 43200000);
    assert_int_equal(lease->steps.n, 2);
    assert_slice(lease->steps.names[1], "ship");
    assert_int_equal(least->request.lease.lease_ms, 0);
    assert_int_equal(least->request.lease.steps.n, 0);
    assert_null(least->request.lease.key.p);
    request_given_done(given);
    request_given_done(least);
}

static void a_leases_end_holds_what_was_sent(void **state)
{
    struct request_given *complete = given_golden("complete_full"), *fail = given_golden("fail");
    struct request_given *full = given_golden("fail_full");

    (void)state;
    assert_id(complete->request.leased.order_id, ID);
    assert_slice(complete->request.leased.lease, "0123456789abcdef0123456789abcdef");
    assert_slice(complete->request.leased.result, "line 1\nline 2");
    assert_slice(fail->request.leased.reason, "boom");
    assert_false(fail->request.leased.permanent);
    assert_false(fail->request.leased.has_retry_after);
    assert_true(full->request.leased.permanent);
    assert_true(full->request.leased.has_retry_after);
    assert_int_equal(full->request.leased.retry_after_ms, 0);
    request_given_done(complete);
    request_given_done(fail);
    request_given_done(full);
}

static void changes_name_their_orders(void **state)
{
    struct request_given *cancel = given_golden("cancel"), *hold = given_golden("hold");
    struct request_given *release = given_golden("release");

    (void)state;
    assert_true(cancel->request.change.which.one);
    assert_int_equal(cancel->request.change.which.ids.n, 1);
    assert_id(cancel->request.change.which.ids.ids[0], ID);
    assert_slice(cancel->request.change.reason, "customer asked");
    assert_false(hold->request.change.which.one);
    assert_int_equal(hold->request.change.which.ids.n, 3);
    assert_true(release->request.change.which.by_filter);
    assert_int_equal(release->request.change.which.filter.terms[0].statuses,
                     STATUS_BIT(STATUS_HELD));
    request_given_done(cancel);
    request_given_done(hold);
    request_given_done(release);
}

static void a_replay_holds_what_was_sent(void **state)
{
    struct request_given *ids = given_golden("replay_ids"), *map = given_golden("replay_map");
    struct request_given *text = given_golden("replay_text"), *all = given_golden("replay_all");

    (void)state;
    assert_int_equal(ids->request.replay.which.ids.n, 1);
    assert_true(ids->request.replay.rate == 12.5);
    assert_true(ids->request.replay.from_start);
    assert_true(ids->request.replay.dry_run);
    assert_slice(ids->request.replay.key, "r1");
    assert_true(map->request.replay.which.by_filter);
    assert_slice(map->request.replay.query.reason, "boom");
    assert_int_equal(map->request.replay.query.from, 1700000000000000);
    assert_int_equal(map->request.replay.query.filter.terms[0].number, 3);
    assert_true(text->request.replay.which.by_filter);
    assert_slice(text->request.replay.query.filter.terms[0].values[0], "boom*");
    assert_true(all->request.replay.which.all);
    request_given_done(ids);
    request_given_done(map);
    request_given_done(text);
    request_given_done(all);
}

static void events_hold_their_topics(void **state)
{
    struct request_given *given = given_golden("events");

    (void)state;
    assert_int_equal(given->request.events.after, 41);
    assert_int_equal(given->request.events.limit, 10);
    assert_int_equal(given->request.events.topics, STATUS_BIT(STATUS_FULFILLED) | 1U << TOPIC_DLQ);
    request_given_done(given);
}

static void in_a_batch_each_order_has_its_own_problems(void **state)
{
    struct request_given *given = request_given_text(
        "{'v':1,'op':'submit_batch','orders':[{'order':" GOOD_ORDER "},"
        "{'order':{'items':[]},'colour':1},7,{'order':" GOOD_ORDER ",'idempotency_key':''}]}");
    const struct submission *orders = NULL;

    (void)state;
    assert_int_equal(given->e, OK);
    assert_int_equal(given->request.submit_batch.n, 4);
    orders = given->request.submit_batch.orders;
    assert_int_equal(orders[0].problems.n, 0);
    assert_int_equal(orders[1].problems.n, 3);
    assert_true(problems_has(&orders[1].problems, "items"));
    assert_true(problems_has(&orders[1].problems, "customer_id"));
    assert_true(problems_has(&orders[1].problems, "colour"));
    assert_true(problems_has(&orders[2].problems, "orders[2]"));
    assert_true(problems_has(&orders[3].problems, "idempotency_key"));
    request_given_done(given);
}

static void every_problem_of_a_submit_is_listed(void **state)
{
    static const char *const fields[] = {
        "customer_id", "items[0].product_id", "items[0].quantity", "items[1]",   "items[2].size",
        "reference",   "metadata.a",          "priority",          "not_before", "tax",
        "extra",       "idempotency_key",
    };
    struct request_given *given = request_given_text(
        "{'v':1,'op':'submit','order':{'customer_id':'ab','items':[{'quantity':0},3,"
        "{'product_id':'p','quantity':1,'size':2}],'reference':'','metadata':{'a':1},"
        "'priority':10,'not_before':'x','tax':1},'extra':2,'idempotency_key':[]}");

    (void)state;
    assert_int_equal(given->e, ERR_INVALID);
    for (size_t i = 0; i < LENGTH(fields); i++) {
        if (!problems_has(&given->problems, fields[i]))
            fail_msg("%s is not among them", fields[i]);
    }
    assert_int_equal(given->problems.n, LENGTH(fields));
    assert_non_null(strstr(given->why.text, "12 problems: "));
    request_given_done(given);
}

static void a_nil_counts_as_absent(void **state)
{
    struct request_given *given = request_given_text(
        "{'v':1,'op':'submit','as':null,'order':{'customer_id':'acme','items':"
        "[{'product_id':'p','quantity':1}],'reference':null,'metadata':null,'priority':null,"
        "'not_before':null},'idempotency_key':null}");

    (void)state;
    assert_int_equal(given->e, OK);
    assert_null(given->request.submit.draft.reference.p);
    assert_int_equal(given->request.submit.draft.priority, PRIORITY_DEFAULT);
    request_given_done(given);
}

static void the_head_is_refused_in_the_order_of_the_contract(void **state)
{
    static const struct {
        const char *text;
        enum err e;
        const char *names;
    } cases[] = {
        {"{}", ERR_INVALID, "v: is required"},
        {"{'v':'1'}", ERR_INVALID, "v: must be an integer"},
        {"{'v':1}", ERR_INVALID, "op: is required"},
        {"{'v':2}", ERR_INVALID, "op: is required"},
        {"{'v':2,'op':5}", ERR_INVALID, "op: must be a string"},
        {"{'v':2,'op':'nope'}", ERR_UNSUPPORTED_VERSION, "version 1"},
        {"{'v':18446744073709551615,'op':'x'}", ERR_UNSUPPORTED_VERSION, "version 1"},
        {"{'v':0,'op':'info'}", ERR_UNSUPPORTED_VERSION, "version 1"},
        {"{'v':1,'v':1,'op':'info'}", ERR_MALFORMED, ""},
        {"[1]", ERR_MALFORMED, ""},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct buf bytes = mp_of_text(cases[i].text);
        struct request_head head;
        struct why why = {0};

        if (wire_request_head(bytes.data, bytes.len, &head, &why) != cases[i].e ||
            strstr(why.text, cases[i].names) == NULL)
            fail_msg("%s: %s", cases[i].text, why.text);
        buf_done(&bytes);
    }
}

static void a_request_may_say_under_which_role(void **state)
{
    struct request request = {.op = OP_PAUSE};
    struct request_head head;
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    wire_request_write(&out, &request, ROLE_VIEWER);
    assert_int_equal(wire_request_head(out.data, out.len, &head, NULL), OK);
    assert_slice(head.as, "viewer");
    assert_slice(head.op_name, "pause");
    assert_int_equal(head.version, 1);
    buf_done(&out);
}

static void no_truncation_of_a_request_is_taken(void **state)
{
    static const char *const names[] = {"submit_full", "submit_batch", "list_full", "replay_map",
                                        "hold"};

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct buf whole = mp_of_golden(GOLDEN, names[i]);

        for (size_t n = 0; n < whole.len; n++) {
            uint8_t *part = malloc(n + 1); /* its own block, so that a read past it is seen */
            struct request_given given = {.why = {.text = ""}};
            enum op op = OP_SUBMIT;

            assert_non_null(part);
            memcpy(part, whole.data, n);
            given.problems.arena = &given.arena;
            assert_int_equal(wire_request_head(part, n, &given.head, &given.why), ERR_MALFORMED);
            assert_int_not_equal(wire_request_body((struct slice){(char *)part, n}, op,
                                                   &given.request, &given.problems, &given.why),
                                 OK);
            arena_done(&given.arena);
            free(part);
        }
        buf_done(&whole);
    }
}

static void a_list_over_its_limit_is_named(void **state)
{
    struct buf text;
    struct request_given *given = NULL;

    (void)state;
    buf_init(&text, 1000000);
    buf_add_text(&text, "{'v':1,'op':'hold','order_ids':['" ID "'");
    for (int i = 0; i < ORDER_IDS_MAX; i++)
        buf_add_text(&text, ",'" ID "'");
    buf_add_text(&text, "]}");
    given = request_given_text(buf_text(&text));
    assert_int_equal(given->e, ERR_INVALID);
    assert_string_equal(given->problems.first->text, "must be a list of 1 to 1000, not 1001");
    request_given_done(given);
    buf_done(&text);
}

static void a_wrong_term_of_a_filter_is_named_once(void **state)
{
    struct request_given *given =
        request_given_text("{'v':1,'op':'list','filter':'age>x','limit':1}");

    (void)state;
    assert_int_equal(given->e, ERR_INVALID);
    assert_string_equal(given->problems.first->field, "filter");
    assert_int_equal(strncmp(given->problems.first->text, "wrong term 'age>x': ", 20), 0);
    request_given_done(given);
}

static void a_discard_says_why(void **state)
{
    struct request_given *given = request_given_text("{'v':1,'op':'discard','all':true}");

    (void)state;
    assert_int_equal(given->e, ERR_INVALID);
    assert_string_equal(given->why.text, "note: is required");
    request_given_done(given);
}

static void an_unknown_field_is_shown_safely(void **state)
{
    struct request_given *given = request_given_text("{'v':1,'op':'info','\x1B[2J':1}");

    (void)state;
    assert_string_equal(given->problems.first->field, "\\x1b[2J");
    assert_true(utf8_valid(slice_of(given->why.text)));
    request_given_done(given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_golden_request_is_written_as_it_was_read),
        cmocka_unit_test(a_submit_holds_what_was_sent),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(a_list_holds_what_was_sent),
        cmocka_unit_test(changes_name_their_orders),
        cmocka_unit_test(a_replay_holds_what_was_sent),
        cmocka_unit_test(events_hold_their_topics),
        cmocka_unit_test(in_a_batch_each_order_has_its_own_problems),
        cmocka_unit_test(every_problem_of_a_submit_is_listed),
        cmocka_unit_test(a_nil_counts_as_absent),
        cmocka_unit_test(the_head_is_refused_in_the_order_of_the_contract),
        cmocka_unit_test(a_request_may_say_under_which_role),
        cmocka_unit_test(no_truncation_of_a_request_is_taken),
        cmocka_unit_test(a_list_over_its_limit_is_named),
        cmocka_unit_test(a_wrong_term_of_a_filter_is_named_once),
        cmocka_unit_test(a_discard_says_why),
        cmocka_unit_test(a_lease_holds_what_was_sent),
        cmocka_unit_test(a_leases_end_holds_what_was_sent),
        cmocka_unit_test(an_unknown_field_is_shown_safely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
