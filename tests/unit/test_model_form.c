/* The form for a new order: its focus, its problems, and its sending over a bad link. */
#include <string.h>

#include "tests/lib/model_scene.h"
#include "tests/lib/test.h"

/* Types into the field that has the focus and goes to the next. */
static void fill(struct scene *s, const char *text)
{
    scene_type(s, text);
    scene_edit(s, EDIT_NEXT);
}

static void open_filled(struct scene *s)
{
    scene_open(s, 5);
    scene_act(s, ACTION_NEW);
    fill(s, "cust-acme");
    fill(s, "ref-1");
    fill(s, "");
    fill(s, "");
    fill(s, "tea");
    fill(s, "2");
}

static void a_good_order_is_sent_with_a_key(void **state)
{
    struct scene s;
    struct arena arena = {0};
    struct problems problems = {.arena = &arena};
    struct request request;

    (void)state;
    open_filled(&s);
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.changes, 1);
    assert_int_equal(s.last_op, OP_SUBMIT);
    assert_int_equal(wire_request_body((struct slice){(const char *)s.last.data, s.last.len},
                                       OP_SUBMIT, &request, &problems, NULL),
                     OK);
    assert_true(slice_is(request.submit.draft.customer_id, "cust-acme"));
    assert_true(slice_is(request.submit.draft.reference, "ref-1"));
    assert_int_equal(request.submit.draft.n_items, 1);
    assert_int_equal(request.submit.draft.items[0].quantity, 2);
    assert_int_equal(request.submit.draft.priority, PRIORITY_DEFAULT);
    assert_int_equal(request.submit.key.n, UUID_TEXT_LEN);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    assert_int_equal(s.m->said.level, SAY_DONE);
    assert_int_equal(s.m->form->customer.input.n, 0);
    arena_done(&arena);
    scene_done(&s);
}

static void problems_stand_under_their_fields(void **state)
{
    struct scene s;
    const struct form *form = NULL;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_NEW);
    fill(&s, "ab");
    fill(&s, "");
    fill(&s, "12");
    fill(&s, "tomorrow");
    fill(&s, "tea");
    fill(&s, "none");
    scene_act(&s, ACTION_SEND);
    form = s.m->form;
    assert_int_equal(s.changes, 0);
    assert_true(form->customer.problem[0] != '\0');
    assert_string_equal(form->reference.problem, "");
    assert_true(form->priority.problem[0] != '\0');
    assert_true(form->not_before.problem[0] != '\0');
    assert_string_equal(form->items[0].product.problem, "");
    assert_true(form->items[0].quantity.problem[0] != '\0');
    assert_int_equal(form->focus, FORM_CUSTOMER);
    scene_type(&s, "c");
    assert_string_equal(form->customer.problem, "");
    scene_done(&s);
}

static void an_empty_row_is_left_out_and_problems_still_find_theirs(void **state)
{
    struct scene s;
    const struct form *form = NULL;

    (void)state;
    open_filled(&s);
    form = s.m->form;
    scene_edit(&s, EDIT_PREVIOUS);
    assert_int_equal(form->focus, FORM_QUANTITY);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(form->n_items, 2);
    assert_int_equal(form->focus, FORM_PRODUCT);
    assert_int_equal(form->focus_row, 1);
    fill(&s, "cup");
    scene_type(&s, "0");
    scene_edit(&s, EDIT_UP);
    assert_int_equal(form->focus, FORM_QUANTITY);
    assert_int_equal(form->focus_row, 0);
    scene_edit(&s, EDIT_DELETE_START);
    scene_edit(&s, EDIT_PREVIOUS);
    scene_edit(&s, EDIT_DELETE_START);
    scene_edit(&s, EDIT_END);
    scene_edit(&s, EDIT_BACKSPACE);
    scene_edit(&s, EDIT_BACKSPACE);
    scene_edit(&s, EDIT_BACKSPACE);
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.changes, 0);
    assert_string_equal(form->items[0].quantity.problem, "");
    assert_true(form->items[1].quantity.problem[0] != '\0');
    scene_done(&s);
}

static void an_order_without_items_is_told_so(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_NEW);
    fill(&s, "cust-acme");
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.changes, 0);
    assert_true(s.m->form->items_problem[0] != '\0');
    assert_int_equal(s.m->form->focus, FORM_PRODUCT);
    scene_done(&s);
}

static void sent_again_after_no_answer_it_has_the_same_key(void **state)
{
    struct scene s;
    char key[UUID_TEXT_LEN + 1];

    (void)state;
    open_filled(&s);
    s.silent = true;
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.m->form->state, FORM_UNSENT);
    assert_int_equal(model_screen(s.m), SCREEN_FORM);
    memcpy(key, s.m->form->key, sizeof key);
    assert_int_equal(strlen(key), UUID_TEXT_LEN);
    model_link_down(s.m, s.now + 250000, "refused");
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.changes, 1);
    assert_string_equal(s.m->form->customer.input.text, "cust-acme");
    s.silent = false;
    model_link_up(s.m);
    scene_settle(&s);
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.changes, 2);
    assert_non_null(memmem(s.last.data, s.last.len, key, UUID_TEXT_LEN));
    assert_int_equal(s.m->said.level, SAY_DONE);
    scene_done(&s);
}

static void a_draft_that_was_left_is_there_again(void **state)
{
    struct scene s;

    (void)state;
    open_filled(&s);
    scene_edit(&s, EDIT_ESCAPE);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    scene_act(&s, ACTION_NEW);
    assert_string_equal(s.m->form->customer.input.text, "cust-acme");
    scene_done(&s);
}

static void a_refused_order_stays_to_be_mended(void **state)
{
    struct scene s;

    (void)state;
    open_filled(&s);
    s.refuse = ERR_CONFLICT;
    scene_act(&s, ACTION_SEND);
    assert_int_equal(s.m->form->state, FORM_EDITING);
    assert_string_equal(s.m->form->refused, "the daemon said no");
    assert_string_equal(s.m->form->key, "");
    assert_string_equal(s.m->form->customer.input.text, "cust-acme");
    scene_done(&s);
}

static void the_focus_goes_round(void **state)
{
    struct scene s;
    const struct form *form = NULL;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_NEW);
    form = s.m->form;
    for (unsigned kind = FORM_CUSTOMER; kind < FORM_KINDS; kind++) {
        if (kind == FORM_REASON) /* of amendments only */
            continue;
        assert_int_equal(form->focus, kind);
        scene_edit(&s, EDIT_NEXT);
    }
    assert_int_equal(form->focus, FORM_CUSTOMER);
    for (unsigned kind = FORM_KINDS; kind > 0; kind--) {
        if (kind - 1 == FORM_REASON)
            continue;
        scene_edit(&s, EDIT_PREVIOUS);
        assert_int_equal(form->focus, kind - 1);
    }
    scene_done(&s);
}

static void a_wait_becomes_a_time_when_it_is_sent(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_NEW);
    fill(&s, "cust-acme");
    fill(&s, "");
    fill(&s, "");
    fill(&s, "2h");
    fill(&s, "tea");
    fill(&s, "2");
    s.silent = true;
    scene_act(&s, ACTION_SEND);
    assert_non_null(strstr(s.m->form->not_before.input.text, "2023-11-15T00:13:2"));
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_order_is_sent_with_a_key),
        cmocka_unit_test(problems_stand_under_their_fields),
        cmocka_unit_test(an_empty_row_is_left_out_and_problems_still_find_theirs),
        cmocka_unit_test(an_order_without_items_is_told_so),
        cmocka_unit_test(sent_again_after_no_answer_it_has_the_same_key),
        cmocka_unit_test(a_draft_that_was_left_is_there_again),
        cmocka_unit_test(a_refused_order_stays_to_be_mended),
        cmocka_unit_test(the_focus_goes_round),
        cmocka_unit_test(a_wait_becomes_a_time_when_it_is_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
