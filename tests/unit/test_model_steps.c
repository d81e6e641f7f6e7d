/* Orders with several steps in the dashboard: where rows stand, what a cancel says, groups. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/model_scene.h"
#include "tests/lib/test.h"
#include "tui/model/model_row.h"

#define LIST "reserve<,charge<,ship"

static void open_with(struct scene *s, const char *steps)
{
    scene_open(s, 50);
    s->steps = steps;
    (void)snprintf(s->m->info.steps, sizeof s->m->info.steps, "%s", steps);
    scene_act(s, ACTION_REFRESH);
    (void)snprintf(s->m->info.steps, sizeof s->m->info.steps, "%s", steps);
}

static struct event event_of(enum entry_type entry, enum status from, enum status to,
                             const char *step)
{
    return (struct event){.seq = 9,
                          .at = 1,
                          .entry = entry,
                          .from = from,
                          .to = to,
                          .has_order = true,
                          .attempt = 2,
                          .max_attempts = 3,
                          .step = slice_of(step),
                          .reason = SLICE("timeout")};
}

static void a_row_follows_its_order_through_the_steps(void **state)
{
    static const struct {
        const char *label;
        enum entry_type entry;
        enum status from, to;
        const char *step, *after;
        bool cancelling;
        uint32_t attempts;
        const char *reason;
    } cases[] = {
        {"begun", ENTRY_ATTEMPT_STARTED, STATUS_QUEUED, STATUS_PROCESSING, "charge", "charge",
         false, 2, "old"},
        {"done", ENTRY_STEP_DONE, STATUS_PROCESSING, STATUS_QUEUED, "charge", "ship", false, 0, ""},
        {"done, of another list", ENTRY_STEP_DONE, STATUS_PROCESSING, STATUS_QUEUED, "pack", "",
         false, 0, ""},
        {"to be undone", ENTRY_UNDO_STARTED, STATUS_FAILED, STATUS_UNDOING, "charge", "charge",
         true, 0, ""},
        {"undone", ENTRY_UNDONE, STATUS_UNDOING, STATUS_UNDOING, "charge", "reserve", true, 0, ""},
        {"the undo failed", ENTRY_DEAD_LETTERED, STATUS_UNDOING, STATUS_FAILED, "charge", "charge",
         true, 2, "timeout"},
        {"failed", ENTRY_DEAD_LETTERED, STATUS_PROCESSING, STATUS_FAILED, "charge", "charge", false,
         2, "timeout"},
        {"cancelled", ENTRY_CANCELLED, STATUS_UNDOING, STATUS_CANCELLED, "reserve", "reserve",
         false, 2, "old"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event event = event_of(cases[i].entry, cases[i].from, cases[i].to, cases[i].step);
        struct row row = {.seq = 1, .attempts = 1, .reason = "old", .step = "before"};

        row_move_on(&row, &event);
        row_next_step(&row, &event, SLICE(LIST));
        if (strcmp(row.step, cases[i].after) != 0 || row.cancelling != cases[i].cancelling ||
            row.attempts != cases[i].attempts || strcmp(row.reason, cases[i].reason) != 0)
            fail_msg("%s: at '%s', cancelling %d, attempts %u, reason '%s'", cases[i].label,
                     row.step, row.cancelling, row.attempts, row.reason);
    }
}

static void a_step_that_is_not_known_may_match(void **state)
{
    struct scene s;
    struct filter filter;
    struct arena arena = {0};
    struct row row = {.seq = 1};

    (void)state;
    scene_open(&s, 1);
    assert_int_equal(filter_parse(SLICE("step:charge"), &arena, &filter, NULL), OK);
    assert_int_equal(row_verdict(&row, &filter, 0), VERDICT_MAYBE);
    (void)snprintf(row.step, sizeof row.step, "charge");
    assert_int_equal(row_verdict(&row, &filter, 0), VERDICT_YES);
    (void)snprintf(row.step, sizeof row.step, "ship");
    assert_int_equal(row_verdict(&row, &filter, 0), VERDICT_NO);
    arena_done(&arena);
    scene_done(&s);
}

static void a_cancel_says_what_it_will_undo(void **state)
{
    static const struct {
        const char *label, *steps;
        enum status status;
        bool cancelling;
        const char *undo;
    } cases[] = {
        {"one step", "", STATUS_QUEUED, false, ""},
        {"nothing to undo", "reserve,charge,ship<", STATUS_QUEUED, false, ""},
        {"done", LIST, STATUS_HELD, false, "will undo: charge, reserve"},
        {"failed", LIST, STATUS_FAILED, false, "will undo: charge, reserve"},
        {"running, the last", "reserve<,ship<", STATUS_PROCESSING, false,
         "after the running attempt ends, will undo: reserve"},
        {"its undo failed", "reserve<,charge<", STATUS_FAILED, true,
         "will go on with the undo: charge, reserve"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;

        open_with(&s, cases[i].steps);
        scene_pass(&s, 1000000);
        assert_true(s.m->detail.have);
        s.m->detail.order.status = cases[i].status;
        s.m->detail.order.cancelling = cases[i].cancelling;
        s.m->detail.order.seq = 1000;
        scene_act(&s, ACTION_CANCEL);
        if (strcmp(s.m->dialog.undo, cases[i].undo) != 0)
            fail_msg("%s: %s", cases[i].label, s.m->dialog.undo);
        scene_done(&s);
    }
}

static void a_cancel_of_many_counts_those_it_undoes(void **state)
{
    struct scene s;
    struct list *list = NULL;

    (void)state;
    open_with(&s, LIST);
    list = &s.m->lists[LIST_ORDERS];
    for (int i = 0; i < 3; i++)
        scene_act(&s, ACTION_MARK);
    (void)snprintf(list->rows[0]->step, sizeof list->rows[0]->step, "reserve");
    (void)snprintf(list->rows[1]->step, sizeof list->rows[1]->step, "charge");
    (void)snprintf(list->rows[2]->step, sizeof list->rows[2]->step, "charge");
    scene_act(&s, ACTION_CANCEL);
    assert_string_equal(s.m->dialog.undo, "will undo in 2 of them what is done of: reserve");
    scene_type(&s, "n");
    list->rows[2]->step[0] = '\0'; /* not known */
    scene_act(&s, ACTION_CANCEL);
    assert_string_equal(s.m->dialog.undo,
                        "will undo in 1 or more of them what is done of: reserve");
    scene_done(&s);
}

static void an_undo_is_tried_now_only_while_it_waits(void **state)
{
    struct scene s;

    (void)state;
    open_with(&s, LIST);
    scene_pass(&s, 1000000);
    assert_true(s.m->detail.have);
    s.m->detail.order.status = STATUS_UNDOING;
    s.m->detail.order.seq = 1000;
    assert_string_equal(model_why_not(s.m, ACTION_RETRY),
                        "its undo does not wait for a next attempt");
    s.m->detail.order.next_attempt_at = s.now + 1000000;
    assert_null(model_why_not(s.m, ACTION_RETRY));
    assert_string_equal(model_why_not(s.m, ACTION_CANCEL), "the order is UNDOING");
    scene_done(&s);
}

static void a_group_is_of_its_step(void **state)
{
    struct scene s;

    (void)state;
    open_with(&s, LIST);
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_GROUP);
    assert_string_equal(s.m->groups.lines[0].step, "ship");
    s.preview_matched = 3;
    scene_act(&s, ACTION_REPLAY);
    assert_string_equal(s.m->dialog.what, "the group at ship: exit #");
    assert_string_equal(s.m->dialog.target.filter, "step:\"ship\"");
    assert_string_equal(s.m->dialog.target.group, "exit #");
    assert_string_equal(s.m->dialog.preview.groups[0].group, "ship: exit #");
    scene_edit(&s, EDIT_ESCAPE);
    scene_act(&s, ACTION_OPEN);
    assert_string_equal(s.m->lists[LIST_FAILED].filter.text, "step:\"ship\" group:\"exit #\"");
    scene_done(&s);
}

static void groups_of_the_usual_step_are_told_without_it(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_VIEW_FAILED);
    scene_act(&s, ACTION_GROUP);
    assert_string_equal(s.m->groups.lines[0].step, "fulfil");
    scene_act(&s, ACTION_OPEN);
    assert_string_equal(s.m->lists[LIST_FAILED].filter.text, "group:\"exit #\"");
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_follows_its_order_through_the_steps),
        cmocka_unit_test(a_step_that_is_not_known_may_match),
        cmocka_unit_test(a_cancel_says_what_it_will_undo),
        cmocka_unit_test(a_cancel_of_many_counts_those_it_undoes),
        cmocka_unit_test(an_undo_is_tried_now_only_while_it_waits),
        cmocka_unit_test(a_group_is_of_its_step),
        cmocka_unit_test(groups_of_the_usual_step_are_told_without_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
