/* Changing orders from the dashboard: which are meant, what is asked first, what is told after. */
#include <string.h>

#include "tests/lib/model_scene.h"
#include "tests/lib/test.h"

static void mark(struct scene *s, int n)
{
    for (int i = 0; i < n; i++)
        scene_act(s, ACTION_MARK);
}

static void read_last(const struct scene *s, struct arena *arena, struct request *out)
{
    struct problems problems = {.arena = arena};
    struct slice frame = {(const char *)s->last.data, s->last.len};

    assert_int_equal(wire_request_body(frame, s->last_op, out, &problems, NULL), OK);
}

static void y_changes_one_order(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_CANCEL);
    assert_int_equal(model_input_mode(s.m), INPUT_DIALOG);
    assert_string_equal(s.m->dialog.title, "Cancel 1 order");
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_CANCEL);
    assert_int_equal(s.changes, 0);
    scene_type(&s, "y");
    assert_int_equal(s.changes, 1);
    assert_int_equal(s.last_op, OP_CANCEL);
    read_last(&s, &arena, &request);
    assert_true(request.change.which.one);
    assert_int_equal(scene_number(&request.change.which.ids.ids[0]), 49);
    assert_int_equal(s.m->said.level, SAY_DONE);
    arena_done(&arena);
    scene_done(&s);
}

static void a_dialog_is_left_without_a_change(void **state)
{
    static const enum edit edits[] = {EDIT_ESCAPE, EDIT_ENTER};
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    for (size_t i = 0; i < 2; i++) {
        scene_act(&s, ACTION_CANCEL);
        scene_edit(&s, edits[i]);
        assert_int_equal(s.m->dialog.kind, DIALOG_NONE);
    }
    scene_act(&s, ACTION_CANCEL);
    scene_type(&s, "n");
    assert_int_equal(s.m->dialog.kind, DIALOG_NONE);
    assert_int_equal(s.changes, 0);
    scene_done(&s);
}

static void nine_take_y_and_ten_take_the_count(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    mark(&s, 9);
    scene_act(&s, ACTION_HOLD);
    assert_string_equal(s.m->dialog.title, "Hold 9 orders");
    scene_type(&s, "y");
    assert_int_equal(s.changes, 1);
    mark(&s, 10);
    scene_act(&s, ACTION_HOLD);
    assert_string_equal(s.m->dialog.title, "Hold 10 orders");
    scene_type(&s, "y");
    assert_int_equal(s.changes, 1);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_COUNT);
    scene_type(&s, "9");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 1);
    scene_edit(&s, EDIT_DELETE_START);
    scene_type(&s, "10");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 2);
    assert_int_equal(s.last_ids, 10);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 0);
    assert_string_equal(s.m->said.text, "10 orders held");
    scene_done(&s);
}

static void y_in_a_reason_is_text(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_CANCEL);
    scene_edit(&s, EDIT_NEXT);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_REASON);
    scene_type(&s, "yes, why not");
    assert_int_equal(s.changes, 0);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_OK);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 1);
    read_last(&s, &arena, &request);
    assert_true(slice_is(request.change.reason, "yes, why not"));
    arena_done(&arena);
    scene_done(&s);
}

static void a_discard_takes_its_note_and_its_count(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_DISCARD);
    scene_type(&s, "y");
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_REASON);
    scene_type(&s, "wrong address");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_COUNT);
    assert_int_equal(s.changes, 0);
    scene_type(&s, "1");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 1);
    assert_int_equal(s.last_op, OP_DISCARD);
    scene_done(&s);
}

static void a_replay_shows_what_it_would_do_first(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 50);
    s.preview_matched = 1;
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_REPLAY);
    assert_int_equal(s.m->dialog.kind, DIALOG_REPLAY);
    assert_true(s.m->dialog.preview.loaded);
    assert_int_equal(s.m->dialog.preview.groups[0].count, 1);
    assert_string_equal(s.m->dialog.preview.groups[0].group, "exit #");
    assert_int_equal(s.changes, 0);
    scene_edit(&s, EDIT_NEXT);
    scene_edit(&s, EDIT_NEXT);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_RATE);
    scene_type(&s, "fast");
    for (int i = 0; i < 4; i++)
        scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_RATE);
    assert_int_equal(s.changes, 0);
    scene_edit(&s, EDIT_DELETE_START);
    scene_type(&s, "2.5");
    for (int i = 0; i < 4; i++) /* over the canary and the brake to the button, and on */
        scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 1);
    read_last(&s, &arena, &request);
    assert_true(request.replay.rate > 2.4 && request.replay.rate < 2.6);
    assert_int_equal(request.replay.key.n, UUID_TEXT_LEN);
    arena_done(&arena);
    scene_done(&s);
}

static void a_group_is_replayed_as_a_group(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 50);
    s.preview_matched = 12;
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_GROUP);
    scene_act(&s, ACTION_REPLAY);
    assert_string_equal(s.m->dialog.title, "Replay 12 orders");
    scene_type(&s, "y");
    scene_type(&s, "12");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 1);
    read_last(&s, &arena, &request);
    assert_true(request.replay.which.by_filter);
    assert_true(slice_is(request.replay.query.group, "exit #"));
    arena_done(&arena);
    scene_done(&s);
}

static void nothing_is_confirmed_before_it_is_counted(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_GROUP);
    s.hold = true;
    scene_act(&s, ACTION_REPLAY);
    scene_type(&s, "y");
    assert_string_equal(s.m->dialog.problem, "still counting");
    assert_int_equal(s.changes, 0);
    s.hold = false;
    scene_settle(&s);
    assert_string_equal(s.m->dialog.problem, "");
    assert_int_equal(s.changes, 0); /* how many it would be was not known then */
    scene_done(&s);
}

/* One order's replay, confirmed before its preview came; then that says `matched`. */
static void confirm_early(struct scene *s, int64_t matched, const char *then)
{
    scene_open(s, 50);
    s->preview_matched = matched;
    scene_act(s, ACTION_VIEW_FAILED);
    s->hold = true;
    scene_act(s, ACTION_REPLAY);
    scene_type(s, "y");
    assert_string_equal(s->m->dialog.problem, "still counting");
    if (then != NULL)
        scene_type(s, then);
    assert_int_equal(s->changes, 0);
    s->hold = false;
    scene_settle(s);
}

static void a_known_count_confirmed_early_goes_on_once_it_is_counted(void **state)
{
    struct scene s;

    (void)state;
    confirm_early(&s, 1, NULL);
    assert_int_equal(s.changes, 1);
    assert_int_equal(s.last_op, OP_REPLAY);
    assert_int_equal(s.m->dialog.kind, DIALOG_NONE);
    scene_done(&s);
    confirm_early(&s, 0, NULL); /* replayed by someone else meanwhile */
    assert_int_equal(s.changes, 0);
    assert_string_equal(s.m->dialog.problem, "not as many as were meant: look again");
    scene_done(&s);
    confirm_early(&s, 1, "x"); /* another key takes the word back */
    assert_int_equal(s.changes, 0);
    assert_int_equal(s.m->dialog.kind, DIALOG_REPLAY);
    scene_done(&s);
}

static void many_marks_are_sent_in_batches_of_a_thousand(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 2345);
    scene_act(&s, ACTION_MARK_ALL);
    scene_act(&s, ACTION_CANCEL);
    assert_string_equal(s.m->dialog.title, "Cancel 2,345 orders");
    scene_type(&s, "y");
    scene_type(&s, "2,345");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 3);
    assert_int_equal(s.last_ids, 345);
    assert_string_equal(s.m->said.text, "2,345 orders cancelled");
    scene_done(&s);
}

static void a_refusal_is_told_in_the_daemons_words(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    s.refuse = ERR_WRONG_STATE;
    scene_act(&s, ACTION_CANCEL);
    scene_type(&s, "y");
    assert_int_equal(s.m->said.level, SAY_PROBLEM);
    assert_string_equal(s.m->said.text, "the daemon said no");
    assert_null(model_why_not(s.m, ACTION_CANCEL));
    scene_done(&s);
}

static void a_change_without_an_answer_is_not_called_done(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    s.silent = true;
    scene_act(&s, ACTION_CANCEL);
    scene_type(&s, "y");
    assert_int_equal(s.m->said.level, SAY_PROBLEM);
    assert_non_null(strstr(s.m->said.text, "not known"));
    scene_done(&s);
}

static void what_is_not_possible_says_why(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    assert_string_equal(model_why_not(s.m, ACTION_RETRY), "the order is QUEUED");
    assert_string_equal(model_why_not(s.m, ACTION_REPLAY), "the order is QUEUED");
    assert_null(model_why_not(s.m, ACTION_CANCEL));
    assert_null(model_why_not(s.m, ACTION_HOLD));
    scene_changes(&s, 49, STATUS_PROCESSING, STATUS_FULFILLED, ENTRY_FULFILLED);
    assert_string_equal(model_why_not(s.m, ACTION_CANCEL), "the order is FULFILLED");
    s.m->info.rights = RIGHT_VIEW;
    assert_string_equal(model_why_not(s.m, ACTION_PAUSE), "needs the role operator");
    s.m->info.rights = RIGHT_VIEW | RIGHT_OPERATE;
    model_link_down(s.m, s.now, "refused");
    assert_string_equal(model_why_not(s.m, ACTION_PAUSE), "offline");
    assert_null(model_why_not(s.m, ACTION_NEW));
    assert_null(model_why_not(s.m, ACTION_FILTER));
    scene_act(&s, ACTION_PAUSE);
    assert_int_equal(s.m->dialog.kind, DIALOG_NONE);
    assert_string_equal(s.m->said.text, "pause: offline");
    scene_done(&s);
}

static void a_held_order_is_released_by_the_same_key(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    assert_string_equal(model_footer_word(s.m, ACTION_HOLD), "Hold");
    scene_changes(&s, 49, STATUS_QUEUED, STATUS_HELD, ENTRY_HELD);
    assert_string_equal(model_footer_word(s.m, ACTION_HOLD), "Release");
    scene_act(&s, ACTION_HOLD);
    assert_string_equal(s.m->dialog.title, "Release 1 order");
    scene_type(&s, "y");
    assert_int_equal(s.last_op, OP_RELEASE);
    scene_done(&s);
}

static void the_queue_is_paused_and_resumed(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_PAUSE);
    assert_string_equal(s.m->dialog.title, "Pause the queue");
    scene_type(&s, "y");
    assert_int_equal(s.last_op, OP_PAUSE);
    assert_true(s.m->info.paused);
    assert_string_equal(model_footer_word(s.m, ACTION_PAUSE), "Resume");
    scene_act(&s, ACTION_PAUSE);
    scene_type(&s, "y");
    assert_int_equal(s.last_op, OP_RESUME);
    assert_false(s.m->info.paused);
    scene_done(&s);
}

static void a_command_line_replays_by_filter_and_rate(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 50);
    s.preview_matched = 3;
    scene_command(&s, "replay reason:timeout rate:5");
    assert_string_equal(s.m->dialog.title, "Replay 3 orders");
    assert_string_equal(s.m->dialog.what, "reason:timeout");
    scene_type(&s, "y");
    assert_int_equal(s.changes, 1);
    read_last(&s, &arena, &request);
    assert_true(request.replay.rate > 4.9 && request.replay.rate < 5.1);
    assert_true(slice_is(request.replay.query.filter_text, "reason:timeout"));
    arena_done(&arena);
    scene_done(&s);
}

static void the_order_in_the_dialog_is_the_one_that_changes(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_CANCEL);
    scene_arrives(&s);
    scene_type(&s, "y");
    read_last(&s, &arena, &request);
    assert_int_equal(scene_number(&request.change.which.ids.ids[0]), 49);
    arena_done(&arena);
    scene_done(&s);
}

static void a_dialog_that_is_not_seen_is_not_confirmed(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_CANCEL);
    model_resize(s.m, 40, 8);
    scene_type(&s, "y");
    assert_int_equal(s.changes, 0);
    model_resize(s.m, 80, 24);
    scene_type(&s, "y");
    assert_int_equal(s.changes, 1);
    scene_done(&s);
}

static void what_cannot_be_seen_is_not_begun(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    model_resize(s.m, 40, 8);
    scene_act(&s, ACTION_CANCEL);
    assert_int_equal(s.m->dialog.kind, DIALOG_NONE);
    assert_string_equal(model_why_not(s.m, ACTION_CANCEL), "enlarge to 60x15 first");
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_seen_is_not_begun),
        cmocka_unit_test(y_changes_one_order),
        cmocka_unit_test(a_dialog_is_left_without_a_change),
        cmocka_unit_test(a_dialog_that_is_not_seen_is_not_confirmed),
        cmocka_unit_test(nine_take_y_and_ten_take_the_count),
        cmocka_unit_test(y_in_a_reason_is_text),
        cmocka_unit_test(a_discard_takes_its_note_and_its_count),
        cmocka_unit_test(a_replay_shows_what_it_would_do_first),
        cmocka_unit_test(a_group_is_replayed_as_a_group),
        cmocka_unit_test(nothing_is_confirmed_before_it_is_counted),
        cmocka_unit_test(a_known_count_confirmed_early_goes_on_once_it_is_counted),
        cmocka_unit_test(many_marks_are_sent_in_batches_of_a_thousand),
        cmocka_unit_test(a_refusal_is_told_in_the_daemons_words),
        cmocka_unit_test(a_change_without_an_answer_is_not_called_done),
        cmocka_unit_test(what_is_not_possible_says_why),
        cmocka_unit_test(a_held_order_is_released_by_the_same_key),
        cmocka_unit_test(the_queue_is_paused_and_resumed),
        cmocka_unit_test(a_command_line_replays_by_filter_and_rate),
        cmocka_unit_test(the_order_in_the_dialog_is_the_one_that_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
