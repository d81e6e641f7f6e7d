/* The lists of the dashboard: windows over millions of orders, live by events. */
#include "tests/lib/model_scene.h"
#include "tests/lib/test.h"

#define MANY 10000000

static void check_window(const struct list *list, int64_t step)
{
    assert_true(list->n <= LIST_ROWS_MAX);
    for (size_t i = 1; i < list->n; i++) {
        int64_t before = scene_number(&list->rows[i - 1]->uid);

        assert_int_equal(scene_number(&list->rows[i]->uid), before + step);
    }
}

static void a_list_of_ten_million_starts_with_its_newest_page(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, MANY);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), MANY - 1);
    assert_int_equal(s.m->lists[LIST_ORDERS].matched, LIST_MATCHED_MANY);
    assert_true(s.m->lists[LIST_ORDERS].n <= (size_t)2 * LIST_PAGE);
    check_window(&s.m->lists[LIST_ORDERS], -1);
    scene_done(&s);
}

static void going_down_a_thousand_rows_and_back_shows_each_once(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, MANY);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(scene_selected(&s, LIST_ORDERS), MANY - 1 - i);
        scene_act(&s, ACTION_DOWN);
        check_window(&s.m->lists[LIST_ORDERS], -1);
    }
    for (int64_t i = 1000; i > 0; i--) {
        assert_int_equal(scene_selected(&s, LIST_ORDERS), MANY - 1 - i);
        scene_act(&s, ACTION_UP);
        check_window(&s.m->lists[LIST_ORDERS], -1);
    }
    assert_int_equal(scene_selected(&s, LIST_ORDERS), MANY - 1);
    scene_done(&s);
}

static void the_last_row_of_ten_million_is_one_page_away(void **state)
{
    struct scene s;
    int64_t asks = 0;

    (void)state;
    scene_open(&s, MANY);
    asks = s.asks;
    scene_act(&s, ACTION_LAST);
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 0);
    assert_true(s.asks - asks <= 6);
    check_window(&s.m->lists[LIST_ORDERS], -1);
    for (int64_t i = 0; i < 500; i++) {
        assert_int_equal(scene_selected(&s, LIST_ORDERS), i);
        scene_act(&s, ACTION_UP);
    }
    scene_act(&s, ACTION_FIRST);
    assert_int_equal(scene_selected(&s, LIST_ORDERS), MANY - 1);
    scene_done(&s);
}

static void failed_orders_go_back_the_way_they_came(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 20000);
    scene_act(&s, ACTION_VIEW_FAILED);
    for (int64_t i = 0; i < 900; i++) {
        assert_int_equal(scene_selected(&s, LIST_FAILED), 19990 - 10 * i);
        scene_act(&s, ACTION_DOWN);
    }
    for (int64_t i = 900; i > 0; i--) {
        assert_int_equal(scene_selected(&s, LIST_FAILED), 19990 - 10 * i);
        scene_act(&s, ACTION_UP);
        check_window(&s.m->lists[LIST_FAILED], -10);
    }
    assert_true(s.m->lists[LIST_FAILED].edges[LIST_UP].end);
    scene_act(&s, ACTION_LAST);
    assert_int_equal(scene_selected(&s, LIST_FAILED), 0);
    scene_done(&s);
}

static void pages_that_hold_fewer_rows_than_asked_go_on(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 300);
    s.cut = 7;
    scene_act(&s, ACTION_REFRESH);
    scene_pass(&s, 1);
    for (int64_t i = 0; i < 299; i++) {
        assert_int_equal(scene_selected(&s, LIST_ORDERS), 299 - i);
        scene_act(&s, ACTION_DOWN);
    }
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 0);
    scene_done(&s);
}

static void a_new_order_enters_at_the_top(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_arrives(&s);
    scene_arrives(&s);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), 51);
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 51);
    assert_int_equal(s.m->lists[LIST_ORDERS].matched, 52);
    assert_int_equal(s.m->lists[LIST_ORDERS].n_new, 0);
    scene_done(&s);
}

static void new_orders_never_move_a_selection_that_was_made(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 500);
    scene_act(&s, ACTION_DOWN);
    for (int i = 0; i < 12; i++)
        scene_arrives(&s);
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 498);
    assert_int_equal(s.m->lists[LIST_ORDERS].n_new, 12);
    scene_act(&s, ACTION_FIRST);
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 511);
    assert_int_equal(s.m->lists[LIST_ORDERS].n_new, 0);
    check_window(&s.m->lists[LIST_ORDERS], -1);
    scene_done(&s);
}

static void marked_rows_hold_the_list(void **state)
{
    struct scene s;
    struct uuid marked = scene_uid(499);

    (void)state;
    scene_open(&s, 500);
    scene_act(&s, ACTION_MARK);
    scene_act(&s, ACTION_UP);
    scene_arrives(&s);
    assert_true(marks_has(&s.m->lists[LIST_ORDERS].marks, &marked));
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 499);
    assert_int_equal(s.m->lists[LIST_ORDERS].n_new, 1);
    scene_done(&s);
}

static void a_row_changes_where_it_is(void **state)
{
    struct scene s;
    const struct row *row = NULL;

    (void)state;
    scene_open(&s, 50);
    scene_changes(&s, 45, STATUS_QUEUED, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    scene_changes(&s, 45, STATUS_PROCESSING, STATUS_RETRYING, ENTRY_RETRY_SCHEDULED);
    row = s.m->lists[LIST_ORDERS].rows[4];
    assert_int_equal(scene_number(&row->uid), 45);
    assert_int_equal(row->status, STATUS_RETRYING);
    assert_int_equal(row->attempts, 1);
    assert_string_equal(row->reason, "exit 7");
    scene_done(&s);
}

static void an_event_older_than_its_row_changes_nothing(void **state)
{
    struct scene s;
    struct event old = {.seq = 1, .has_order = true, .to = STATUS_QUEUED, .entry = ENTRY_QUEUED};

    (void)state;
    scene_open(&s, 50);
    scene_changes(&s, 45, STATUS_QUEUED, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    old.uid = scene_uid(45);
    model_event(s.m, &old);
    assert_int_equal(s.m->lists[LIST_ORDERS].rows[4]->status, STATUS_PROCESSING);
    scene_done(&s);
}

static void an_event_that_overtakes_its_page_is_not_lost(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    s.hold = true;
    scene_act(&s, ACTION_REFRESH);
    scene_pass(&s, 1);
    scene_changes(&s, 45, STATUS_QUEUED, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    s.hold = false;
    scene_settle(&s);
    assert_int_equal(s.m->lists[LIST_ORDERS].rows[4]->status, STATUS_PROCESSING);
    scene_done(&s);
}

static void a_dead_letter_comes_and_goes(void **state)
{
    struct scene s;
    struct list *failed = NULL;

    (void)state;
    scene_open(&s, 95);
    failed = &s.m->lists[LIST_FAILED];
    assert_int_equal(failed->matched, 10);
    scene_changes(&s, 91, STATUS_PROCESSING, STATUS_FAILED, ENTRY_DEAD_LETTERED);
    assert_int_equal(scene_row(&s, LIST_FAILED, 0), 91);
    assert_string_equal(failed->rows[0]->group, "exit #");
    assert_int_equal(failed->matched, 11);
    scene_changes(&s, 90, STATUS_FAILED, STATUS_QUEUED, ENTRY_QUEUED);
    assert_int_equal(scene_row(&s, LIST_FAILED, 1), 80);
    assert_int_equal(failed->matched, 10);
    scene_changes(&s, 80, STATUS_FAILED, STATUS_FAILED, ENTRY_DISCARDED);
    assert_int_equal(scene_row(&s, LIST_FAILED, 1), 70);
    scene_done(&s);
}

static void a_filter_keeps_other_orders_out(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_FILTER);
    assert_int_equal(model_input_mode(s.m), INPUT_TEXT);
    scene_type(&s, "customer:cust-7");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.m->lists[LIST_ORDERS].n, 1);
    scene_arrives(&s);
    assert_int_equal(s.m->lists[LIST_ORDERS].n, 1);
    assert_int_equal(s.m->lists[LIST_ORDERS].matched, 1);
    scene_act(&s, ACTION_BACK);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), 50);
    scene_done(&s);
}

static void a_term_not_yet_complete_filters_nothing(void **state)
{
    static const struct {
        const char *typed, *applied;
    } cases[] = {
        {"", ""},
        {"acme", "acme"},
        {"status:", ""},
        {"status:FAI", ""},
        {"status:FAILED", "status:FAILED"},
        {"acme age<", "acme"},
        {"acme age<1h", "acme age<1h"},
        {"\"two wo", ""},
        {"\"two words\" x", "\"two words\" x"},
        {"nonsense:1 acme", "acme"},
    };
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene_act(&s, ACTION_FILTER);
        scene_edit(&s, EDIT_ESCAPE);
        scene_act(&s, ACTION_FILTER);
        scene_type(&s, cases[i].typed);
        if (strcmp(s.m->lists[LIST_ORDERS].filter.text, cases[i].applied) != 0)
            fail_msg("'%s' applies '%s'", cases[i].typed, s.m->lists[LIST_ORDERS].filter.text);
        scene_edit(&s, EDIT_ESCAPE);
    }
    scene_done(&s);
}

static void a_wrong_term_is_not_kept_in_silence(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_FILTER);
    scene_type(&s, "status:WRONG");
    scene_edit(&s, EDIT_ENTER);
    assert_true(s.m->lists[LIST_ORDERS].filter.editing);
    assert_true(s.m->lists[LIST_ORDERS].filter.problem[0] != '\0');
    scene_done(&s);
}

static void a_frozen_screen_stays_until_it_is_let_go(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_FREEZE);
    scene_arrives(&s);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), 49);
    assert_int_equal(s.m->frozen_events, 1);
    scene_act(&s, ACTION_FREEZE);
    scene_pass(&s, 1);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), 50);
    scene_done(&s);
}

static void all_that_match_are_marked_by_their_ids(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 1234);
    scene_act(&s, ACTION_MARK_ALL);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 1234);
    scene_act(&s, ACTION_UNMARK);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 0);
    scene_done(&s);
}

static void no_message_speaks_of_marks_that_are_gone(void **state)
{
    static const enum action ways[] = {ACTION_UNMARK, ACTION_BACK};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct scene s;

        scene_open(&s, 3);
        scene_act(&s, ACTION_MARK_ALL);
        scene_act(&s, ways[i]);
        assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 0);
        assert_string_equal(s.m->said.text, "nothing is marked any more");
        scene_done(&s);
    }
}

static void more_than_ten_thousand_are_not_marked(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, MANY);
    scene_act(&s, ACTION_MARK_ALL);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 0);
    assert_int_equal(s.m->said.level, SAY_PROBLEM);
    scene_done(&s);
}

static void a_range_is_marked_from_v_to_v(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_DOWN);
    scene_act(&s, ACTION_MARK_RANGE);
    for (int i = 0; i < 3; i++)
        scene_act(&s, ACTION_DOWN);
    scene_act(&s, ACTION_MARK_RANGE);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 4);
    scene_done(&s);
}

static void a_lost_stretch_of_events_fetches_afresh_and_keeps_the_cursor(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5000);
    for (int i = 0; i < 120; i++)
        scene_act(&s, ACTION_DOWN);
    s.n_orders += 3;
    model_lost(s.m);
    scene_pass(&s, 1);
    assert_int_equal(scene_selected(&s, LIST_ORDERS), 4999 - 120);
    check_window(&s.m->lists[LIST_ORDERS], -1);
    scene_done(&s);
}

static void the_rows_stay_while_the_daemon_is_away(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    model_link_down(s.m, s.now + 250000, "refused");
    s.silent = true;
    scene_act(&s, ACTION_SORT);
    scene_pass(&s, 5000000);
    assert_int_equal(s.m->lists[LIST_ORDERS].n, 50);
    s.silent = false;
    model_link_up(s.m);
    scene_settle(&s);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), 0);
    scene_done(&s);
}

static void an_answer_that_does_not_come_is_asked_for_again(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    s.silent = true;
    scene_act(&s, ACTION_SORT);
    assert_false(s.m->lists[LIST_ORDERS].loaded);
    s.silent = false;
    scene_pass(&s, 2000000);
    assert_true(s.m->lists[LIST_ORDERS].loaded);
    assert_int_equal(scene_row(&s, LIST_ORDERS, 0), 0);
    scene_done(&s);
}

static void the_selected_order_is_fetched_once_the_cursor_rests(void **state)
{
    struct scene s;
    int64_t asks = 0;

    (void)state;
    scene_open(&s, 50);
    assert_true(s.m->detail.have);
    assert_int_equal(scene_number(&s.m->detail.uid), 49);
    asks = s.asks;
    model_act(s.m, ACTION_DOWN, (struct slice){NULL, 0});
    model_act(s.m, ACTION_DOWN, (struct slice){NULL, 0});
    assert_int_equal(s.asks, asks);
    scene_pass(&s, 200000);
    assert_int_equal(s.asks, asks + 2);
    assert_int_equal(scene_number(&s.m->detail.order.uid), 47);
    assert_int_equal(s.m->detail.n_entries, 4);
    assert_int_equal(detail_gap(&s.m->detail, 1), 1000);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_ten_million_starts_with_its_newest_page),
        cmocka_unit_test(going_down_a_thousand_rows_and_back_shows_each_once),
        cmocka_unit_test(the_last_row_of_ten_million_is_one_page_away),
        cmocka_unit_test(failed_orders_go_back_the_way_they_came),
        cmocka_unit_test(pages_that_hold_fewer_rows_than_asked_go_on),
        cmocka_unit_test(a_new_order_enters_at_the_top),
        cmocka_unit_test(new_orders_never_move_a_selection_that_was_made),
        cmocka_unit_test(marked_rows_hold_the_list),
        cmocka_unit_test(a_row_changes_where_it_is),
        cmocka_unit_test(an_event_older_than_its_row_changes_nothing),
        cmocka_unit_test(an_event_that_overtakes_its_page_is_not_lost),
        cmocka_unit_test(a_dead_letter_comes_and_goes),
        cmocka_unit_test(a_filter_keeps_other_orders_out),
        cmocka_unit_test(a_term_not_yet_complete_filters_nothing),
        cmocka_unit_test(a_wrong_term_is_not_kept_in_silence),
        cmocka_unit_test(a_frozen_screen_stays_until_it_is_let_go),
        cmocka_unit_test(all_that_match_are_marked_by_their_ids),
        cmocka_unit_test(no_message_speaks_of_marks_that_are_gone),
        cmocka_unit_test(more_than_ten_thousand_are_not_marked),
        cmocka_unit_test(a_range_is_marked_from_v_to_v),
        cmocka_unit_test(a_lost_stretch_of_events_fetches_afresh_and_keeps_the_cursor),
        cmocka_unit_test(the_rows_stay_while_the_daemon_is_away),
        cmocka_unit_test(an_answer_that_does_not_come_is_asked_for_again),
        cmocka_unit_test(the_selected_order_is_fetched_once_the_cursor_rests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
