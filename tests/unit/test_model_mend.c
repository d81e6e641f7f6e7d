/* Mending from the dashboard: alarms, amendments, and replays with all that they take. */
#include <string.h>

#include "tests/lib/model_scene.h"
#include "tests/lib/scene_daemon.h"
#include "tests/lib/test.h"

static void read_last(const struct scene *s, struct arena *arena, struct request *out)
{
    struct problems problems = {.arena = arena};
    struct slice frame = {(const char *)s->last.data, s->last.len};

    assert_int_equal(wire_request_body(frame, s->last_op, out, &problems, NULL), OK);
}

static void to(struct scene *s, enum form_kind kind)
{
    while (s->m->form->focus != kind)
        scene_edit(s, EDIT_NEXT);
}

/* Alarms ----------------------------------------------------------------------------------------
 */

static void alarm_event(struct scene *s, bool on, const char *by)
{
    struct event event = {.news = by != NULL ? NEWS_ALARM_ACKNOWLEDGED : NEWS_ALARM,
                          .seq = ++s->seq,
                          .at = SCENE_START_US + s->now,
                          .subject = SLICE("dlq_depth"),
                          .subject_to = on ? SLICE("ALARM") : SLICE("OK"),
                          .by = slice_of(by)};

    s->alarm = on;
    s->acknowledged = by != NULL;
    model_event(s->m, &event);
}

static void an_alarm_is_known_by_its_event_before_it_is_asked_for(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    assert_int_equal(s.m->alarms.n, 2);
    assert_int_equal(model_alarms_open(&s.m->alarms), 0);
    s.hold = true;
    alarm_event(&s, true, NULL);
    assert_int_equal(model_alarms_open(&s.m->alarms), 1);
    assert_string_equal(s.m->alarms.lines[0].name, "dlq_depth");
    assert_true(s.m->alarms.lines[0].value < 1);
    s.hold = false;
    scene_pass(&s, 1000000);
    assert_true(s.m->alarms.lines[0].value > 11.9);
    alarm_event(&s, false, NULL);
    assert_int_equal(model_alarms_on(&s.m->alarms), 0);
    scene_done(&s);
}

static void a_acknowledges_the_first_alarm_from_any_view(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    scene_open(&s, 5);
    assert_string_equal(model_why_not(s.m, ACTION_ALARM_ACK), "there is no alarm to acknowledge");
    alarm_event(&s, true, NULL);
    scene_settle(&s);
    assert_string_equal(model_footer_word(s.m, ACTION_ALARM_ACK), "Ack");
    scene_act(&s, ACTION_ALARM_ACK);
    assert_int_equal(s.last_op, OP_ALARM_ACK);
    read_last(&s, &arena, &request);
    assert_true(slice_is(request.alarm_ack.name, "dlq_depth"));
    assert_string_equal(s.m->said.text, "dlq_depth: acknowledged until it changes");
    alarm_event(&s, true, "ann");
    assert_int_equal(model_alarms_open(&s.m->alarms), 0);
    assert_int_equal(model_alarms_on(&s.m->alarms), 1);
    assert_string_equal(s.m->alarms.lines[0].acknowledged_by, "ann");
    assert_int_equal(s.changes, 1);
    scene_act(&s, ACTION_ALARM_ACK);
    assert_int_equal(s.changes, 1);
    arena_done(&arena);
    scene_done(&s);
}

static void on_the_overview_the_selected_alarm_is_meant(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    alarm_event(&s, true, NULL);
    scene_act(&s, ACTION_VIEW_OVERVIEW);
    assert_null(model_why_not(s.m, ACTION_ALARM_ACK));
    scene_act(&s, ACTION_DOWN);
    assert_string_equal(model_why_not(s.m, ACTION_ALARM_ACK), "the alarm is OK");
    alarm_event(&s, false, NULL); /* the lines change places, the cursor stays on its alarm */
    scene_settle(&s);
    assert_string_equal(s.m->alarms.lines[s.m->alarms.selected].name, "queue_age");
    scene_done(&s);
}

/* Amending --------------------------------------------------------------------------------------
 */

static void open_failed(struct scene *s)
{
    scene_open(s, 50);
    s->rich = true;
    s->preview_matched = 1;
    scene_act(s, ACTION_VIEW_FAILED);
    scene_act(s, ACTION_AMEND);
}

static void the_form_holds_what_the_order_holds(void **state)
{
    struct scene s;
    const struct form *form = NULL;

    (void)state;
    open_failed(&s);
    assert_int_equal(model_screen(s.m), SCREEN_FORM);
    form = s.m->form;
    assert_true(form->amends);
    assert_int_equal(scene_number(&form->uid), 40);
    assert_string_equal(form->customer.input.text, "cust-40");
    assert_string_equal(form->reference.input.text, "ref-7");
    assert_string_equal(form->priority.input.text, "5");
    assert_int_equal(form->n_items, 2);
    assert_string_equal(form->items[1].product.input.text, "cup");
    assert_string_equal(form->items[0].quantity.input.text, "2");
    assert_string_equal(form->pairs[0].value.input.text, "web");
    scene_done(&s);
}

static void an_amended_order_is_sent_whole_and_then_replayed(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    open_failed(&s);
    to(&s, FORM_QUANTITY);
    scene_edit(&s, EDIT_DELETE_START);
    scene_type(&s, "7");
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.changes, 0);
    assert_int_equal(s.m->form->focus, FORM_REASON);
    assert_non_null(strstr(s.m->form->reason.problem, "is needed"));
    scene_type(&s, "wrong count");
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.last_op, OP_AMEND);
    read_last(&s, &arena, &request);
    assert_int_equal(scene_number(&request.amend.order_id), 40);
    assert_true(slice_is(request.amend.reason, "wrong count"));
    assert_int_equal(request.amend.draft.n_items, 2);
    assert_int_equal(request.amend.draft.items[0].quantity, 7);
    assert_true(slice_is(request.amend.draft.reference, "ref-7"));
    assert_int_equal(model_screen(s.m), SCREEN_FAILED);
    assert_int_equal(s.m->dialog.kind, DIALOG_REPLAY);
    assert_string_equal(s.m->dialog.title, "Replay 1 order");
    scene_type(&s, "y");
    assert_int_equal(s.last_op, OP_REPLAY);
    arena_done(&arena);
    scene_done(&s);
}

static void an_amendment_leaves_the_draft_of_a_new_order_alone(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_NEW);
    scene_type(&s, "cust-draft");
    scene_edit(&s, EDIT_ESCAPE);
    scene_act(&s, ACTION_VIEW_FAILED);
    s.rich = true;
    scene_act(&s, ACTION_AMEND);
    assert_string_equal(s.m->form->customer.input.text, "cust-40");
    scene_edit(&s, EDIT_ESCAPE);
    scene_act(&s, ACTION_NEW);
    assert_string_equal(s.m->form->customer.input.text, "cust-draft");
    scene_done(&s);
}

static void a_refused_amendment_is_told_and_kept(void **state)
{
    struct scene s;

    (void)state;
    open_failed(&s);
    to(&s, FORM_REASON);
    scene_type(&s, "because");
    s.refuse = ERR_WRONG_STATE;
    scene_act(&s, ACTION_SEND);
    assert_int_equal(model_screen(s.m), SCREEN_FORM);
    assert_string_equal(s.m->form->refused, "the daemon said no");
    assert_string_equal(s.m->form->reason.input.text, "because");
    s.silent = true;
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.m->form->state, FORM_UNSENT);
    assert_non_null(strstr(s.m->said.text, "not known to be amended"));
    scene_done(&s);
}

static void only_failed_and_held_orders_are_amended(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    assert_string_equal(model_why_not(s.m, ACTION_AMEND), "the order is QUEUED");
    scene_act(&s, ACTION_AMEND);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    scene_changes(&s, 49, STATUS_QUEUED, STATUS_HELD, ENTRY_HELD);
    assert_null(model_why_not(s.m, ACTION_AMEND));
    s.hold = true; /* the answer says QUEUED: it changed on the way */
    scene_act(&s, ACTION_AMEND);
    s.hold = false;
    scene_settle(&s);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    assert_string_equal(s.m->said.text, "amend: the order is QUEUED");
    scene_done(&s);
}

static void what_an_amendment_changed_is_in_the_row(void **state)
{
    struct scene s;
    struct event event = {.uid = scene_uid(49),
                          .seq = 1000,
                          .at = SCENE_START_US,
                          .has_order = true,
                          .from = STATUS_HELD,
                          .to = STATUS_HELD,
                          .entry = ENTRY_AMENDED,
                          .customer_id = SLICE("cust-other"),
                          .total_quantity = 7,
                          .reason = SLICE("wrong customer")};
    const struct row *row = NULL;

    (void)state;
    scene_open(&s, 50);
    model_event(s.m, &event);
    row = s.m->lists[LIST_ORDERS].rows[0];
    assert_string_equal(row->customer, "cust-other");
    assert_int_equal(row->total_quantity, 7);
    assert_string_equal(row->reason, "");
    scene_done(&s);
}

/* An order on the whole screen ------------------------------------------------------------------
 */

static void the_end_of_an_order_is_counted_from_its_end(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_OPEN);
    scene_act(&s, ACTION_LAST);
    assert_true(s.m->detail.from_end);
    assert_int_equal(s.m->detail.top, 0);
    scene_act(&s, ACTION_UP);
    assert_int_equal(s.m->detail.top, 1);
    scene_act(&s, ACTION_DOWN);
    scene_act(&s, ACTION_DOWN);
    assert_int_equal(s.m->detail.top, 0);
    scene_act(&s, ACTION_FIRST);
    assert_false(s.m->detail.from_end);
    scene_act(&s, ACTION_DOWN);
    assert_int_equal(s.m->detail.top, 1);
    scene_done(&s);
}

/* Replays ---------------------------------------------------------------------------------------
 */

static void open_group_replay(struct scene *s, const char *token)
{
    scene_open(s, 50);
    s->preview_matched = 3;
    s->token = token;
    scene_act(s, ACTION_VIEW_FAILED);
    scene_act(s, ACTION_GROUP);
    scene_act(s, ACTION_REPLAY);
}

static void what_was_previewed_is_what_is_replayed(void **state)
{
    static const char token[] = "0190f3a2-7c41-7000-8000-000000000001";
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    open_group_replay(&s, token);
    assert_string_equal(s.m->dialog.preview.token, token);
    scene_type(&s, "y");
    assert_int_equal(s.changes, 1);
    read_last(&s, &arena, &request);
    assert_true(slice_is(request.replay.token, token));
    assert_false(request.replay.which.by_filter);
    assert_int_equal(request.replay.which.ids.n, 0);
    assert_null(request.replay.query.group.p);
    arena_done(&arena);
    scene_done(&s);
}

static void a_replay_takes_a_canary_and_a_brake(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct request request;

    (void)state;
    open_group_replay(&s, NULL);
    for (int i = 0; i < 3; i++)
        scene_edit(&s, EDIT_NEXT);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_CANARY);
    scene_type(&s, "1");
    scene_edit(&s, EDIT_NEXT);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_BRAKE);
    scene_type(&s, "half");
    scene_edit(&s, EDIT_ENTER);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 0);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_BRAKE);
    scene_edit(&s, EDIT_DELETE_START);
    scene_type(&s, "50%/20");
    scene_edit(&s, EDIT_ENTER);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 1);
    read_last(&s, &arena, &request);
    assert_int_equal(request.replay.canary, 1);
    assert_int_equal(request.replay.stop_if.of_last, 20);
    assert_true(request.replay.stop_if.failed_share > 0.49);
    assert_true(slice_is(request.replay.query.group, "exit #"));
    arena_done(&arena);
    scene_done(&s);
}

static void a_canary_is_a_number_of_orders(void **state)
{
    static const char *const wrong[] = {"0", "-1", "some", "1.5", "9999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct scene s;

        open_group_replay(&s, NULL);
        for (int k = 0; k < 3; k++)
            scene_edit(&s, EDIT_NEXT);
        scene_type(&s, wrong[i]);
        for (int k = 0; k < 3; k++)
            scene_edit(&s, EDIT_ENTER);
        assert_int_equal(s.changes, 0);
        assert_int_equal(s.m->dialog.focus, DIALOG_ON_CANARY);
        scene_done(&s);
    }
}

/* Their replays are several: a canary of the whole there is none. */
static void over_a_thousand_marked_take_no_canary(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 20000);
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_MARK_ALL);
    scene_act(&s, ACTION_REPLAY);
    assert_string_equal(s.m->dialog.title, "Replay 2,000 orders");
    for (int i = 0; i < 3; i++)
        scene_edit(&s, EDIT_NEXT);
    scene_type(&s, "1");
    for (int i = 0; i < 2; i++)
        scene_edit(&s, EDIT_NEXT);
    scene_type(&s, "2000");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 0);
    assert_int_equal(s.m->dialog.focus, DIALOG_ON_CANARY);
    scene_edit(&s, EDIT_DELETE_START);
    for (int i = 0; i < 3; i++)
        scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.changes, 2);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_is_known_by_its_event_before_it_is_asked_for),
        cmocka_unit_test(a_acknowledges_the_first_alarm_from_any_view),
        cmocka_unit_test(on_the_overview_the_selected_alarm_is_meant),
        cmocka_unit_test(the_form_holds_what_the_order_holds),
        cmocka_unit_test(an_amended_order_is_sent_whole_and_then_replayed),
        cmocka_unit_test(an_amendment_leaves_the_draft_of_a_new_order_alone),
        cmocka_unit_test(a_refused_amendment_is_told_and_kept),
        cmocka_unit_test(only_failed_and_held_orders_are_amended),
        cmocka_unit_test(what_an_amendment_changed_is_in_the_row),
        cmocka_unit_test(the_end_of_an_order_is_counted_from_its_end),
        cmocka_unit_test(what_was_previewed_is_what_is_replayed),
        cmocka_unit_test(a_replay_takes_a_canary_and_a_brake),
        cmocka_unit_test(a_canary_is_a_number_of_orders),
        cmocka_unit_test(over_a_thousand_marked_take_no_canary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
